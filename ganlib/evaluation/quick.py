"""One score at once: the Fréchet distance of some images, for lessons and for a search."""

import functools

import numpy as np

from ganlib import datasets
from ganlib.datasets import Dataset
from ganlib.evaluation import judges
from ganlib.evaluation.evidence import judge_of
from ganlib.evaluation.metrics.frechet import frechet_distance


def frechet(images: np.ndarray, data: Dataset) -> float:
    """Fréchet distance of images, uint8 (N, H, W, C), to the test images that belong to `data`."""
    real = _features_of_test_images(data.name, data.synthetic, data.images.shape[-1])
    return frechet_distance(real, judge_of(data.name)(images).features)


@functools.cache
def _features_of_test_images(name: str, synthetic: bool, channels: int) -> np.ndarray:
    """What the judge of a set makes of its test images; kept, as a lesson scores often."""
    test = datasets.load(
        name, "test", stand_in="always" if synthetic else "never", channels=channels
    )
    return judges.load(name)(test.images).features
