"""A folder of pictures as data: JPEG, PNG and others, of any sizes and modes.

Each picture is turned as its camera says (EXIF), laid on white where it is transparent, cropped to
the largest centred part of the wanted proportions and resized to the wanted size.
"""

import io
import logging
import math
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ganlib.datasets.arrays import Labels
from ganlib.datasets.places import File, inside, listed
from ganlib.errors import DataError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
ENDINGS = tuple(".png .jpg .jpeg .jfif .webp .bmp .gif .tif .tiff .ppm .pgm".split())
WORDS = {"train": ("train", "training"), "test": ("test", "testing"), "extra": ("extra",)}
"""What the folder of a split is called."""
BATCH = 512  # pictures at a time
LARGEST_SIDE = 128  # where nobody says which size is wanted
IN_MEMORY = 10**9  # bytes; more than that lie in a temporary file
MOST_PIXELS, WORKERS = 9 * 10**7, 4  # each of the workers may hold a picture so large

log = logging.getLogger(__name__)
Shape = tuple[int, int, int]


@dataclass
class Pictures:
    """The pictures of one split, and the class of each, where their folders are classes."""

    folder: Path
    files: list[File]
    labels: Labels
    left_out: list[File] = field(default_factory=list)

    def batches(self, shape: Shape) -> Iterator[tuple[np.ndarray, list[int]]]:
        """Yield uint8 images (B, H, W, C) of a shape (H, W, C), and which of the files they are.

        Pictures that cannot be read join `left_out`. Nothing but a batch is held in memory.
        """
        with ThreadPoolExecutor(WORKERS) as pool:
            for start in range(0, len(self.files), BATCH):
                numbers = range(start, min(start + BATCH, len(self.files)))
                with warnings.catch_warnings(action="ignore"):  # not in the threads
                    images = pool.map(lambda n: decoded(self.files[n], shape), numbers)
                    found = dict(zip(numbers, images, strict=True))
                self.left_out += [self.files[n] for n, image in found.items() if image is None]
                good = {n: image for n, image in found.items() if image is not None}
                if good:
                    yield np.stack(list(good.values())), list(good)

    def read(self, shape: Shape) -> tuple[np.ndarray, Labels]:
        """All images, uint8 (N, H, W, C), and labels, int64 (N,) or None.

        More than `IN_MEMORY` bytes lie in a temporary file. What was left out is said once.
        """
        whole = (len(self.files), *shape)
        size, temporary = math.prod(whole), tempfile.gettempdir()
        if size > IN_MEMORY and (free := shutil.disk_usage(temporary).free) < size:
            raise DataError(
                f"{self.folder}: {len(self.files):,} pictures need {size / 1e9:.1f} GB, but "
                f"{temporary} has {free / 1e9:.1f} GB: set TMPDIR to a larger disk"
            )
        images = np.empty(whole if size <= IN_MEMORY else 0, np.uint8)
        if size > IN_MEMORY:
            images = np.memmap(tempfile.TemporaryFile(), np.uint8, "w+", shape=whole)
        kept: list[int] = []
        for batch, numbers in self.batches(shape):
            images[len(kept) : len(kept) + len(batch)] = batch
            kept += numbers
        names = listed(self.left_out, self.folder)
        if not kept:
            raise DataError(f"{self.folder}: no picture can be read, of {names}: replace them")
        if names:
            log.warning("WARNING: %s: left out, as no readable pictures: %s", self.folder, names)
        return images[: len(kept)], None if self.labels is None else self.labels[kept]

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


def find(folder: Path, held: Sequence[File], split: str) -> Pictures | None:
    """The pictures of a split among files in a folder; None where there are no pictures at all.

    Without folders called train and test, all pictures are training images.
    """
    files = [file for file in held if file.name.lower().endswith(ENDINGS)]
    if not files:
        return None
    parents = [inside(file.parent, folder).split("/") for file in files]
    marks = [
        next((s for s, words in WORDS.items() if {p.lower() for p in part} & {*words}), None)
        for part in parents
    ]
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
    return Pictures(folder, [files[n] for n in chosen], labels, others)


def _labels(parents: Sequence[Sequence[str]]) -> Labels:
    """Numbers where all folders are numbers, else places in alphabetical order; None for one."""
    names = sorted({parent[-1] for parent in parents})
    if all(name.isdecimal() for name in names):
        return np.array([int(parent[-1]) for parent in parents], np.int64)
    if len(names) == 1 or "" in names or len({len(parent) for parent in parents}) > 1:
        return None
    return np.array([names.index(parent[-1]) for parent in parents], np.int64)


def decoded(file: File, shape: Shape | None) -> np.ndarray | None:
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
        if shape is not None:  # of a large JPEG an eighth may be enough
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
        if shape and image.size != (shape[1], shape[0]):
            image = ImageOps.fit(image, (shape[1], shape[0]), Image.Resampling.BICUBIC)
        return np.asarray(image, np.uint8).reshape(image.height, image.width, channels)
    except Exception:  # decoders raise dozens of types on damaged files
        return None
