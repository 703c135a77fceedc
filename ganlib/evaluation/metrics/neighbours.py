"""Precision, recall, density and coverage: who lies in whose neighbourhood?

The neighbourhood of an image is the ball around its features that reaches to its k-th nearest
neighbour in its own set. Kynkäänniemi et al. 2019, https://arxiv.org/abs/1904.06991 (precision,
recall); Naeem et al. 2020, https://arxiv.org/abs/2002.09797 (density, coverage), whose package
``prdc`` gives the same numbers but holds all distances in memory at once.
"""

import math
from collections.abc import Iterator

import numpy as np

from ganlib.evaluation.metrics import checks
from ganlib.evaluation.metrics.intervals import NORMAL_95, Score, bootstrap

ROWS = 500
"""Rows of distances in memory at a time: 40 MB against 10,000 images."""
K = 5
"""The neighbour that a neighbourhood reaches to, in scores."""
PARTS = 10
"""Disjoint parts of the fake images that show how much recall and coverage depend on them."""


def contributions(
    real: np.ndarray,
    fake: np.ndarray,
    k: int = K,
    rows: int = ROWS,
    radii: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """What each image adds to a score; the score is the mean.

    Parameters
    ----------
    real, fake : features, shapes (N, D) and (M, D), more than k rows each
    k : the neighbour that a neighbourhood reaches to; what lies on its edge is outside
    rows : rows of distances held at a time; memory depends on it, the result does not
    radii : of the real neighbourhoods, where they are known

    Returns
    -------
    precision : bool, shape (M,), the fake image lies in a real image's neighbourhood
    recall : bool, shape (N,), the real image lies in a fake image's neighbourhood
    density : float64, shape (M,), real neighbourhoods around the fake image, divided by k: like
        precision, but outliers count for little; about 1 for real images, may be more
    coverage : bool, shape (N,), a fake image lies in the real image's neighbourhood: like recall,
        but fake outliers do not help
    """
    checks.at_least(k, "k", 1)
    real, fake = checks.features(real, "real", k + 1), checks.features(fake, "fake", k + 1)
    checks.same_shape(real, fake, ("real", "fake"))
    real_radii = _radii(real, k, rows) if radii is None else radii
    fake_radii = _radii(fake, k, rows)
    around = np.zeros(len(fake), np.int64)
    recalled, covered = np.empty((2, len(real)), bool)
    for part, distances in _distances(real, fake, rows):
        around += (distances < real_radii[part, None]).sum(axis=0)
        recalled[part] = (distances < fake_radii).any(axis=1)
        covered[part] = distances.min(axis=1) < real_radii[part]
    return {"precision": around > 0, "recall": recalled, "density": around / k, "coverage": covered}


def neighbour_scores(real: np.ndarray, fake: np.ndarray, seed: int = 0) -> dict[str, Score]:
    """The four scores by name, "precision", "recall", "density" and "coverage", with intervals.

    The images' contributions are drawn again while the neighbourhoods stay as they are: drawn
    twice, an image would be its own neighbour. That covers other fake images for precision and
    density, and other real images for recall and coverage. What other fake images would do to
    these two is estimated from ten disjoint parts of the fake images: one outlier's large
    neighbourhood can recall a tenth of the real images, and the next sample may have no such
    outlier.
    """
    radii = _radii(checks.features(real, "real", K + 1), K, ROWS)
    found = contributions(real, fake, radii=radii)
    scores = {
        name: bootstrap(np.mean, added, count=len(fake), seed=seed) for name, added in found.items()
    }
    number = min(PARTS, len(fake) // (K + 1))
    if number > 1:
        order = np.random.default_rng(seed).permutation(len(fake))
        parts = [
            contributions(real, np.asarray(fake)[part], radii=radii)
            for part in np.array_split(order, number)
        ]
        for name in ("recall", "coverage"):
            spread = np.std([part[name].mean() for part in parts], ddof=1)
            # The parts are smaller: the variance of the whole is that of a part over their number.
            margin = NORMAL_95 * float(spread) / math.sqrt(number)
            scores[name] = scores[name].widened(margin)
    return scores


def _radii(features: np.ndarray, k: int, rows: int) -> np.ndarray:
    """Distance of each row to its k-th nearest neighbour, float32, shape (N,)."""
    radii = np.empty(len(features), np.float32)
    for part, distances in _distances(features, features, rows):
        # Each row is also its own nearest, at distance 0.
        radii[part] = np.partition(distances, k, axis=1)[:, k]
    return radii


def _distances(
    first: np.ndarray, second: np.ndarray, rows: int
) -> Iterator[tuple[slice, np.ndarray]]:
    """Euclidean distances in pieces of some rows: (which rows of first, float32 (rows, M))."""
    first_norms, second_norms = np.square(first).sum(axis=1), np.square(second).sum(axis=1)
    # |a|² + |b|² - 2ab leaves rounding where a equals b.
    zero = 1e-13 * second_norms.max()
    for start in range(0, len(first), rows):
        part = slice(start, start + rows)
        squares = (-2 * first[part]) @ second.T
        squares += first_norms[part, None]
        squares += second_norms
        squares[squares < zero] = 0
        # Single precision hides the rest of the rounding, so that equal distances are equal in
        # whichever piece they were computed: a neighbourhood's own edge must compare as equal.
        yield part, np.sqrt(squares.astype(np.float32))
