"""Two data sets for a translation, brought to one shape: ``load("mnist+svhn_cropped", …)``."""

import dataclasses
import os

import numpy as np

from ganlib import datasets
from ganlib.datasets import Dataset
from ganlib.datasets.arrays import to_grayscale
from ganlib.errors import DataError

NAMES = ("source", "target")
COLOURED = "mnist_coloured"
INK, PAPER = (0.0, 0.4), (0.5, 1.0)
"""Red, green and blue are drawn between these."""


def load(
    name: str,
    split: str = "train",
    data_dir: str | os.PathLike[str] | None = None,
    stand_in: str = "never",
    shape: tuple[int, int, int] = (28, 28, 1),
) -> dict[str, Dataset]:
    """Both sets of a pair, "source" and "target", of images of one shape.

    Parameters
    ----------
    name : two names of `ganlib.datasets.load` with a plus between. `mnist_coloured` is MNIST in
        dark ink on light paper; beside MNIST each takes one half of the digits, so that no digit
        is in both
    split, data_dir, stand_in : as for `ganlib.datasets.load`
    shape : height, width and channels; smaller images get a margin that goes on with their edge

    Raises
    ------
    DataError : there are not two names, or an image is larger than the shape; what `load` raises
    """
    both = name.split("+")
    if len(both) != 2:
        raise DataError(f"{name!r} is not a pair of data sets: write it as mnist+svhn_cropped")
    found = {}
    for number, (side, one) in enumerate(zip(NAMES, both, strict=True)):
        plain = "mnist" if one == COLOURED else one
        read = datasets.load(plain, split, data_dir, stand_in)
        if COLOURED in both and plain == "mnist":
            read = _half(read, number)
        if one == COLOURED:
            read = dataclasses.replace(read, name=one, images=coloured(read.images, seed=number))
        found[side] = dataclasses.replace(read, images=fitted(read.images, shape, one))
    return found


def coloured(images: np.ndarray, seed: int = 0) -> np.ndarray:
    """Greyscale (N, H, W, 1) as uint8 (N, H, W, 3): dark ink on light paper, in random colours."""
    rng = np.random.default_rng(seed)
    ink, paper = (rng.uniform(*shades, (len(images), 1, 1, 3)) for shades in (INK, PAPER))
    share = images.astype(np.float32) / 255.0
    return np.round(255.0 * (share * ink + (1.0 - share) * paper)).astype(np.uint8)


def fitted(images: np.ndarray, shape: tuple[int, int, int], name: str) -> np.ndarray:
    """The images with a margin, in as many channels as the shape has: 1 or 3."""
    height, width = (shape[axis] - images.shape[axis + 1] for axis in (0, 1))
    if min(height, width) < 0:
        raise DataError(f"{name} has images of {images.shape[1:3]}, larger than {shape[:2]}")
    if images.shape[-1] > shape[-1]:
        images = to_grayscale(images)
    elif images.shape[-1] < shape[-1]:
        images = np.repeat(images, shape[-1], axis=-1)
    sides = [(room // 2, room - room // 2) for room in (height, width)]
    return np.pad(images, [(0, 0), *sides, (0, 0)], mode="edge")


def _half(whole: Dataset, number: int) -> Dataset:
    labels = None if whole.labels is None else whole.labels[number::2]
    return dataclasses.replace(whole, images=whole.images[number::2], labels=labels)
