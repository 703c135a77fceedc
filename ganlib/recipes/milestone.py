"""The systems of `milestone` on Fashion-MNIST: a GAN of dense layers, and a DCGAN."""

from typing import Any

from ganlib.recipes.parts import for_both, networks_of
from ganlib.recipes.recipe import Recipe

OPEN = (
    "The report prints the networks and leaves open optimiser, rate and batch: ours are those of "
    "the DCGAN paper, Adam with rate 2e-4 and beta_1 0.5, and batches of 128. Its accuracies are "
    "all multiples of 1/96, as they would be of the last batch of an epoch in batches of 128."
)


def _recipe(name: str, title: str, networks: str, **choices: Any) -> Recipe:
    return Recipe(
        name=name,
        title=title,
        source="milestone, its summaries of Generator and Discriminator",
        dataset="fashion_mnist",
        image_shape=(28, 28, 1),
        networks=networks_of("milestone", f"{networks}_generator", f"{networks}_discriminator"),
        optimizers=for_both("Adam", learning_rate=2e-4, beta_1=0.5),
        batch_size=128,
        notes=OPEN,
        **choices,
    )


RECIPES = (
    _recipe("fashion-mlp", "Fashion-MNIST MLP GAN", "mlp", epochs=40, steps_per_execution=20),
    _recipe("fashion-dcgan", "Fashion-MNIST DCGAN", "dcgan", epochs=20),
)
