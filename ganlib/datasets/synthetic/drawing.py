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

BLURS = 10  # lenses that the pictures of a chunk share

# Faces that matplotlib ships: a system's own fonts would make pictures differ between machines.
FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    *("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif", "DejaVuSerif-Bold"),
    *("DejaVuSerif-Italic", "DejaVuSerif-BoldItalic", "STIXGeneral", "STIXGeneralBol"),
    *("STIXGeneralItalic", "STIXGeneralBolIta", "cmr10", "cmb10", "cmss10", "cmtt10"),
)


def _alphabet() -> list[list[list[tuple[NDArray[np.float64], list[bool]]]]]:
    """Return, by digit and way to write it, strokes: points in glyph units, which are corners."""
    ways: list[list[list[tuple[NDArray[np.float64], list[bool]]]]] = [[] for _ in range(10)]
    for line in Path(__file__).with_name("strokes.txt").read_text(encoding="utf-8").splitlines():
        digit, colon, way = line.partition(":")
        if colon and digit.isdecimal():
            strokes = [text.split() for text in way.split(";")]
            ways[int(digit)].append(
                [
                    (
                        np.array([w.rstrip("!").split(",") for w in words], np.float64) / 100,
                        [w.endswith("!") for w in words],
                    )
                    for words in strokes
                ]
            )
    return ways


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
    for digit, ways in enumerate(_alphabet()):
        for copy in range(copies):
            # Strokes that meet move together.
            moved: dict[tuple[float, ...], NDArray[np.float64]] = {}
            curves = []
            for points, corners in ways[copy % len(ways)]:
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


def each(values: NDArray[np.float64]) -> Floats:
    """Return one value per picture, (CHUNK,), shaped to meet pictures (CHUNK, SIDE, SIDE)."""
    return values.astype(np.float32)[:, None, None]


def photographed(scene: Floats, rng: np.random.Generator, least: float, most: float) -> Images:
    """Blur a scene (CHUNK, H, W, C), in place, by `least` to `most` pixels; return its bytes."""
    lenses = zip(np.array_split(scene, BLURS), rng.uniform(least, most, BLURS), strict=True)
    for part, sigma in lenses:
        ndimage.gaussian_filter(part, (0, sigma, sigma, 0), output=part)
    return np.clip(scene, 0, 255).astype(np.uint8)


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
