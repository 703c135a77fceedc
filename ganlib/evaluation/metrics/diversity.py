"""Diversity within the classes: is every 7 the same 7?

Class shares and the inception score cannot tell one image a class, repeated, from a hundred
different ones; the distances between images of one class can.
"""

import numpy as np
from scipy.spatial.distance import pdist

from ganlib.errors import DataError
from ganlib.evaluation.metrics import checks
from ganlib.evaluation.metrics.intervals import Score, bootstrap

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

    Raises
    ------
    DataError
        If no class has 10 images, or an array is not as above.
    """
    return _mean_distance(*_groups(features, probabilities, per_class, seed))


def within_class_distance_score(
    features: np.ndarray,
    probabilities: np.ndarray,
    per_class: int = 200,
    replicates: int = 100,
    seed: int = 0,
) -> Score:
    """`within_class_distance` with its interval, from drawing the images of each class again.

    The count is that of all images, of which at most `per_class` of a class are compared.
    """
    groups = _groups(features, probabilities, per_class, seed)
    return bootstrap(_mean_distance, *groups, count=len(features), replicates=replicates, seed=seed)


def _groups(
    features: np.ndarray, probabilities: np.ndarray, per_class: int, seed: int
) -> list[np.ndarray]:
    checks.at_least(per_class, "per_class", LEAST)
    features = checks.features(features, "features")
    probabilities = checks.probabilities(probabilities, "probabilities")
    checks.same_length(features, probabilities, ("features", "probabilities"))
    classes = probabilities.argmax(axis=1)
    rng = np.random.default_rng(seed)
    groups = []
    for label in range(probabilities.shape[1]):
        members = rng.permutation(np.flatnonzero(classes == label))
        if len(members) >= LEAST:
            groups.append(features[members[:per_class]])
    if not groups:
        raise DataError(f"no class has {LEAST} images: give more images")
    return groups


def _mean_distance(*groups: np.ndarray) -> float:
    return float(np.mean([pdist(group).mean() for group in groups]))
