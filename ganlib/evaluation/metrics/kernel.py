"""Kernel distance: the squared maximum mean discrepancy with a cubic kernel, without bias.

Bińkowski et al. 2018, https://arxiv.org/abs/1801.01401. Unlike the Fréchet distance its mean
does not depend on the number of images; for equal distributions it is 0, so that a single score
may well be below 0.
"""

import numpy as np

from ganlib.evaluation.metrics import checks


def kernel_distance(
    real: np.ndarray, fake: np.ndarray, subset_size: int = 500, seed: int = 0
) -> float:
    """Mean of `subset_estimates`; 0 is best, below 0 is chance."""
    return float(subset_estimates(real, fake, subset_size, seed).mean())


def subset_estimates(
    real: np.ndarray, fake: np.ndarray, subset_size: int = 500, seed: int = 0
) -> np.ndarray:
    """`unbiased_mmd` of as many random subsets as fit into the smaller set, float64.

    No image is in two subsets, so that the estimates are independent of each other and their
    spread says how sure their mean is.

    Parameters
    ----------
    real, fake : features, shapes (N, D) and (M, D), at least two rows each
    subset_size : rows of either set in a subset; at most those of the smaller set are taken
    """
    checks.at_least(subset_size, "subset_size", 2)
    real, fake = _checked(real, fake)
    smaller = min(len(real), len(fake))
    size = min(subset_size, smaller)
    count = smaller // size
    rng = np.random.default_rng(seed)
    real_subsets = rng.permutation(len(real))[: count * size].reshape(count, size)
    fake_subsets = rng.permutation(len(fake))[: count * size].reshape(count, size)
    pairs = zip(real_subsets, fake_subsets, strict=True)
    return np.array([unbiased_mmd(real[rows], fake[others]) for rows, others in pairs])


def unbiased_mmd(real: np.ndarray, fake: np.ndarray) -> float:
    """Estimate MMD² without bias (Bińkowski et al. 2018, equation 4).

    ``mean k(xᵢ, xⱼ), i≠j + mean k(yᵢ, yⱼ), i≠j - 2 mean k(xᵢ, yⱼ)``; that no image meets itself
    is what takes the bias away.
    """
    real, fake = _checked(real, fake)
    within = _mean_of_others(_kernel(real, real)) + _mean_of_others(_kernel(fake, fake))
    return float(within - 2 * _kernel(real, fake).mean())


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """``(x·y/d + 1)³`` (the same paper, section 4), shape (N, M)."""
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean_of_others(kernel: np.ndarray) -> float:
    count = len(kernel)
    return (kernel.sum() - np.trace(kernel)) / (count * (count - 1))


def _checked(real: np.ndarray, fake: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    real, fake = checks.features(real, "real", 2), checks.features(fake, "fake", 2)
    checks.same_shape(real, fake, ("real", "fake"))
    return real, fake
