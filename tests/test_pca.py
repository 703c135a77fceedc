"""Generators that are fitted in one go: the PCA baseline through the same commands as a GAN."""

import dataclasses

import numpy as np
import pytest

from ganlib import recipes
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Network
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.systems import latents, pca
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
        generator=Network("image_generation:linear_generator", {"latent_dim": 3}),
    )


@pytest.fixture(scope="module")
def run(recipe, stretched, tmp_path_factory) -> RunFolder:
    return train(recipe, stretched, tmp_path_factory.mktemp("pca") / "run")


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
    assert record["status"] == "finished" and record["recipe"]["discriminator"] is None
    assert record["progress"]["images"] == 500 and record["precision"] == "float32"
    assert run.recipe == recipe
    assert (run.samples / "epoch_0001.png").is_file()
    images = sample(run, 20, seed=3)
    assert images.shape == (20, 4, 4, 1) and images.dtype == np.uint8
    np.testing.assert_array_equal(images, sample(run, 20, seed=3))


def test_samples_are_decoded_uniform_latents(run, stretched):
    kernel, bias = pca.pca_weights(stretched.images, 3)
    latent = latents.draw("uniform", np.random.default_rng([5, 2]), 50, 3)
    assert np.abs(latent).max() <= 1.0
    wanted = (np.clip(latent @ kernel + bias, -1, 1) + 1) * 127.5
    assert sample(run, 50, seed=5).reshape(50, -1) == pytest.approx(wanted, abs=0.51)


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        ({}, {"resume": True}, "mnist-pca is fitted in one go, .* leave out resume$"),
        ({}, {"precision": "float16", "strategy": "mirrored"}, "leave out precision, strategy$"),
        ({"ema": 0.9}, {"score_every": 1}, "leave out ema, score_every$"),
        ({"image_shape": (8, 8, 1)}, {}, r"generates images of shape \(8, 8, 1\), but stretched"),
        (
            {"generator": Network("image_generation:linear_generator", {"latent_dim": 17})},
            {},
            "17 principal components need as many images and pixels",
        ),
        ({"latent": "exponential"}, {}, "unknown latent 'exponential'; choose one of normal"),
    ],
)
def test_what_cannot_be_fitted_is_one_sentence(
    recipe, stretched, tmp_path, change, options, sentence
):
    with pytest.raises(GanlibError, match=sentence):
        train(dataclasses.replace(recipe, **change), stretched, tmp_path / "run", **options)


def test_a_fit_without_its_data_leaves_nothing_behind(recipe, stretched, tmp_path):
    with pytest.raises(GanlibError, match="but stretched has"):
        train(dataclasses.replace(recipe, image_shape=(8, 8, 1)), stretched, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_components_of_many_images_come_from_an_even_part(stretched, monkeypatch):
    monkeypatch.setattr(pca, "MOST", 100)
    part = stretched.images[np.linspace(0, 499, 100).astype(int)]
    for few, same in zip(
        pca.pca_weights(stretched.images, 3), pca.pca_weights(part, 3), strict=True
    ):
        np.testing.assert_array_equal(few, same)


def test_a_folder_with_a_run_is_not_overwritten(run, recipe, stretched):
    with pytest.raises(GanlibError, match="holds a run already: choose another --output$"):
        train(recipe, stretched, run.path)
