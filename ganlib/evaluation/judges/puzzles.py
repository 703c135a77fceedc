"""Ten things that can be done to a picture: what a judge learns from where there are no classes.

Who can say which of these was done to a face knows how a face is built. Learning from tasks that
need no labels is called self-supervised: Doersch et al. 2015, https://arxiv.org/abs/1505.05192;
Gidaris et al. 2018, https://arxiv.org/abs/1803.07728. Some of the tasks are faults that a GAN's
images have: halves that do not fit, blur, bent shapes.
"""

import dataclasses

import numpy as np

from ganlib.datasets import Dataset
from ganlib.evaluation.corruptions import blurred

NAMES = (
    "as it is",
    "upside down",
    "left and right changed places",
    "top and bottom changed places",
    "left half mirrored onto the right",
    "blurred",
    "tiles shuffled",
    "lower half of another picture",
    "middle upside down",
    "bent in waves",
)
TILES = 4  # along each side
BLUR = 1.5  # pixels
WAVE = 0.06  # of the side: how far rows and columns move, at most


def puzzles(data: Dataset, seed: int = 0) -> Dataset:
    """A data set's images, labelled by which of `NAMES` was done to each.

    Images are uint8 (N, H, W, C), sides from 8 on; labels are int64 in 0 to 9, as equally many as
    possible of each. What was done depends on the seed alone.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(len(data)) % len(NAMES)
    images = damaged(data.images, labels, rng)
    return dataclasses.replace(data, images=images, labels=labels.astype(np.int64))


def damaged(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Images with what each label says done to them, uint8 of the same shape."""
    height, width = images.shape[1:3]
    result = np.array(images)

    def of(label: int) -> np.ndarray:
        return np.flatnonzero(labels == label)

    result[of(1)] = result[of(1), ::-1]
    result[of(2)] = np.roll(result[of(2)], width // 2, axis=2)
    result[of(3)] = np.roll(result[of(3)], height // 2, axis=1)
    half = result[of(4), :, : width // 2]
    result[of(4), :, width - width // 2 :] = half[:, :, ::-1]
    if len(of(5)):
        result[of(5)] = blurred(result[of(5)], BLUR)
    for number in of(6):
        result[number] = _shuffled(result[number], rng)
    others = rng.permutation(of(7))
    result[others, height // 2 :] = images[np.roll(others, 1), height // 2 :]
    rows, columns = (slice(side // 4, side - side // 4) for side in (height, width))
    result[of(8), rows, columns] = result[of(8), rows, columns][:, ::-1]
    for number in of(9):
        result[number] = _bent(result[number], rng)
    return result


def _shuffled(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The image's tiles in another order; what is left at the edges stays."""
    high, wide = (side // TILES for side in image.shape[:2])
    result, order = image.copy(), rng.permutation(TILES**2)
    for place, taken in enumerate(order):
        (y, x), (v, u) = divmod(place, TILES), divmod(int(taken), TILES)
        tile = image[v * high : (v + 1) * high, u * wide : (u + 1) * wide]
        result[y * high : (y + 1) * high, x * wide : (x + 1) * wide] = tile
    return result


def _bent(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows moved to the side along a wave, then columns; what leaves an edge is repeated there."""
    for axis in (0, 1):
        along, across = image.shape[axis], image.shape[1 - axis]
        phase, waves = rng.uniform(0, 2 * np.pi), rng.uniform(1.0, 2.0)
        height = max(1.0, WAVE * across) * np.sin(
            phase + 2 * np.pi * waves * np.arange(along) / along
        )
        moved = np.arange(across) + np.rint(height)[:, None].astype(int)
        moved = moved.clip(0, across - 1)
        lines = image if axis == 0 else image.swapaxes(0, 1)
        lines = np.take_along_axis(lines, moved[..., None], axis=1)
        image = lines if axis == 0 else lines.swapaxes(0, 1)
    return image
