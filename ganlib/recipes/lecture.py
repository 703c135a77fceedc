"""The systems of `lecture`: a GAN of dense layers, and one of convolutions."""

from collections.abc import Mapping
from typing import Any

from ganlib.recipes.parts import adams, networks_of
from ganlib.recipes.recipe import Network, Recipe
from ganlib.systems.latents import Part


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
        networks_of(
            *("lecture", "mlp_generator", "mlp_discriminator"),
            activation="hard_tanh",
            momentum=0.9,
        ),
        optimizers=adams(4e-3, 5e-4, beta_1=0.0, beta_2=0.99),
        batch_size=32,
        epochs=10,
    ),
    _recipe(
        "lecture-conv",
        "Lecture convolutional GAN",
        networks_of("lecture", "conv_generator", "conv_discriminator"),
        optimizers=adams(1e-3, 2e-3, beta_1=0.5),
        batch_size=16,
        epochs=None,
        minutes=1.0,
    ),
)
