"""What several test files share: a tiny recipe that trains in seconds."""

import dataclasses
import gc
import os

import numpy as np
import pytest

from ganlib.datasets import Dataset
from ganlib.recipes import Network, Recipe
from ganlib.systems.latents import Part


@pytest.fixture(scope="module", autouse=True)
def what_stays_is_not_searched_for_garbage_again():
    """TensorFlow keeps millions of objects for good; two files of tests spent 7 % on the search."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def tiny_data() -> Dataset:
    """80 noisy 8x8 images: with a batch of 16, five steps an epoch.

    A smaller batch at an epoch's end would be traced too, and take as long as the rest of a run.
    """
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (80, 8, 8, 1), dtype=np.uint8)
    return Dataset("tiny", "train", images, np.zeros(80, np.int64), "synthetic", "a test")


@pytest.fixture(scope="session")
def tiny_recipe() -> Recipe:
    """Few channels on 8x8 images, batch norm and dropout included."""
    return Recipe(
        name="tiny",
        title="a tiny DCGAN",
        source="the tests",
        dataset="tiny",
        image_shape=(8, 8, 1),
        networks={
            "generator": Network(
                "express:generator", {"latent_dim": 4, "units": 0, "filters": [4, 4]}
            ),
            "discriminator": Network(
                "express:discriminator", {"filters": [4, 8], "units": 4, "dropout": 0.3}
            ),
        },
        latent={"noise": Part("normal", 4)},
        batch_size=16,
        epochs=2,
    )


@pytest.fixture
def tiny_wgan(tiny_recipe: Recipe) -> Recipe:
    """The same with the Wasserstein objective: five critic steps for one generator step."""
    return dataclasses.replace(
        tiny_recipe,
        name="tiny-wgan",
        objective="wasserstein",
        kind="alternating",
        options={"n_critic": 3, "clip": 0.01},
    )


def pytest_report_header() -> str:
    """Say whether the tests that want real data will find some."""
    folder = os.environ.get("GANLIB_DATA")
    return f"real data: {'$GANLIB_DATA is set' if folder else 'none ($GANLIB_DATA is not set)'}"
