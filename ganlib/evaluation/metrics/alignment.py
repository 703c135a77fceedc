"""Label alignment: does a conditional model draw the class that it was asked for?"""

import numpy as np

from ganlib.evaluation.metrics import checks


def aligned(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Which images have their label as their most probable class, bool (N,); the score is a share.

    A judge errs too: compare with real images and their labels. Labels in another order show what
    chance gives.

    Parameters
    ----------
    probabilities : p(y|x) of a judge, (N, K)
    labels : the classes that were asked for, integers (N,)
    """
    table = checks.probabilities(probabilities, "probabilities")
    labels = checks.labels(labels, "labels", len(table))
    return table.argmax(axis=1) == labels
