"""Read images from tables of text: one image a line, its pixels one after the other (Kaggle's CSV).

With a heading or without, the label first, last where the heading says so, or nowhere.
"""

import io
import itertools
from collections.abc import Sequence

import numpy as np

from ganlib.datasets.arrays import Labels
from ganlib.datasets.intact import LARGEST, intact
from ganlib.datasets.places import File
from ganlib.errors import DataError

LABELS = ("label", "labels", "class", "target", "digit", "y")
NUMBERS = ("", "unnamed: 0", "index", "id", "imageid")
"""Headings of columns that number the lines."""
LINES = 2000  # at a time


def read(files: Sequence[File], side: int, turned: bool = False) -> tuple[np.ndarray, Labels]:
    """Read square images, uint8 (N, side, side), and labels or None; `turned` as in `idx`."""
    pixels = side * side
    (path,) = files
    with intact(path, "a table of comma-separated numbers"), path.open("rb") as packed:
        file = io.TextIOWrapper(packed, "utf-8-sig")
        first = file.readline(1 << 20)
        divider = next((mark for mark in ",;\t" if mark in first), ",")
        heading = [name.strip().strip('"').lower() for name in first.split(divider)]
        named = any(name and not _is_number(name) for name in heading)
        given = [number for number, name in enumerate(heading) if name in LABELS]
        left = [number for number, name in enumerate(heading) if named and name in NUMBERS]
        if not named and len(heading) == pixels + 1:
            given = [0]
        if len(heading) - len(given) - len(left) != pixels or len(given) > 1:
            raise DataError(
                f"{path} has {len(heading):,} columns where a label and {pixels} pixels belong: "
                "save one image a line, its label first"
            )
        parts, labels, size = [], [], 0
        lines = file if named else itertools.chain([first], file)
        while some := list(itertools.islice(lines, LINES)):
            table = np.loadtxt(some, np.float64, delimiter=divider, ndmin=2, quotechar='"')
            if table.size == 0:  # empty lines
                continue
            if table.shape[1] != len(heading):
                raise ValueError(f"{table.shape[1]:,} columns below {len(heading):,}")
            labels.append(table[:, given])
            values = np.delete(table, given + left, axis=1)
            if not ((values >= 0) & (values <= 255) & (values == np.floor(values))).all():
                low, high = values.min(), values.max()
                raise DataError(
                    f"{path} holds pixels in [{low:g}, {high:g}], not whole numbers from 0 to 255: "
                    "save those"
                )
            parts.append(values.astype(np.uint8))
            if (size := size + parts[-1].nbytes) > LARGEST:
                raise MemoryError(f"more than {LARGEST:,} bytes of pixels")
    images = np.concatenate(parts or [np.empty((0, pixels), np.uint8)]).reshape(-1, side, side)
    return images.transpose(0, 2, 1) if turned else images, np.concatenate(
        labels
    ) if given and parts else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
