"""The networks of the review: the widths that it names, and no layer more."""

import numpy as np
import pytest

from ganlib import recipes
from ganlib.models import review
from ganlib.models.summaries import describe
from ganlib.recipes import Network

SHAPE = (28, 28, 1)
TOTALS = {
    "review-mlp": {"generator": 1514128, "discriminator": 533505},
    "review-cgan": {"generator": 1515508, "discriminator": 932965},
    "review-dcgan": {"generator": 856705, "discriminator": 98561},
}
"""Worked out by hand: weights and biases of the widths, four numbers a channel for batch norm."""


def widths(network, kind: str) -> list[int]:
    return [row["output_shape"][-1] for row in describe(network)["layers"] if row["type"] == kind]


@pytest.mark.parametrize("name", TOTALS)
def test_totals_follow_from_the_reports_widths(name):
    built = recipes.get(name).build()
    assert {n: describe(network)["total"] for n, network in built.items()} == TOTALS[name]
    assert built["discriminator"].output_shape == (None, 1)
    assert built["generator"].output_shape == (None, *SHAPE)


def test_section_3_1_has_these_widths():
    mlp, cgan, dcgan = (recipes.get(name).build() for name in TOTALS)
    assert widths(mlp["generator"], "Dense") == [128, 256, 512, 1024, 784]
    assert widths(mlp["discriminator"], "Dense") == [512, 256, 1]
    assert widths(cgan["generator"], "Dense") == [128, 256, 512, 1024, 784]
    assert widths(cgan["discriminator"], "Dense") == [512, 512, 512, 1]
    assert cgan["generator"].get_layer("joined").output.shape[-1] == 100 + 10
    assert cgan["discriminator"].get_layer("joined").output.shape[-1] == 10 + 28 * 28
    assert widths(dcgan["generator"], "Conv2D") == [128, 64, 1]
    assert dcgan["generator"].layers[1].output.shape[-1] == 128
    assert widths(dcgan["discriminator"], "Conv2D") == [16, 32, 64, 128]


@pytest.mark.parametrize(
    ("builder", "option", "values"),
    [
        (review.mlp_generator, "units", (128, 256, 512, 1024, 1536)),  # figures 7 and 8
        (review.mlp_discriminator, "units", (512, 1024, 512)),  # figures 6 and 7
        (review.cgan_generator, "units", (128, 256, 512, 1024, 2048)),  # figure 23
        (review.cgan_discriminator, "units", (512, 512, 512, 1024)),
        (review.dcgan_generator, "channels", (256, 256, 64, 32)),  # figure 16
        (review.dcgan_discriminator, "channels", (16, 32, 64, 128, 256)),
    ],
)
def test_the_widths_of_the_captions_are_an_option(builder, option, values):
    network = Network(builder, {option: list(values)}).build(SHAPE)
    found = widths(network, "Dense" if option == "units" else "Conv2D")
    start = 1 if "dcgan_gen" in builder.__name__ else 0  # the first one is the dense layer's
    assert tuple(found[: len(values) - start]) == values[start:]
    if "generator" in builder.__name__:
        assert network.output_shape == (None, *SHAPE)


def test_an_embedding_is_as_large_as_the_noise_from_the_start():
    generator = recipes.get("review-cgan").build()["generator"]
    values = generator.get_layer("label_embedding").get_weights()[0]
    assert 0.7 < np.std(values) < 1.3
