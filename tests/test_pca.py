"""PCA: a system with one step, which goes through the same loop as a GAN."""

import dataclasses

import numpy as np
import pytest

from ganlib import recipes
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Network
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.systems import pca
from ganlib.systems.latents import Part
from ganlib.training.train import train


@pytest.fixture(scope="module")
def stretched() -> Dataset:
    """Noisy images that vary most along two known pictures, and asymmetrically so."""
    rng = np.random.default_rng(0)
    strengths = rng.exponential(1.0, (500, 2)) * [30.0, 10.0]
    pictures = rng.standard_normal((2, 16))
    pixels = 100.0 + strengths @ pictures + rng.normal(0.0, 1.0, (500, 16))
    images = np.clip(pixels, 0, 255).astype(np.uint8).reshape(500, 4, 4, 1)
    return Dataset("stretched", "train", images, None, "synthetic", "a test")


@pytest.fixture(scope="module")
def recipe() -> recipes.Recipe:
    return dataclasses.replace(
        recipes.get("mnist-pca"),
        dataset="stretched",
        image_shape=(4, 4, 1),
        networks={"generator": Network("image_generation:linear_generator", {"latent_dim": 3})},
        latent={"noise": Part("uniform", 3)},
    )


@pytest.fixture(scope="module")
def run(recipe, stretched, tmp_path_factory) -> RunFolder:
    return train(recipe, stretched, tmp_path_factory.mktemp("pca") / "run", display="none")


def test_the_kernel_spans_the_principal_subspace_and_its_range(stretched):
    kernel, bias = pca.pca_weights(stretched.images, 3)
    pixels = stretched.images.reshape(500, -1) / 127.5 - 1.0
    mean = pixels.mean(axis=0)
    # Independently: the right singular vectors of the centred pixels, up to their sign.
    axes = np.linalg.svd(pixels - mean, full_matrices=False)[2][:3]
    projections = (pixels - mean) @ axes.T
    lengths = np.linalg.norm(kernel, axis=1)
    assert 2 * lengths == pytest.approx(np.ptp(projections, axis=0), rel=1e-4)
    assert np.abs((kernel / lengths[:, None]) @ axes.T) == pytest.approx(np.eye(3), abs=1e-3)
    middle = (projections.min(axis=0) + projections.max(axis=0)) / 2
    assert bias == pytest.approx(mean + middle @ axes, abs=1e-4)


def test_uniform_latents_reach_the_projections_of_the_training_images_and_not_beyond(stretched):
    kernel, bias = pca.pca_weights(stretched.images, 3)
    pixels = stretched.images.reshape(500, -1) / 127.5 - 1.0
    latent = (pixels - bias) @ np.linalg.pinv(kernel)
    assert latent.min(axis=0) == pytest.approx(-np.ones(3), abs=1e-3)
    assert latent.max(axis=0) == pytest.approx(np.ones(3), abs=1e-3)


def test_a_fitted_run_is_a_run_like_any_other(run, recipe):
    record = run.record
    assert record["status"] == "finished" and list(record["recipe"]["networks"]) == ["generator"]
    assert record["progress"]["images"] == 500 and record["precision"] == "float32"
    assert run.recipe == recipe
    assert (run.samples / "epoch_0001.png").is_file()
    images = sample(run, 20, seed=3)
    assert images.shape == (20, 4, 4, 1) and images.dtype == np.uint8
    np.testing.assert_array_equal(images, sample(run, 20, seed=3))


def test_samples_are_decoded_uniform_latents(run, stretched):
    kernel, bias = pca.pca_weights(stretched.images, 3)
    latent = np.random.default_rng([5, 2]).uniform(-1, 1, (50, 3)).astype(np.float32)
    wanted = (np.clip(latent @ kernel + bias, -1, 1) + 1) * 127.5
    assert sample(run, 50, seed=5).reshape(50, -1) == pytest.approx(wanted, abs=0.51)


def test_the_logged_error_is_what_the_components_leave_over(run, stretched):
    pixels = stretched.images.reshape(500, -1) / 127.5 - 1.0
    values = np.linalg.svd(pixels - pixels.mean(axis=0), compute_uv=False)
    assert run.history[0]["error"] == pytest.approx((values[3:] ** 2).sum() / pixels.size, rel=1e-3)


def test_a_second_fit_finds_the_same(run, recipe, stretched, tmp_path):
    again = train(recipe, stretched, tmp_path / "run", steps=2, display="none")
    np.testing.assert_allclose(sample(again, 9), sample(run, 9), atol=1)


def test_a_finished_fit_is_not_resumed_and_not_overwritten(run, recipe, stretched):
    with pytest.raises(GanlibError, match="already used up its 1 step"):
        train(recipe, stretched, run.path, resume=True, display="none")
    with pytest.raises(GanlibError, match="holds a run already"):
        train(recipe, stretched, run.path, display="none")


def test_what_cannot_be_fitted_is_one_sentence(recipe, stretched, tmp_path):
    with pytest.raises(GanlibError, match="no optimiser for its generator.*leave out ema"):
        dataclasses.replace(recipe, ema=0.9)
    with pytest.raises(GanlibError, match=r"of shape \(8, 8, 1\), but stretched has \(4, 4, 1\)"):
        wrong = dataclasses.replace(recipe, image_shape=(8, 8, 1))
        train(wrong, stretched, tmp_path / "run", display="none")
    many = {"generator": Network("image_generation:linear_generator", {"latent_dim": 17})}
    latent = {"noise": Part("uniform", 17)}
    with pytest.raises(GanlibError, match="17 principal components need as many images and pixels"):
        wrong = dataclasses.replace(recipe, networks=many, latent=latent)
        train(wrong, stretched, tmp_path / "other", display="none")
    assert not (tmp_path / "run").exists()
