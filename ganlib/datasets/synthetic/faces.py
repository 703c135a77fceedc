"""Procedural faces, 64x64x3: what stands in for CelebA where it is missing.

A picture is a head in front of a coloured wall, aligned as CelebA's are, by its eyes. Skin, hair,
smile, gaze, the turn of the head and the light differ. The label says who smiles.
"""

import numpy as np
from numpy.typing import NDArray

from ganlib.datasets.synthetic import drawing
from ganlib.datasets.synthetic.drawing import CHUNK, Floats, Images, Integers, each

SIDE = 64
AXIS = (np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2) / (SIDE / 2)  # -1 to 1 across a picture
SKIN = np.array([[245, 214, 190], [232, 187, 156], [198, 144, 108], [141, 92, 63], [90, 58, 42]])
HAIR = np.array([[30, 24, 22], [66, 42, 28], [120, 76, 40], [205, 168, 104], [150, 148, 146]])
IRIS = np.array([[60, 38, 26], [96, 110, 70], [92, 128, 160]])


def _shade(distance: Floats, softness: float = 0.04) -> Floats:
    """How far each pixel is inside a shape, 0 to 1, from a distance that is negative inside."""
    return np.clip(0.5 - distance / softness, 0, 1)[..., None]


def _ellipse(x: Floats, y: Floats, wide: Floats | float, high: Floats | float) -> Floats:
    """About the distance of each pixel to an ellipse around (0, 0), negative inside."""
    reach = np.sqrt(np.square(x / wide) + np.square(y / high))
    return (reach - 1) * np.minimum(wide, high)


def _colour(rng: np.random.Generator, palette: NDArray[np.int64], spread: float) -> Floats:
    """A mixture of two neighbours in a palette for each picture, (CHUNK, 1, 1, 3) in 0 to 255."""
    where = rng.uniform(0, len(palette) - 1, CHUNK)
    first, share = where.astype(int), (where % 1)[:, None]
    mixed = palette[first] * (1 - share) + palette[first + 1] * share
    mixed = mixed + spread * rng.standard_normal((CHUNK, 3))
    return mixed.clip(0, 255).astype(np.float32)[:, None, None]


def _draw(rng: np.random.Generator) -> tuple[Images, Integers]:
    """Draw one chunk: uint8 (CHUNK, SIDE, SIDE, 3) and int64 (CHUNK,)."""
    labels = rng.integers(0, 2, CHUNK)
    skin, hair, iris = (_colour(rng, p, 4.0) for p in (SKIN, HAIR, IRIS))
    wall, shirt = rng.uniform(20, 240, (2, CHUNK, 1, 1, 3)).astype(np.float32)
    turn, lean = each(rng.normal(0, 0.06, CHUNK)), each(rng.normal(0, 0.06, CHUNK))
    x = AXIS[None, None, :] - lean * AXIS[None, :, None]
    y = AXIS[None, :, None] + lean * AXIS[None, None, :]
    width, length = each(rng.normal(0.46, 0.03, CHUNK)), each(rng.normal(0.64, 0.03, CHUNK))
    mane = each(np.where(rng.random(CHUNK) < 0.5, rng.uniform(0.5, 1.1, CHUNK), -0.1))
    scene = np.empty((CHUNK, SIDE, SIDE, 3), np.float32)
    scene[:] = wall * (1 + 0.2 * AXIS[None, :, None, None])

    def paint(distance: Floats, colour: Floats, softness: float = 0.05) -> None:
        scene[:] += _shade(distance, softness) * (colour - scene)

    crown = _ellipse(x, y + 0.12, width + 0.14, length + 0.1)
    falling = np.maximum(np.maximum(np.abs(x) - width - 0.14, -y - 0.1), y - mane)
    paint(np.minimum(crown, falling), 0.8 * hair)  # what is behind the head
    paint(_ellipse(x, y - 1.25, 0.95, 0.5), shirt)
    paint(np.maximum(np.abs(x) - 0.2, np.maximum(0.2 - y, y - 0.95)), 0.85 * skin)
    light = 1 - 0.25 * np.square(x / 0.6) + 0.12 * each(rng.normal(0, 1, CHUNK)) * x
    paint(_ellipse(x, y - 0.02, width, length), skin * light[..., None])
    hairline = each(rng.uniform(-0.5, -0.3, CHUNK)) + each(rng.normal(0, 0.25, CHUNK)) * x
    paint(np.maximum(crown, y - hairline), hair)

    inner = x - turn  # the head turns: eyes, nose and mouth move, the outline stays
    gaze = each(rng.normal(0, 0.015, CHUNK))
    open_by = each(rng.uniform(0.035, 0.065, CHUNK))
    for side in (-1, 1):
        beside, below = inner - 0.2 * side, y + 0.07
        white = _ellipse(beside, below, 0.1, open_by)
        paint(white, np.float32(0.4) * skin, 0.06)
        paint(white + 0.012, np.full((1, 1, 1, 3), 235, np.float32))
        paint(np.maximum(_ellipse(beside - gaze, below, 0.045, 0.05), white), iris)
        brow = np.abs(y + 0.2 + 0.3 * np.square(beside)) - 0.018
        paint(np.maximum(brow, np.abs(beside) - 0.12), 0.7 * hair)
    paint(_ellipse(inner - 0.02, y - 0.16, 0.06, 0.035), 0.75 * skin, 0.1)
    joy, none = rng.uniform(0.6, 1.1, CHUNK), rng.uniform(-0.2, 0.2, CHUNK)
    smile = each(np.where(labels == 1, joy, none))
    curve = y - 0.36 + smile * np.square(inner) - 0.02 * smile
    half = each(rng.uniform(0.15, 0.2, CHUNK)) + 0.04 * smile
    parted = np.maximum(0.02 + 0.025 * smile, 0.02)
    mouth = np.maximum(np.abs(curve) - parted, np.abs(inner) - half)
    lips = skin * np.array([0.82, 0.5, 0.5], np.float32)
    paint(mouth - 0.025, lips)
    teeth = np.where((labels == 1)[:, None, None], mouth + 0.012, np.float32(1))
    paint(teeth, np.full((1, 1, 1, 3), 240, np.float32))

    scene *= each(rng.uniform(0.75, 1.1, CHUNK))[..., None]
    scene += rng.standard_normal((CHUNK, SIDE, SIDE, 1), dtype=np.float32) * 4
    return drawing.photographed(scene, rng, 0.4, 0.9), labels


def generate(count: int, seed: int) -> tuple[Images, Integers]:
    """Draw faces, labelled 1 for one that smiles and 0 for one that does not.

    Images are uint8 in 0 to 255, labels int64; see `drawing.in_chunks`.
    """
    return drawing.in_chunks(_draw, count, seed)
