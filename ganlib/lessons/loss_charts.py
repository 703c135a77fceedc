"""Pictures of lesson 03: losses by name, each in one colour throughout, and the race on a line."""

import base64
import html
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ganlib import figures
from ganlib.lessons import charts, line

POINTS = 13.0  # of all text, legible from the last row
REAL = "#4f9d5b"
COLOURS = 64  # of the film: few make it small
STYLES: dict[str, tuple[str, Any]] = {
    "minimax": ("#cc3311", "-"),
    "non_saturating": ("#0077bb", "-"),
    "least_squares": ("#ee7733", "-"),
    "wasserstein": ("#009988", "-"),
    "hinge": ("#aa3377", (0, (4, 2))),
    "relativistic": ("#444444", (0, (1, 1.2))),
}
"""Colour and dashes of each loss; the dashed ones show what they cover."""
WORDS = {
    "non_saturating": "non-saturating",
    "least_squares": "least squares",
    "wasserstein": "Wasserstein",
}
Lines = Mapping[str, Sequence[float] | np.ndarray]


def curves(
    x: Sequence[float] | np.ndarray,
    panels: Mapping[str, Lines],
    xlabel: str,
    *,
    ylims: Mapping[str, tuple[float, float]] | None = None,
    log: str = "",
) -> Figure:
    """A panel for each quantity, named above it, with a line for each loss, and one legend.

    Parameters
    ----------
    ylims : bounds of the y axis of some panels
    log : the axes that are logarithmic: "", "x", "y" or "xy"
    """
    figure = Figure(figsize=(10, 4.6), dpi=100, layout="constrained")
    row = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, lines) in zip(row, panels.items(), strict=True):
        for number, (name, y) in enumerate(lines.items()):
            colour, dashes = STYLES.get(name, (f"C{number}", "-"))
            few = {"marker": "o", "markersize": 6} if len(x) < 30 else {}
            label = WORDS.get(name, name)
            axes.plot(x, y, color=colour, linestyle=dashes, linewidth=3, label=label, **few)
        if "x" in log:
            axes.set_xscale("log")
        if "y" in log:
            axes.set_yscale("log")
        if ylims and title in ylims:
            axes.set_ylim(*ylims[title])
        axes.set_title(title, fontsize=POINTS + 0.5)
        axes.set_xlabel(xlabel, fontsize=POINTS)
        axes.tick_params(labelsize=POINTS - 1)
        axes.grid(alpha=0.3)
    handles, labels = row[0].get_legend_handles_labels()
    style: Any = {"ncols": 6, "fontsize": POINTS - 0.5, "handlelength": 1.7, "columnspacing": 1.3}
    figure.legend(handles, labels, loc="outside lower center", **style)
    return figure


def scores(groups: Mapping[str, Sequence[float]], xlabel: str) -> Figure:
    """`ganlib.lessons.charts.scores` with the colour of each loss, whose name may have hyphens."""
    figure = charts.scores(groups, xlabel)
    for dots, name in zip(figure.axes[0].lines, groups, strict=True):
        dots.set_color(STYLES[name.replace("-", "_")][0])
    return figure


def race(paths: Lines, every: int = 4, max_bytes: int = 450_000) -> Any:
    """The film of generators on a line, each with the hill that its loss makes: ``HTML``.

    Parameters
    ----------
    paths : name of a loss to the places θ of its generator, as from `ganlib.lessons.line.descent`
    every : steps from frame to frame
    """
    from IPython.display import HTML

    data, count = figures.gif(race_frames(paths, every), max_bytes)
    names = ", ".join(WORDS.get(name, name) for name in paths)
    text = f"film of {count} moments: five generated bells, {names}, on their way to the real one"
    source = f"data:image/gif;base64,{base64.b64encode(data).decode()}"
    return HTML(f'<img src="{source}" width="1000" alt="{html.escape(text)}">')


def race_frames(paths: Lines, every: int = 4) -> list[Image.Image]:
    """The frames of `race`, 1000 pixels wide, the last step included."""
    figure = Figure(figsize=(10, 1.0 * len(paths) + 0.75), dpi=100)
    canvas = FigureCanvasAgg(figure)
    rows = figure.subplots(len(paths), 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(left=0.175, right=0.885, top=0.925, bottom=0.5 / len(paths), hspace=0.12)
    drawn = [_Row(axes, name) for axes, name in zip(rows, paths, strict=True)]
    rows[-1].set_xlabel("place", fontsize=POINTS)
    head = figure.text(0.175, 0.95, "", fontsize=POINTS)
    figure.text(0.885, 0.95, "real data", fontsize=POINTS, color=REAL, ha="right")
    figure.text(0.897, 0.95, "gradient", fontsize=POINTS)
    last = max(len(path) for path in paths.values()) - 1
    frames = []
    for step in sorted({*range(0, last + 1, every), last}):
        head.set_text(f"step {step}")
        for row, path in zip(drawn, paths.values(), strict=True):
            row.show(path[min(step, len(path) - 1)])
        canvas.draw()
        frames.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]))
    palette = figures.row([frames[0], frames[-1]]).quantize(COLOURS)
    values = palette.getpalette() or []
    palette.putpalette([255 if value > 249 else value for value in values])  # white stays white
    exact = Image.Dither.NONE
    return [frame.quantize(palette=palette, dither=exact).convert("RGB") for frame in frames]


class _Row:
    """One generator of the race: the real bell, its own, and the hill under it."""

    LEFT, RIGHT = -10.0, 4.0

    def __init__(self, axes: Axes, name: str) -> None:
        self.axes, self.name = axes, name
        self.colour = STYLES[name][0]
        self.seen = (line.X >= self.LEFT) & (line.X <= self.RIGHT)
        self.x = line.X[self.seen]
        axes.fill_between(self.x, line.bell(0.0)[self.seen], color=REAL, alpha=0.55, linewidth=0)
        (self.hill,) = axes.plot([], [], color="0.25", linewidth=2)
        self.bell: Any = None
        self.note = axes.text(1.015, 0.35, "", fontsize=POINTS, transform=axes.transAxes)
        axes.text(
            -0.012,
            0.35,
            WORDS.get(name, name),
            fontsize=POINTS,
            color=self.colour,
            ha="right",
            fontweight="bold",
            transform=axes.transAxes,
        )
        axes.set(xlim=(self.LEFT, self.RIGHT), ylim=(-0.02, 0.47), yticks=[])
        axes.tick_params(labelsize=POINTS - 1.5)
        axes.spines[["top", "right", "left"]].set_visible(False)
        self.low = self.high = 0.0

    def show(self, theta: float) -> None:
        """Draw the generator at θ; the hill keeps the scale that it has in the first frame."""
        heights = line.hill(self.name, theta)
        shown = heights[self.seen]
        if self.bell is None:
            self.low, self.high = shown.min(), shown.max()
        else:
            self.bell.remove()
        self.hill.set_data(self.x, 0.02 + 0.4 * (shown - self.low) / (self.high - self.low))
        self.bell = self.axes.fill_between(
            self.x, line.bell(theta)[self.seen], color=self.colour, alpha=0.6, linewidth=0
        )
        self.note.set_text(f"{abs(line.gradient(heights, theta)):.3f}")
