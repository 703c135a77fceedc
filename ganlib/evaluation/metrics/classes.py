"""Class shares: does the model make every class as often as it should?"""

import numpy as np

from ganlib.errors import DataError
from ganlib.evaluation.metrics import checks


def class_shares(probabilities: np.ndarray) -> np.ndarray:
    """Share of images whose most probable class is k, float64, shape (K,); from p(y|x), (N, K)."""
    table = checks.probabilities(probabilities, "probabilities")
    return np.bincount(table.argmax(axis=1), minlength=table.shape[1]) / len(table)


def total_variation(first: np.ndarray, second: np.ndarray) -> float:
    """``½ Σ |pₖ - qₖ|``: the share of images that would have to change class, 0 to 1."""
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise DataError(
            f"the shares have shapes {first.shape} and {second.shape}: give two lists of shares of "
            "the same classes"
        )
    return float(np.abs(first - second).sum() / 2)


def distance_from_uniform(probabilities: np.ndarray) -> float:
    """Total variation between the class shares and equal shares; 0 is best."""
    shares = class_shares(probabilities)
    return total_variation(shares, np.full(len(shares), 1 / len(shares)))


def distance_from_real(real: np.ndarray, fake: np.ndarray) -> float:
    """Total variation between the class shares of real and of fake images; 0 is best."""
    return total_variation(class_shares(real), class_shares(fake))
