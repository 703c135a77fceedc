"""The roofline: how fast each operation of a training step is, and what bounds it."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from ganlib.lessons.charts import POINTS, WIDTH

WAYS = {"forward": "C0", "input gradient": "C1", "weight gradient": "C2"}
BYTES = 4  # of a float32


def intensity(operation: Mapping[str, Any]) -> float:
    """FLOP for each byte that an operation must read or write at least once."""
    images = operation["images"]
    numbers = images * (math.prod(operation["large"]) + math.prod(operation["small"]))
    return 2 * operation["macs"] / (BYTES * (numbers + math.prod(operation["kernel"])))


def speed(operation: Mapping[str, Any], library: str) -> float:
    """GFLOP/s by one library, from the median of the rounds."""
    return 2e-9 * operation["macs"] / statistics.median(operation["seconds"][library])


def roofline(record: Mapping[str, Any], names: Sequence[str]) -> Figure:
    """A panel for each recipe: rings are operations in TensorFlow's own code, dots in oneDNN's.

    The roof is what one core can do with so many operations a byte: first its memory bounds it,
    then its arithmetic. Williams, Waterman and Patterson 2009,
    https://doi.org/10.1145/1498765.1498785.

    Parameters
    ----------
    record : of ``benchmarks/kernels.py``
    names : recipes in it
    """
    figure = Figure(figsize=(WIDTH, 5.4), dpi=100, layout="constrained")
    bounds = record["one core"]
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        found = [one for one in record["recipes"][name] if one["macs"] > 1e5]
        most = max(map(intensity, found))
        bend = bounds["gflops"] / bounds["gbytes"]
        roof = [(1, bounds["gbytes"]), (bend, bounds["gflops"]), (2 * most, bounds["gflops"])]
        axes.plot(*zip(*roof, strict=True), color="0.3", linewidth=2)
        for one in found:
            x, colour = intensity(one), WAYS[one["operation"]]
            slow, quick = (speed(one, library) for library in ("tensorflow", "oneDNN"))
            axes.plot([x, x], [slow, quick], color=colour, linewidth=1.5, alpha=0.6)
            axes.plot(x, slow, "o", color=colour, markerfacecolor="white", markersize=9)
            axes.plot(x, quick, "o", color=colour, markersize=7)
        axes.set(xscale="log", yscale="log", xlim=(8, 2 * most), ylim=(3, 2 * bounds["gflops"]))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_title(name, fontsize=POINTS)
        axes.set_xlabel("FLOP a byte", fontsize=POINTS)
        axes.tick_params(labelsize=POINTS - 1.5)
        axes.grid(alpha=0.3, which="both")
    figure.axes[0].set_ylabel("GFLOP a second, one core", fontsize=POINTS)
    marks = [Line2D([], [], color=c, marker="o", linestyle="", label=w) for w, c in WAYS.items()]
    for label, face in (("TensorFlow's own code", "white"), ("oneDNN", "0.3")):
        style: dict[str, Any] = {"marker": "o", "linestyle": "", "markerfacecolor": face}
        marks.append(Line2D([], [], color="0.3", label=label, **style))
    marks.append(Line2D([], [], color="0.3", linewidth=2, label="the roof"))
    figure.legend(handles=marks, loc="outside upper center", ncols=3, fontsize=POINTS - 1)
    return figure
