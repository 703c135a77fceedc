"""The six systems of `final-project`: baseline, modified and Wasserstein GAN on MNIST and SVHN."""

import dataclasses

from ganlib.recipes.parts import networks_of
from ganlib.recipes.recipe import Recipe

_WGAN_NOTES = (
    "The report says only that the loss is the Wasserstein distance. It names neither clipping nor "
    "n_critic nor a batch size; n_critic 5 and clipping to 0.01 are the published values "
    "(Arjovsky et al. 2017, algorithm 1), Adam and batch are the baseline's. "
    "With these, small budgets show no digits:"
)
_SVHN_NOTES = (
    "The report gives no batch size and no latent for SVHN: batch 256 and a normal latent are "
    "those of its MNIST baseline."
)
MNIST_BASELINE = Recipe(
    name="mnist-baseline",
    title="MNIST baseline DCGAN",
    source="final-project, section 3.1; tensorflow.org/tutorials/generative/dcgan",
    dataset="mnist",
    image_shape=(28, 28, 1),
    networks=networks_of("final_project", "generator", "dcgan_discriminator"),
    notes="Batch, optimiser and order of steps are the TensorFlow tutorial's, which it follows.",
)

MNIST_MODIFIED = dataclasses.replace(
    MNIST_BASELINE,
    name="mnist-modified",
    title="MNIST modified DCGAN",
    source="final-project, section 3.2, figures 7 and 8",
    networks=networks_of("final_project", "generator", "modified_discriminator", kernel_size=3),
    notes="",
)

MNIST_WGAN = dataclasses.replace(
    MNIST_BASELINE,
    name="mnist-wgan",
    title="MNIST Wasserstein GAN",
    source="final-project, section 3.3; Arjovsky et al. 2017, algorithm 1",
    objective="wasserstein",
    kind="alternating",
    options={"n_critic": 5, "clip": 0.01},
    notes=f"{_WGAN_NOTES} see mnist-wgan-rmsprop.",
)

SVHN_BASELINE = Recipe(
    name="svhn-baseline",
    title="SVHN baseline DCGAN",
    source="final-project, section 3.4, figures 9 and 10",
    dataset="svhn_cropped",
    image_shape=(32, 32, 1),
    networks=networks_of("final_project", "generator", "svhn_discriminator"),
    notes=_SVHN_NOTES,
)

SVHN_MODIFIED = dataclasses.replace(
    SVHN_BASELINE,
    name="svhn-modified",
    title="SVHN modified DCGAN",
    source="final-project, section 3.5, figures 11 and 12",
    networks=networks_of(
        "final_project", "generator", "svhn_modified_discriminator", kernel_size=3
    ),
)

SVHN_WGAN = dataclasses.replace(
    MNIST_WGAN,
    name="svhn-wgan",
    title="SVHN Wasserstein GAN",
    source="final-project, section 3.6; Arjovsky et al. 2017, algorithm 1",
    dataset="svhn_cropped",
    image_shape=(32, 32, 1),
    notes=f"{_WGAN_NOTES} see svhn-wgan-gp.",
)

RECIPES = (MNIST_BASELINE, MNIST_MODIFIED, MNIST_WGAN, SVHN_BASELINE, SVHN_MODIFIED, SVHN_WGAN)
