"""The known data sets as values: what they are, and in which files they may come.

A new data set is one more entry of ``KNOWN``; a new file format is one more ``Layout`` in an entry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from ganlib.datasets import idx, mat, npz
from ganlib.errors import DataError

Arrays = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Layout:
    """One way in which a split may lie in its folder."""

    read: Callable[[Sequence[Path]], Arrays]  # from the files' paths, in the order of `files`
    files: tuple[tuple[str, ...], ...]  # for each file, the names that it may have, best first

    def locate(self, folder: Path) -> list[Path | None]:
        """Return the path of each needed file, or None where there is none."""
        return [
            next((folder / name for name in names if (folder / name).is_file()), None)
            for names in self.files
        ]

    def refuse_fragments(self, folder: Path) -> None:
        """Raise DataError if something of this layout is there, but not all that is needed."""
        for path in (folder / name for names in self.files for name in names):
            if (path.exists() or path.is_symlink()) and not path.is_file():
                found = "a link to a file that is not there" if path.is_symlink() else "no file"
                if path.is_dir():
                    found = "a folder"
                raise DataError(f"{path} is {found}: put the file of that name in its place")
        paths = self.locate(folder)
        present = [path.name for path in paths if path]
        missing = [names[0] for path, names in zip(paths, self.files, strict=True) if not path]
        if present and missing:
            raise DataError(
                f"{folder / missing[0]} is missing beside {present[0]}: add it, both are needed"
            )


@dataclass(frozen=True)
class KnownDataset:
    """What is known of a data set before its files are opened."""

    name: str  # as in TensorFlow Datasets
    image_shape: tuple[int, int, int]  # height, width, channels
    sizes: Mapping[str, int]  # images in each split of the official set
    layouts: Mapping[str, tuple[Layout, ...]] = field(default_factory=dict)  # by split, best first
    download_url: str | None = None  # a file that TFDS downloads, to see if it is in reach
    download_notice: str = ""  # printed before a download that is large, with a smaller way
    generator: str = ""  # of a synthetic set: the module whose generate(count, seed) draws it
    stand_in: str = ""  # the synthetic set that can take this one's place
    classes: int = 10  # labels run from 0 to classes - 1

    def check(self, images: np.ndarray, labels: np.ndarray, where: str) -> Arrays:
        """Return uint8 (N, H, W, C) and int64 (N,); a DataError names `where`, the file or folder.

        The axis C may be missing where C is 1.
        """
        if images.dtype != np.uint8:
            raise DataError(f"{where}: {npz.explain_dtype(images)}")
        if images.ndim == 3 and self.image_shape[2] == 1:
            images = images[..., np.newaxis]
        if images.shape[1:] != self.image_shape:
            raise DataError(
                f"{where}: images of shape {images.shape} are not N×{by(self.image_shape)}, as "
                f"{self.name} has them: is this another data set?"
            )
        if len(images) == 0:
            raise DataError(f"{where} holds no images: use the complete file")
        if labels.dtype.kind not in "iu" or labels.shape != (len(images),):
            raise DataError(
                f"{where}: {len(images):,} images but labels of shape {labels.shape} and type "
                f"{labels.dtype}: one integer per image belongs there"
            )
        # Compared before the cast, which would wrap large unsigned numbers into small ones.
        outside = (labels < 0) | (labels >= self.classes)
        if outside.any():
            position = int(np.argmax(outside))
            raise DataError(
                f"{where}: label {labels[position]} at position {position:,} is not in 0 to "
                f"{self.classes - 1}: use the labels of {self.name}"
            )
        return np.ascontiguousarray(images), labels.astype(np.int64)


def by(shape: Sequence[int]) -> str:
    """Write a shape as people do: 28×28×1."""
    return "×".join(str(length) for length in shape)


def _layouts(name: str, split: str, official: Layout) -> tuple[Layout, ...]:
    """A split as it is published, or in an archive of its own, or in one for all splits."""
    own = partial(npz.read, images="images", labels="labels")
    shared = partial(npz.read, images=f"x_{split}", labels=f"y_{split}")
    return official, Layout(own, ((f"{split}.npz",),)), Layout(shared, ((f"{name}.npz",),))


def _idx(stem: str) -> Layout:
    """The pair of files, each packed or not, spelt with a hyphen or, as unpackers do, a dot."""
    endings = ("-{}-ubyte.gz", ".{}-ubyte.gz", "-{}-ubyte", ".{}-ubyte")
    images, labels = (
        tuple(f"{stem}-{content}{ending.format(kind)}" for ending in endings)
        for content, kind in (("images", "idx3"), ("labels", "idx1"))
    )
    return Layout(idx.read_pair, (images, labels))


def _like_mnist(name: str, server: str) -> KnownDataset:
    return KnownDataset(
        name=name,
        image_shape=(28, 28, 1),
        sizes={"train": 60_000, "test": 10_000},
        layouts={
            split: _layouts(name, split, _idx(stem))
            for split, stem in (("train", "train"), ("test", "t10k"))
        },
        download_url=f"{server}/train-images-idx3-ubyte.gz",
        stand_in="synthetic_digits",
    )


SVHN_SERVER = "http://ufldl.stanford.edu/housenumbers"
SVHN_SIZES = {"train": 73_257, "test": 26_032, "extra": 531_131}
SYNTHETIC_SIZES = {"train": 20_000, "test": 4_000}
"""Smaller than the official sets, so that nobody waits for them to be drawn."""

KNOWN: dict[str, KnownDataset] = {
    known.name: known
    for known in (
        _like_mnist("mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"),
        _like_mnist("fashion_mnist", "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"),
        KnownDataset(
            name="svhn_cropped",
            image_shape=(32, 32, 3),
            sizes=SVHN_SIZES,
            layouts={
                split: _layouts("svhn_cropped", split, Layout(mat.read, ((f"{split}_32x32.mat",),)))
                for split in SVHN_SIZES
            },
            download_url=f"{SVHN_SERVER}/train_32x32.mat",
            download_notice=(
                "svhn_cropped: TensorFlow Datasets fetches 1.6 GB, because it prepares the split "
                "'extra' too. Two files are enough (246 MB): stop, and put train_32x32.mat and "
                f"test_32x32.mat from {SVHN_SERVER}/ into data/svhn_cropped/"
            ),
            stand_in="synthetic_house_numbers",
        ),
        KnownDataset(
            name="synthetic_digits",
            image_shape=(28, 28, 1),
            sizes=SYNTHETIC_SIZES,
            generator="ganlib.datasets.synthetic.digits",
        ),
        KnownDataset(
            name="synthetic_house_numbers",
            image_shape=(32, 32, 3),
            sizes=SYNTHETIC_SIZES | {"extra": SYNTHETIC_SIZES["train"]},
            generator="ganlib.datasets.synthetic.house_numbers",
        ),
    )
}


def known_dataset(name: str, split: str) -> KnownDataset:
    """Look a data set up; raise DataError where the name or the split is unknown."""
    if name not in KNOWN:
        raise DataError(f"there is no data set {name!r}: choose from {', '.join(KNOWN)}")
    if split not in KNOWN[name].sizes:
        choices = " or ".join(KNOWN[name].sizes)
        raise DataError(f"{name} has no split {split!r}: choose {choices}")
    return KNOWN[name]
