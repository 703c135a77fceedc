"""Networks of an InfoGAN: a generator that takes codes, and a recogniser that reads them.

The generator's layers are those of `ganlib.models.express`. The recogniser is a head on the
discriminator's trunk: Chen et al. 2016, appendix C.1, https://arxiv.org/abs/1606.03657.
"""

from typing import Any

from ganlib.models import express
from ganlib.startup import keras

layers = keras.layers


def generator(
    image_shape: express.Shape,
    latent_dim: int = 32,
    categories: int = 10,
    numbers: int = 2,
    **options: Any,
) -> keras.Model:
    """A dict of "noise", "category" and "numbers", each (B, size), to (B, H, W, C) in [-1, 1].

    Parameters
    ----------
    latent_dim, categories, numbers : size of each part
    options : of `ganlib.models.express.generator`, but for `lighting`
    """
    sizes = {"noise": latent_dim, "category": categories, "numbers": numbers}
    inputs = {name: layers.Input((size,), name=name) for name, size in sizes.items()}
    body = express.generator(image_shape, sum(sizes.values()), **options)
    joined = layers.Concatenate(name="joined")(list(inputs.values()))
    return keras.Model(inputs, express.through(body.layers[1:], joined), name="generator")


def recogniser(
    image_shape: express.Shape,
    features: int = 128,
    units: int = 64,
    categories: int = 10,
    numbers: int = 2,
) -> keras.Sequential:
    """Features (B, features) to logits of the category, means and deviations: (B, 14)."""
    stack = [
        layers.Input((features,)),
        layers.Dense(units),
        layers.LeakyReLU(negative_slope=express.SLOPE),
        layers.Dense(categories + 2 * numbers),
    ]
    return keras.Sequential(stack, name="recogniser")
