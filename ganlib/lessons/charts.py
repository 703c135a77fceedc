"""Charts that several lessons draw: curves, counted matrices, scores by seed, weights, heaps."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, NullLocator

WIDTH = 10  # inches, at 100 pixels each
POINTS = 12.5  # of all text, legible from the last row


def curves(
    x: Sequence[float] | Sequence[str],
    panels: Mapping[str, Mapping[str, Sequence[float]]],
    xlabel: str,
    log: bool = False,
    title: str = "",
) -> Figure:
    """A panel for each quantity, named on its y axis, with a line for each name in it.

    `x` may be names: they stand at equal distances. `log` makes the y axes logarithmic.
    """
    figure, axes = _panels(len(panels), 4.2, title)
    for axis, (ylabel, lines) in zip(axes, panels.items(), strict=True):
        for name, y in lines.items():
            marker = "o" if len(x) < 30 else ""
            axis.plot(x, y, marker=marker, linewidth=2.5, label=name)
        axis.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
        numbers = [value for value in x if not isinstance(value, str)]
        if max(numbers, default=0) >= 1e5:  # shorter numbers, which have room
            axis.xaxis.set_major_formatter(EngFormatter(sep=""))
        axis.grid(alpha=0.3)
        if len(lines) > 1:
            axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def counts(panels: Mapping[str, np.ndarray], xlabel: str = "", ylabel: str = "") -> Figure:
    """Small matrices, (H, W) each, as squares with their numbers in them; the same colours."""
    figure, axes = _panels(len(panels), 3.9)
    darkest = 1.7 * max(np.max(matrix) for matrix in panels.values())
    for axis, (name, matrix) in zip(axes, panels.items(), strict=True):
        axis.imshow(matrix, cmap="Blues", vmin=0, vmax=darkest)
        for (i, j), value in np.ndenumerate(matrix):
            axis.text(j, i, f"{value:g}", ha="center", va="center", fontsize=POINTS)
        axis.set(title=name, xlabel=xlabel, ylabel=ylabel, xticks=[], yticks=[])
    return _legible(figure)


def scores(groups: Mapping[str, Sequence[float]], xlabel: str) -> Figure:
    """A row for each group, a dot for each of its scores; the axis is logarithmic."""
    figure, (axis,) = _panels(1, 1.2 + 0.6 * len(groups))
    texts = [", ".join(f"{value:.1f}" for value in values) for values in groups.values()]
    for row, (values, text) in enumerate(zip(groups.values(), texts, strict=True)):
        shifts = 0.12 * (np.arange(len(values)) - (len(values) - 1) / 2)  # equal scores stay seen
        axis.plot(values, row + shifts, "o", markersize=11, alpha=0.75)
        axis.text(1.15 * max(values), row, text, va="center", fontsize=POINTS)
    every = [value for values in groups.values() for value in values]
    low, high = min(every), max(every)
    share = 0.02 + 0.015 * max(map(len, texts))  # of the width, for the text beside the last dot
    room = max(2.2, (high / low) ** (share / (1 - share)))
    axis.set(xscale="log", xlim=(0.8 * low, room * high), xlabel=xlabel)
    axis.set(yticks=range(len(groups)), yticklabels=list(groups), ylim=(len(groups) - 0.5, -0.5))
    short = room * high < 10 * 0.8 * low  # less than a decade: more ticks
    subs = (1, 1.5, *range(2, 10)) if short else (1, 2, 5)
    axis.xaxis.set_major_locator(LogLocator(subs=subs))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_locator(NullLocator())
    axis.grid(alpha=0.3)
    return _legible(figure)


def weights(stages: Mapping[str, np.ndarray], bound: float) -> Figure:
    """Histograms of weights, 81 bars each, and the share of weights at ±`bound`."""
    figure, axes = _panels(len(stages), 3.6)
    for axis, (name, values) in zip(axes, stages.items(), strict=True):
        values = np.ravel(values)
        axis.hist(values, bins=81, weights=np.full(len(values), 100 / len(values)))
        at_bound = np.mean(np.abs(values) >= bound - 1e-8)
        axis.set(xlabel="weight", title=f"{name}\n{at_bound:.0%} at or beyond ±{bound:g}")
        axis.locator_params(axis="x", nbins=4)
    axes[0].set_ylabel("% of the weights")
    return _legible(figure)


def heaps(p: np.ndarray, q: np.ndarray) -> Figure:
    """Two histograms on places one apart, and their cumulative sums: the area between is W."""
    places = np.arange(len(p))
    figure, (left, right) = _panels(2, 4.0)
    for shift, name, heap in ((-0.2, "p", p), (0.2, "q", q)):
        left.bar(places + shift, heap, width=0.4, label=name)
        right.step(places, np.cumsum(heap), where="post", linewidth=2.5, label=name)
    area: dict[str, Any] = {"step": "post", "alpha": 0.25, "color": "0.5"}
    right.fill_between(places, np.cumsum(p), np.cumsum(q), **area)
    left.set(title="two heaps of earth", xlabel="place", ylabel="earth", xticks=places)
    right.set(title="the grey area is W", xlabel="place", ylabel="earth up to here", xticks=places)
    for axis in (left, right):
        axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def _panels(count: int, height: float, title: str = "") -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(WIDTH, height), dpi=100, layout="constrained")
    if title:
        figure.suptitle(title, fontsize=POINTS + 1)
    return figure, figure.subplots(1, count, squeeze=False)[0]


def _legible(figure: Figure) -> Figure:
    """The figure with large titles, axes and numbers."""
    for axis in figure.axes:
        for text in (axis.title, axis.xaxis.label, axis.yaxis.label):
            text.set_fontsize(POINTS)
        axis.tick_params(labelsize=POINTS - 1.5)
    return figure
