"""Confidence: how many images is the judge sure about?"""

import numpy as np

from ganlib.evaluation.metrics import checks
from ganlib.evaluation.metrics.intervals import Score, bootstrap


def confident_share(probabilities: np.ndarray, threshold: float = 0.9) -> float:
    """Share of images whose most probable class has at least `threshold`, 0 to 1.

    Real images do not reach 1 either: compare with their share.

    Parameters
    ----------
    probabilities : p(y|x) of each image, shape (N, K)
    threshold : above 0, at most 1
    """
    return float(_confident(probabilities, threshold).mean())


def confident_share_score(
    probabilities: np.ndarray, threshold: float = 0.9, replicates: int = 100, seed: int = 0
) -> Score:
    """`confident_share` with its interval, from drawing the images again."""
    confident = _confident(probabilities, threshold)
    return bootstrap(np.mean, confident, replicates=replicates, seed=seed)


def _confident(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    checks.fraction(threshold, "threshold")
    return checks.probabilities(probabilities, "probabilities").max(axis=1) >= threshold
