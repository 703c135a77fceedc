"""The networks of `review`: a GAN and a conditional GAN of dense layers, and a DCGAN.

The report gives widths alone: section 3.1, and the captions of figures 5 to 26, which the options
are for. The widths are those of https://github.com/eriklindernoren/PyTorch-GAN. So that is where
the rest is from: kernels, slope, dropout, and where the upsampling is. Batch norm has Keras's
settings, and as the report says is in each hidden layer of a generator.
"""

import math
from collections.abc import Sequence
from typing import Any

from ganlib.models.express import through
from ganlib.models.layers import BatchNormalization, Dropout, label_embedding
from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels
SLOPE = 0.2


def _generator_layers(image_shape: Shape, units: Sequence[int]) -> list[keras.Layer]:
    stack: list[keras.Layer] = []
    for width in units:
        stack += [
            layers.Dense(width),
            BatchNormalization(),
            layers.LeakyReLU(negative_slope=SLOPE),
        ]
    ends = layers.Dense(math.prod(image_shape), activation="tanh")
    return [*stack, ends, layers.Reshape(image_shape)]


def _discriminator_layers(units: Sequence[int], dropout: float) -> list[keras.Layer]:
    stack: list[keras.Layer] = []
    for number, width in enumerate(units):
        dropped = [Dropout(dropout)] if dropout and number else []
        stack += [layers.Dense(width), *dropped, layers.LeakyReLU(negative_slope=SLOPE)]
    return [*stack, layers.Dense(1, activation="sigmoid")]


def mlp_generator(
    image_shape: Shape, latent_dim: int = 100, units: Sequence[int] = (128, 256, 512, 1024)
) -> keras.Sequential:
    """(B, latent_dim) to (B, H, W, C) in [-1, 1] through hidden layers of these widths."""
    stack = _generator_layers(image_shape, units)
    return keras.Sequential([layers.Input((latent_dim,)), *stack], name="generator")


def mlp_discriminator(
    image_shape: Shape, units: Sequence[int] = (512, 256), dropout: float = 0.0
) -> keras.Sequential:
    """(B, H, W, C) to the probability of being real, (B, 1)."""
    stack = [layers.Flatten(), *_discriminator_layers(units, dropout)]
    return keras.Sequential([layers.Input(image_shape), *stack], name="discriminator")


def _labels(classes: int) -> tuple[Any, Any]:
    """The input for labels, int64 (B,), and their embedding, as many numbers as classes."""
    labels = layers.Input((), dtype="int64", name="labels")
    return labels, label_embedding(classes, classes)(labels)


def cgan_generator(
    image_shape: Shape,
    latent_dim: int = 100,
    units: Sequence[int] = (128, 256, 512, 1024),
    classes: int = 10,
) -> keras.Model:
    """A dict of "noise", (B, latent_dim), and "labels", (B,), to (B, H, W, C) in [-1, 1]."""
    noise = layers.Input((latent_dim,), name="noise")
    labels, embedded = _labels(classes)
    joined = layers.Concatenate(name="joined")([noise, embedded])
    images = through(_generator_layers(image_shape, units), joined)
    return keras.Model({"noise": noise, "labels": labels}, images, name="generator")


def cgan_discriminator(
    image_shape: Shape,
    units: Sequence[int] = (512, 512, 512),
    classes: int = 10,
    dropout: float = 0.4,
) -> keras.Model:
    """A dict of "images", (B, H, W, C), and "labels", (B,), to the probability (B, 1)."""
    images = layers.Input(image_shape, name="images")
    labels, embedded = _labels(classes)
    joined = layers.Concatenate(name="joined")([layers.Flatten()(images), embedded])
    stack = _discriminator_layers(units, dropout)
    return keras.Model(
        {"images": images, "labels": labels}, through(stack, joined), name="discriminator"
    )


def dcgan_generator(
    image_shape: Shape, latent_dim: int = 100, channels: Sequence[int] = (128, 128, 64)
) -> keras.Sequential:
    """A dense layer to a quarter of the side, then convolutions: images in [-1, 1].

    `channels` are those after the dense layer and after each hidden convolution, two at least. The
    first two convolutions of all come after an upsampling.
    """
    height, width, image_channels = image_shape
    start = (height // 4, width // 4, channels[0])
    stack = [
        layers.Input((latent_dim,)),
        layers.Dense(math.prod(start)),
        layers.Reshape(start),
        BatchNormalization(),
    ]
    for number, filters in enumerate(channels[1:]):
        stack += [
            *([layers.UpSampling2D()] if number < 2 else []),
            layers.Conv2D(filters, 3, padding="same"),
            BatchNormalization(),
            layers.LeakyReLU(negative_slope=SLOPE),
        ]
    last = layers.Conv2D(image_channels, 3, padding="same", activation="tanh")
    stack += [last] if len(channels) > 2 else [layers.UpSampling2D(), last]
    return keras.Sequential(stack, name="generator")


def dcgan_discriminator(
    image_shape: Shape, channels: Sequence[int] = (16, 32, 64, 128), dropout: float = 0.25
) -> keras.Sequential:
    """Convolutions with stride 2 and these channels: (B, H, W, C) to the probability (B, 1)."""
    stack: list[keras.Layer] = [layers.Input(image_shape)]
    for number, filters in enumerate(channels):
        stack += [
            layers.Conv2D(filters, 3, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=SLOPE),
            Dropout(dropout),
            *([BatchNormalization()] if number else []),
        ]
    stack += [layers.Flatten(), layers.Dense(1, activation="sigmoid")]
    return keras.Sequential(stack, name="discriminator")
