"""CycleGANs between digits: the fourth model of `review`."""

from typing import Any

from ganlib.recipes.parts import Network, for_both
from ganlib.recipes.recipe import Recipe

GENERATORS, DISCRIMINATORS = ("generator", "back"), ("discriminator", "back_discriminator")


def _recipe(
    name: str, title: str, dataset: str, shape: tuple[int, int, int], **more: Any
) -> Recipe:
    networks = dict.fromkeys(GENERATORS, Network("translation:generator"))
    networks |= dict.fromkeys(DISCRIMINATORS, Network("translation:discriminator"))
    return Recipe(
        name=name,
        title=title,
        source="review, section 2; Zhu et al. 2017, sections 3 and 7",
        dataset=dataset,
        image_shape=shape,
        networks=networks,
        optimizers=for_both("Adam", networks, learning_rate=1e-3, beta_1=0.5),
        kind="cyclegan",
        objective="least_squares",
        latent={},
        schedule="linear",
        batch_size=16,
        epochs=None,
        notes=(
            "The report describes the CycleGAN in a paragraph, without networks, weights of the "
            "losses, rates or data. Losses, weights and the pool are the paper's; small networks "
            "that work on half the side, rate, batch and data are ours."
        ),
        **more,
    )


RECIPES = (
    _recipe(
        "coloured-cyclegan",
        "CycleGAN between MNIST and coloured digits",
        "mnist+mnist_coloured",
        (28, 28, 3),
        options={"identity": 0.0},
        minutes=3.0,
    ),
    _recipe(
        "svhn-colour-cyclegan",
        "CycleGAN between MNIST and SVHN in colour",
        "mnist+svhn_cropped",
        (32, 32, 3),
        minutes=30.0,
    ),
    _recipe(
        "svhn-cyclegan",
        "CycleGAN between MNIST and SVHN",
        "mnist+svhn_cropped",
        (32, 32, 1),
        minutes=30.0,
    ),
)
