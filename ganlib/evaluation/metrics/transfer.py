"""Train on synthetic, test on real: can a classifier learn from the generated images?

The classification accuracy score of Ravuri and Vinyals 2019, https://arxiv.org/abs/1905.10887,
with a small network in place of their ResNet: compare with what the same network reaches when it
learns from as many real images, never with published scores. For conditional models only, since
it needs a label for each generated image.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from ganlib.errors import DataError
from ganlib.evaluation.metrics import checks

HIDDEN_UNITS = 128
EPOCHS = 10


def hits(
    images: np.ndarray,
    labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
    seed: int = 0,
) -> np.ndarray:
    """Which test images are judged rightly, bool (M,); the score is their share.

    The classifier is trained once: an interval from these hits does not hold what other generated
    images or another seed would change.

    Parameters
    ----------
    images, labels : generated images, uint8 (N, H, W, C), and the classes they were asked to
        show, integers (N,), at least two of them
    test_images, test_labels : real ones, that no model was trained on, (M, H, W, C) and (M,)
    seed : of the network's first weights and the order of the images
    """
    images = checks.images(images, "images", 2)
    labels = checks.labels(labels, "labels", len(images))
    test_images = checks.images(test_images, "test_images")
    test_labels = checks.labels(test_labels, "test_labels", len(test_images))
    checks.same_shape(images, test_images, ("images", "test_images"))
    if len(np.unique(labels)) < 2:
        raise DataError(
            "labels has a single class, from which no classifier can learn: generate images of at "
            "least two"
        )
    classifier = MLPClassifier((HIDDEN_UNITS,), max_iter=EPOCHS, random_state=seed)
    # On matrices as small as these, threads cost more time than they save.
    with warnings.catch_warnings(), threadpool_limits(1):
        # A fixed number of epochs is the measure here, whether or not the loss still falls.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(_pixels(images), labels)
    return classifier.predict(_pixels(test_images)) == test_labels


def _pixels(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / 255
