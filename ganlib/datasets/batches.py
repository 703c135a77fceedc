"""The ``tf.data`` pipeline: uint8 images in memory to batches of floats in [-1, 1]."""

from collections.abc import Mapping

import numpy as np

from ganlib.datasets import Dataset
from ganlib.errors import DataError
from ganlib.startup import tf


def batches(
    data: Dataset | Mapping[str, Dataset],
    batch_size: int,
    seed: int,
    first_step: int = 0,
    shards: int = 1,
    first_shard: int = 0,
    own_shards: int = 1,
    together: int = 1,
) -> tf.data.Dataset:
    """An endless, seeded stream of batches that can start anywhere.

    Every epoch is a permutation of all images that depends on (seed, epoch) alone, so a resumed run
    sees what an uninterrupted one would have seen. The images stay uint8 in their array; a batch is
    scaled when it is made. The last batch of an epoch may be smaller.

    Parameters
    ----------
    data : a data set, or several by name, each in its own order; an epoch goes once through the
        first one, the others start again as often as it takes
    batch_size : images in a global batch
    seed : of the permutations
    first_step : number of batches to pass over, counted from the first epoch's start
    shards, first_shard, own_shards : each batch is cut into `shards` parts, as equal as possible,
        one for each replica; the stream yields `own_shards` parts from `first_shard` on
    together : batches of an epoch that are yielded as one, for the system's `many`

    Returns
    -------
    Dicts: "images", float32 (B · together / shards, H, W, C) in [-1, 1], and "labels", int64, where
    there are some; of several sets the images of each by its name.
    """
    sets = {"images": data} if isinstance(data, Dataset) else dict(data)
    if together > 1 and (shards > 1 or len(sets) > 1):
        raise ValueError("batches are yielded together only from one set and not cut into shards")
    first, *others = sets.values()
    steps = steps_per_epoch(len(first), batch_size)
    smallest = len(first) - (steps - 1) * batch_size
    if smallest < shards:
        raise DataError(
            f"the last batch of an epoch holds {smallest} image(s), too few for {shards} devices: "
            f"choose another batch size than {batch_size}"
        )
    epoch, passed = divmod(first_step, steps)
    start = epoch * len(first) + passed * batch_size
    orders = [_rounds(len(first), seed, start, batch_size * together)]
    for number, other in enumerate(others, start=1):
        rounds = _rounds(len(other), seed + (number << 40), first_step * batch_size, batch_size)
        orders.append(rounds.rebatch(batch_size))
    indices = tf.data.Dataset.zip(tuple(orders)).map(
        lambda first, *others: (first, *(other[: tf.shape(first)[0]] for other in others))
    )

    def own_parts(*indices: tf.Tensor) -> tf.data.Dataset:
        size = tf.shape(indices[0], out_type=tf.int64)[0]
        own = tf.data.Dataset.range(first_shard, first_shard + own_shards)
        return own.map(
            lambda part: tuple(
                rows[part * size // shards : (part + 1) * size // shards] for rows in indices
            )
        )

    def batch(*indices: tf.Tensor) -> dict[str, tf.Tensor]:
        made = {
            name: _images(one.images, own)
            for (name, one), own in zip(sets.items(), indices, strict=True)
        }
        if isinstance(data, Dataset) and data.labels is not None:
            made["labels"] = tf.gather(tf.constant(data.labels), indices[0])
        return made

    if shards > 1:
        indices = indices.flat_map(own_parts)
    options = tf.data.Options()
    # Nothing here is left to tune, and giving up an iterator waits for the tuner's next round,
    # which comes later and later: half a minute after a minute of training.
    options.autotune.enabled = False
    return indices.map(batch).prefetch(2).with_options(options)


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Batches that cover `count` images once, the last one perhaps smaller."""
    return -(-count // batch_size)


def _rounds(count: int, seed: int, start: int, size: int) -> tf.data.Dataset:
    """Indices of a set, round after round in a new order, from number `start` on.

    They come `size` at a time; the last ones of a round may be fewer.
    """
    first_round, passed = divmod(start, count)

    def one_round(number: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(
            tf.range(count), tf.stack([tf.constant(seed, tf.int64), number])
        )
        rest = order[tf.where(number == first_round, passed, 0) :]
        return tf.data.Dataset.from_tensor_slices(rest).batch(size)

    return tf.data.Dataset.range(first_round, np.iinfo(np.int64).max).flat_map(one_round)


def _images(images: np.ndarray, indices: tf.Tensor) -> tf.Tensor:
    # Taken out of the array by numpy: as a tensor, the images would be held several times over.
    batch = tf.numpy_function(lambda i: images[i], [indices], tf.uint8, stateful=False)
    batch.set_shape((None, *images.shape[1:]))
    return tf.cast(batch, tf.float32) / 127.5 - 1.0
