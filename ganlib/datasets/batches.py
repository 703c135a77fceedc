"""The ``tf.data`` pipeline: uint8 images in memory to batches of floats in [-1, 1]."""

import numpy as np

from ganlib.errors import DataError
from ganlib.startup import tf


def batches(
    images: np.ndarray,
    batch_size: int,
    seed: int,
    first_step: int = 0,
    shards: int = 1,
    first_shard: int = 0,
    own_shards: int = 1,
    together: int = 1,
) -> tf.data.Dataset:
    """An endless, seeded stream of batches that can start anywhere.

    Every epoch is a fresh permutation of all images that depends on (seed, epoch) alone, so a
    resumed run sees what an uninterrupted one would have seen. Only the permutation is shuffled;
    the images stay uint8 where they are, and a batch is scaled when it is made. The last batch of
    an epoch is smaller when the count does not divide.

    Parameters
    ----------
    images
        uint8 (N, H, W, C).
    batch_size
        Images in a global batch.
    seed
        Seed of the permutations.
    first_step
        Number of batches to pass over, counted from the first epoch's start.
    shards, first_shard, own_shards
        Each batch is cut into `shards` parts, as equal as can be, one for each replica; the stream
        yields the `own_shards` parts from `first_shard` on, one after the other.
    together
        Batches of an epoch that are yielded as one tensor, for the system's `many`; not with shards.

    Returns
    -------
    Dataset of float32 (B · together / shards, H, W, C) in [-1, 1].
    """
    if together > 1 and shards > 1:
        raise ValueError("batches can be yielded together only where they are not cut into shards")
    count = len(images)
    steps = steps_per_epoch(count, batch_size)
    smallest = count - (steps - 1) * batch_size
    if smallest < shards:
        raise DataError(
            f"the last batch of an epoch holds {smallest} image(s), too few for {shards} devices: "
            f"choose another batch size than {batch_size}"
        )

    def epoch_indices(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(
            tf.range(count), tf.stack([tf.constant(seed, tf.int64), epoch])
        )
        passed = tf.where(epoch == first_step // steps, first_step % steps * batch_size, 0)
        return tf.data.Dataset.from_tensor_slices(order[passed:]).batch(batch_size * together)

    def own_parts(indices: tf.Tensor) -> tf.data.Dataset:
        size = tf.shape(indices, out_type=tf.int64)[0]
        own = tf.data.Dataset.range(first_shard, first_shard + own_shards)
        return own.map(lambda part: indices[part * size // shards : (part + 1) * size // shards])

    def scaled(indices: tf.Tensor) -> tf.Tensor:
        # Taken out of the array by numpy: as a tensor, the images would be held several times over.
        batch = tf.numpy_function(lambda i: images[i], [indices], tf.uint8, stateful=False)
        batch.set_shape((None, *images.shape[1:]))
        return tf.cast(batch, tf.float32) / 127.5 - 1.0

    epochs = tf.data.Dataset.range(first_step // steps, np.iinfo(np.int64).max)
    indices = epochs.flat_map(epoch_indices)
    if shards > 1:
        indices = indices.flat_map(own_parts)
    options = tf.data.Options()
    # Nothing here is left to tune, and giving up an iterator waits for the tuner's next round,
    # which comes later and later: half a minute after a minute of training.
    options.autotune.enabled = False
    return indices.map(scaled).prefetch(2).with_options(options)


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Batches that cover `count` images once, the last one perhaps smaller."""
    return -(-count // batch_size)
