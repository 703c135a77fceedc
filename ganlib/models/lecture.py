"""The networks of `lecture`, layer by layer as its four summaries print them.

The lecture leaves open the slope of LeakyReLU (0.3 here, Keras's own at its time), the momentum of
batch norm's averages, the dropout's share and the activation of the pixels (tanh here). The options
are what its recipes and lessons change.
"""

import math

from ganlib.models.layers import BatchNormalization, Dropout
from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels


def mlp_generator(
    image_shape: Shape,
    latent_dim: int = 32,
    slope: float = 0.3,
    activation: str = "tanh",
    momentum: float = 0.99,
) -> keras.Sequential:
    """Three hidden layers of 128, 256 and 512: (B, latent_dim) to (B, H, W, C) in [-1, 1].

    `slope` is LeakyReLU's for negative inputs; with 0 it is a ReLU.
    """
    hidden: list[keras.Layer] = []
    for units in (128, 256, 512):
        hidden += [
            layers.Dense(units),
            BatchNormalization(momentum=momentum),
            layers.LeakyReLU(negative_slope=slope),
        ]
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            *hidden,
            layers.Dense(math.prod(image_shape), activation=activation),
            layers.Reshape(image_shape),
        ],
        name="generator",
    )


def mlp_discriminator(image_shape: Shape, slope: float = 0.3) -> keras.Sequential:
    """Three hidden layers of 512, 256 and 128: (B, H, W, C) to logits (B, 1)."""
    hidden: list[keras.Layer] = []
    for units in (512, 256, 128):
        hidden += [layers.Dense(units), layers.LeakyReLU(negative_slope=slope)]
    return keras.Sequential(
        [layers.Input(image_shape), layers.Flatten(), *hidden, layers.Dense(1)],
        name="discriminator",
    )


def conv_generator(
    image_shape: Shape, latent_dim: int = 32, slope: float = 0.3
) -> keras.Sequential:
    """From 3×3 to 7×7, 14×14 and 28×28: (B, latent_dim) to (B, 28, 28, C) in [-1, 1]."""
    double = {"strides": 2, "padding": "same"}
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(3 * 3 * 128),
            layers.LeakyReLU(negative_slope=slope),
            layers.Reshape((3, 3, 128)),
            layers.Conv2DTranspose(128, 3, strides=2, padding="valid"),
            BatchNormalization(),
            layers.LeakyReLU(negative_slope=slope),
            layers.Conv2DTranspose(64, 3, **double),
            BatchNormalization(),
            layers.LeakyReLU(negative_slope=slope),
            layers.Conv2DTranspose(image_shape[-1], 3, **double, activation="tanh"),
        ],
        name="generator",
    )


def conv_discriminator(
    image_shape: Shape, slope: float = 0.3, dropout: float = 0.3
) -> keras.Sequential:
    """From 28×28 to 14×14, 7×7 and 3×3: (B, 28, 28, C) to logits (B, 1)."""
    halve = {"strides": 2, "padding": "same"}
    return keras.Sequential(
        [
            layers.Input(image_shape),
            layers.Conv2D(32, 3, **halve),
            layers.LeakyReLU(negative_slope=slope),
            layers.Conv2D(64, 3, **halve),
            layers.LeakyReLU(negative_slope=slope),
            layers.Conv2D(128, 3, strides=2, padding="valid"),
            layers.LeakyReLU(negative_slope=slope),
            layers.Flatten(),
            Dropout(dropout),
            layers.Dense(1),
        ],
        name="discriminator",
    )
