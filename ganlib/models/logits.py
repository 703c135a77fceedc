"""Read a discriminator's logits, also where its last layer ends in a sigmoid."""

from ganlib.models.forward import forward
from ganlib.startup import keras, tf


def logits(network: keras.Sequential, images: tf.Tensor, training: bool) -> tf.Tensor:
    """The network's output before its last layer's activation.

    Some reports end their discriminator in a sigmoid. Computing the loss from its output would
    lose all precision where the discriminator is sure (a float32 sigmoid is exactly 1 from a
    logit of 17 on), so the loss is computed from here instead.

    Parameters
    ----------
    network
        A network whose last layer is a ``Dense(1)``, with or without an activation.
    images
        Float tensor (B, H, W, C) in [-1, 1].
    training
        Passed to the network: dropout and batch normalisation behave accordingly.

    Returns
    -------
    Float32 tensor (B, 1), whatever precision the network computes in.
    """
    *body, last = network.layers
    if last.activation is keras.activations.linear:
        return tf.cast(forward(network.layers, images, training), tf.float32)
    features = forward(body, images, training)
    # The last Dense without its activation; weights are float32, features perhaps 16 bits wide.
    kernel, bias = (tf.cast(weight, features.dtype) for weight in (last.kernel, last.bias))
    return tf.cast(tf.matmul(features, kernel) + bias, tf.float32)
