"""The judges: small classifiers whose features and probabilities the metrics are computed from.

Published scores take the features of Inception, which has never seen a digit; a small classifier
of the data set itself serves these images better, but its scores can only be compared with scores
of the *same* judge. So a score always stands beside ``judge.describe()``.

``load("mnist")`` gives a judge that ships with the package; `ganlib.evaluation.judges.training`
makes new ones. A judge is two files: ``<name>.npz``, the weights, and ``<name>.json``, its record.
"""

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.datasets.arrays import to_grayscale
from ganlib.datasets.catalog import by
from ganlib.errors import DataError, GanlibError
from ganlib.evaluation.judges.network import SIDES, build_network, scaled, weight_names
from ganlib.evaluation.metrics import checks
from ganlib.startup import tf

AGAIN = "train the judge again, or install ganlib again if the judge came with it"


@dataclass(frozen=True)
class Judged:
    """What a judge says of N images.

    Over the training images each feature has about mean 0 and variance 1.
    """

    features: np.ndarray  # float32, shape (N, 64), the penultimate layer
    probabilities: np.ndarray  # float32, shape (N, 10), the softmax over the classes
    puzzled: bool = False  # the classes are `puzzles`, and say nothing about what is shown


class Judge:
    """A classifier of one data set; calling it judges images.

    `record` is what its .json says, `network` comes from `build_network`, with trained weights.
    """

    def __init__(self, record: dict[str, Any], network: Any) -> None:
        self.record = record
        self.name: str = record["name"]  # of the data set it was trained on
        self.image_shape: tuple[int, ...] = tuple(record["image_shape"])  # (H, W, C)
        self.puzzled: bool = record.get("puzzles", False)  # it learnt `puzzles`, not classes

        # A signature with an open batch: compiled once, whatever the number of images.
        @tf.function(input_signature=[tf.TensorSpec((None, *self.image_shape), tf.uint8)])
        def predict(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            features, logits = network(scaled(images), training=False)
            return features, tf.nn.softmax(logits)

        self._predict = predict

    def __call__(self, images: np.ndarray, batch_size: int = 500) -> Judged:
        """Judge images, uint8 (N, H, W, C), at least one; see `seen`.

        `batch_size`, images at a time, changes nothing but speed and memory.
        """
        images = self.seen(np.asarray(images))
        if batch_size < 1:
            raise GanlibError(f"batch_size must be 1 or more, not {batch_size}")
        parts = [
            [output.numpy() for output in self._predict(images[i : i + batch_size])]
            for i in range(0, len(images), batch_size)
        ]
        features, probabilities = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Judged(features, probabilities, self.puzzled)

    def describe(self) -> str:
        """Name the judge in one line, as it must stand beside every score made with it."""
        data, accuracy = self.record["data"], self.record["test"]["accuracy"]
        notes = f"sha256 {self.record['sha256'][:8]}…"
        if data["synthetic"]:
            notes += "; trained on SYNTHETIC images"
        elif isinstance(official := data.get("official_images"), int) and official > data["images"]:
            notes += f"; trained on a part, {data['images']:,} of {official:,} images"
        what = "puzzles solved" if self.puzzled else "test accuracy"
        return f"judge {self.name}, {what} {100 * accuracy:.1f} % ({notes})"

    def seen(self, images: np.ndarray) -> np.ndarray:
        """The images as the judge sees them: greyscale where it was trained on a set turned grey.

        What is not uint8 (N, H, W, C) of the judge's size is a `DataError`.
        """
        checks.images(images, f"the input of judge {self.name}")
        if self.record["turns_grey"] and images.shape[1:] == (*self.image_shape[:2], 3):
            images = to_grayscale(images)
        if images.shape[1:] != self.image_shape:
            raise DataError(
                f"judge {self.name} judges {by(self.image_shape)} images, not "
                f"{by(images.shape[1:])}: choose the judge of the data set"
            )
        return images


def load(path: Path) -> Judge:
    """Load the .npz of this path, its .json beside it."""
    record_path = path.with_suffix(".json")
    try:
        content, text = path.read_bytes(), record_path.read_bytes()
    except FileNotFoundError as error:
        raise GanlibError(f"{error.filename} is missing: {AGAIN}") from None
    except OSError as error:
        raise GanlibError(
            f"{error.filename} cannot be read ({error.strerror}): check its permissions"
        ) from None
    record = _read_record(text, record_path)
    if hashlib.sha256(content).hexdigest() != record["sha256"]:
        raise GanlibError(
            f"{path} is damaged or belongs to another judge (its sha256 is not that of "
            f"{record_path.name}): {AGAIN}"
        )
    network = build_network(tuple(record["image_shape"]))
    _set_weights(network, content, path)
    return Judge(record, network)


def _read_record(text: bytes, path: Path) -> dict[str, Any]:
    """The record, with everything that a `Judge` reads of it."""
    try:
        record = json.loads(text)
        data, (height, width, channels) = record["data"], record["image_shape"]
        used = {
            str: [record["name"], record["sha256"]],
            bool: [record["turns_grey"], data["synthetic"]],
            int: [data["images"], height, width, channels],
            float: [record["test"]["accuracy"]],
        }
        if any(type(value) is not kind for kind, values in used.items() for value in values):
            raise ValueError("a value of the wrong type")
        if height not in SIDES or width not in SIDES or channels not in (1, 3):
            raise ValueError(f"image_shape is {record['image_shape']}")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise GanlibError(f"{path} is damaged ({error}): {AGAIN}") from None
    return record


def _set_weights(network: Any, content: bytes, path: Path) -> None:
    """Give a network the weights of an .npz, if they are its own."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            stored = dict(archive)
        finite = all(a.dtype.kind == "f" and np.isfinite(a).all() for a in stored.values())
        if list(stored) != weight_names(network) or not finite:
            raise ValueError("other names, or not finite")
        network.set_weights(list(stored.values()))
    except (ValueError, TypeError, EOFError, OSError, zipfile.BadZipFile, zlib.error):
        raise GanlibError(f"{path} holds no weights of a judge's network: {AGAIN}") from None
