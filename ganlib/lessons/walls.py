"""A wall of images: many generators side by side, each under its name."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganlib import figures

FONT, STRIP, GAP = 26, 44, 20  # screen pixels; a page shows about half of them
SCALE = 2
SIDE = 6 * 29 * SCALE  # screen pixels that a panel has at most: six MNIST digits in a row


def wall(panels: Mapping[str, np.ndarray], in_a_row: int = 5) -> Image.Image:
    """The first images of each set as a square, under its name; five squares in a row.

    A square holds as many images as fit into `SIDE` pixels, so house numbers are fewer.

    Parameters
    ----------
    panels : name to images, uint8 or float in [-1, 1], (N, H, W, C)
    """
    squares = [_square(images, name) for name, images in panels.items()]
    rows = [squares[i : i + in_a_row] for i in range(0, len(squares), in_a_row)]
    return figures.stacked([figures.row(row, GAP) for row in rows], GAP)


def _square(images: np.ndarray, name: str) -> Image.Image:
    columns = SIDE // (SCALE * (images.shape[2] + 1))
    grid = figures.grid(images[: columns**2], columns, SCALE)
    sheet = Image.new("RGB", (SIDE, STRIP + SIDE), "white")
    sheet.paste(grid.convert("RGB"), (0, STRIP))
    font = ImageFont.truetype(figures.FONT, FONT)
    font = font.font_variant(size=min(FONT, FONT * (SIDE - 4) / font.getlength(name or " ")))
    ImageDraw.Draw(sheet).text((2, 6), name, fill="black", font=font)
    return figures.described(sheet, f"{name}: {figures.alt_of(grid)}")
