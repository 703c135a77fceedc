"""The known data sets as values: what they are, and in which files they may come.

A new data set is one more entry of ``KNOWN``; a new file format is one more ``Layout`` in an entry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from ganlib.datasets import arrays, idx, mat, npz, table
from ganlib.datasets.arrays import Labels, by
from ganlib.datasets.pictures import Parts
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
    classes: int = 10  # labels run from 0 to classes - 1; 0: any number of them, or none
    class_names: tuple[str, ...] = ()  # of labels that are no digits
    folders: tuple[str, ...] = ()  # other names that its folder has in the wild
    pictures: bool = True  # whether pictures in its folder are this set
    turned: bool = False  # whether TFDS gives the images on their side, mirrored
    parts: Parts | None = None  # of pictures without folders for splits: of which one each is
    crop: int = 0  # side of a square in the middle that is cut out of larger pictures; 0: none

    @property
    def aliases(self) -> set[str]:
        """Names of its folder, as `places.plain` has them."""
        return {plain(name) for name in (self.name, *self.folders)}

    def check(self, images: np.ndarray, labels: Labels, where: str) -> Arrays:
        """Return uint8 (N, H, W, C) and int64 (N,) or None; a DataError names `where`, the file."""
        try:
            return arrays.uniform(images, labels, self.image_shape, self.classes, self.name)
        except DataError as error:
            raise DataError(f"{where}: {error}") from None


Layouts = tuple[Layout, ...]


def _archives(name: str, split: str, *own: str) -> Layouts:
    """A split in an archive of its own, or in one for all splits."""
    return (
        Layout(partial(npz.read, split=split, own=True), ((*own, f"{name}_{split}.npz"),)),
        Layout(partial(npz.read, split=split, own=False), ((f"{name}.npz",),)),
    )


def _idx(*stems: str, labelled: str = "labels-idx1-ubyte", turned: bool = False) -> Layout:
    """The pair of files, packed or not."""
    images, labels = (
        tuple(f"{stem}-{content}{packed}" for stem in stems for packed in (".gz", ""))
        for content in ("images-idx3-ubyte", labelled)
    )
    return Layout(partial(idx.read_pair, turned=turned), (images, labels))


def _csv(*names: str, turned: bool = False) -> Layout:
    return Layout(partial(table.read, side=28, turned=turned), (names,))


def _mnist(name: str, split: str) -> Layouts:
    stems = ("train",) if split == "train" else ("t10k", "test")
    archives = _archives(name, split, f"{split}.npz")
    if name == "kmnist":
        pair = ((f"{name}-{split}-imgs.npz",), (f"{name}-{split}-labels.npz",))
        archives += (Layout(partial(npz.read, split=split, own=True), pair),)
    return (_idx(*stems), *archives, _csv(f"{split}.csv", f"{name}_{split}.csv"))


def _qmnist(name: str, split: str) -> Layouts:
    pair = _idx(f"{name}-{split}", labelled="labels-idx2-int")
    return pair, *_archives(name, split, f"{split}.npz")


def _emnist(name: str, split: str) -> Layouts:
    stem = f"{name.replace('/', '-')}-{split}"
    archives = _archives(name.replace("/", "_"), split)
    return _idx(stem, turned=True), *archives, _csv(f"{stem}.csv", turned=True)


def _svhn(name: str, split: str) -> Layouts:
    official = Layout(mat.read, ((f"{split}_32x32.mat",),))
    return official, *_archives(name, split, f"{split}.npz")


def _relative(
    name: str,
    layouts: Callable[[str, str], Layouts],
    url: str | None = None,
    sizes: tuple[int, int] = (60_000, 10_000),
    classes: int = 10,
    **more: Any,
) -> KnownDataset:
    """MNIST, or a set of its kind."""
    files = {split: layouts(name, split) for split in ("train", "test")}
    about = {"download_url": url, "classes": classes, **more}
    return KnownDataset(name, (28, 28, 1), dict(zip(files, sizes, strict=True)), files, **about)


CELEB_A_SIZES = {"train": 162_770, "validation": 19_867, "test": 19_962}
HELD_OUT = 10  # where there are none of the official test images, each tenth is one


def celeb_a_parts(names: Sequence[str]) -> list[str | None]:
    """The split of each picture by its number, as in CelebA's list_eval_partition.txt.

    Where none of the official test images are there, every tenth of the others is a test image.
    Officially no person is in two splits; then one may be.
    """
    numbers = [int(stem) if (stem := name.split(".")[0]).isdecimal() else 0 for name in names]
    first, second = np.cumsum(list(CELEB_A_SIZES.values()))[:2]
    official = ["train" if n <= first else "validation" if n <= second else "test" for n in numbers]
    if "test" in official:
        return [*official]
    order = np.argsort(numbers, kind="stable").argsort()  # of copies with one number, both count
    tenth = order % HELD_OUT == HELD_OUT - 1
    return ["test" if held else part for held, part in zip(tenth, official, strict=True)]


DIGITS, SYNTHETIC = "synthetic_digits", "ganlib.datasets.synthetic"
PACKED = "train-images-idx3-ubyte.gz"
MNIST_SERVER = "https://storage.googleapis.com/cvdf-datasets/mnist"
FASHION_SERVER = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
KMNIST_SERVER = "http://codh.rois.ac.jp/kmnist/dataset/kmnist"
EMNIST_URL = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
EMNIST = {  # parts: classes, training and test images; letters count from 1
    "balanced": (47, (112_800, 18_800)),
    "byclass": (62, (697_932, 116_323)),
    "bymerge": (47, (697_932, 116_323)),
    "digits": (10, (240_000, 40_000)),
    "letters": (27, (124_800, 20_800)),
    "mnist": (10, (60_000, 10_000)),
}
CLOTHES = (
    "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
)  # fmt: skip
KAGGLE = ("digit-recognizer", "mnist-dataset", "mnist-in-csv", "mnist_png")
SVHN_SERVER = "http://ufldl.stanford.edu/housenumbers"
SVHN_SIZES = {"train": 73_257, "test": 26_032, "extra": 531_131}
SYNTHETIC_SIZES = {"train": 20_000, "test": 4_000}
"""Smaller than the official sets, so that nobody waits for them to be drawn."""

KNOWN: dict[str, KnownDataset] = {
    known.name: known
    for known in (
        _relative("mnist", _mnist, f"{MNIST_SERVER}/{PACKED}", stand_in=DIGITS, folders=KAGGLE),
        _relative(
            *("fashion_mnist", _mnist, f"{FASHION_SERVER}/{PACKED}"),
            stand_in=DIGITS,
            class_names=CLOTHES,
        ),
        KnownDataset(
            name="svhn_cropped",
            image_shape=(32, 32, 3),
            sizes=SVHN_SIZES,
            layouts={split: _svhn("svhn_cropped", split) for split in SVHN_SIZES},
            folders=("svhn", "housenumbers"),
            download_url=f"{SVHN_SERVER}/train_32x32.mat",
            download_notice=(
                "svhn_cropped: TensorFlow Datasets fetches 1.6 GB, because it prepares the split "
                "'extra' too. Two files are enough (246 MB): stop, and put train_32x32.mat and "
                f"test_32x32.mat from {SVHN_SERVER}/ into data/svhn_cropped/"
            ),
            stand_in="synthetic_house_numbers",
        ),
        KnownDataset(
            name="celeb_a",
            image_shape=(64, 64, 3),
            sizes=CELEB_A_SIZES,
            layouts=dict.fromkeys(CELEB_A_SIZES, ()),
            folders=("celeba", "celeba-dataset"),
            stand_in="synthetic_faces",
            classes=0,
            parts=celeb_a_parts,
            crop=108,  # of 178×218, as `image-generation` has it, section 5.1
        ),
        _relative("kmnist", _mnist, f"{KMNIST_SERVER}/{PACKED}"),
        # https://github.com/facebookresearch/qmnist, with all test digits
        _relative("qmnist", _qmnist, None, (60_000, 60_000), stand_in=DIGITS),
        *(  # https://www.nist.gov/itl/products-and-services/emnist-dataset
            _relative(
                *(f"emnist/{part}", _emnist, EMNIST_URL, sizes, classes),
                download_notice="emnist: TensorFlow Datasets fetches 535 MB, all parts of it",
                folders=("emnist",),
                pictures=False,
                turned=True,
            )
            for part, (classes, sizes) in EMNIST.items()
        ),
        KnownDataset(DIGITS, (28, 28, 1), SYNTHETIC_SIZES, generator=f"{SYNTHETIC}.digits"),
        KnownDataset(
            *("synthetic_house_numbers", (32, 32, 3), SYNTHETIC_SIZES | {"extra": 20_000}),
            generator=f"{SYNTHETIC}.house_numbers",
        ),
        KnownDataset(
            *("synthetic_faces", (64, 64, 3), {"train": 3_000, "validation": 500, "test": 1_000}),
            classes=2,
            generator=f"{SYNTHETIC}.faces",
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
