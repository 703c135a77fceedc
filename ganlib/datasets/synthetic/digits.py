"""Procedural digits, 28x28x1: what stands in for MNIST where its files are missing.

Most pictures are handwriting (skeletons drawn with pens of different width), some are type. Each is
sheared, stretched, turned and bent differently, fitted to a box of 20 pixels and centred by mass,
as MNIST's digits are.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from ganlib.datasets.synthetic import drawing
from ganlib.datasets.synthetic.drawing import CELL, CHUNK, Floats, Images, Integers

SIDE = 28
BOX = 19.5  # the longer side of a digit's box in pixels; MNIST's is 20 with its soft edge
HANDWRITTEN = 0.85  # the share of handwriting; the rest is type
SKELETONS = 50  # jittered skeletons per digit
DIRECTIONS = 16  # in which a glyph's reach is measured


@functools.cache
def _bank() -> tuple[Floats, Floats, int]:
    """Return fields (glyphs, CELL, CELL), their outermost points, and the glyphs per digit."""
    both = np.concatenate([drawing.stroke_fields(SKELETONS, 0.025), drawing.font_fields()], axis=1)
    fields = both.reshape(-1, CELL, CELL)
    angles = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    heights = np.stack([np.cos(angles), np.sin(angles)]).T @ drawing.grid().T
    reach = np.empty((len(fields), DIRECTIONS, 2), np.float32)
    for glyph, field in enumerate(fields):
        ink = np.flatnonzero(field.ravel() < 0.03)
        reach[glyph] = drawing.grid()[ink[heights[:, ink].argmax(axis=1)]]
    return fields, reach, both.shape[1]


def _bend(rng: np.random.Generator, strength: float) -> Floats:
    """Return a smooth random curve per picture, float32 (CHUNK, SIDE), in glyph units."""
    t = np.linspace(-1, 1, SIDE, dtype=np.float32)
    phase = rng.uniform(0, 2 * np.pi, (2, CHUNK, 1)).astype(np.float32)
    amplitude = (strength * rng.standard_normal((2, CHUNK, 1))).astype(np.float32)
    return amplitude[0] * np.sin(2.2 * t + phase[0]) + amplitude[1] / 2 * np.sin(5 * t + phase[1])


def _place(
    rng: np.random.Generator, reach: Floats, written: NDArray[np.bool_], pen: NDArray[np.float64]
) -> tuple[Floats, Floats, Floats]:
    """Return the glyph point under each pixel, x and y, and the pixels per glyph unit.

    Each glyph, known by its outermost points `reach`, is stretched, sheared (people lean to the
    right) and turned, then scaled to fill the box.
    """
    shear = np.where(written, rng.normal(0.15, 0.22, CHUNK), rng.normal(0, 0.1, CHUNK))
    angle, width = rng.normal(0, 0.1, CHUNK), np.exp(rng.normal(0, 0.16, CHUNK))
    cos, sin, zero, one = np.cos(angle), np.sin(angle), np.zeros(CHUNK), np.ones(CHUNK)
    turn = np.array([[cos, -sin], [sin, cos]]).transpose(2, 0, 1)
    lean = np.array([[width, -shear], [zero, one]]).transpose(2, 0, 1)
    forward = turn @ lean
    points = reach @ forward.transpose(0, 2, 1)
    low, high = points.min(1), points.max(1)
    scale = (BOX - 2 * np.maximum(pen, 0)) / (high - low).max(1)

    # For each pixel the point of the glyph: backwards, so that no pixel is left out.
    backward = np.linalg.inv(forward * scale[:, None, None])
    middle = (low + high) / 2 * scale[:, None]
    offset = np.arange(SIDE) - (SIDE - 1) / 2
    dx, dy = offset + middle[:, :1], offset + middle[:, 1:]
    coordinates = []
    for row in (backward[:, 0], backward[:, 1]):
        # Bent by one curve along x and one along y, a coordinate is still a sum of two lines of
        # numbers, which is cheap to spread over the picture.
        along_x = (row[:, :1] * dx).astype(np.float32) + _bend(rng, 0.03)
        along_y = (row[:, 1:] * dy).astype(np.float32) + _bend(rng, 0.035)
        coordinates.append(along_x[:, None, :] + along_y[:, :, None])
    return coordinates[0], coordinates[1], (scale * np.sqrt(width)).astype(np.float32)


def _draw(rng: np.random.Generator) -> tuple[Images, Integers]:
    """Draw one chunk: uint8 (CHUNK, SIDE, SIDE, 1) and int64 (CHUNK,)."""
    fields, reach, per_digit = _bank()
    labels = rng.integers(0, 10, CHUNK)
    written = rng.random(CHUNK) < HANDWRITTEN
    skeleton, font = rng.integers([[0], [SKELETONS]], [[SKELETONS], [per_digit]], (2, CHUNK))
    glyph = labels * per_digit + np.where(written, skeleton, font)

    # Half the pen's width, in pixels; type brings its own weight, which is varied a little.
    nib = np.exp(rng.normal(0.18, 0.3, CHUNK)).clip(0.75, 2.4)
    pen = np.where(written, nib, rng.normal(0.15, 0.2, CHUNK))
    x, y, unit = _place(rng, reach[glyph], written, pen)
    distance = drawing.sample_fields(fields, glyph[:, None, None], x, y) * unit[:, None, None]
    distance += 0.12 * rng.standard_normal(distance.shape, dtype=np.float32)  # the paper is rough
    softness = rng.uniform(1.0, 1.5, (CHUNK, 1, 1)).astype(np.float32)
    ink = np.clip((pen.astype(np.float32)[:, None, None] - distance) / softness + 0.5, 0, 1)
    ink *= np.minimum(1.15 / ink.max((1, 2), keepdims=True), 1.6)  # thin strokes are white, too
    return _centred((np.minimum(ink, 1) * 255).astype(np.uint8))[..., None], labels


def _centred(pictures: Images) -> Images:
    """Shift pictures (CHUNK, SIDE, SIDE) by whole pixels: centre of mass to the middle."""
    mass = pictures.sum((1, 2), dtype=np.float64)
    axis = np.arange(SIDE)
    # The box leaves 4 pixels on each side: no shift pushes ink out of the picture.
    down = np.rint(SIDE / 2 - pictures.sum(2) @ axis / mass).clip(-4, 4).astype(int)
    right = np.rint(SIDE / 2 - pictures.sum(1) @ axis / mass).clip(-4, 4).astype(int)
    rows = (axis - down[:, None]).clip(0, SIDE - 1)
    columns = (axis - right[:, None]).clip(0, SIDE - 1)
    return pictures[np.arange(len(pictures))[:, None, None], rows[:, :, None], columns[:, None, :]]


def generate(count: int, seed: int) -> tuple[Images, Integers]:
    """Draw handwritten and printed digits, white on black.

    Images are uint8 in 0 to 255, labels int64 from 0 to 9; see `drawing.in_chunks`.
    """
    return drawing.in_chunks(_draw, count, seed)
