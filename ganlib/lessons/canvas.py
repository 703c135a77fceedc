"""A figure to draw on in pixels: panels, slabs, arrows and text."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon

TALLEST = 100  # pixels
FONT = 10.5  # points
BLUE, ORANGE, GREEN, GREY = "#3b6ea5", "#d9822b", "#4f9d5b", "#444444"


class Canvas:
    """A figure of 100 pixels an inch, y downwards; call `finish` when its height is known.

    Parameters
    ----------
    width : in pixels
    side : of the largest image, whose block is `TALLEST` pixels high
    """

    def __init__(self, width: int, side: int) -> None:
        self.width, self.scale = width, TALLEST / side
        self.figure = Figure(figsize=(width / 100, 1), dpi=100)
        self.renderer = FigureCanvasAgg(self.figure).get_renderer()
        self.axes: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_axis_off()

    def finish(self, height: float, alt: str) -> Figure:
        """The figure, cut at `height`, with what it shows in words as its label."""
        self.figure.set_label(alt)
        self.figure.set_size_inches(self.width / 100, height / 100)
        self.axes.set(xlim=(0, self.width), ylim=(height, 0))
        return self.figure

    def size_of(self, shape: Sequence[int]) -> tuple[float, float, float]:
        """Width, height and depth of a block; numbers in a row are the channels of one pixel."""
        *raster, channels = shape
        height = max(7.0, self.scale * (raster[0] if raster else 1))
        return 7 + 7 * math.log2(channels), height, 0.25 * height

    def width_of(self, text: str, points: float, **style: Any) -> float:
        font = FontProperties(size=points, **style)
        return self.renderer.get_text_width_height_descent(text, font, ismath=False)[0]

    def text(self, x: float, y: float, text: str, points: float = FONT, **style: Any) -> None:
        options: dict[str, Any] = {"ha": "center", "va": "center", "color": GREY} | style
        self.axes.text(x, y, text, fontsize=points, **options)

    def panel(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        style: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=10", "linewidth": 0}
        area = (left, top), right - left, bottom - top
        self.axes.add_patch(FancyBboxPatch(*area, facecolor=colour, alpha=0.09, **style))

    def block(self, x: float, axis: float, size: tuple[float, float, float], colour: str) -> float:
        """A slab around (x, axis); returns half of its whole width."""
        width, height, depth = size
        left, top = x - (width + depth) / 2, axis - (height - depth) / 2
        right, bottom = left + width, top + height
        front = [(left, top), (right, top), (right, bottom), (left, bottom)]
        lid = [front[0], (left + depth, top - depth), (right + depth, top - depth), front[1]]
        side = [front[1], lid[2], (right + depth, bottom - depth), front[2]]
        for corners, alpha in ((front, 0.85), (lid, 0.45), (side, 0.65)):
            style: dict[str, Any] = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.8}
            self.axes.add_patch(Polygon(corners, alpha=alpha, **style))
        return (width + depth) / 2

    def twins(self, x: float, axis: float, size: tuple[float, float, float]) -> float:
        """A real and a generated image side by side."""
        apart = size[0] + size[2] + 6
        for sign, colour in ((-1, GREEN), (1, BLUE)):
            half = self.block(x + sign * apart / 2, axis, size, colour)
        return apart / 2 + half

    def scale_at(self, x: float, axis: float, bounded: bool, colour: str) -> None:
        """What a discriminator says: a probability has two ends, a logit or a score has none."""
        half = 0.36 * TALLEST
        ends = [(x, axis + half), (x, axis - half)]
        style: dict[str, Any] = (
            {"arrowstyle": "|-|", "mutation_scale": 5} if bounded else {"arrowstyle": "<|-|>"}
        )
        self.arrow(ends, colour, **style)
        for sign, word in ((-1, "1 real"), (1, "0 generated")):
            self.text(x, axis + sign * (half + 12), word if bounded else word[2:], 9, color=colour)

    def arrow(self, points: Sequence[tuple[float, float]], colour: str, **style: Any) -> None:
        """A line through points with a head at its end."""
        *_, start, end = points
        if len(points) > 2:
            self.axes.plot(*zip(*points[:-1], strict=True), color=colour, linewidth=2)
        head: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 14, "linewidth": 2} | style
        self.axes.add_patch(FancyArrowPatch(start, end, color=colour, shrinkA=0, shrinkB=0, **head))
