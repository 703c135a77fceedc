"""Recipes of this course: for a minute of training, and cures for what fails in the reports'."""

import dataclasses
from typing import Any

from ganlib.recipes.final_project import MNIST_WGAN, SVHN_BASELINE
from ganlib.recipes.parts import Network, Optimizer, adams, for_both
from ganlib.recipes.recipe import Recipe
from ganlib.recipes.vary import changed
from ganlib.systems.latents import Part

EXPRESS = (
    "ours, after Radford et al. 2016 (DCGAN), Shi et al. 2016 (pixel shuffle), Heusel et al. "
    "2017 (two learning rates)"
)

MNIST_EXPRESS = Recipe(
    name="mnist-express",
    title="MNIST express DCGAN",
    source=f"{EXPRESS}, Lim and Ye 2017 (hinge loss)",
    dataset="mnist",
    image_shape=(28, 28, 1),
    networks={
        "generator": Network(
            "express:generator",
            {"units": 256, "filters": [32, 16], "momentum": 0.98, "activation": "hard_tanh"},
        ),
        "discriminator": Network("express:discriminator", {"units": 128, "filters": [16, 32]}),
    },
    optimizers=adams(3e-3, 5e-4, beta_1=0.0, beta_2=0.99),
    objective="hinge",
    latent={"noise": Part("normal", 32)},
    schedule="linear",
    batch_size=32,
    epochs=None,
    minutes=1.0,
    steps_per_execution=20,
    notes=(
        "Made for one minute on two cores, or whatever time is given: few channels, wide dense "
        "layers, many steps, and learning rates that fall to nothing over the budget. "
        "benchmarks/ablation.py changes one choice at a time."
    ),
)

MNIST_INFOGAN = dataclasses.replace(
    MNIST_EXPRESS,
    name="mnist-infogan",
    title="MNIST InfoGAN",
    source=f"{MNIST_EXPRESS.source}, Chen et al. 2016 (InfoGAN)",
    networks={
        "generator": Network("infogan:generator", MNIST_EXPRESS.networks["generator"].options),
        "discriminator": MNIST_EXPRESS.networks["discriminator"],
        "recogniser": Network("infogan:recogniser", {"features": 128}),
    },
    optimizers={
        **MNIST_EXPRESS.optimizers,
        "recogniser": Optimizer("Adam", {"learning_rate": 1e-3, "beta_1": 0.0, "beta_2": 0.99}),
    },
    kind="infogan",
    options={"lambda_category": 1.0, "lambda_numbers": 0.1, "wobble": 1.0},
    latent={
        "noise": Part("normal", 32),
        "category": Part("one_hot", 10),
        "numbers": Part("uniform", 2),
    },
    minutes=3.0,
    notes=(
        "The codes, and the weight 1 of the category's bound, are the paper's. Ours: networks and "
        "rates of mnist-express; deviations that are learnt, weight 0.1, for the numbers; and "
        "a category that is read from wobbled images, so that it cannot stand for slant or width."
    ),
)


def _with_labels(recipe: Recipe, **changes: Any) -> Recipe:
    """The recipe as a conditional GAN: both networks see the label too, and take turns."""
    return dataclasses.replace(
        changed(recipe, generator={"classes": 10}, discriminator={"classes": 10}),
        name=f"{recipe.name}-cgan",
        source=f"{recipe.source}, Mirza and Osindero 2014 (labels)",
        kind="conditional",
        latent={**recipe.latent, "labels": Part("label", 10)},
        notes=f"{recipe.name} whose networks see the label too, and take turns.",
        **changes,
    )


MNIST_EXPRESS_CGAN = _with_labels(MNIST_EXPRESS, title="MNIST express conditional GAN")

FASHION_EXPRESS = dataclasses.replace(
    MNIST_EXPRESS,
    name="fashion-express",
    title="Fashion-MNIST express DCGAN",
    dataset="fashion_mnist",
    networks=changed(MNIST_EXPRESS, generator={"activation": "tanh"}).networks,
    epochs=5,
    minutes=None,
    notes=(
        "It differs from mnist-express in its tanh, as clothes are grey where digits are white, "
        "and in its budget: about two minutes on two cores."
    ),
)

SVHN_EXPRESS = dataclasses.replace(
    MNIST_EXPRESS,
    name="svhn-express",
    title="SVHN express DCGAN",
    dataset="svhn_cropped",
    image_shape=(32, 32, 1),
    networks={
        "generator": Network(
            "express:generator",
            {"units": 256, "filters": [64, 32], "momentum": 0.98, "lighting": True},
        ),
        "discriminator": Network(
            "express:discriminator", {"units": 128, "filters": [32, 64], "lighting": True}
        ),
    },
    optimizers=adams(3e-3, 1e-3, beta_1=0.0, beta_2=0.99),
    minutes=6.0,
    notes=(
        "It differs from mnist-express: twice the channels, tanh, a faster discriminator, and both "
        "networks treat an image's light apart from what it shows. Six minutes are meant for two "
        "cores with AVX2."
    ),
)

SVHN_EXPRESS_CGAN = _with_labels(SVHN_EXPRESS, title="SVHN express conditional GAN")

MNIST_WGAN_RMSPROP = dataclasses.replace(
    MNIST_WGAN,
    name="mnist-wgan-rmsprop",
    title="MNIST Wasserstein GAN with RMSprop",
    source="final-project, section 3.3; Arjovsky et al. 2017, algorithm 1 and section 4",
    optimizers=for_both("RMSprop", learning_rate=3e-4),
    batch_size=32,
    epochs=20,
    notes=(
        "Ours: the networks of the report's WGAN with the optimiser of Arjovsky et al. 2017, who "
        "found training unstable with momentum, and with many small steps. Rate and batch are "
        "chosen for two minutes on two cores; benchmarks/variants.py shows what each choice does."
    ),
)

SVHN_BASELINE_TTUR = dataclasses.replace(
    SVHN_BASELINE,
    name="svhn-baseline-ttur",
    title="SVHN baseline DCGAN with a slow discriminator",
    source="final-project, section 3.4, figures 9 and 10; Heusel et al. 2017 (TTUR)",
    optimizers=adams(5e-4, 5e-5, beta_1=0.5),
    batch_size=32,
    epochs=20,
    notes=(
        "Ours: the report's networks, whose discriminator wins with one learning rate of 1e-4. "
        "Two learning rates and less momentum hold it back; they and the batch are chosen for "
        "two minutes on two cores: see benchmarks/variants.py svhn-balance."
    ),
)

CELEBA_EXPRESS = dataclasses.replace(
    MNIST_EXPRESS,
    name="celeba-express",
    title="CelebA express DCGAN",
    dataset="celeb_a",
    image_shape=(64, 64, 3),
    networks={
        "generator": Network(
            "express:generator",
            {"latent_dim": 64, "units": 256, "filters": [128, 64, 32], "momentum": 0.98},
        ),
        "discriminator": Network("express:discriminator", {"units": 128, "filters": [32, 64, 128]}),
    },
    optimizers=adams(2e-3, 1e-3, beta_1=0.0, beta_2=0.99),
    options={"mirror": True},
    latent={"noise": Part("normal", 64)},
    epochs=24,
    minutes=None,
    steps_per_execution=1,
    notes=(
        "mnist-express for photographs in colour: three rasters, from 8×8 to half of the side, "
        "more channels, tanh, a longer latent, and faces that are mirrored at random. 24 "
        "epochs of 9,000 faces are meant for half an hour of two cores with AVX2."
    ),
)

RECIPES = (
    MNIST_EXPRESS,
    MNIST_INFOGAN,
    MNIST_EXPRESS_CGAN,
    FASHION_EXPRESS,
    SVHN_EXPRESS,
    SVHN_EXPRESS_CGAN,
    CELEBA_EXPRESS,
    MNIST_WGAN_RMSPROP,
    SVHN_BASELINE_TTUR,
)
