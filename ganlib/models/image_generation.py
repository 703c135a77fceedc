"""The networks of `image-generation`: the small GAN(NN), and what decodes its PCA baseline.

The report's section 4.2 gives both networks of GAN(NN) two layers with 128 hidden nodes and
leaves the activations open: ReLU in between here, tanh for pixels in [-1, 1], a sigmoid for D(x).
"""

import math

from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels


def nn_generator(
    image_shape: Shape, latent_dim: int = 100, hidden_units: int = 128
) -> keras.Sequential:
    """(B, latent_dim) to (B, H, W, C) in [-1, 1] through one hidden layer (section 4.2)."""
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(hidden_units, activation="relu"),
            layers.Dense(math.prod(image_shape), activation="tanh"),
            layers.Reshape(image_shape),
        ],
        name="generator",
    )


def nn_discriminator(image_shape: Shape, hidden_units: int = 128) -> keras.Sequential:
    """(B, H, W, C) to the probability of being real, (B, 1), through one hidden layer."""
    return keras.Sequential(
        [
            layers.Input(image_shape),
            layers.Flatten(),
            layers.Dense(hidden_units, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )


def linear_generator(image_shape: Shape, latent_dim: int = 100) -> keras.Sequential:
    """(B, latent_dim) to (B, H, W, C), a weighted sum of pictures plus one, cut to [-1, 1].

    Decodes principal components (section 4.1): `ganlib.systems.pca` makes them the kernel's rows.
    """
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(math.prod(image_shape), activation="hard_tanh"),
            layers.Reshape(image_shape),
        ],
        name="generator",
    )
