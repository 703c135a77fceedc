"""Plots of single lessons: paths and class shares of 05, clouds of 13, the race of 20."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator


def paths(lines: Mapping[str, tuple[Any, Any]], xlabel: str, ylabel: str) -> Figure:
    """Paths in the plane by name, each its x and y, on axes of the same scale."""
    figure = Figure(figsize=(7.5, 5.2), dpi=100, layout="constrained")
    axes = figure.subplots()
    for name, (x, y) in lines.items():
        axes.plot(x, y, label=name, linewidth=2)
    axes.set_xlabel(xlabel, fontsize=13)
    axes.set_ylabel(ylabel, fontsize=13)
    axes.set_aspect("equal")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", fontsize=13)
    return figure


def class_shares(panels: Mapping[str, np.ndarray]) -> Figure:
    """How a generator shares its images out among ten digits, moment by moment.

    Parameters
    ----------
    panels : name to the digits of all images, whole numbers (moments, images)
    """
    figure = Figure(figsize=(10, 3.2 * len(panels)), dpi=100, layout="constrained")
    rows = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    for axes, (name, digits) in zip(rows, panels.items(), strict=True):
        shares = np.stack([np.bincount(moment, minlength=10) for moment in digits], axis=1)
        image = axes.imshow(shares / digits.shape[1], "Blues", vmin=0, vmax=0.6, aspect="auto")
        axes.set_title(name, fontsize=14)
        axes.set_xlabel("moment of training", fontsize=12)
        axes.set_ylabel("digit", fontsize=12)
        axes.set_yticks(range(10))
    bar = figure.colorbar(image, ax=list(rows), extend="max")
    bar.set_label("share of the images", fontsize=12)
    return figure


def clouds(
    panels: Mapping[str, np.ndarray], labels: np.ndarray, xlabel: str, ylabel: str
) -> Figure:
    """Points in the plane, a panel for each set of them, all on the same axes.

    Parameters
    ----------
    panels : name to points (N, 2)
    labels : classes of the first panel's points, whole numbers (N,); each has a colour
    """
    figure = Figure(figsize=(10, 4.2), dpi=100, layout="constrained")
    first, *others = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    points, *rest = panels.values()
    coloured = first.scatter(*points.T, s=4, c=labels, cmap="tab10")
    figure.legend(
        *coloured.legend_elements(num=None),
        loc="outside upper left",
        ncols=10,
        fontsize=12,
        handletextpad=0,
        columnspacing=1,
    )
    for axes, cloud in zip(others, rest, strict=True):
        axes.scatter(*cloud.T, s=4, color="0.45")
    for axes, name in zip((first, *others), panels, strict=True):
        axes.set_title(name, fontsize=14)
        axes.set_xlabel(xlabel, fontsize=13)
    first.set_ylabel(ylabel, fontsize=13)
    return figure


def race(records: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Fréchet distance against seconds of training, both logarithmic, a row for each record.

    Parameters
    ----------
    records : a title to what ``benchmarks/race.py`` writes: ``points``, each with ``contestant``,
        ``mark`` (when it was to be scored), ``seconds`` and ``frechet``, one for each seed; a line
        is their median. ``real_images``: the distance of as many real images.
    """
    figure = Figure(figsize=(9, 5 * len(records)), dpi=100, layout="constrained")
    rows = figure.subplots(len(records), squeeze=False)[:, 0]
    for axes, (title, record) in zip(rows, records.items(), strict=True):
        axes.set(xscale="log", yscale="log", title=title)
        axes.grid(alpha=0.3)
        _draw_race(axes, record)
    return figure


def _draw_race(axes: Axes, record: Mapping[str, Any]) -> None:
    points, floor = record["points"], record["real_images"]
    marks = sorted({point["mark"] for point in points})
    seconds = [point["seconds"] for point in points]
    values = [floor, *(point["frechet"] for point in points)]
    low, high = np.log10(0.75 * min(values)), np.log10(1.3 * max(values))
    ends = []
    for number, name in enumerate(dict.fromkeys(point["contestant"] for point in points)):
        own = [point for point in points if point["contestant"] == name]
        at_marks = [[p for p in own if p["mark"] == mark] for mark in marks]
        x, y = (
            [statistics.median(p[key] for p in seeds) for seeds in at_marks if seeds]
            for key in ("seconds", "frechet")
        )
        axes.plot(x, y, color=f"C{number}", linewidth=2)
        axes.plot([p["seconds"] for p in own], [p["frechet"] for p in own], f"C{number}o")
        ends.append((np.log10(y[-1]), f"{name} {y[-1]:.3g}", f"C{number}", (x[-1], y[-1])))
    ends.sort()
    places, beside = apart([e[0] for e in ends], 0.055 * (high - low), high), 1.06 * max(seconds)
    for place, (_, label, colour, end) in zip(places, ends, strict=True):
        arrow = {"arrowstyle": "-", "color": colour, "relpos": (0, 0.5), "shrinkA": 0}
        style: Any = {"color": colour, "fontsize": 12, "va": "center", "annotation_clip": False}
        axes.annotate(label, end, (beside, 10**place), arrowprops=arrow, **style)
    left = 0.85 * min(seconds)
    room = max(2.0, (max(seconds) / min(seconds)) ** 0.32)  # for the labels
    axes.set(xlim=(left, room * max(seconds)), ylim=(10**low, 10**high), xticks=marks)
    axes.xaxis.set_minor_locator(NullLocator())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.axhline(floor, color="0.4", linewidth=0.8)
    _note(axes, f"real images {floor:.2g}", (left, floor), (4, 4), color="0.3", fontsize=11)
    axes.set_xlabel("seconds of training", fontsize=12)
    axes.set_ylabel("Fréchet distance (less is better)", fontsize=12)
    axes.tick_params(labelsize=11)
    axes.spines[["top", "right"]].set_visible(False)


def apart(heights: Sequence[float], gap: float, top: float) -> list[float]:
    """Places for labels, by ascending height: at least `gap` apart, and from the top."""
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + gap) if places else height)
    for i in reversed(range(len(places))):
        top -= gap
        places[i] = min(places[i], top)
    return places


def _note(axes: Axes, text: str, at: tuple, offset: tuple, **style: Any) -> None:
    """Text that many points away from a place in the plot."""
    axes.annotate(text, at, offset, textcoords="offset points", **style)
