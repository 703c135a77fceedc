"""The judges: small classifiers whose features and probabilities the metrics are computed from.

Published scores take the features of Inception, which has never seen a digit; a small classifier
of the data set itself serves these images better, but its scores can only be compared with scores
of the *same* judge. So a score always stands beside ``judge.describe()``.

``load("mnist")`` gives a judge that ships with the package; `ganlib.evaluation.judges.training`
makes new ones. A judge is two files: ``<name>.npz``, the weights, and ``<name>.json``, its record.
"""

import difflib
import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.datasets.catalog import by
from ganlib.datasets.grayscale import to_grayscale
from ganlib.errors import DataError, GanlibError
from ganlib.evaluation.judges.network import SIDES, build_network, scaled, weight_names
from ganlib.evaluation.judges.shipped import TRAINED, names
from ganlib.evaluation.metrics import checks
from ganlib.startup import tf

AGAIN = "train the judge again, or install ganlib again if the judge came with it"
NUMBER = (int, float)
RECORD: dict[tuple[str, ...], Any] = {
    ("name",): str,
    ("image_shape",): list,
    ("turns_grey",): bool,
    ("data", "images"): int,
    ("data", "synthetic"): bool,
    ("test", "images"): int,
    ("test", "accuracy"): NUMBER,
    ("sha256",): str,
}
"""What every record must hold: keys, the inner one last, and the type of the value."""


@dataclass(frozen=True)
class Judged:
    """What a judge says of N images.

    Attributes
    ----------
    features : float32, shape (N, 64), the penultimate layer; over the training images each feature
        has about mean 0 and variance 1
    probabilities : float32, shape (N, 10), the softmax over the classes
    """

    features: np.ndarray
    probabilities: np.ndarray


class Judge:
    """A classifier of one data set; calling it judges images.

    Parameters
    ----------
    record
        What its .json says; it must hold the keys of `RECORD`.
    network
        From `ganlib.evaluation.judges.network.build_network`, with trained weights.

    Attributes
    ----------
    name : the data set it was trained on
    record : the record, with the data, the test accuracy and the settings of its training
    image_shape : (H, W, C) of the images it judges
    """

    def __init__(self, record: dict[str, Any], network: Any) -> None:
        self.record = record
        self.name: str = record["name"]
        self.image_shape: tuple[int, ...] = tuple(record["image_shape"])

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
        return Judged(features, probabilities)

    def describe(self) -> str:
        """Name the judge in one line, as it must stand beside every score made with it."""
        data, accuracy = self.record["data"], self.record["test"]["accuracy"]
        notes = f"sha256 {self.record['sha256'][:8]}…"
        if data["synthetic"]:
            notes += "; trained on SYNTHETIC images"
        elif isinstance(official := data.get("official_images"), int) and official > data["images"]:
            notes += f"; trained on a part, {data['images']:,} of {official:,} images"
        return f"judge {self.name}, test accuracy {100 * accuracy:.1f} % ({notes})"

    def seen(self, images: np.ndarray) -> np.ndarray:
        """The images as the judge sees them: greyscale where it was trained on a set turned grey.

        What is not uint8 (N, H, W, C) of the judge's size is a `DataError`.
        """
        checks.images(images, f"what judge {self.name} judges")
        if self.record["turns_grey"] and images.shape[1:] == (*self.image_shape[:2], 3):
            images = to_grayscale(images)
        if images.shape[1:] != self.image_shape:
            raise DataError(
                f"judge {self.name} judges {by(self.image_shape)} images, not "
                f"{by(images.shape[1:])}: choose the judge of the data set"
            )
        return images


def load(name: str | Path) -> Judge:
    """Load one of `names`, or the .npz of this path, its .json beside it.

    Raises
    ------
    GanlibError
        If there is no such judge, or a file is missing, damaged or does not fit the other.
    """
    path = TRAINED / f"{name}.npz" if str(name) in names() else Path(name)
    if path.suffix != ".npz":
        near = difflib.get_close_matches(str(name), names(), n=1)
        hint = f", did you mean {near[0]!r}?" if near else ""
        choices = ", ".join([*names(), "or the path of a .npz that judge training wrote"])
        raise GanlibError(f"there is no judge {str(name)!r}{hint}: choose from {choices}")
    for file in (path, path.with_suffix(".json")):
        if not file.is_file():
            raise GanlibError(f"{file} is missing: {AGAIN}")
    try:
        content = path.read_bytes()
        text = path.with_suffix(".json").read_bytes()
    except OSError as error:
        raise GanlibError(
            f"{error.filename} cannot be read ({error.strerror}): check its permissions"
        ) from None
    record = _read_record(text, path.with_suffix(".json"))
    if hashlib.sha256(content).hexdigest() != record["sha256"]:
        raise GanlibError(
            f"{path} is damaged or belongs to another judge (its sha256 is not that of "
            f"{path.with_suffix('.json').name}): {AGAIN}"
        )
    network = build_network(tuple(record["image_shape"]))
    network.set_weights(_read_weights(content, path, network))
    return Judge(record, network)


def _read_record(text: bytes, path: Path) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GanlibError(f"{path} is damaged ({error}): {AGAIN}") from None
    for place, kind in RECORD.items():
        value = record
        for key in place:
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, kind):
            raise GanlibError(f"{path} is damaged ({'.'.join(place)} is missing or wrong): {AGAIN}")
    shape = record["image_shape"]
    whole = all(type(length) is int for length in shape)
    if not (whole and len(shape) == 3 and {*shape[:2]} <= {*SIDES} and shape[2] in (1, 3)):
        raise GanlibError(f"{path} is damaged (image_shape is {shape}): {AGAIN}")
    return record


def _read_weights(content: bytes, path: Path, network: Any) -> list[np.ndarray]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            stored = {name: archive[name] for name in archive.files}
    except (ValueError, TypeError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise GanlibError(f"{path} is no intact .npz archive ({error}): {AGAIN}") from None
    wanted = dict(zip(weight_names(network), network.get_weights(), strict=True))
    fits = {name: array.shape for name, array in stored.items()} == {
        name: array.shape for name, array in wanted.items()
    }
    if not fits or not all(a.dtype.kind == "f" and np.isfinite(a).all() for a in stored.values()):
        raise GanlibError(f"{path} holds weights that do not fit a judge's network: {AGAIN}")
    return [stored[name] for name in wanted]
