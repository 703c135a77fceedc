"""Diversity within the classes: is every 7 the same 7?

Class shares and the inception score cannot tell one image a class, repeated, from a hundred
different ones; the distances between images of one class can.
"""

import numpy as np
from scipy.spatial.distance import pdist

from ganlib.errors import DataError
from ganlib.evaluation.metrics import checks

LEAST = 10
"""Images that a class needs in order to count: with fewer, stray images would decide."""


def within_class_distance(
    features: np.ndarray, probabilities: np.ndarray, per_class: int = 200, seed: int = 0
) -> float:
    """Mean Euclidean distance between images of one class, averaged over the classes.

    0 where each class repeats one image; compare with what real images give.

    Parameters
    ----------
    features : shape (N, D)
    probabilities : p(y|x) of the same images, shape (N, K); the most probable is an image's class
    per_class : images of a class to compare at most, drawn by `seed`, at least 10
    """
    return mean_distance(*groups(features, probabilities, per_class, seed))


def groups(
    features: np.ndarray, probabilities: np.ndarray, per_class: int = 200, seed: int = 0
) -> list[np.ndarray]:
    """The features of each class with at least 10 images, drawn as `within_class_distance` says."""
    checks.at_least(per_class, "per_class", LEAST)
    features = checks.features(features, "features")
    probabilities = checks.probabilities(probabilities, "probabilities")
    if len(features) != len(probabilities):
        raise DataError(
            f"there are features of {len(features):,} images and probabilities of "
            f"{len(probabilities):,}: make both from the same images"
        )
    classes = probabilities.argmax(axis=1)
    rng = np.random.default_rng(seed)
    found = []
    for label in range(probabilities.shape[1]):
        members = rng.permutation(np.flatnonzero(classes == label))
        if len(members) >= LEAST:
            found.append(features[members[:per_class]])
    if not found:
        raise DataError(f"no class has {LEAST} images: give more images")
    return found


def mean_distance(*groups: np.ndarray) -> float:
    """Mean distance between the rows of a group, averaged over the groups."""
    return float(np.mean([pdist(group).mean() for group in groups]))
