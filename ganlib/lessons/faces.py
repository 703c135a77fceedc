"""Lesson 23: faces on a page, their nearest training images, and small sets of them."""

import dataclasses
from collections.abc import Mapping

import numpy as np
from PIL import Image

from ganlib import figures, recipes
from ganlib.datasets import Dataset
from ganlib.evaluation.metrics.memorisation import copied_share, nearest
from ganlib.lessons.trials import changed
from ganlib.recipes import Recipe

COLUMNS, COLOURS = 8, 256


def sheet(images: np.ndarray, columns: int = COLUMNS, caption: str = "") -> Image.Image:
    """A grid of photographs in 256 colours, which a notebook stores in a third of the bytes.

    Images are as `figures.grid` takes them.
    """
    return few_colours(figures.grid(images, columns, caption=caption))


def rows(named: Mapping[str, np.ndarray], columns: int = COLUMNS) -> Image.Image:
    """The images of each set under its name, in 256 colours; sets as `sheet` takes images."""
    grids = [
        figures.captioned(figures.grid(images, columns), name, 16) for name, images in named.items()
    ]
    return few_colours(figures.stacked(grids, 4))


def pixelated(images: np.ndarray, side: int) -> np.ndarray:
    """Images in blocks of one colour, `side` of them along a side, so that nobody is known by them.

    Images are uint8 (N, H, W, C), squares whose side is a multiple of `side`; those that have
    no more pixels than that stay as they are.
    """
    block = max(1, images.shape[1] // side)
    return _means(images, block).repeat(block, axis=1).repeat(block, axis=2)


def _means(images: np.ndarray, block: int) -> np.ndarray:
    """The mean colour of each block of pixels, uint8 (N, H / block, W / block, C)."""
    count, height, width, channels = images.shape
    parts = images.reshape(count, height // block, block, width // block, block, channels)
    return parts.mean(axis=(2, 4)).round().astype(np.uint8)


def few_colours(picture: Image.Image) -> Image.Image:
    """The picture in 256 colours."""
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    return figures.described(few, figures.alt_of(picture))


def numbered(images: np.ndarray, first: int = 0, columns: int = COLUMNS) -> Image.Image:
    """A grid whose images have their numbers above them, from `first` on."""
    tiles = [
        figures.captioned(figures.grid(image[None], 1, gap=0), str(number), 12)
        for number, image in enumerate(images, start=first)
    ]
    lines = [figures.row(tiles[i : i + columns], 4) for i in range(0, len(tiles), columns)]
    text = f"{len(images)} images with their numbers"
    return few_colours(figures.described(figures.stacked(lines, 2), text))


def nearest_of(images: np.ndarray, training: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest training image of each image, mirrored where that is nearer; and its distance.

    Parameters
    ----------
    images, training : uint8, (N, H, W, C) and (M, H, W, C)

    Returns
    -------
    The neighbours, uint8 (N, H, W, C), and distances, float64 (N,), as `nearest` has them.
    """
    found = [(nearest(images, side), side) for side in (training, training[:, :, ::-1])]
    distances = np.stack([one[0] for one, _ in found])
    turned = distances.argmin(axis=0).astype(bool)
    neighbours = [side[one[1]] for one, side in found]
    chosen = np.where(turned[:, None, None, None], neighbours[1], neighbours[0])
    return chosen, distances.min(axis=0)


def small_recipe() -> Recipe:
    """`celeba-express` for 32×32 pixels: one raster less."""
    recipe = changed(
        recipes.get("celeba-express"),
        generator={"filters": [64, 32]},
        discriminator={"filters": [32, 64]},
    )
    return dataclasses.replace(recipe, name="celeba-small", image_shape=(32, 32, 3))


def halved(data: Dataset) -> Dataset:
    """Images of half the side: the means of four pixels."""
    return dataclasses.replace(data, images=_means(data.images, 2))


def nearness(images: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """How near images are to training images, beside real ones that were held out.

    All are uint8 (N, H, W, C). "nearness" is the ratio of the median distances: 1 for images that
    keep as far away as held-out ones, 0 for copies. "copied" is `copied_share`.
    """
    near, far = (nearest_of(x, training)[1] for x in (images, held_out))
    return {
        "nearness": round(float(np.median(near) / np.median(far)), 4),
        "copied": round(copied_share(near, far), 4),
    }
