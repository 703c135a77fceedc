"""Pictures of lesson 02: which units speak, how near training images are, a walk as a film."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ganlib import figures
from ganlib.lessons.charts import POINTS, WIDTH
from ganlib.lessons.films import SCALE, playing

HIGH = 16  # units in a column
BLUES = ListedColormap([(1 - 0.85 * x, 1 - 0.6 * x, 1 - 0.3 * x) for x in np.linspace(0.08, 1, 64)])
SILENT = "tab:red"


def units(rows: Mapping[str, Sequence[np.ndarray]]) -> Figure:
    """A small square for each unit: the bluer, the more inputs it answers; red if it answers none.

    Parameters
    ----------
    rows : name to the layers of a network; for each unit of a layer the share of the inputs for
        which it is above 0, (units,). A layer's number of units is a multiple of 16.
    """
    widths = [len(shares) // HIGH for shares in next(iter(rows.values()))]
    figure = Figure(figsize=(WIDTH, 0.7 + 2.4 * len(rows)), dpi=100, layout="constrained")
    options: Any = {"squeeze": False, "width_ratios": widths}
    grid = figure.subplots(len(rows), len(widths), **options)
    colours = BLUES.with_extremes(under=SILENT)
    for line, (name, layers) in zip(grid, rows.items(), strict=True):
        for axis, shares in zip(line, layers, strict=True):
            squares = np.reshape(shares, (HIGH, -1))
            shown = axis.imshow(squares, cmap=colours, vmin=1e-9, vmax=1, interpolation="nearest")
            title = f"{silent(shares)} of {len(shares)}\nnever answer"
            axis.set_title(title, fontsize=POINTS)
            axis.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, fontsize=POINTS)
    found = [
        f"{name}, {', '.join(f'{silent(shares)} of {len(shares)}' for shares in layers)}"
        for name, layers in rows.items()
    ]
    figure.set_label(f"units, layer by layer, that answer no input: {'; '.join(found)}")
    for number, axis in enumerate(grid[-1], start=1):
        axis.set_xlabel(f"layer {number}", fontsize=POINTS)
    bar = figure.colorbar(shown, ax=grid, extend="min", shrink=0.8)
    bar.set_label("share of the inputs that it answers", fontsize=POINTS)
    bar.ax.tick_params(labelsize=POINTS - 1.5)
    figure.legend(
        handles=[Patch(color=SILENT, label="answers no input")],
        loc="outside upper right",
        fontsize=POINTS,
        frameon=False,
    )
    return figure


def silent(shares: np.ndarray) -> int:
    """How many units are above 0 for no input at all."""
    return int(np.sum(np.asarray(shares) == 0))


def nearness(sets: Mapping[str, np.ndarray]) -> Figure:
    """How far images are from the nearest training image: a histogram, and the median, of each set.

    Parameters
    ----------
    sets : name to distances, (N,)
    """
    figure = Figure(figsize=(WIDTH, 4.2), dpi=100, layout="constrained")
    axis = figure.subplots()
    bins = list(np.linspace(0, 1.05 * max(map(np.max, sets.values())), 40))
    for number, (name, values) in enumerate(sets.items()):
        share, middle = np.full(len(values), 100 / len(values)), np.median(values)
        style: Any = {"color": f"C{number}", "label": f"{name}, median {middle:.1f}"}
        axis.hist(values, bins=bins, weights=share, alpha=0.5, **style)
        axis.axvline(middle, color=f"C{number}", linewidth=2)
    axis.set_xlim(left=0)
    axis.set_xlabel("distance to the nearest training image (a copy: 0)", fontsize=POINTS)
    axis.set_ylabel("% of the images", fontsize=POINTS)
    axis.tick_params(labelsize=POINTS - 1.5)
    axis.legend(fontsize=POINTS)
    axis.grid(alpha=0.3)
    return figure


def film(
    moments: Sequence[np.ndarray],
    text: str,
    columns: int = 8,
    max_bytes: int = 300_000,
    caption: str = "",
) -> Any:
    """Images that change, playing for ever: an ``IPython.display.HTML`` as `lessons.film` makes it.

    Parameters
    ----------
    moments : uint8 or float in [-1, 1], (N, H, W, C) each
    text : what the film shows, for those who cannot see it
    max_bytes : frames are left out until the film has so many
    caption : above the images, such as "SYNTHETIC data"
    """
    grids = [figures.grid(images, columns, caption=caption) for images in moments]
    return playing(grids, text, max_bytes, 1 if caption else SCALE)
