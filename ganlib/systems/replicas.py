"""One batch on several devices: its size, and each device's own rows of what is drawn for it."""

from collections.abc import Callable
from typing import Any

from ganlib.startup import tf


def global_batch_size(images: tf.Tensor) -> tf.Tensor:
    """Number of images over all replicas, float32 scalar."""
    count = tf.cast(tf.shape(images)[0], tf.float32)
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return count
    return context.all_reduce(tf.distribute.ReduceOp.SUM, count)


def own_rows(draw: Callable[[tf.Tensor], Any], images: tf.Tensor) -> Any:
    """Draw rows for the global batch, and keep those of this replica's images.

    So several devices see together what one device would see alone. The batch is cut as
    `ganlib.datasets.batches.batches` cuts it. `draw` maps the number of rows, an int32 scalar, to
    a tensor, or to several in a dict.
    """
    context = tf.distribute.get_replica_context()
    replicas, replica = context.num_replicas_in_sync, context.replica_id_in_sync_group
    batch = tf.cast(global_batch_size(images), tf.int32)
    own = slice(replica * batch // replicas, (replica + 1) * batch // replicas)
    return tf.nest.map_structure(lambda rows: rows[own], draw(batch))
