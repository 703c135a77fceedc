"""Made cases: samples with one known fault each, to see what a metric sees and what it does not.

Each function takes images, uint8 (N, H, W, C), and returns as many, with the fault.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from ganlib.errors import DataError
from ganlib.evaluation.metrics import checks


def blurred(images: np.ndarray, sigma: float = 1.5) -> np.ndarray:
    """Every image blurred by a Gaussian of `sigma` pixels: right content, soft edges."""
    pixels = checks.images(images, "images").astype(np.float32)
    return gaussian_filter(pixels, (0, sigma, sigma, 0)).round().astype(np.uint8)


def noisy(images: np.ndarray, deviation: float = 60.0, seed: int = 0) -> np.ndarray:
    """Normal noise added to every pixel: right content under grain."""
    pixels = checks.images(images, "images").astype(np.float32)
    grain = np.random.default_rng(seed).normal(0.0, deviation, pixels.shape)
    return np.clip((pixels + grain).round(), 0, 255).astype(np.uint8)


def one_class(images: np.ndarray, labels: np.ndarray, label: int, seed: int = 0) -> np.ndarray:
    """Images of a single class, as many as were given: perfect, and always the same thing.

    Where the class has fewer, some occur twice.
    """
    images = checks.images(images, "images")
    members = np.flatnonzero(checks.labels(labels, "labels", len(images)) == label)
    if len(members) == 0:
        raise DataError(f"no image has the label {label}: choose one that occurs")
    return images[_drawn(members, len(images), seed)]


def repeated(images: np.ndarray, different: int = 30, seed: int = 0) -> np.ndarray:
    """A few of the images over and over: each is perfect, hardly any is new."""
    images = checks.images(images, "images", different)
    few = np.random.default_rng(seed).permutation(len(images))[:different]
    return images[_drawn(few, len(images), seed)]


def noise(images: np.ndarray, seed: int = 0) -> np.ndarray:
    """Every pixel drawn from 0 to 255: no content at all."""
    shape = checks.images(images, "images").shape
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def _drawn(members: np.ndarray, count: int, seed: int) -> np.ndarray:
    """`count` of the members: all of them as often as possible, before one comes once more."""
    rounds = -(-count // len(members))
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(members) for _ in range(rounds)])[:count]
