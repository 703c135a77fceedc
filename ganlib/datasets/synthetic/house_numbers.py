"""Procedural house numbers, 32x32x3: what stands in for SVHN (cropped digits) where it is missing.

A picture is made in the order a camera sees it: a number of one to five digits on a wall or a
plate, under uneven light, with shadows; then the lens's blur and the sensor's noise. The label is
the digit in the middle; the digits beside it run out of the picture, as in SVHN.

The shares and spreads below were chosen by eye beside real SVHN pictures, and so that brightness,
contrast, colourfulness and sharpness are spread about as widely as there.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from ganlib.datasets.synthetic.drawing import (
    CELL,
    CHUNK,
    Floats,
    Images,
    Integers,
    font_fields,
    grid,
    in_chunks,
    sample_fields,
    stroke_fields,
)

SIDE = 32
SLOTS = 5  # digits side by side: the labelled one and up to two on each side
MIDDLE = SLOTS // 2
WROUGHT = 12  # hand-drawn alphabets of even strokes, as of wrought iron or a brush
FAR = 9.0  # the distance, in glyph units, to a digit that is not there
AXIS = (np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2) / (SIDE / 2)  # -1 to 1 across a picture
RIGHT, DOWN = AXIS[None, None, :], AXIS[None, :, None]

# Directions in (red, green, blue) in which paint, stone and light leave grey, and their shares:
# sandy, bluish, reddish, greenish, golden.
TINTS = np.array(
    [[1, 0.1, -0.8], [-0.8, -0.2, 1.3], [1.3, -0.7, -0.6], [-0.5, 0.6, -0.2], [0.9, 0.5, -1.4]]
)
TINT_SHARES = (0.35, 0.38, 0.13, 0.07, 0.07)

Doubles = NDArray[np.float64]


@functools.cache
def _bank() -> tuple[Floats, Doubles, int]:
    """Return fields (10 * faces + 1, CELL, CELL), the last one blank, their widths, and faces."""
    both = np.concatenate([font_fields(), stroke_fields(WROUGHT, 0.012)], axis=1)
    fields = both.reshape(-1, CELL * CELL)
    inside, columns = fields < 0.03, grid()[:, 0]
    widths = np.where(inside, columns, -1).max(1) - np.where(inside, columns, 1).min(1)
    blank = np.full((1, CELL * CELL), FAR, np.float32)
    everything = np.concatenate([fields, blank]).reshape(-1, CELL, CELL)
    return everything, np.append(widths, 0.6), both.shape[1]


def _each(values: Doubles) -> Floats:
    """Return one value per picture, (CHUNK,), shaped to multiply pictures (CHUNK, SIDE, SIDE)."""
    return values.astype(np.float32)[:, None, None]


def _uniform(rng: np.random.Generator, low: float, high: float, share: float = 1) -> Floats:
    """Return a value per picture between `low` and `high`, but 0 outside a `share` of them."""
    return _each(rng.uniform(low, high, CHUNK) * (rng.random(CHUNK) < share))


def _plane(rng: np.random.Generator, height: Doubles) -> tuple[Floats, Floats]:
    """Return where each pixel falls on the wall, x and y, for digits `height` pixels high."""
    angle, lean = rng.normal(0, 0.09, (2, CHUNK))
    narrow = np.exp(rng.normal(-0.12, 0.17, CHUNK))  # many house numbers are condensed
    shift_x, shift_y = rng.normal(0, 0.05, (2, CHUNK))
    tilt_x, tilt_y = rng.normal(0, 0.04, (2, CHUNK))
    zoom = SIDE / 2 / height
    depth = 1 + _each(tilt_x) * RIGHT + _each(tilt_y) * DOWN
    across = (_each(np.cos(angle)) * RIGHT + _each(np.sin(angle)) * DOWN) / depth
    along = (_each(np.cos(angle)) * DOWN - _each(np.sin(angle)) * RIGHT) / depth
    y = _each(zoom) * along - _each(shift_y)
    x = _each(zoom / narrow) * across + _each(lean) * y - _each(shift_x)
    return x, y


def _number(
    rng: np.random.Generator, labels: Integers, x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    """Return each pixel's distance to a digit and half the stroke's width, in glyph units."""
    fields, widths, faces = _bank()
    face = rng.integers(0, faces, CHUNK)
    digits = rng.integers(0, 10, (CHUNK, SLOTS))
    digits[:, MIDDLE] = labels
    present = np.cumprod(rng.random((CHUNK, 2, MIDDLE)) < (0.62, 0.5), axis=2).astype(bool)
    shown = np.concatenate([present[:, 0, ::-1], np.ones((CHUNK, 1), bool), present[:, 1]], axis=1)
    glyphs = np.where(shown, digits * faces + face[:, None], 10 * faces)

    steps = widths[glyphs] + rng.uniform(0.05, 0.24, (CHUNK, 1))
    ends = np.cumsum(steps, axis=1)
    centres = ends - steps / 2
    origin = centres[:, MIDDLE, None]  # the number is moved so that this digit is in the middle
    slot = np.arange(CHUNK)[:, None, None] * SLOTS + np.zeros(x.shape, np.int64)
    for border in range(SLOTS - 1):
        slot += x > _each((ends - origin)[:, border])
    local = x - (centres - origin).astype(np.float32).take(slot)
    distance = sample_fields(fields, glyphs.take(slot), local, y)
    is_type = face < font_fields().shape[1]
    pen = np.where(is_type, rng.uniform(-0.005, 0.03, CHUNK), rng.uniform(0.04, 0.1, CHUNK))
    return distance, _each(pen)


def _colour(rng: np.random.Generator, brightness: Doubles) -> Floats:
    """Return tinted greys, float32 (CHUNK, 3, 1, 1), of a brightness (CHUNK,) in 0 to 255."""
    tint = TINTS[rng.choice(len(TINTS), CHUNK, p=TINT_SHARES)] + rng.normal(0, 0.15, (CHUNK, 3))
    amount = np.exp(rng.normal(2.1, 0.8, CHUNK)) * np.sqrt(brightness / 115)
    return (brightness[:, None] + amount[:, None] * tint).astype(np.float32)[:, :, None, None]


def _colours(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return the colours behind the number, of the number, and of what is around a plate."""
    behind = rng.normal(118, 52, CHUNK).clip(22, 245)
    contrast = np.exp(rng.normal(4.35, 0.45, CHUNK)).clip(42, 200)
    lighter = rng.random(CHUNK) < 0.5
    lighter = (lighter | (behind - contrast < -10)) & (behind + contrast < 265)
    paint = (behind + np.where(lighter, contrast, -contrast)).clip(4, 255)
    around = (behind + rng.normal(0, 55, CHUNK)).clip(15, 235)
    return _colour(rng, behind), _colour(rng, paint), _colour(rng, around)


def _blotches(rng: np.random.Generator, channels: int, cells: int) -> Floats:
    """Return smooth noise (CHUNK, channels, SIDE, SIDE) grown from `cells` by `cells` values."""
    place = (np.arange(SIDE) + 0.5) * cells / SIDE - 0.5
    spread = np.exp(-((place[:, None] - np.arange(cells)) ** 2)).astype(np.float32)
    coarse = rng.standard_normal((CHUNK, channels, cells, cells), dtype=np.float32)
    return np.asarray(spread @ coarse @ spread.T, np.float32)


def _wall(rng: np.random.Generator, x: Floats, y: Floats, behind: Floats, around: Floats) -> Floats:
    """Return the wall without its number: a plate on some, lines of wood or brick on others."""
    half_width, half_height = _uniform(rng, 0.7, 1.9), _uniform(rng, 0.55, 0.8)
    aside = _each(rng.normal(0, 0.5, CHUNK))
    beyond = np.maximum(np.abs(x - aside) - half_width, np.abs(y) - half_height)
    off_plate = np.clip(beyond * 16 + 0.5, 0, 1) * _uniform(rng, 1, 1, share=0.4)
    relief = _blotches(rng, 1, 8)[:, 0] * _each(np.exp(rng.normal(1.3, 0.7, CHUNK)))
    lines = np.cos(_uniform(rng, 7, 20) * y + _uniform(rng, 0, 6)) > 0.9
    relief -= lines * _uniform(rng, 8, 35, share=0.15)
    return behind + off_plate[:, None] * (around - behind) + relief[:, None]


def _drop_shadow(rng: np.random.Generator, ink: Floats) -> Floats:
    """Return how much light each pixel keeps beside raised digits, 0.5 to 1."""
    down, right = rng.integers(-1, 3, (2, CHUNK, 1))
    rows = (np.arange(SIDE) - down).clip(0, SIDE - 1)
    columns = (np.arange(SIDE) - right).clip(0, SIDE - 1)
    cast = ink[np.arange(CHUNK)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return 1 - _uniform(rng, 0.15, 0.5, share=0.4) * cast


def _light(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the light on each pixel (a factor), and the glare of a lamp or the sun (a summand)."""
    turn, edge = rng.uniform(0, 2 * np.pi, CHUNK), _each(rng.normal(0, 0.5, CHUNK))
    ramp = _each(np.cos(turn)) * RIGHT + _each(np.sin(turn)) * DOWN
    shade = np.clip((ramp - edge) * _uniform(rng, 1, 8), 0, 1) * _uniform(
        rng, 0.2, 0.55, share=0.25
    )
    light = (1 + ramp * _each(rng.normal(0, 0.12, CHUNK))) * (1 - shade)
    spot = np.exp(-3 * (RIGHT - edge) ** 2) * np.exp(-3 * (DOWN + edge) ** 2)
    return light, spot * _uniform(rng, 20, 80, share=0.1)


def _blur(sigma: Doubles, shift: Doubles) -> Floats:
    """Return matrices (CHUNK, channels, SIDE, SIDE) that blur a line of pixels and shift it."""
    away = np.arange(1 - SIDE, SIDE) - shift[:, :, None]
    line = np.exp(-(away**2) / (2 * sigma[:, None, None] ** 2)).astype(np.float32)
    # Row r of a matrix is the same line, moved r pixels to the right.
    rows = np.lib.stride_tricks.sliding_window_view(line, SIDE, axis=-1)[:, :, ::-1]
    total: Floats = rows.sum(-1, keepdims=True)
    return rows / total


def _photograph(rng: np.random.Generator, scene: Floats) -> Images:
    """Return what a cheap camera makes of a scene (CHUNK, 3, SIDE, SIDE): grain, blur, JPEG."""
    grain = rng.random((CHUNK, 1, SIDE, SIDE), dtype=np.float32) - np.float32(0.5)
    scene += grain * _each(np.exp(rng.normal(2.7, 0.5, CHUNK)))[:, None]
    sigma = np.exp(rng.normal(-0.25, 0.45, CHUNK)).clip(0.3, 2.5)
    smear = np.exp(np.abs(rng.normal(0, 0.25, CHUNK)))  # a moving camera blurs more sideways
    fringe = rng.normal(0, 0.25, (CHUNK, 3))  # a cheap lens shifts the colours against each other
    sideways, upright = _blur(sigma * smear, fringe), _blur(sigma, np.zeros((CHUNK, 1)))
    picture = upright @ scene @ sideways.swapaxes(-1, -2)
    picture += _blotches(rng, 3, 11) * _uniform(rng, 0.5, 2.5)[:, None]  # JPEG's coloured noise
    return np.clip(picture, 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)


def _draw(rng: np.random.Generator) -> tuple[Images, Integers]:
    """Draw one chunk: uint8 (CHUNK, SIDE, SIDE, 3) and int64 (CHUNK,)."""
    labels = rng.integers(0, 10, CHUNK)
    height = rng.uniform(18, 29, CHUNK)
    x, y = _plane(rng, height)
    behind, paint, around = _colours(rng)
    scene = _wall(rng, x, y, behind, around)

    distance, pen = _number(rng, labels, x, y)
    depth = (pen - distance) * _each(height / 1.5)  # edges fade over one and a half pixels
    ink = np.clip(depth + 0.5, 0, 1)
    outline = np.clip(depth + 1.5, 0, 1) * _uniform(rng, 0.5, 1, share=0.12)
    scene *= _drop_shadow(rng, ink)[:, None]
    scene += outline[:, None] * (0.45 * paint + 0.1 * behind - scene)
    scene += ink[:, None] * (paint - scene)
    light, glare = _light(rng)
    scene *= light[:, None]
    scene += glare[:, None]
    return _photograph(rng, scene), labels


def generate(count: int, seed: int) -> tuple[Images, Integers]:
    """Draw photographs of house numbers, labelled by the digit in the middle.

    Parameters
    ----------
    count : int
        How many pictures, at least 1.
    seed : int
        At least 0. The same seed gives the same pictures; a smaller `count` the first of them.

    Returns
    -------
    images : uint8 array (count, 32, 32, 3)
        Red, green, blue, 0 to 255.
    labels : int64 array (count,)
        The digit in the middle of each picture, 0 to 9, drawn uniformly.

    Raises
    ------
    DataError
        `count` or `seed` is not a whole number, or too small.
    """
    return in_chunks(_draw, count, seed)
