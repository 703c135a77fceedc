"""The networks of `milestone`, which prints them as PyTorch summaries: an MLP GAN and a DCGAN.

They start as PyTorch's layers do: weights and biases uniform up to 1/√(inputs of a unit). Its
padding differs from Keras's "same" where a stride is 2, so it is written out. Batch norm has
PyTorch's ε and momentum (Keras's is one minus it). What is left: PyTorch flattens channels first,
and its running variances are unbiased.
"""

import math
from typing import Any

from ganlib.models.layers import BatchNormalization, Dropout
from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels
SLOPE = 0.2


def starts(inputs: int) -> dict[str, Any]:
    """PyTorch's initialisers of a layer whose units have so many inputs."""
    limit = 1.0 / math.sqrt(inputs)
    uniform = keras.initializers.RandomUniform
    return {
        "kernel_initializer": uniform(-limit, limit),
        "bias_initializer": uniform(-limit, limit),
    }


def normalized() -> keras.Layer:
    """Batch norm with PyTorch's settings."""
    return BatchNormalization(momentum=0.9, epsilon=1e-5)


def dense_layers(widths: tuple[int, ...]) -> list[keras.Layer]:
    """Dense layers from each width to the next, with LeakyReLU between them."""
    built: list[keras.Layer] = []
    for inputs, units in zip(widths, widths[1:], strict=False):
        built += [layers.Dense(units, **starts(inputs)), layers.LeakyReLU(negative_slope=SLOPE)]
    return built[:-1]


def mlp_generator(image_shape: Shape, latent_dim: int = 100) -> keras.Sequential:
    """(B, latent_dim) to (B, H, W, C) in [-1, 1] through 256, 512 and 1,024 units."""
    hidden = dense_layers((latent_dim, 256, 512, 1024, math.prod(image_shape)))
    ends = [layers.Activation("tanh"), layers.Reshape(image_shape)]
    return keras.Sequential([layers.Input((latent_dim,)), *hidden, *ends], name="generator")


def mlp_discriminator(image_shape: Shape) -> keras.Sequential:
    """(B, H, W, C) to the probability of being real, (B, 1), through 512 and 256 units."""
    hidden = dense_layers((math.prod(image_shape), 512, 256, 1))
    return keras.Sequential(
        [layers.Input(image_shape), layers.Flatten(), *hidden, layers.Activation("sigmoid")],
        name="discriminator",
    )


def dcgan_generator(
    image_shape: Shape, latent_dim: int = 100, width: float = 1.0
) -> keras.Sequential:
    """Dense, then twice a transposed convolution, then a convolution: images in [-1, 1].

    `width` is a share of the report's channels, for a look that has to be quick.
    """
    height, breadth, channels = image_shape
    first, second, third = (round(filters * width) for filters in (256, 128, 64))
    start = (height // 4, breadth // 4, first)
    stack: list[keras.Layer] = [
        layers.Input((latent_dim,)),
        layers.Dense(math.prod(start), **starts(latent_dim)),
        normalized(),
        layers.ReLU(),
        layers.Reshape(start),
    ]
    for filters in (second, third):
        stack += [
            layers.Conv2DTranspose(filters, 5, strides=2, **starts(filters * 5 * 5)),
            layers.Cropping2D(((2, 1), (2, 1))),  # padding 2, output padding 1
            normalized(),
            layers.ReLU(),
        ]
    stack += [layers.Conv2D(channels, 5, padding="same", **starts(third * 5 * 5))]
    return keras.Sequential([*stack, layers.Activation("tanh")], name="generator")


def dcgan_discriminator(
    image_shape: Shape, batch_norm: bool = True, width: float = 1.0
) -> keras.Sequential:
    """Two strided convolutions with batch norm: (B, H, W, C) to the probability (B, 1).

    Without `batch_norm` it is ours, for a gradient penalty; `width` as in `dcgan_generator`.
    """
    height, breadth, channels = image_shape
    first, second = round(64 * width), round(128 * width)
    stack: list[keras.Layer] = [layers.Input(image_shape)]
    for before, filters in ((channels, first), (first, second)):
        stack += [
            layers.ZeroPadding2D(2),
            layers.Conv2D(filters, 5, strides=2, **starts(before * 5 * 5)),
            *([normalized()] if batch_norm else []),
            layers.LeakyReLU(negative_slope=SLOPE),
        ]
    features = height // 4 * (breadth // 4) * second
    stack += [layers.Flatten(), Dropout(0.3), layers.Dense(1, **starts(features))]
    return keras.Sequential([*stack, layers.Activation("sigmoid")], name="discriminator")
