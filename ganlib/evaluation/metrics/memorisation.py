"""Memorisation: does the model copy its training images?

Held-out real images set the scale: they were not copied, and still some are near a training
image. A model that copies is nearer than they are.
"""

import numpy as np
from sklearn.metrics import pairwise_distances_argmin

from ganlib.evaluation.metrics import checks


def nearest(images: np.ndarray, training_images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest training image of each image, by the Euclidean distance of pixels.

    scikit-learn searches in float64, where sums of products of whole numbers are exact: a copy has
    the distance 0.

    Parameters
    ----------
    images, training_images : uint8, shapes (N, H, W, C) and (M, H, W, C)

    Returns
    -------
    distances : float64, shape (N,), with pixels scaled to [0, 1]
    indices : int64, shape (N,), into the training images; of equally near ones the first
    """
    images = checks.images(images, "images")
    training_images = checks.images(training_images, "training_images")
    checks.same_shape(images, training_images, ("images", "training_images"))
    rows = (array.reshape(len(array), -1).astype(np.float32) for array in (images, training_images))
    indices = pairwise_distances_argmin(*rows)
    differences = images.astype(np.float64) - training_images[indices]
    return np.sqrt(np.square(differences).sum(axis=(1, 2, 3))) / 255, indices


def nearest_distances(images: np.ndarray, training_images: np.ndarray) -> np.ndarray:
    """Distance of each image to its nearest training image: the first part of `nearest`."""
    return nearest(images, training_images)[0]


def copied_share(
    generated_distances: np.ndarray, held_out_distances: np.ndarray, quantile: float = 0.01
) -> float:
    """Share of generated images that are suspiciously near to a training image, 0 to 1.

    An image is suspicious if it is closer to a training image than a share `quantile` of held-out
    real images are. A model that draws like the data gets about `quantile`, one that copies gets 1.

    Both distances are those of `nearest_distances` to the same training images, (N,) and (M,).
    """
    checks.fraction(quantile, "quantile")
    generated = checks.distances(generated_distances, "generated_distances")
    held_out = checks.distances(held_out_distances, "held_out_distances")
    # At most, not below: where held-out images are copies themselves, the limit is 0.
    return float((generated <= np.quantile(held_out, quantile)).mean())
