"""What the procedural data sets share: digit shapes as distance fields, and how to sample them.

A *distance field* holds, at each point of a small grid, the distance to the digit's skeleton
(handwriting) or to its outline, negative inside (type). One field gives strokes of every weight and
softness by a threshold, so a few hundred, made once, are enough for millions of pictures.

Glyph units: a digit is 1 high, its box is centred on (0, 0), x points right and y points down.
"""

import functools
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from scipy.spatial.distance import cdist

from ganlib.errors import DataError

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Images = NDArray[np.uint8]

CELL = 48  # side of a field in grid points
UNIT = 32  # grid points per glyph unit; the rest of the cell is margin for heavy strokes
OVERSAMPLING = 2  # type is drawn this much larger before its distances are measured
CHUNK = 100  # pictures made at a time; more would leave the processor's cache

# Faces that matplotlib ships: a system's own fonts would make pictures differ between machines.
FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    *("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif", "DejaVuSerif-Bold"),
    *("DejaVuSerif-Italic", "DejaVuSerif-BoldItalic", "STIXGeneral", "STIXGeneralBol"),
    *("STIXGeneralItalic", "STIXGeneralBolIta", "cmr10", "cmb10", "cmss10", "cmtt10"),
)

# How a hand writes each digit: variants, separated by "|", of strokes, separated by ";", of points
# "x,y" in percent of the height. A curve runs smoothly through them; "!" makes a point a corner.
STROKES = (
    # 0
    "35,0 8,20 1,55 14,90 38,100 62,82 70,45 58,10 35,0 18,8"
    "| 52,6 22,8 0,50 14,92 40,100 64,72 66,30 50,4 34,0"
    "| 36,6 8,24 0,54 14,86 40,96 68,80 75,48 62,16 36,6"
    "| 30,0 8,24 2,60 12,94 28,100 46,80 50,40 44,8 30,0"
    "| 60,2 24,14 2,58 10,96 34,96 60,58 64,18 44,0 26,12",
    # 1
    "30,0 30,50 30,100"
    "| 48,0 38,50 26,100"
    "| 34,0 32,52 36,100"
    "| 14,24 36,0! 36,50 36,100"
    "| 14,20 36,0! 36,50 36,100 ; 10,100 36,100 64,100"
    "| 40,0 34,48 30,100",
    # 2
    "5,22 20,3 45,2 60,22 48,50 22,80 2,98! 32,96 66,98"
    "| 8,22 28,2 55,8 58,32 38,66 12,92 2,94 8,82 22,82 42,95 72,90"
    "| 4,14 34,0 62,18 50,48 8,100! 38,96 70,97"
    "| 0,18 26,0 50,14 44,46 24,74 4,94 6,84 20,86 40,98 64,92"
    "| 6,30 12,8 38,0 58,16 52,44 30,66 4,96! 36,92 72,84",
    # 3
    "6,12 30,0 56,14 48,38 24,48! 54,56 64,78 42,98 6,92"
    "| 4,5 56,3! 28,40! 54,50 62,76 36,100 2,88"
    "| 5,15 34,0 55,18 42,42 24,47! 46,50 64,72 46,97 16,99 0,86"
    "| 10,8 40,0 58,16 44,36 22,44 14,47 28,48 50,62 46,88 22,100 0,94"
    "| 0,16 28,2 60,8 46,32 24,44! 56,48 66,70 46,92 10,100",
    # 4
    "12,0 3,46 12,56 40,54 70,50 ; 60,2 56,50 52,100"
    "| 50,100 50,50 50,0! 24,34 0,66! 36,66 72,66"
    "| 16,2 2,52! 34,54 72,48 ; 52,8 48,54 44,100"
    "| 18,4 8,36 10,50 34,52 60,40 66,6 ; 66,6 60,50 50,100"
    "| 40,2 20,30 0,60! 34,60 68,56 ; 54,34 48,66 44,100",
    # 5
    "62,2 38,3 14,4! 10,42! 40,36 62,60 46,94 4,95"
    "| 14,4 10,45! 42,40 60,66 42,96 2,92 ; 14,4 40,3 68,0"
    "| 76,0 52,4 30,8! 20,40! 46,48 50,75 26,98 0,88"
    "| 60,0 34,2 14,6! 8,44! 30,40 56,52 60,80 34,100 2,90"
    "| 84,4 56,8 32,10! 26,38 40,50 46,72 30,94 10,98 2,84",
    # 6
    "52,0 22,26 4,62 16,95 44,97 58,74 42,55 14,66 6,78"
    "| 44,0 12,40 4,75 24,100 52,88 52,62 30,52 8,72"
    "| 34,0 8,34 0,70 16,98 44,96 60,72 46,50 20,58 4,82"
    "| 66,0 32,24 8,60 6,90 26,100 48,84 46,66 28,64 10,84"
    "| 24,0 6,40 4,80 24,100 46,88 48,66 30,58 8,76",
    # 7
    "2,6 32,5 62,4! 44,46 30,100"
    "| 2,8 32,6 62,4! 46,44 28,100 ; 16,50 38,48 62,46"
    "| 4,24 6,5! 36,7 64,5! 42,50 34,100"
    "| 0,14 28,8 66,2! 42,40 24,100"
    "| 0,10 26,14 56,6 58,18 36,58 18,100"
    "| 8,2 36,2 60,0! 56,50 52,100",
    # 8
    "58,14 32,0 8,18 30,44 58,72 36,100 6,84 22,56 52,30 58,14"
    "| 66,4 36,0 10,20 38,48 58,76 32,100 6,80 30,50 60,18 66,4"
    "| 32,0 10,12 10,34 32,46 54,34 54,12 32,0 ; 32,46 4,60 6,90 32,100 58,90 60,60 32,46"
    "| 54,10 30,0 10,16 22,40 48,62 44,92 20,100 4,84 20,58 44,38 60,18 72,2"
    "| 48,4 20,4 14,24 40,46 50,78 30,100 10,82 22,56 46,30 48,4",
    # 9
    "56,18 32,0 4,22 14,46 42,42 58,15! 54,60 48,100"
    "| 58,10 28,2 5,25 20,50 50,38 60,8 54,55 30,100"
    "| 54,16 28,0 4,22 20,46 48,38 54,14! 56,50 46,92 20,100 4,88"
    "| 60,14 40,0 12,16 10,40 34,42 58,14 44,60 24,100"
    "| 50,12 24,2 8,22 20,40 46,32 50,10! 48,54 46,100",
)


def _parse(variant: str) -> list[tuple[NDArray[np.float64], list[bool]]]:
    """Return the strokes of a variant: their points in glyph units, and which are corners."""
    strokes = []
    for text in variant.split(";"):
        words = text.split()
        points = np.array([[float(n) for n in word.rstrip("!").split(",")] for word in words])
        strokes.append((points / 100, [word.endswith("!") for word in words]))
    return strokes


def _curve(points: NDArray[np.float64], corners: list[bool], steps: int = 9) -> NDArray[np.float64]:
    """Sample the Catmull-Rom spline through `points`; a corner is a point passed twice."""
    points = np.repeat(points, [2 if corner else 1 for corner in corners], axis=0)
    knots = np.concatenate([points[:1], points, points[-1:]])
    before, start, end, after = (knots[i : len(knots) - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps)[:, None]
    tangents = (t - 2 * t**2 + t**3) * (end - before) + (t**3 - t**2) * (after - start)
    blend = 3 * t**2 - 2 * t**3
    return (start + blend * (end - start) + tangents / 2).reshape(-1, 2)


@functools.cache
def grid() -> NDArray[np.float64]:
    """Return the (CELL², 2) points (x, y), in glyph units, where fields are known."""
    axis = (np.arange(CELL) - (CELL - 1) / 2) / UNIT
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


@functools.cache
def stroke_fields(copies: int, jitter: float) -> Floats:
    """Return fields of handwritten skeletons, float32 (10, copies, CELL, CELL), in glyph units.

    The control points of each digit's variants stray by `jitter` (one standard deviation).
    """
    rng = np.random.default_rng(0)  # the alphabet is the same for every seed of a data set
    fields = np.empty((10, copies, CELL * CELL), np.float32)
    for digit, variants in enumerate(STROKES):
        parsed = [_parse(variant) for variant in variants.split("|")]
        for copy in range(copies):
            # Strokes that meet move together.
            moved: dict[tuple[float, ...], NDArray[np.float64]] = {}
            curves = []
            for points, corners in parsed[copy % len(parsed)]:
                for point in map(tuple, points):
                    moved.setdefault(point, point + jitter * rng.standard_normal(2))
                curves.append(_curve(np.array([moved[tuple(point)] for point in points]), corners))
            curve = np.concatenate(curves)
            low, high = curve.min(0), curve.max(0)
            curve = (curve - (low + high) / 2) / (high[1] - low[1])
            fields[digit, copy] = cdist(grid(), curve).min(axis=1)
    return fields.reshape(10, copies, CELL, CELL)


@functools.cache
def font_fields() -> Floats:
    """Return signed fields of type, float32 (10, fonts, CELL, CELL), in glyph units."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    side = CELL * OVERSAMPLING
    fields = np.empty((10, len(FONTS), CELL, CELL), np.float32)
    for column, name in enumerate(FONTS):
        file, engine = str(folder / f"{name}.ttf"), ImageFont.Layout.BASIC
        probe = ImageFont.truetype(file, 200, layout_engine=engine)
        for digit in range(10):
            # Digits of a face differ a little in height: each is drawn to the same one.
            _, top, _, bottom = probe.getbbox(str(digit))
            font = probe.font_variant(size=200 * UNIT * OVERSAMPLING / (bottom - top))
            left, top, right, bottom = font.getbbox(str(digit))
            canvas = Image.new("L", (side, side))
            corner = ((side - left - right) / 2, (side - top - bottom) / 2)
            ImageDraw.Draw(canvas).text(corner, str(digit), fill=255, font=font)
            inside = np.asarray(canvas) > 127
            outer, inner = (ndimage.distance_transform_edt(part) for part in (~inside, inside))
            small = (outer - inner).reshape(CELL, OVERSAMPLING, CELL, OVERSAMPLING).mean((1, 3))
            fields[digit, column] = small / (UNIT * OVERSAMPLING)
    return fields


def sample_fields(fields: Floats, index: Integers, x: Floats, y: Floats) -> Floats:
    """Read fields between their grid points (bilinear); beyond the cell the border value goes on.

    `fields` is (glyphs, CELL, CELL), `index` the glyph at each point, `x` and `y` the points in
    glyph units; these three broadcast together. Returns distances, float32, in glyph units.
    """
    last = np.float32(CELL - 1.001)  # keeps the right and lower neighbour inside the cell
    column = np.clip(x * UNIT + (CELL - 1) / 2, 0, last)
    row = np.clip(y * UNIT + (CELL - 1) / 2, 0, last)
    left, top = np.floor(column), np.floor(row)
    column -= left
    row -= top
    corner = index * (CELL * CELL) + (top * CELL + left).astype(np.int64)
    flat = fields.ravel()
    upper = flat.take(corner)
    upper += column * (flat.take(corner + 1) - upper)
    corner += CELL
    lower = flat.take(corner)
    lower += column * (flat.take(corner + 1) - lower)
    return upper + row * (lower - upper)


def in_chunks(
    draw: Callable[[np.random.Generator], tuple[Images, Integers]], count: int, seed: int
) -> tuple[Images, Integers]:
    """Call `draw` once per chunk, each with a generator of its own, and join the first `count`.

    So a picture depends on its seed and place alone, never on how many are asked for.
    """
    for name, value, least in (("count", count, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise DataError(f"{name} must be a whole number of at least {least}, not {value!r}")
    chunks = range(-(-count // CHUNK))
    images, labels = zip(*(draw(np.random.default_rng([seed, c])) for c in chunks), strict=True)
    return np.concatenate(images)[:count], np.concatenate(labels)[:count]
