"""A folder of pictures as data: JPEG, PNG and others, of any sizes and modes.

Each picture is turned as its camera says (EXIF), laid on white where it is transparent, cropped to
the largest centred part of the wanted proportions and resized to the wanted size. Large sets are
kept in this form: see `ganlib.datasets.kept`.
"""

import io
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ganlib.datasets import kept
from ganlib.datasets.arrays import Labels
from ganlib.datasets.places import File, inside, listed
from ganlib.errors import DataError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
ENDINGS = tuple(".png .jpg .jpeg .jfif .webp .bmp .gif .tif .tiff .ppm .pgm".split())
WORDS = {"train": ("train", "training"), "test": ("test", "testing"), "extra": ("extra",)}
"""What the folder of a split is called."""
BATCH = 512  # pictures at a time
LARGEST_SIDE = 128  # where nobody says which size is wanted
MANY = 2000  # pictures: from here on a bar shows how far reading is, and the result is kept
MOST_PIXELS, WORKERS = 9 * 10**7, 4  # each of the workers may hold a picture so large

log = logging.getLogger(__name__)
Shape = tuple[int, int, int]
Parts = Callable[[Sequence[str]], list[str | None]]


@dataclass
class Pictures:
    """The pictures of one split, and the class of each, where their folders are classes."""

    folder: Path
    files: list[File]
    labels: Labels
    others: list[File]
    """Files beside them that are no pictures, and pictures of no split."""
    crop: int = 0
    """Side of a square in the middle that is taken of larger pictures; 0: all that fits."""

    def batches(self, shape: Shape) -> Iterator[list[np.ndarray | None]]:
        """Yield uint8 images of a shape (H, W, C), some files at a time; None: it cannot be read.

        Nothing but these is held in memory.
        """
        with (
            ThreadPoolExecutor(WORKERS) as pool,
            tqdm(
                total=len(self.files),
                desc=f"reading {self.folder.name}",
                unit=" pictures",
                leave=False,
                disable=None if len(self.files) >= MANY else True,
            ) as bar,
        ):
            for start in range(0, len(self.files), BATCH):
                some = self.files[start : start + BATCH]
                with warnings.catch_warnings(action="ignore"):  # not in the threads
                    yield list(pool.map(lambda file: decoded(file, shape, self.crop), some))
                bar.update(len(some))

    def read(self, shape: Shape) -> tuple[np.ndarray, Labels]:
        """All images, uint8 (N, H, W, C), and labels, int64 (N,) or None.

        Those of `MANY` files are kept for the next time, see `ganlib.datasets.kept`. What was left
        out is said once.
        """
        images, readable = kept.images(
            *(self.folder, (shape, self.crop), self.files, shape),
            lambda: self.batches(shape),
            keep=len(self.files) >= MANY,
        )
        left_out = self.others + [self.files[n] for n in np.flatnonzero(~readable)]
        names = listed(left_out, self.folder)
        if not readable.any():
            raise DataError(f"{self.folder}: no picture can be read, of {names}: replace them")
        if names:
            log.warning(
                f"WARNING: {self.folder}: left out (not a readable picture, or more than "
                f"{MOST_PIXELS:,} pixels): {names}"
            )
        return images, None if self.labels is None else self.labels[readable]

    def shape(self, size: tuple[int, int] | None, channels: int | None) -> Shape:
        """What was asked for, else the first picture's, no side above `LARGEST_SIDE`."""
        first = next((i for file in self.files if (i := decoded(file, None)) is not None), None)
        height, width, own = (1, 1, 3) if first is None else first.shape
        share = min(1.0, LARGEST_SIDE / max(height, width))
        size = size or (max(1, round(height * share)), max(1, round(width * share)))
        return (*size, channels or own)


def read_all(files: Iterable[Path], shape: Shape) -> np.ndarray:
    """The pictures in these files, uint8 (N, H, W, C); one that cannot be read is a `DataError`."""
    images = []
    for file in files:
        if (image := decoded(file, shape)) is None:
            raise DataError(f"{file} is missing or is no picture: give {', '.join(FORMATS)} files")
        images.append(image)
    return np.stack(images)


def find(
    folder: Path, held: Sequence[File], split: str, parts: Parts | None = None, crop: int = 0
) -> Pictures | None:
    """The pictures of a split among files in a folder; None where there are no pictures at all.

    `parts` says of which split each of the pictures is, by their names. Without it their folders
    say it; and without folders called train and test, all pictures are training images.
    """
    files = [file for file in held if file.name.lower().endswith(ENDINGS)]
    if not files:
        return None
    parents = [inside(file.parent, folder).split("/") for file in files]
    marks = [
        next((s for s, words in WORDS.items() if {p.lower() for p in part} & {*words}), None)
        for part in parents
    ]
    if parts is not None and not any(marks):
        marks = parts([file.name for file in files])
    wanted = split if split in marks else None
    chosen = [n for n, mark in enumerate(marks) if mark == wanted]
    if not chosen or (wanted is None and split != "train"):
        raise DataError(
            f"{folder} holds pictures, but none for the split {split!r}: put some into a folder "
            f"{split}/ there"
        )
    others = [file for file in held if not file.name.lower().endswith(ENDINGS)]
    others += [file for file, mark in zip(files, marks, strict=True) if wanted and mark is None]
    labels = _labels([parents[n] for n in chosen])
    return Pictures(folder, [files[n] for n in chosen], labels, others, crop)


def _labels(parents: Sequence[Sequence[str]]) -> Labels:
    """Numbers where all folders are numbers, else places in alphabetical order; None for one."""
    names = sorted({parent[-1] for parent in parents})
    if all(name.isdecimal() for name in names):
        return np.array([int(parent[-1]) for parent in parents], np.int64)
    if len(names) == 1 or "" in names or len({len(parent) for parent in parents}) > 1:
        return None
    return np.array([names.index(parent[-1]) for parent in parents], np.int64)


def decoded(file: File, shape: Shape | None, crop: int = 0) -> np.ndarray | None:
    """One picture as uint8 (H, W, C), of its own shape for None; None where it cannot be read."""
    from PIL import Image, ImageOps  # here, because most data need no pictures

    try:
        with file.open("rb") as opened:
            content = io.BytesIO(opened.read())
        image: Image.Image = Image.open(content, formats=FORMATS)
        if image.format == "PNG":
            image.verify()  # its checksums, which Pillow does not compare when it decodes
            image = Image.open(content, formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            return None
        if shape is not None and not crop:  # of a large JPEG an eighth may be enough
            image.draft(None, (2 * max(shape[:2]),) * 2)
        ImageOps.exif_transpose(image, in_place=True)
        if image.mode.startswith("I") or image.mode == "F":
            grey = np.asarray(image, np.float64) / (257 if image.mode != "F" else 1)
            image = Image.fromarray(grey.round().clip(0, 255).astype(np.uint8))
        if image.has_transparency_data:
            paper = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(paper, image.convert("RGBA"))
        channels = shape[2] if shape else 1 if image.mode in ("1", "L") else 3
        image = image.convert("L" if channels == 1 else "RGB")
        if shape:
            image = fitted(image, (shape[1], shape[0]), crop)
        return np.asarray(image, np.uint8).reshape(image.height, image.width, channels)
    except Exception:  # decoders raise dozens of types on damaged files
        return None


def fitted(image: Any, size: tuple[int, int], crop: int = 0) -> Any:
    """A PIL image cropped around its middle and resized to `size`, width and height.

    `crop` is the side of a square that is cut out first, where the image is larger than it.
    """
    from PIL import Image, ImageOps

    if 0 < crop < min(image.size):
        left, top = (image.width - crop) // 2, (image.height - crop) // 2
        image = image.crop((left, top, left + crop, top + crop))
    return image if image.size == size else ImageOps.fit(image, size, Image.Resampling.BICUBIC)
