"""Principal components as a system of one step: a generator that is fitted, not trained."""

from typing import Any

import numpy as np
from sklearn import decomposition

from ganlib.errors import GanlibError
from ganlib.systems.system import Batch, Logs, System

MOST_PIXELS = 4096
"""Of an image, channels counted, whose covariance is computed in full."""


def pca_weights(images: np.ndarray, latent_dim: int) -> list[np.ndarray]:
    """Kernel and bias that turn U(-1, 1) latents into points of the images' principal subspace.

    The latent covers, along each component, the range of the training images' projections:
    `image-generation`, section 4.1.

    Parameters
    ----------
    images : uint8, or floats in [-1, 1], (N, H, W, C)

    Returns
    -------
    Kernel (latent_dim, H·W·C) and bias (H·W·C,), float32, for pixels in [-1, 1].
    """
    pixels = images.reshape(len(images), -1).astype(np.float32)
    if images.dtype == np.uint8:
        pixels = pixels / 127.5 - 1.0
    if latent_dim > min(pixels.shape):
        raise GanlibError(
            f"{latent_dim} principal components need as many images and pixels, and there are "
            f"{pixels.shape[0]:,} images of {pixels.shape[1]:,}: take fewer components"
        )
    solver = "covariance_eigh" if pixels.shape[1] <= MOST_PIXELS else "randomized"
    pca = decomposition.PCA(latent_dim, svd_solver=solver, random_state=0)
    projections = pca.fit_transform(pixels)
    low, high = projections.min(axis=0), projections.max(axis=0)
    kernel = ((high - low) / 2.0)[:, None] * pca.components_
    bias = pca.mean_ + ((high + low) / 2.0) @ pca.components_
    return [kernel.astype(np.float32), bias.astype(np.float32)]


class PCA(System):
    """A step fits the generator to its batch; the recipes' batch holds all images.

    The generator is one dense layer, which becomes components and mean; there is no optimiser.
    """

    log_keys = ("error",)

    def step(self, batch: Batch, index: int) -> Logs:
        """Fit; logs the mean squared error of the batch's pixels after projection and back."""
        images = np.asarray(batch["images"])
        generator = self.networks["generator"]
        kernel, bias = pca_weights(images, generator.input_shape[-1])
        generator.set_weights([kernel, bias])
        centred = images.reshape(len(images), -1) - bias
        directions = kernel / np.linalg.norm(kernel, axis=1, keepdims=True)
        rest = centred - (centred @ directions.T) @ directions
        return {"error": np.float32(np.mean(np.square(rest)))}

    def update(self, batch: Batch, index: Any) -> Logs:
        raise GanlibError("principal components are fitted outside TensorFlow: call step")
