"""How a train step runs a network: layer by layer, two kinds of layer with quicker operations.

Batch normalisation gives Keras's values to rounding; dropout drops with the same probability, but
not the same elements. ``benchmarks/tried.py --idea keras-batch-norm keras-dropout`` measures what
each saves.
"""

from collections.abc import Sequence
from typing import Any

from ganlib.startup import keras, tf


def forward(layers: Sequence[Any], inputs: tf.Tensor, training: bool) -> tf.Tensor:
    """What a ``keras.Sequential`` of these layers gives, with less work in training.

    Batch normalisation is one fused operation, and dropout draws 16 random bits for an element
    instead of 32. Every other layer is called as it is.

    Parameters
    ----------
    layers
        A network's ``layers``, or the first of them. Moving statistics and the seeds of dropout
        are updated as Keras would.
    inputs
        What the first layer takes, (B, …).
    training
        Passed to the layers: dropout and batch normalisation behave accordingly.

    Returns
    -------
    The last layer's output, in the precision it computes in.
    """
    outputs = inputs
    for layer in layers:
        outputs = _trained(layer, outputs) if training else layer(outputs, training=False)
    return outputs


def _trained(layer: Any, inputs: tf.Tensor) -> tf.Tensor:
    if type(layer) is keras.layers.BatchNormalization and _can_be_fused(layer, inputs):
        return _batch_normalization(layer, inputs)
    if type(layer) is keras.layers.Dropout and layer.rate > 0.0 and layer.noise_shape is None:
        return _dropout(layer, inputs)
    return layer(inputs, training=True)


def _can_be_fused(layer: Any, inputs: tf.Tensor) -> bool:
    rank = len(inputs.shape)
    plain = layer.trainable and layer.scale and layer.center and not layer.synchronized
    return plain and rank in (2, 4) and layer.axis in (-1, rank - 1)


def _batch_normalization(layer: Any, inputs: tf.Tensor) -> tf.Tensor:
    """Ioffe and Szegedy 2015, algorithm 1, over all axes but the last."""
    inputs = tf.cast(inputs, layer.compute_dtype)
    pictures = inputs if len(inputs.shape) == 4 else inputs[:, None, None, :]
    nothing = tf.zeros((0,))
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=pictures,
        scale=tf.cast(layer.gamma, tf.float32),
        offset=tf.cast(layer.beta, tf.float32),
        mean=nothing,
        variance=nothing,
        epsilon=layer.epsilon,
        is_training=True,
    )
    # The operation gives the unbiased variance, Keras keeps the biased one.
    count = tf.cast(tf.size(inputs) / tf.shape(inputs)[-1], tf.float32)
    variance *= (count - 1.0) / count
    for moving, now in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + now * (1.0 - layer.momentum))
    return outputs if len(inputs.shape) == 4 else outputs[:, 0, 0, :]


def _dropout(layer: Any, inputs: tf.Tensor) -> tf.Tensor:
    """Srivastava et al. 2014; the rate is kept to 1/65536."""
    inputs = tf.cast(inputs, layer.compute_dtype)
    shape = tf.shape(inputs)
    count = tf.reduce_prod(shape)
    words = tf.random.stateless_uniform(
        [-(-count // 4)],
        tf.cast(layer.seed_generator.next(), tf.int32),
        minval=None,
        maxval=None,
        dtype=tf.uint64,
    )
    bits = tf.reshape(tf.bitcast(words, tf.uint16), [-1])[:count]
    kept = tf.reshape(bits, shape) >= tf.constant(round(65536 * layer.rate), tf.uint16)
    return inputs * (tf.cast(kept, inputs.dtype) * tf.cast(1.0 / (1.0 - layer.rate), inputs.dtype))
