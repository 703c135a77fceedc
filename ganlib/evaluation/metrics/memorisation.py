"""Memorisation: does the model copy its training images?

Held-out real images set the scale: they were not copied, and still some are near a training
image. A model that copies is nearer than they are.
"""

import numpy as np

from ganlib.evaluation.metrics import checks
from ganlib.evaluation.metrics.intervals import Score, bootstrap

IMAGES = 1000
ROWS = 1000
EXACT = 1024
"""Float32 counts exactly to 2²⁴: a sum of so many products of numbers from -128 to 127."""


def nearest(
    images: np.ndarray, training_images: np.ndarray, rows: int = ROWS
) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest training image of each image, by the Euclidean distance of pixels.

    The sums are exact, so a copy has the distance 0.

    Parameters
    ----------
    images, training_images : uint8, shapes (N, H, W, C) and (M, H, W, C)
    rows : training images compared at a time; memory depends on it, the result does not

    Returns
    -------
    distances : float64, shape (N,), with pixels scaled to [0, 1]
    indices : int64, shape (N,), into the training images; of equally near ones the first

    Raises
    ------
    DataError
        If an array is not as above.
    """
    images = checks.images(images, "images")
    training_images = checks.images(training_images, "training_images")
    checks.same_shape(images, training_images, ("images", "training_images"))
    checks.at_least(rows, "rows", 1)
    squares = np.full(len(images), np.inf)
    indices = np.zeros(len(images), np.int64)
    for start in range(0, len(training_images), rows):
        training, training_norms = _centred(training_images[start : start + rows])
        for first in range(0, len(images), IMAGES):
            part = slice(first, first + IMAGES)
            some, norms = _centred(images[part])
            found = _differences(some, training, training_norms)
            nearest_here = found.argmin(axis=1)
            found_squares = norms + found[np.arange(len(some)), nearest_here]
            nearer = found_squares < squares[part]
            squares[part][nearer] = found_squares[nearer]
            indices[part][nearer] = start + nearest_here[nearer]
    return np.sqrt(squares) / 255, indices


def nearest_distances(
    images: np.ndarray, training_images: np.ndarray, rows: int = ROWS
) -> np.ndarray:
    """Distance of each image to its nearest training image: the first part of `nearest`."""
    return nearest(images, training_images, rows)[0]


def copied_share(
    generated_distances: np.ndarray, held_out_distances: np.ndarray, quantile: float = 0.01
) -> float:
    """Share of generated images that are suspiciously near to a training image, 0 to 1.

    Suspicious is as near as only a share of `quantile` of the held-out real images is. A model that
    draws like the data gets about `quantile`, one that copies gets 1.

    Parameters
    ----------
    generated_distances, held_out_distances : what `nearest_distances` gives for generated images
        and for real images that were not trained on, with the same training images; (N,) and (M,)
    quantile : above 0, at most 1
    """
    checks.fraction(quantile, "quantile")
    generated = checks.distances(generated_distances, "generated_distances")
    held_out = checks.distances(held_out_distances, "held_out_distances")
    # At most, not below: where held-out images are copies themselves, the limit is 0.
    return float((generated <= np.quantile(held_out, quantile)).mean())


def copied_share_score(
    generated_distances: np.ndarray,
    held_out_distances: np.ndarray,
    quantile: float = 0.01,
    replicates: int = 100,
    seed: int = 0,
) -> Score:
    """`copied_share` with its interval, from drawing both kinds of distances again."""
    generated = checks.distances(generated_distances, "generated_distances")
    held_out = checks.distances(held_out_distances, "held_out_distances")

    def statistic(generated: np.ndarray, held_out: np.ndarray) -> float:
        return copied_share(generated, held_out, quantile)

    return bootstrap(
        statistic, generated, held_out, count=len(generated), replicates=replicates, seed=seed
    )


def _centred(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels from -128 to 127, float32 (N, D), and the exact squares of their norms, float64."""
    pixels = images.reshape(len(images), -1).astype(np.float32) - 128
    return pixels, np.einsum("nd,nd->n", pixels, pixels, dtype=np.float64)


def _differences(images: np.ndarray, training: np.ndarray, norms: np.ndarray) -> np.ndarray:
    """``|b|² - 2ab``, exact, float64 (N, M), although the matrix products are float32."""
    differences = np.tile(norms, (len(images), 1))
    for start in range(0, images.shape[1], EXACT):
        columns = slice(start, start + EXACT)
        differences += (-2 * images[:, columns]) @ training[:, columns].T
    return differences
