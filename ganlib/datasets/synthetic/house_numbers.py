"""Procedural house numbers, 32x32x3: what stands in for SVHN (cropped digits) where it is missing.

A picture is a number of one to five digits on a coloured wall, turned a little, under uneven light,
and blurred by the lens. The label is the digit in the middle; the digits beside it run out
of the picture, as in SVHN. Brightness, contrast and sharpness are spread about as widely as there.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from ganlib.datasets.synthetic import drawing
from ganlib.datasets.synthetic.drawing import CELL, CHUNK, Floats, Images, Integers, each

SIDE = 32
SLOTS = 5  # digits side by side: the labelled one and up to two on each side
MIDDLE = SLOTS // 2
WROUGHT = 12  # hand-drawn alphabets of even strokes, as of wrought iron or a brush
FAR = 9.0  # the distance, in glyph units, to a digit that is not there
AXIS = (np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2) / (SIDE / 2)  # -1 to 1 across a picture
RIGHT, DOWN = AXIS[None, None, :], AXIS[None, :, None]

Doubles = NDArray[np.float64]


@functools.cache
def _bank() -> tuple[Floats, int]:
    """Return fields (10 * faces + 1, CELL, CELL), the last one blank, and the number of faces."""
    both = np.concatenate([drawing.font_fields(), drawing.stroke_fields(WROUGHT, 0.012)], axis=1)
    blank = np.full((1, CELL, CELL), FAR, np.float32)
    return np.concatenate([both.reshape(-1, CELL, CELL), blank]), both.shape[1]


def _turned(angle: Doubles) -> tuple[Floats, Floats]:
    """Return how far each pixel is along an axis that is turned by an angle, and across it."""
    cos, sin = each(np.cos(angle)), each(np.sin(angle))
    return cos * RIGHT + sin * DOWN, cos * DOWN - sin * RIGHT


def _plane(rng: np.random.Generator, height: Doubles) -> tuple[Floats, Floats]:
    """Return where each pixel falls on the wall, x and y, for digits `height` pixels high."""
    angle, lean = rng.normal(0, 0.09, (2, CHUNK))
    narrow = np.exp(rng.normal(-0.12, 0.17, CHUNK))  # many house numbers are condensed
    shift_x, shift_y = rng.normal(0, 0.05, (2, CHUNK))
    zoom = SIDE / 2 / height
    along, across = _turned(angle)
    y = each(zoom) * across - each(shift_y)
    return each(zoom / narrow) * along + each(lean) * y - each(shift_x), y


def _number(
    rng: np.random.Generator, labels: Integers, x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    """Return each pixel's distance to a digit and half the stroke's width, in glyph units."""
    fields, faces = _bank()
    face = rng.integers(0, faces, CHUNK)
    digits = rng.integers(0, 10, (CHUNK, SLOTS))
    digits[:, MIDDLE] = labels
    left, right = rng.binomial(MIDDLE, 0.5, (2, CHUNK, 1))
    slots = np.arange(SLOTS) - MIDDLE
    shown = (-left <= slots) & (slots <= right)
    glyphs = np.where(shown, digits * faces + face[:, None], 10 * faces)

    step = each(rng.uniform(0.68, 0.95, CHUNK))
    slot = np.rint(x / step).clip(-MIDDLE, MIDDLE)
    picture = np.arange(CHUNK)[:, None, None]
    glyph = glyphs[picture, slot.astype(np.int64) + MIDDLE]
    distance = drawing.sample_fields(fields, glyph, x - slot * step, y)
    is_type = face < drawing.font_fields().shape[1]
    pen = np.where(is_type, rng.uniform(-0.005, 0.03, CHUNK), rng.uniform(0.04, 0.1, CHUNK))
    return distance, each(pen)


def _colours(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the colours of the wall and of the number, (CHUNK, 1, 1, 3) in 0 to 255."""
    wall = rng.normal(118, 52, CHUNK).clip(22, 245)
    contrast = np.exp(rng.normal(4.35, 0.45, CHUNK)).clip(42, 200)
    lighter = (rng.random(CHUNK) < 0.5) | (wall - contrast < -10)
    lighter &= wall + contrast < 265
    paint = (wall + np.where(lighter, contrast, -contrast)).clip(4, 255)
    amount = np.exp(rng.normal(1.9, 0.8, (2, CHUNK, 1)))  # most walls are nearly grey, a few not
    tints = amount * rng.standard_normal((2, CHUNK, 3))
    coloured = [grey[:, None] + tint for grey, tint in zip((wall, paint), tints, strict=True)]
    return tuple(colour.astype(np.float32)[:, None, None] for colour in coloured)


def _draw(rng: np.random.Generator) -> tuple[Images, Integers]:
    """Draw one chunk: uint8 (CHUNK, SIDE, SIDE, 3) and int64 (CHUNK,)."""
    labels = rng.integers(0, 10, CHUNK)
    height = rng.uniform(18, 29, CHUNK)
    x, y = _plane(rng, height)
    distance, pen = _number(rng, labels, x, y)
    depth = (pen - distance) * each(height / 1.5)  # edges fade over one and a half pixels
    ink = np.clip(depth + 0.5, 0, 1)[..., None]
    wall, paint = _colours(rng)
    scene = wall + ink * (paint - wall)
    ramp, _ = _turned(rng.uniform(0, 2 * np.pi, CHUNK))
    scene *= (1 + ramp * each(rng.normal(0, 0.2, CHUNK)))[..., None]
    grain = rng.standard_normal((CHUNK, SIDE, SIDE, 1), dtype=np.float32)
    scene += grain * each(rng.uniform(2, 10, CHUNK))[..., None]
    return drawing.photographed(scene, rng, 0.4, 1.4), labels


def generate(count: int, seed: int) -> tuple[Images, Integers]:
    """Draw photographs of house numbers, labelled by the digit in the middle.

    Images are uint8 in 0 to 255, labels int64 from 0 to 9; see `drawing.in_chunks`.
    """
    return drawing.in_chunks(_draw, count, seed)
