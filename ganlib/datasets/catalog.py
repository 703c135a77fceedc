"""The known data sets as values: what they are, and in which files they may come.

A new data set is one more entry of ``KNOWN``; a new file format is one more ``Layout`` in an entry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from ganlib.datasets import arrays, idx, mat, npz, table
from ganlib.datasets.arrays import Labels, by
from ganlib.datasets.places import File, plain
from ganlib.errors import DataError

__all__ = ["KNOWN", "KnownDataset", "Layout", "by", "known_dataset", "own_dataset"]

Arrays = tuple[np.ndarray, Labels]


@dataclass(frozen=True)
class Layout:
    """One way in which a split may lie in its folder."""

    read: Callable[[Sequence[File]], Arrays]  # from the files, in the order of `files`
    files: tuple[tuple[str, ...], ...]  # for each file, the names that it may have, best first


@dataclass(frozen=True)
class KnownDataset:
    """What is known of a data set before its files are opened."""

    name: str  # as in TensorFlow Datasets
    image_shape: tuple[int, int, int]  # height, width, channels; zeros: as the files say
    sizes: Mapping[str, int]  # images in each split of the official set
    layouts: Mapping[str, tuple[Layout, ...]] = field(default_factory=dict)  # by split, best first
    download_url: str | None = None  # a file that TFDS downloads, to see if it is in reach
    download_notice: str = ""  # printed before a download that is large, with a smaller way
    generator: str = ""  # of a synthetic set: the module whose generate(count, seed) draws it
    stand_in: str = ""  # the synthetic set that can take this one's place
    classes: int = 10  # labels run from 0 to classes - 1; 0: any number of them
    folders: tuple[str, ...] = ()  # other names that its folder has in the wild
    pictures: bool = True  # whether pictures in its folder are this set
    turned: bool = False  # whether TFDS gives the images on their side, mirrored

    @property
    def aliases(self) -> set[str]:
        """Names of its folder, as `places.plain` has them."""
        return {plain(name) for name in (self.name, *self.folders)}

    def check(self, images: np.ndarray, labels: Labels, where: str) -> Arrays:
        """Return uint8 (N, H, W, C) and int64 (N,) or None; a DataError names `where`, the file."""
        shape = self.image_shape if any(self.image_shape) else None
        try:
            return arrays.uniform(images, labels, shape, self.classes, self.name)
        except DataError as error:
            raise DataError(f"{where}: {error}") from None


def _archives(name: str, split: str, *own: str) -> tuple[Layout, ...]:
    """A split in an archive of its own, or in one for all splits."""
    return (
        Layout(partial(npz.read, split=split, own=True), ((*own, f"{name}_{split}.npz"),)),
        Layout(partial(npz.read, split=split, own=False), ((f"{name}.npz",),)),
    )


def _idx(
    stem: str, *others: str, read: Callable[[Sequence[File]], Arrays] = idx.read_pair
) -> Layout:
    """The pair of files, each packed or not, spelt with a hyphen or, as unpackers do, a dot."""
    endings = ("-{}-ubyte.gz", ".{}-ubyte.gz", "-{}-ubyte", ".{}-ubyte")
    images, labels = (
        tuple(f"{s}-{content}{e.format(kind)}" for s in (stem, *others) for e in endings)
        for content, kind in (("images", "idx3"), ("labels", "idx1"))
    )
    return Layout(read, (images, labels))


def _csv(*names: str) -> Layout:
    return Layout(partial(table.read, pixels=28 * 28), (names,))


def _like_mnist(name: str, server: str, *folders: str) -> KnownDataset:
    def layouts(split: str, *stems: str) -> tuple[Layout, ...]:
        archives = _archives(name, split, f"{split}.npz")
        more = []
        if name == "kmnist":
            pair = ((f"kmnist-{split}-imgs.npz",), (f"kmnist-{split}-labels.npz",))
            more = [Layout(partial(npz.read_pair, split=split), pair)]
        return (_idx(*stems), *archives, *more, _csv(f"{split}.csv", f"{name}_{split}.csv"))

    return KnownDataset(
        name=name,
        image_shape=(28, 28, 1),
        sizes={"train": 60_000, "test": 10_000},
        layouts={"train": layouts("train", "train"), "test": layouts("test", "t10k", "test")},
        download_url=f"{server}/train-images-idx3-ubyte.gz",
        stand_in="synthetic_digits" if name != "kmnist" else "",
        folders=folders,
    )


def _emnist(part: str, classes: int, train: int, test: int) -> KnownDataset:
    """A part of EMNIST (https://www.nist.gov/itl/products-and-services/emnist-dataset)."""

    def layouts(split: str) -> tuple[Layout, ...]:
        stem = f"emnist-{part}-{split}"
        turned = Layout(partial(_read_turned_table), ((f"{stem}.csv",),))
        name = f"emnist_{part}"
        return (_idx(stem, read=idx.read_turned), *_archives(name, split), turned)

    return KnownDataset(
        name=f"emnist/{part}",
        image_shape=(28, 28, 1),
        sizes={"train": train, "test": test},
        layouts={split: layouts(split) for split in ("train", "test")},
        download_url="https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
        download_notice="emnist: TensorFlow Datasets fetches 535 MB, all parts of the set",
        stand_in="synthetic_digits" if part in ("digits", "mnist") else "",
        classes=classes,
        folders=("emnist",),
        pictures=False,
        turned=True,
    )


def _read_turned_table(files: Sequence[File]) -> Arrays:
    images, labels = table.read(files, 28 * 28)
    return images.reshape(-1, 28, 28).transpose(0, 2, 1), labels


def _qmnist() -> KnownDataset:
    """QMNIST (https://github.com/facebookresearch/qmnist), with all 60,000 test digits."""

    def layouts(split: str) -> tuple[Layout, ...]:
        images, labels = f"qmnist-{split}-images-idx3-ubyte", f"qmnist-{split}-labels-idx2-int"
        pair = Layout(idx.read_qmnist, ((f"{images}.gz", images), (f"{labels}.gz", labels)))
        return (pair, *_archives("qmnist", split, f"{split}.npz"))

    return KnownDataset(
        name="qmnist",
        image_shape=(28, 28, 1),
        sizes={"train": 60_000, "test": 60_000},
        layouts={split: layouts(split) for split in ("train", "test")},
        stand_in="synthetic_digits",
    )


SVHN_SERVER = "http://ufldl.stanford.edu/housenumbers"
SVHN_SIZES = {"train": 73_257, "test": 26_032, "extra": 531_131}
SYNTHETIC_SIZES = {"train": 20_000, "test": 4_000}
"""Smaller than the official sets, so that nobody waits for them to be drawn."""

KNOWN: dict[str, KnownDataset] = {
    known.name: known
    for known in (
        _like_mnist(
            *("mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"),
            *("digit-recognizer", "mnist-dataset", "mnist-in-csv", "mnist_png"),
        ),
        _like_mnist(
            *("fashion_mnist", "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"),
            "fmnist",
        ),
        KnownDataset(
            name="svhn_cropped",
            image_shape=(32, 32, 3),
            sizes=SVHN_SIZES,
            layouts={
                split: (
                    Layout(mat.read, ((f"{split}_32x32.mat",),)),
                    *_archives("svhn_cropped", split, f"{split}.npz"),
                )
                for split in SVHN_SIZES
            },
            folders=("svhn", "housenumbers"),
            download_url=f"{SVHN_SERVER}/train_32x32.mat",
            download_notice=(
                "svhn_cropped: TensorFlow Datasets fetches 1.6 GB, because it prepares the split "
                "'extra' too. Two files are enough (246 MB): stop, and put train_32x32.mat and "
                f"test_32x32.mat from {SVHN_SERVER}/ into data/svhn_cropped/"
            ),
            stand_in="synthetic_house_numbers",
        ),
        _like_mnist("kmnist", "http://codh.rois.ac.jp/kmnist/dataset/kmnist", "kuzushiji-mnist"),
        _qmnist(),
        _emnist("balanced", 47, 112_800, 18_800),
        _emnist("byclass", 62, 697_932, 116_323),
        _emnist("bymerge", 47, 697_932, 116_323),
        _emnist("digits", 10, 240_000, 40_000),
        _emnist("letters", 27, 124_800, 20_800),  # from 1 for A on
        _emnist("mnist", 10, 60_000, 10_000),
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


def own_dataset(name: str) -> KnownDataset:
    """A folder of a user's own: pictures of any kind, or arrays of images of one shape."""
    sizes = {"train": 0, "test": 0}
    layouts = {split: _archives(name, split, f"{split}.npz") for split in sizes}
    return KnownDataset(name, (0, 0, 0), sizes, layouts, classes=0)


def known_dataset(name: str, split: str, own: bool = False) -> KnownDataset:
    """Look a data set up, or a user's own; raise DataError where name or split is unknown."""
    if name not in KNOWN and not own:
        raise DataError(
            f"there is no data set {name!r}: choose from {', '.join(KNOWN)}, or put a folder of "
            "that name, with pictures or a train.npz in it, into the data folder"
        )
    known = KNOWN.get(name) or own_dataset(name)
    if split not in known.sizes:
        raise DataError(f"{name} has no split {split!r}: choose {' or '.join(known.sizes)}")
    return known
