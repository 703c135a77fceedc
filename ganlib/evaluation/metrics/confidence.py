"""Confidence: how many images is the judge sure about?"""

import numpy as np

from ganlib.evaluation.metrics import checks


def confident_share(probabilities: np.ndarray, threshold: float = 0.9) -> float:
    """Share of images whose most probable class has at least `threshold`, 0 to 1.

    Of p(y|x), shape (N, K). Real images do not reach 1 either: compare with their share.
    """
    checks.fraction(threshold, "threshold")
    table = checks.probabilities(probabilities, "probabilities")
    return float((table.max(axis=1) >= threshold).mean())
