"""Images, labels and where they came from: ``load("mnist")``.

Numpy only: TensorFlow is imported when a set has to be read through TensorFlow Datasets.
"""

import hashlib
import importlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from ganlib.datasets import local
from ganlib.datasets.arrays import Labels, to_grayscale
from ganlib.datasets.catalog import KNOWN, KnownDataset, by, known_dataset
from ganlib.errors import DataError, DataNotFound

__all__ = ["Dataset", "check_channels", "load", "names"]

STAND_IN_CHOICES = ("never", "fallback", "always")
SYNTHETIC_SEEDS = {"train": 1, "test": 2, "extra": 3, "validation": 4}
"""Different, so that no test image is also a training image."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Dataset:
    """One split of a data set; its arrays are read-only.

    Attributes
    ----------
    name : the data set that was asked for, such as "mnist"
    split : "train", "test" or, where the set has it, "extra"
    images : uint8, shape (N, H, W, C)
    labels : int64, shape (N,); None where there are none
    source : "files", "tfds" or "synthetic"
    origin : file names, TensorFlow Datasets' name and version, or generator and seed
    """

    name: str
    split: str
    images: np.ndarray
    labels: np.ndarray | None
    source: str
    origin: str

    def __post_init__(self) -> None:
        for field in ("images", "labels"):
            if (array := getattr(self, field)) is not None:
                view = array.view()
                view.flags.writeable = False
                object.__setattr__(self, field, view)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def synthetic(self) -> bool:
        """Whether the images were drawn by a program; say so wherever they are shown."""
        return self.source == "synthetic"

    @property
    def provenance(self) -> dict[str, object]:
        """What a record says of where the images came from."""
        keys = ("name", "split", "source", "origin", "synthetic", "checksum")
        return {key: getattr(self, key) for key in keys} | {"images": len(self)}

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over the images' shape and bytes and the labels, as "sha256:…"."""
        digest = hashlib.sha256(by(self.images.shape).encode())
        digest.update(np.ascontiguousarray(self.images).data)
        if self.labels is not None:
            digest.update(self.labels.astype("<i8").data)
        return f"sha256:{digest.hexdigest()}"

    @cached_property
    def content(self) -> str:
        """SHA-256 over the images and labels in whatever order they stand, as "sha256:…".

        TensorFlow Datasets keeps its records in another order than the official files do.
        """
        labels = np.zeros(len(self)) if self.labels is None else self.labels
        digests = sorted(
            hashlib.blake2b(
                image.tobytes() + int(label).to_bytes(1 if label < 256 else 4), digest_size=16
            ).digest()
            for image, label in zip(self.images, labels, strict=True)
        )
        digest = hashlib.sha256(by(self.images.shape).encode() + b"".join(digests))
        return f"sha256:{digest.hexdigest()}"

    def describe(self) -> str:
        """Say in one line what this is and where it came from."""
        text = f"{self.name} {self.split}: {len(self):,} images {by(self.images.shape[1:])}"
        known = KNOWN.get(self.name)
        if known and self.images.shape[-1] < known.image_shape[-1]:
            text += " in greyscale"
        if self.synthetic:
            stand_in = "stand-in for " if known and not known.generator else ""
            return f"SYNTHETIC {stand_in}{text} drawn by {self.origin}"
        text += f" from {self.source} {self.origin}"
        if known and len(self) != (official := known.sizes[self.split]):
            text += f" (the official split has {official:,})"
        return text


def names() -> list[str]:
    """Return the names that ``load`` knows."""
    return list(KNOWN)


def load(
    name: str,
    split: str = "train",
    data_dir: str | os.PathLike[str] | None = None,
    stand_in: str = "never",
    channels: int | None = None,
    size: tuple[int, int] | None = None,
) -> Dataset:
    """Load one split of a data set: from files, or through TensorFlow Datasets (TFDS).

    Files are in ``<data_dir>/<name>/``. Without them TFDS reads what it has prepared, else
    downloads it.

    Parameters
    ----------
    name : one of ``names()``, or a folder of your own with pictures, or a train.npz, in it
    split : "train", "test" or, of svhn_cropped, "extra"
    data_dir : by default ``$GANLIB_DATA``, else ``data/``
    stand_in : when to take procedural images of the same shape: "never", "fallback" (with a
        warning, where there are no real ones) or "always"
    channels : 1 turns a colour set to greyscale, see `to_grayscale`; by default as the set has them
    size : height and width that pictures of your own are cropped and resized to; by default the
        first one's. Sets that ``names()`` lists have their own size

    Raises
    ------
    DataNotFound : the data is neither here nor to be downloaded, within seconds
    DataError : an argument is wrong, or a file is damaged; a stand-in never replaces that one
    """
    if stand_in not in STAND_IN_CHOICES:
        raise DataError(f"stand_in is {stand_in!r}: choose from {', '.join(STAND_IN_CHOICES)}")
    folders = [] if name in KNOWN else _data_folders(data_dir)
    known = known_dataset(name, split, own=local.exists(name, folders))
    check_channels(name, channels)
    if known.generator or stand_in == "always":
        dataset = _synthetic(known, split)
    else:
        try:
            dataset = _real(known, split, _data_folders(data_dir), size, channels)
        except DataNotFound as error:
            if stand_in == "never" or not known.stand_in:
                raise
            dataset = _synthetic(known, split)
            # Not the warnings module: it would print a path and a source line around the sentence.
            log.warning("WARNING: %s. The real %s", dataset.describe(), error)
    check_channels(name, channels, held := dataset.images.shape[-1])
    if channels == 1 < held:
        return replace(dataset, images=to_grayscale(dataset.images))
    return dataset


def check_channels(name: str, channels: int | None, held: int | None = None) -> None:
    """Raise DataError if a data set does not come in this many channels; None means its own."""
    held = held or (KNOWN[name].image_shape[2] if name in KNOWN else channels)
    if channels not in (None, 1, held):
        raise DataError(
            f"{name} has {held} channel(s), which do not make {channels}: leave channels out, or "
            "take 1 for greyscale"
        )


def _data_folders(data_dir: str | os.PathLike[str] | None) -> list[Path]:
    """The folders to search: one that was named must exist, so that no typing error is ignored."""
    origin, value = "data_dir", data_dir
    if value is None:
        origin, value = "GANLIB_DATA", os.environ.get("GANLIB_DATA") or None
    if value is not None:
        folder = Path(os.path.expanduser(value))  # as it stands where there is no such user
        if not os.fspath(value).strip() or not folder.is_dir():
            raise DataError(f"{origin} names {str(value)!r}, which is not a folder: correct it")
        return [folder]
    # Notebooks run in a folder of their own, so the checkout's data/ counts wherever one starts.
    checkout = Path(__file__).resolve().parents[2]
    away = (checkout / "pyproject.toml").is_file() and Path.cwd() != checkout
    return [Path("data"), checkout / "data"] if away else [Path("data")]


def _real(
    known: KnownDataset,
    split: str,
    folders: Sequence[Path],
    size: tuple[int, int] | None,
    channels: int | None,
) -> Dataset:
    try:
        for folder in folders:
            if (found := local.read(known, split, folder, size, channels)) is not None:
                images, labels, origin = found
                return Dataset(known.name, split, images, labels, "files", origin)
    except PermissionError as error:
        raise DataError(f"{error.filename} may not be opened: check its permissions") from None
    from ganlib.datasets import download  # here, because what comes from files needs none of it

    stores = download.stores(folders)
    prepared, others = download.find(known.name, stores)
    try:
        store = prepared or download.download(
            known.name, stores[-1], known.download_url, known.download_notice
        )
    except DataNotFound as error:
        places = " or ".join(str(folder / known.name) for folder in folders)
        names = [layout.files[0][0] for layout in known.layouts[split]]
        wanted = " or ".join(names + ["pictures"] * (not known.classes))
        last = 'or ask for the stand-in with stand_in="always" (--data synthetic)'
        raise DataNotFound(
            f"{known.name} ({split}) was not found: no {wanted} in {places}, not prepared by "
            f"TensorFlow Datasets in {stores[-1]}{others}, and {error}; put the files into "
            f"{places}, set GANLIB_DATA to the folder that holds {known.name}/, "
            + ("go online, " if known.download_url else "")
            + (last if known.stand_in else "for there is no stand-in")
        ) from None
    # What has a crop is larger in TensorFlow Datasets than here.
    fitted = (known.image_shape[1], known.image_shape[0]) if known.crop else None
    images, labels, origin = download.read(known.name, split, store, fitted, known.crop)
    if known.turned:
        images = images.transpose(0, 2, 1, 3)
    images, labels = known.check(images, labels, str(store))
    return Dataset(known.name, split, images, labels, "tfds", origin)


@lru_cache(maxsize=2)  # train and test: drawing them takes seconds
def _drawn(generator: str, count: int, seed: int) -> tuple[np.ndarray, Labels]:
    return importlib.import_module(generator).generate(count, seed)


def _synthetic(known: KnownDataset, split: str) -> Dataset:
    drawn = KNOWN[known.stand_in] if known.stand_in else known
    if not drawn.generator:
        raise DataError(f"{known.name} has no synthetic stand-in: put its files into a data folder")
    seed = SYNTHETIC_SEEDS[split]
    images, labels = _drawn(drawn.generator, drawn.sizes[split], seed)
    if not known.classes:
        labels = None
    origin = f"{drawn.generator}, seed {seed}"
    return Dataset(known.name, split, images, labels, "synthetic", origin)
