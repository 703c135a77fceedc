"""Generators that are fitted to the data in one go, without a discriminator.

They leave the same run folder as a trained recipe, so that `sample`, `evaluate` and `compare` take
them as any other run.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from ganlib import figures
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.records import check_shapes, new_record
from ganlib.run_folder import RunFolder
from ganlib.sampling import sample, save_generator
from ganlib.startup import keras

SAMPLES = 64  # images in the sample grid


def pca_weights(images: np.ndarray, latent_dim: int) -> list[np.ndarray]:
    """Kernel and bias that turn U(-1, 1) latents into points of the images' principal subspace.

    `image-generation`, section 4.1: the latent is uniform. It covers, along each component, the
    range of the training images' projections.

    Parameters
    ----------
    images
        uint8 (N, H, W, C).
    latent_dim
        Number of components.

    Returns
    -------
    Kernel (latent_dim, H·W·C) and bias (H·W·C,), float32, for pixels in [-1, 1].
    """
    pixels = images.reshape(len(images), -1).astype(np.float32) / 127.5 - 1.0
    if latent_dim > min(pixels.shape):
        raise GanlibError(
            f"{latent_dim} principal components need as many images and pixels, and there are "
            f"{pixels.shape[0]:,} images of {pixels.shape[1]:,}: take fewer components"
        )
    pca = PCA(latent_dim, svd_solver="covariance_eigh")
    projections = pca.fit_transform(pixels)
    low, high = projections.min(axis=0), projections.max(axis=0)
    kernel = ((high - low) / 2.0)[:, None] * pca.components_
    bias = pca.mean_ + ((high + low) / 2.0) @ pca.components_
    return [kernel.astype(np.float32), bias.astype(np.float32)]


FITS: dict[str, Callable[[np.ndarray, int], list[np.ndarray]]] = {"pca": pca_weights}


def fit(
    recipe: Recipe,
    data: Dataset,
    output: str | Path,
    *,
    seed: int | None = None,
    resume: bool = False,
) -> RunFolder:
    """Fit a recipe's generator and leave a run folder; see `ganlib.training.train`."""
    run = RunFolder(output)
    if resume:
        raise GanlibError(
            f"{recipe.name} is fitted in one go, there is nothing to resume: leave --resume out"
        )
    with run.locked():
        record = new_record(
            run, recipe, data, {"epochs": 1, "minutes": None}, seed, "float32", "none"
        )
        started = time.monotonic()
        keras.utils.set_random_seed(record["seed"])
        generator, _ = recipe.build()
        check_shapes(recipe, generator, None, data)
        generator.set_weights(FITS[recipe.step](data.images, generator.input_shape[-1]))
        save_generator(recipe, generator, run)
        record["progress"] = _whole_pass(len(data), time.monotonic() - started)
        run.write_record(record)
        _write_grid(run, record["seed"], caption="SYNTHETIC data" if data.synthetic else "")
        run.write_record(record | {"status": "finished"})
    return run


def _whole_pass(images: int, seconds: float) -> dict[str, Any]:
    return {"epochs": 1.0, "steps": 1, "images": images, "seconds": round(seconds, 1)}


def _write_grid(run: RunFolder, seed: int, caption: str) -> None:
    run.samples.mkdir(exist_ok=True)
    grid = figures.grid(sample(run, SAMPLES, seed), caption=caption)
    grid.save(run.samples / "epoch_0001.png")
