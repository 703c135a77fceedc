"""Numbered squares on a canvas: rasters, frames, discs, mixed colours."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, Rectangle

from ganlib.lessons.canvas import BLUE, GREEN, ORANGE, Canvas

TITLE, NUMBER = 14.5, 15.0  # points
COLOURS = (BLUE, ORANGE, GREEN, "#8e5ea2", "#c0504d", "#5f9ea0")
"""Of the squares of the smaller raster, row by row."""


def raster(
    canvas: Canvas,
    left: float,
    top: float,
    values: np.ndarray,
    square: float,
    fills: np.ndarray | None = None,
    *,
    hidden: np.ndarray | None = None,
    pale: np.ndarray | None = None,
    points: float = NUMBER,
    solid: bool = False,
) -> None:
    """Squares with numbers; `fills` are colours, faint unless `solid`; `hidden` have no number."""
    points = min(points, 0.42 * square)
    for (i, j), value in np.ndenumerate(values):
        colour = "#ffffff" if fills is None else str(fills[i, j])
        face = colour if solid else blend(colour, 0.35)
        corner = left + j * square, top + i * square
        style: dict[str, Any] = {"facecolor": face, "edgecolor": "#9a9a9a", "linewidth": 0.8}
        canvas.axes.add_patch(Rectangle(corner, square, square, **style))
        if hidden is not None and hidden[i, j]:
            continue
        dark = solid and sum(to_rgb(colour)) < 1.7
        ink = "white" if dark else "#a0a0a0" if pale is not None and pale[i, j] else "black"
        x, y = corner[0] + square / 2, corner[1] + square / 2
        canvas.text(x, y, f"{value:g}".replace("-", "−"), points, color=ink)


def mixed(small: tuple[int, ...], window: int, stride: int, big: tuple[int, ...]) -> np.ndarray:
    """For each square of the larger raster, the mean colour of the smaller one's that reach it."""
    sums, counts = np.zeros((*big, 3)), np.zeros(big)
    for number, (i, j) in enumerate(np.ndindex(*small)):
        place = slice(i * stride, i * stride + window), slice(j * stride, j * stride + window)
        sums[place] += to_rgb(COLOURS[number])
        counts[place] += 1
    colours = np.where(counts[..., None] > 0, sums / np.maximum(counts, 1)[..., None], 1.0)
    return np.array([[as_hex(colour) for colour in line] for line in colours], object)


def frame(
    canvas: Canvas,
    left: float,
    top: float,
    square: float,
    area: tuple[int, int, int],
    colour: str,
    inset: float,
) -> None:
    """A frame around `area`: first row, first column, side."""
    row, column, side = area
    corner = left + column * square + inset, top + row * square + inset
    size = side * square - 2 * inset
    style: dict[str, Any] = {"fill": False, "edgecolor": colour, "linewidth": 2.6}
    canvas.axes.add_patch(Rectangle(corner, size, size, **style))


def beyond(canvas: Canvas, left: float, top: float, square: float, side: int, reach: int) -> None:
    """Dashed squares to the right of a raster and below it, as far as its windows reach."""
    style: dict[str, Any] = {"fill": False, "edgecolor": "#b5b5b5", "linewidth": 0.9}
    for i, j in np.ndindex(reach, reach):
        if max(i, j) >= side:
            corner = left + j * square, top + i * square
            canvas.axes.add_patch(Rectangle(corner, square, square, linestyle=":", **style))


def disc(
    canvas: Canvas,
    left: float,
    top: float,
    square: float,
    area: tuple[int, int, int],
    values: np.ndarray,
    wanted: float,
    colour: str,
) -> None:
    """A disc behind the first number of an area that equals `wanted`."""
    row, column, side = area
    window = values[row : row + side, column : column + side]
    i, j = np.argwhere(window == wanted)[0]
    place = left + (column + j + 0.5) * square, top + (row + i + 0.5) * square
    canvas.axes.add_patch(Circle(place, 0.33 * square, facecolor=colour, alpha=0.45, linewidth=0))


def blend(colour: str, share: float) -> str:
    """A colour on white."""
    return as_hex(1 - share * (1 - np.array(to_rgb(colour))))


def as_hex(colour: Iterable[float]) -> str:
    """Red, green and blue from 0 to 1 as "#rrggbb"."""
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour)


def said(values: np.ndarray) -> str:
    """Numbers in brackets, for those who cannot see them."""
    return str(np.asarray(values).tolist())


def title(canvas: Canvas, x: float, text: str, room: float) -> None:
    """A panel's title, in a smaller font if it needs it."""
    points = TITLE
    while points > 8 and canvas.width_of(text, points, weight="bold") > room - 12:
        points -= 0.25
    canvas.text(x, 22, text, points, weight="bold")
