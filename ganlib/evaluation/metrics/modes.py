"""Modes: how many classes does the model make, and not just by accident?"""

import numpy as np

from ganlib.evaluation.metrics import checks


def modes(probabilities: np.ndarray, share: float = 0.01, threshold: float = 0.9) -> int:
    """Number of classes with at least `share` of all images, counting only sure judgements.

    Counted modes are the measure of Srivastava et al. 2017, https://arxiv.org/abs/1705.07761; the
    two thresholds are this course's, so that stray images do not make a class.

    Parameters
    ----------
    probabilities : p(y|x) of each image, shape (N, K)
    share : of all images, sure or not
    threshold : the probability from which a judgement is sure
    """
    checks.fraction(share, "share")
    checks.fraction(threshold, "threshold")
    table = checks.probabilities(probabilities, "probabilities")
    judged = table.argmax(axis=1)[table.max(axis=1) >= threshold]
    shares = np.bincount(judged, minlength=table.shape[1]) / len(table)
    return int((shares >= share).sum())
