"""The systems of `lecture`: a GAN of dense layers, and one of convolutions."""

import dataclasses

from ganlib.recipes.recipe import Network, Optimizer, Recipe, networks_of
from ganlib.systems.latents import Part

OPEN = (
    "The lecture gives both networks and trains them in turn, each with noise of its own. It "
    "leaves open optimiser, rates, batch and epochs: ours are chosen for a minute."
)


def _recipe(name: str, title: str, networks: str) -> Recipe:
    return Recipe(
        name=name,
        title=title,
        source="lecture, its summaries of Generator and Discriminator",
        dataset="mnist",
        image_shape=(28, 28, 1),
        networks=networks_of("lecture", f"{networks}_generator", f"{networks}_discriminator"),
        optimizers={
            "generator": Optimizer("Adam", {"learning_rate": 1e-3, "beta_1": 0.5}),
            "discriminator": Optimizer("Adam", {"learning_rate": 5e-4, "beta_1": 0.5}),
        },
        kind="alternating",
        latent={"noise": Part("normal", 32)},
        schedule="linear",
        batch_size=64,
        epochs=40,
        steps_per_execution=20,
        notes=OPEN,
    )


MLP = dataclasses.replace(
    _recipe("lecture-mlp", "Lecture MLP-GAN", "mlp"),
    networks={
        "generator": Network("lecture:mlp_generator", {"activation": "hard_tanh", "momentum": 0.9}),
        "discriminator": Network("lecture:mlp_discriminator"),
    },
    optimizers={
        "generator": Optimizer("Adam", {"learning_rate": 4e-3, "beta_1": 0.0, "beta_2": 0.99}),
        "discriminator": Optimizer("Adam", {"learning_rate": 5e-4, "beta_1": 0.0, "beta_2": 0.99}),
    },
    batch_size=32,
    epochs=10,
)

RECIPES = (
    MLP,
    _recipe("lecture-conv", "Lecture convolutional GAN", "conv"),
)
