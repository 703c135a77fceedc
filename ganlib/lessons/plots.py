"""The plots of one lesson each: the roofline and the race of lesson 20."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator


def roofline(
    points: Mapping[str, tuple[float, float]],
    peaks: Mapping[str, float],
    bandwidth: float,
    title: str = "",
) -> Figure:
    """Measured speeds under what a machine allows: Williams, Waterman and Patterson 2009.

    Both axes are logarithmic. Moving data bounds the left side, the slanted part of the roof;
    arithmetic bounds the right side, the flat part. https://doi.org/10.1145/1498765.1498785

    Parameters
    ----------
    points
        Name of an operation to its arithmetic intensity, in FLOP a byte, and its GFLOP/s.
    peaks
        Name of a precision to the largest GFLOP/s that the machine reaches in it.
    bandwidth
        GB/s between memory and processor.
    """
    intensities = [intensity for intensity, _ in points.values()]
    ridges = [peak / bandwidth for peak in peaks.values()]
    ends = np.array([min(intensities + ridges) / 2, max(intensities + ridges) * 2])
    figure = Figure(figsize=(9, 4.6), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.set(xscale="log", yscale="log", xlim=ends)
    for name, peak in peaks.items():
        x = np.array([ends[0], peak / bandwidth, ends[1]])
        axes.plot(x, np.minimum(peak, bandwidth * x), color="0.3", linewidth=1.5)
        axes.annotate(
            f"{name}: {peak:,.0f} GFLOP/s",
            (peak / bandwidth, peak),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=9,
        )
    axes.annotate(
        f"memory: {bandwidth:,.0f} GB/s",
        (1.5 * ends[0], bandwidth * 1.5 * ends[0]),
        xytext=(10, -4),
        textcoords="offset points",
        fontsize=9,
    )
    for number, (name, point) in enumerate(points.items()):
        marker, color = "osD^v"[number % 5], f"C{number % 10}"
        (drawn,) = axes.plot(*point, color=color, alpha=0.8, linestyle="none", label=name)
        drawn.set(marker=marker, markersize=8)
    axes.set_xlabel("arithmetic intensity, FLOP a byte")
    axes.set_ylabel("GFLOP/s")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", fontsize=9)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def apart(heights: Sequence[float], gap: float, top: float) -> list[float]:
    """Places for labels, by ascending height: at least `gap` apart, and from the top."""
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + gap) if places else height)
    for i in reversed(range(len(places))):
        top -= gap
        places[i] = min(places[i], top)
    return places


def race(record: Mapping[str, Any]) -> Figure:
    """Fréchet distance against seconds of training, both logarithmic.

    Parameters
    ----------
    record
        What ``benchmarks/race.py`` writes: ``points``, each with ``contestant``, ``mark`` (when it
        was to be scored), ``seconds`` and ``frechet``, one for each seed; a line is their median.
        ``real_images``: the distance of as many real images.
    """
    points = record["points"]
    values = [record["real_images"], *(point["frechet"] for point in points)]
    low, high = np.log10(0.75 * min(values)), np.log10(1.3 * max(values))
    figure = Figure(figsize=(9, 5), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.set(xscale="log", yscale="log", ylim=(10**low, 10**high))
    ends = []
    for number, name in enumerate(dict.fromkeys(point["contestant"] for point in points)):
        own = [point for point in points if point["contestant"] == name]
        marks = sorted({point["mark"] for point in own})
        median = [
            [statistics.median(p[key] for p in own if p["mark"] == mark) for mark in marks]
            for key in ("seconds", "frechet")
        ]
        axes.plot(*median, color=f"C{number}", linewidth=2)
        axes.plot(
            *([point[key] for point in own] for key in ("seconds", "frechet")),
            "o",
            color=f"C{number}",
            markersize=6,
        )
        ends.append((np.log10(median[1][-1]), name, f"C{number}", median[0][-1], median[1][-1]))
    ends.sort()
    places = apart([end[0] for end in ends], 0.055 * (high - low), high)
    for place, (_, name, colour, x, y) in zip(places, ends, strict=True):
        axes.annotate(
            f"{name} {y:.3g}",
            (x, y),
            xytext=(1.12 * x, 10**place),
            va="center",
            color=colour,
            fontsize=12,
            arrowprops={"arrowstyle": "-", "color": colour, "relpos": (0, 0.5), "shrinkA": 0},
            annotation_clip=False,
        )
    seconds = [point["seconds"] for point in points]
    axes.set_xticks(sorted({point["mark"] for point in points}))
    room = max(2.0, (max(seconds) / min(seconds)) ** 0.32)  # for the labels
    axes.set_xlim(0.85 * min(seconds), room * max(seconds))
    axes.spines[["top", "right"]].set_visible(False)
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(plain)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axhline(record["real_images"], color="0.4", linewidth=0.8)
    axes.annotate(
        f"real images {record['real_images']:.2g}",
        (0.85 * min(seconds), record["real_images"]),
        xytext=(4, 4),
        textcoords="offset points",
        color="0.3",
        fontsize=11,
    )
    axes.set_xlabel("seconds of training", fontsize=12)
    axes.set_ylabel("Fréchet distance (less is better)", fontsize=12)
    axes.tick_params(labelsize=11)
    axes.grid(alpha=0.3)
    return figure
