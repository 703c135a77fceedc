"""Ways to train that came later, with the networks of the Wasserstein GANs of `final-project`.

Each comes for MNIST and for SVHN. Only losses and discriminator differ between them; optimiser and
batch are the same, and chosen for two minutes on two cores.
"""

import dataclasses
from typing import Any

from ganlib.recipes.final_project import MNIST_WGAN, SVHN_WGAN
from ganlib.recipes.parts import for_both
from ganlib.recipes.recipe import Recipe
from ganlib.recipes.vary import changed


def _recipe(
    report: Recipe, name: str, title: str, source: str, notes: str, **choices: Any
) -> Recipe:
    data = report.name.split("-")[0]
    return dataclasses.replace(
        changed(report, discriminator=choices.pop("critic", {})),
        name=f"{data}-{name}",
        title=f"{data.upper()} {title}",
        source=f"{report.source.split(';')[0]}; {source}",
        optimizers=for_both("Adam", learning_rate=5e-4, beta_1=0.0),
        batch_size=32,
        epochs=20,
        notes=(
            f"Ours: the networks of the report's Wasserstein GAN {notes} Rate and batch are chosen "
            "for two minutes on two cores; benchmarks/variants.py compares."
        ),
        **choices,
    )


def _wgan_gp(report: Recipe) -> Recipe:
    return _recipe(
        report,
        "wgan-gp",
        "Wasserstein GAN with gradient penalty",
        "Gulrajani et al. 2017, algorithm 1",
        "with the penalty in place of clipping, and Adam without momentum as in the paper; there "
        "n_critic is 5, here 2.",
        options={"n_critic": 2, "gradient_penalty": 10.0},
    )


def _sngan(report: Recipe) -> Recipe:
    return _recipe(
        report,
        "sngan",
        "GAN with spectral normalisation",
        "Miyato et al. 2018, sections 2.1 and 4",
        "with each kernel of the discriminator divided by its largest singular value, and the "
        "hinge loss. Keras puts the result in the kernel's place at each call, so no gradient goes "
        "through the division, as it does in the paper.",
        critic={"spectral": True},
        objective="hinge",
        options={},
    )


def _r3gan(report: Recipe) -> Recipe:
    return _recipe(
        report,
        "r3gan",
        "relativistic GAN with R1 and R2",
        "Huang et al. 2024 (R3GAN), section 2",
        "with a loss on pairs, penalties on both sides, and no dropout in the discriminator. The "
        "paper's networks are residual, and its generator has no batch norm; the penalties' weight "
        "is ours.",
        critic={"dropout": 0.0},
        objective="non_saturating",
        options={"relativistic": True, "r1": 0.1, "r2": 0.1},
    )


RECIPES = tuple(
    make(report) for make in (_wgan_gp, _sngan, _r3gan) for report in (MNIST_WGAN, SVHN_WGAN)
)
