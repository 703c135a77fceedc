"""Fréchet distance: how far apart are two clouds of features, each taken as a Gaussian?

Heusel et al. 2017, equation 6, https://arxiv.org/abs/1706.08500, on the formula of Dowson and
Landau 1982, https://doi.org/10.1016/0047-259X(82)90077-X. With the features of another network
than Inception its numbers must not be set beside published FIDs.
"""

import numpy as np

from ganlib.errors import DataError
from ganlib.evaluation.metrics import checks


def frechet_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """``|m₁ - m₂|² + Tr(C₁ + C₂ - 2 (C₁C₂)^½)`` of features (N, D) and (M, D); 0 is best.

    It grows as images get fewer, so compare scores from the same number of images only.
    """
    return distance_between(*mean_and_covariance(real, "real"), *mean_and_covariance(fake, "fake"))


def mean_and_covariance(
    features: np.ndarray, name: str = "features"
) -> tuple[np.ndarray, np.ndarray]:
    """Mean, shape (D,), and unbiased covariance, shape (D, D), of features (N, D), N above D.

    With fewer images the covariance would be singular, whatever they show.
    """
    features = checks.features(features, name)
    count, width = features.shape
    if count <= width:
        raise DataError(
            f"{width} features need at least {width + 1} images, and there are {count} in {name}: "
            f"{'generate' if name == 'fake' else 'take'} more"
        )
    mean = features.mean(axis=0)
    centred = features - mean
    return mean, centred.T @ centred / (count - 1)


def distance_between(
    first_mean: np.ndarray,
    first_covariance: np.ndarray,
    second_mean: np.ndarray,
    second_covariance: np.ndarray,
) -> float:
    """The formula of `frechet_distance` on what `mean_and_covariance` returns, at least 0."""
    if first_mean.shape != second_mean.shape:
        raise DataError(
            f"one mean has {len(first_mean)} features and the other {len(second_mean)}: use the "
            "same judge for both"
        )
    # C₁C₂ has the eigenvalues of C₁^½ C₂ C₁^½ = BBᵀ with B = C₁^½ C₂^½, and their roots are the
    # singular values of B: no root of a number that rounding has made negative is ever taken.
    roots = _square_root(first_covariance) @ _square_root(second_covariance)
    trace_of_root = np.linalg.svd(roots, compute_uv=False).sum()
    shift = first_mean - second_mean
    distance = shift @ shift + np.trace(first_covariance + second_covariance) - 2 * trace_of_root
    return max(0.0, float(distance))


def _square_root(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
