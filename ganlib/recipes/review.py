"""The systems of `review` on MNIST: a GAN and a conditional GAN of dense layers, and a DCGAN."""

from typing import Any

from ganlib.recipes.parts import for_both, networks_of
from ganlib.recipes.recipe import Recipe
from ganlib.systems.latents import Part

OPEN = (
    "The report gives widths and 200 epochs, and leaves the rest open. Its widths are those of "
    "github.com/eriklindernoren/PyTorch-GAN; batch, optimiser and rates are from there too. It "
    "stops some runs early, and does not say when: the best generator by the Fréchet distance is "
    "kept beside the last."
)
NOISE = {"noise": Part("normal", 100)}


def _recipe(name: str, title: str, notes: str, **choices: Any) -> Recipe:
    return Recipe(
        name=f"review-{name}",
        title=title,
        source="review, section 3.1",
        dataset="mnist",
        image_shape=(28, 28, 1),
        networks=networks_of("review", f"{name}_generator", f"{name}_discriminator"),
        optimizers=for_both("Adam", learning_rate=2e-4, beta_1=0.5),
        batch_size=64,
        epochs=200,
        steps_per_execution=20,
        notes=f"{OPEN} {notes}".strip(),
        **choices,
    )


RECIPES = (
    _recipe(
        "mlp",
        "MLP GAN of the review",
        "The generator is that of figure 17; section 3.1 leaves out its layer of 1,024.",
        kind="alternating",
    ),
    _recipe(
        "cgan",
        "Conditional GAN of the review",
        "Where PyTorch-GAN has least squares, the loss is that of the report's equation 5.",
        kind="conditional",
        latent=NOISE | {"labels": Part("label", 10)},
    ),
    _recipe(
        "dcgan",
        "DCGAN of the review",
        "Captions of figures 13 to 16 and 24 to 26 give other channels as the original ones.",
        kind="alternating",
    ),
)
