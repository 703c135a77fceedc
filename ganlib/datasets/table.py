"""Read images from tables of text (Kaggle's CSV): one image a line, with a label or without."""

import io
import itertools
from collections.abc import Sequence

import numpy as np

from ganlib.datasets.arrays import Labels
from ganlib.datasets.intact import intact
from ganlib.datasets.places import File
from ganlib.errors import DataError

LABELS = ("label", "labels", "class", "target", "digit", "y")
NUMBERS = ("", "unnamed: 0", "index", "id", "imageid")
"""Headings of columns that number the lines."""
MOST_LINES = 1_000_000


def read(files: Sequence[File], side: int, turned: bool = False) -> tuple[np.ndarray, Labels]:
    """Read square images, int16 (N, side, side), and labels or None; `turned` as in `idx`."""
    (path,) = files
    with intact(path, "a table of whole numbers"), path.open("rb") as packed:
        file = io.TextIOWrapper(packed, "utf-8-sig")
        first = file.readline(1 << 20)
        divider = next((mark for mark in ",;\t" if mark in first), ",")
        heading = [name.strip().strip('"').lower() for name in first.split(divider)]
        named = any(name and name.strip("-.0123456789e") for name in heading)
        given = [number for number, name in enumerate(heading) if name in LABELS]
        left = [number for number, name in enumerate(heading) if named and name in NUMBERS]
        if not named and len(heading) == side * side + 1:
            given = [0]
        if len(heading) - len(given) - len(left) != side * side or len(given) > 1:
            raise DataError(
                f"{path} has {len(heading):,} columns where a label and {side * side} pixels "
                "belong: save one image a line, its label first"
            )
        lines = file if named else itertools.chain([first], file)
        options = {"delimiter": divider, "ndmin": 2, "quotechar": '"', "max_rows": MOST_LINES}
        rows = np.loadtxt(lines, np.int16, comments=None, **options)  # type: ignore[call-overload]
        if rows.size and rows.shape[1] != len(heading):
            raise ValueError(f"{rows.shape[1]:,} columns below {len(heading):,}")
    images = np.delete(rows, given + left, axis=1).reshape(-1, side, side)
    return images.transpose(0, 2, 1) if turned else images, rows[:, given] if given else None
