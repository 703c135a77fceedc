"""The ``tf.data`` pipeline: uint8 images in memory to batches of floats in [-1, 1]."""

from collections.abc import Mapping
from typing import Any

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

    Every epoch is a fresh permutation of all images that depends on (seed, epoch) alone, so a
    resumed run sees what an uninterrupted one would have seen. Only the permutation is shuffled;
    the images stay uint8 in their array, and a batch is scaled when it is made. The last batch of
    an epoch is smaller when the count does not divide.

    Parameters
    ----------
    data : a data set, or several by name, each in an order of its own; the first one decides when
        an epoch ends, and the others are gone through as often as it takes
    batch_size : images in a global batch
    seed : of the permutations
    first_step : number of batches to pass over, counted from the first epoch's start
    shards, first_shard, own_shards : each batch is cut into `shards` parts, as equal as possible,
        one for each replica; the stream yields `own_shards` parts from `first_shard` on
    together : batches of an epoch that are yielded as one, for the system's `many`

    Returns
    -------
    Dataset of dicts. Of one set: "images", float32 (B · together / shards, H, W, C) in [-1, 1],
    and "labels", int64, where it has them. Of several: the images of each by its name.
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
    orders = [_order(len(first), batch_size, together, seed, first_step)]
    for number, other in enumerate(others, start=1):
        own_seed = seed + (number << 40)
        orders.append(_round_and_round(len(other), batch_size, own_seed, first_step))
    indices = tf.data.Dataset.zip(tuple(orders)).map(_equally_long)

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


def _permutation(count: int, seed: int, epoch: tf.Tensor) -> tf.Tensor:
    return tf.random.experimental.stateless_shuffle(
        tf.range(count), tf.stack([tf.constant(seed, tf.int64), epoch])
    )


def _order(count: int, batch_size: int, together: int, seed: int, first_step: int) -> Any:
    """Indices of the first set, epoch after epoch; the last batch of an epoch is smaller."""
    steps = steps_per_epoch(count, batch_size)

    def epoch_indices(epoch: tf.Tensor) -> tf.data.Dataset:
        passed = tf.where(epoch == first_step // steps, first_step % steps * batch_size, 0)
        order = _permutation(count, seed, epoch)[passed:]
        return tf.data.Dataset.from_tensor_slices(order).batch(batch_size * together)

    return tf.data.Dataset.range(first_step // steps, np.iinfo(np.int64).max).flat_map(
        epoch_indices
    )


def _round_and_round(count: int, batch_size: int, seed: int, first_step: int) -> Any:
    """Indices of another set: always a whole batch, one round through the set after the other."""
    rounds, passed = divmod(first_step * batch_size, count)
    each = tf.data.Dataset.range(rounds, np.iinfo(np.int64).max).flat_map(
        lambda number: tf.data.Dataset.from_tensor_slices(_permutation(count, seed, number))
    )
    return each.skip(passed).batch(batch_size)


def _equally_long(first: tf.Tensor, *others: tf.Tensor) -> tuple[tf.Tensor, ...]:
    return first, *(other[: tf.shape(first)[0]] for other in others)


def _images(images: np.ndarray, indices: tf.Tensor) -> tf.Tensor:
    # Taken out of the array by numpy: as a tensor, the images would be held several times over.
    batch = tf.numpy_function(lambda i: images[i], [indices], tf.uint8, stateful=False)
    batch.set_shape((None, *images.shape[1:]))
    return tf.cast(batch, tf.float32) / 127.5 - 1.0
