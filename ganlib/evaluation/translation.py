"""Does the digit survive the journey? The labels of translated images, read by a judge.

The digit of a translation is whatever the judge of its side sees in it. CyCADA's table
(Hoffman et al. 2018, https://arxiv.org/abs/1711.03213, table 1) answers another question: how well
does a classifier do on real images of one set, that was trained on translations of the other? Its
numbers and these cannot be compared.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.datasets import Dataset, pairs
from ganlib.datasets.arrays import to_grayscale
from ganlib.errors import DataError
from ganlib.evaluation import judges
from ganlib.evaluation.metrics.intervals import Score, bootstrap
from ganlib.figures import to_uint8
from ganlib.files import write_text

CLASSES = 10


@dataclass(frozen=True)
class Journey:
    """Images on their way: where they are now, their labels, and the classes that a judge sees.

    `labels` and `seen` are integers of shape (N,), from 0 to 9.
    """

    stops: tuple[str, ...]  # names of data sets, from the first to where the images are now
    labels: np.ndarray
    seen: np.ndarray

    @property
    def kept(self) -> Score:
        """The share of images whose label the judge sees, with its 95 % interval."""
        return bootstrap(lambda hits: hits.mean(), self.labels == self.seen)

    @property
    def confusion(self) -> np.ndarray:
        """Images by label (rows) and by the class seen (columns), int64 (10, 10)."""
        table = np.zeros((CLASSES, CLASSES), np.int64)
        np.add.at(table, (self.labels, self.seen), 1)
        return table


def journeys(system: Any, data: Mapping[str, Dataset], count: int = 2000) -> list[Journey]:
    """Real images of both sides, those translated, and those translated back: six journeys.

    The first of each side is the ceiling: what its judge sees in real images.

    Parameters
    ----------
    system : a `ganlib.systems.cyclegan.CycleGAN` with both generators
    data : "source" and "target" with labels, of images that nothing was trained on
    count : images of each side, at most
    """
    found = []
    for here, there, forth, back in (
        ("source", "target", "generator", "back"),
        ("target", "source", "back", "generator"),
    ):
        one, name, other = data[here], data[here].name, data[there].name
        if one.labels is None:
            raise DataError(f"{name} has no labels, so nobody knows which are kept")
        labels = one.labels[:count]
        images = one.images[:count]
        gone = system.translate(images.astype(np.float32) / 127.5 - 1.0, forth)
        returned = system.translate(gone, back)
        found += [
            Journey((name,), labels, classes(images, name)),
            Journey((name, other), labels, classes(to_uint8(gone), other)),
            Journey((name, other, name), labels, classes(to_uint8(returned), name)),
        ]
    return found


def classes(images: np.ndarray, name: str) -> np.ndarray:
    """What a judge sees in images of a data set, integers (N,); uint8 (N, H, W, C).

    For `mnist_coloured` it is the judge of MNIST, which is shown the ink's contrast to the paper.
    """
    judge = _judge("mnist" if name == pairs.COLOURED else name)
    if images.shape[-1] > judge.image_shape[-1]:
        images = to_grayscale(images)
    if name == pairs.COLOURED:
        images = contrast(images)
    height, width = judge.image_shape[:2]
    top, left = (images.shape[1] - height) // 2, (images.shape[2] - width) // 2
    inside = images[:, top : top + height, left : left + width]
    return judge(np.ascontiguousarray(inside)).probabilities.argmax(axis=1)


_judge = functools.lru_cache(maxsize=4)(judges.load)


def contrast(images: np.ndarray) -> np.ndarray:
    """Dark ink on light paper as light ink on black, uint8 (N, H, W, 1); uint8 of the same shape.

    The paper is the image's median. What is darker is ink: none at the paper's grey, 255 at the
    darkest hundredth of the pixels.
    """
    grey = images.astype(np.float32)
    ink = np.maximum(np.median(grey, axis=(1, 2, 3), keepdims=True) - grey, 0.0)
    most = np.percentile(ink, 99, axis=(1, 2, 3), keepdims=True)
    return np.round(255.0 * np.minimum(ink / np.maximum(most, 1.0), 1.0)).astype(np.uint8)


def table(found: list[Journey]) -> list[list[str]]:
    """A head and a row for each journey: its stops, and the share of labels that are kept."""
    rows = [[" → ".join(one.stops), f"{len(one.labels):,}", str(one.kept)] for one in found]
    return [["journey", "images", "labels kept"], *rows]


def write(found: list[Journey], file: Path) -> None:
    """The journeys as JSON: stops, labels kept with interval, confusion by label and class seen."""
    values = [
        {"stops": j.stops, "kept": j.kept.to_json(), "confusion": j.confusion.tolist()}
        for j in found
    ]
    write_text(file, json.dumps(values, ensure_ascii=False) + "\n")
