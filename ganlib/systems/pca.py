"""Generators that are fitted to the data in one go, without a discriminator.

They leave the same run folder as a trained recipe, so that `sample`, `evaluate` and `compare` take
them as any other run.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

from ganlib import figures
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import save_generator
from ganlib.startup import keras
from ganlib.systems import latents
from ganlib.training.record import check_shapes, new_record

SAMPLES = 64  # images in the sample grid
MOST = 100_000  # images that components are computed from


def pca_weights(images: np.ndarray, latent_dim: int) -> list[np.ndarray]:
    """Kernel and bias that turn U(-1, 1) latents into points of the images' principal subspace.

    `image-generation`, section 4.1: the latent is uniform. It covers, along each component, the
    range of the training images' projections.

    Parameters
    ----------
    images
        uint8 (N, H, W, C); of more than 100,000, as many are taken evenly, for memory's sake.
    latent_dim
        Number of components.

    Returns
    -------
    Kernel (latent_dim, H·W·C) and bias (H·W·C,), float32, for pixels in [-1, 1].
    """
    images = images[np.linspace(0, len(images) - 1, min(MOST, len(images))).astype(int)]
    pixels = images.reshape(len(images), -1).astype(np.float32)
    pixels /= 127.5
    pixels -= 1.0
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


def refuse(recipe: Recipe, options: Mapping[str, bool]) -> None:
    """Raise `GanlibError` where an option was given that a fit cannot follow.

    Parameters
    ----------
    options
        Name of each to whether it was given.
    """
    given = [name for name, value in ({"ema": bool(recipe.ema)} | dict(options)).items() if value]
    if given:
        raise GanlibError(
            f"{recipe.name} is fitted in one go, without steps or average: leave out "
            f"{', '.join(given)}"
        )


def fit(recipe: Recipe, data: Dataset, output: str | Path, *, seed: int | None = None) -> RunFolder:
    """Fit a recipe's generator and leave a run folder; see `ganlib.training.train.train`."""
    run = RunFolder(output)
    if run.record_file.exists() or run.samples.exists():
        raise GanlibError(f"{run.path} holds a run already: choose another --output")
    with run.locked():
        budget: dict[str, float | None] = {"epochs": 1, "minutes": None}
        record = new_record(run, recipe, data, budget, seed, "float32", "none")
        started = time.monotonic()
        keras.utils.set_random_seed(record["seed"])
        generator, _ = recipe.build()
        check_shapes(recipe, generator, None, data)
        generator.set_weights(FITS[recipe.step](data.images, generator.input_shape[-1]))
        save_generator(recipe, generator, run)
        record["progress"] = {
            "epochs": 1.0,
            "steps": 1,
            "images": len(data),
            "seconds": round(time.monotonic() - started, 1),
        }
        rng = np.random.default_rng([record["seed"], 1])
        noise = latents.draw(recipe.latent, rng, SAMPLES, generator.input_shape[-1])
        caption = "SYNTHETIC data" if data.synthetic else ""
        grid = figures.grid(generator(noise).numpy(), caption=caption)
        run.write_record(record | {"status": "finished"})
        run.samples.mkdir()
        grid.save(run.samples / "epoch_0001.png")
    return run
