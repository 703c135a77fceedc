"""The systems of `lecture`: a GAN of dense layers, and one of convolutions."""

from collections.abc import Mapping
from typing import Any

from ganlib.recipes.recipe import Network, Optimizer, Recipe
from ganlib.systems.latents import Part


def _adams(generator: float, discriminator: float, **options: float) -> dict[str, Optimizer]:
    rates = {"generator": generator, "discriminator": discriminator}
    return {n: Optimizer("Adam", {"learning_rate": rate, **options}) for n, rate in rates.items()}


def _recipe(name: str, title: str, networks: Mapping[str, Network], **choices: Any) -> Recipe:
    return Recipe(
        name=name,
        title=title,
        source="lecture, its summaries of Generator and Discriminator",
        dataset="mnist",
        image_shape=(28, 28, 1),
        networks=networks,
        kind="alternating",
        latent={"noise": Part("normal", 32)},
        schedule="linear",
        steps_per_execution=20,
        notes=(
            "The lecture gives both networks and trains them in turn, each with noise of its own. "
            "It leaves open optimiser, rates, batch and epochs: ours are chosen for a minute."
        ),
        **choices,
    )


RECIPES = (
    _recipe(
        "lecture-mlp",
        "Lecture MLP-GAN",
        {
            "generator": Network(
                "lecture:mlp_generator", {"activation": "hard_tanh", "momentum": 0.9}
            ),
            "discriminator": Network("lecture:mlp_discriminator"),
        },
        optimizers=_adams(4e-3, 5e-4, beta_1=0.0, beta_2=0.99),
        batch_size=32,
        epochs=10,
    ),
    _recipe(
        "lecture-conv",
        "Lecture convolutional GAN",
        {
            "generator": Network("lecture:conv_generator"),
            "discriminator": Network("lecture:conv_discriminator"),
        },
        optimizers=_adams(1e-3, 2e-3, beta_1=0.5),
        batch_size=16,
        epochs=None,
        minutes=1.0,
    ),
)
