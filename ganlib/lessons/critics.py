"""Critics of points in the plane, as lesson 10 draws them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

RASTER = 121  # points on each side
POINTS = 12.5  # of the text, as in `ganlib.lessons.charts`


def surfaces(
    critics: Mapping[str, Callable[[np.ndarray], Any]],
    real: np.ndarray,
    fake: np.ndarray,
    half: float = 1.8,
) -> Figure:
    """A panel for each critic: its scores as level lines, bright is high, under real points.

    Each panel has colours of its own; its title says from which score to which they go. The first
    panel, without a critic, shows the points themselves.

    Parameters
    ----------
    critics : name to a function of points, float32 (B, 2), that returns scores (B, 1)
    real, fake : points (N, 2) and (M, 2)
    half : the panels show the square from ``-half`` to ``half``
    """
    side = np.linspace(-half, half, RASTER, dtype=np.float32)
    raster = np.stack(np.meshgrid(side, side), axis=-1)
    figure = Figure(figsize=(10, 3.4), dpi=100, layout="constrained")
    first, *others = figure.subplots(1, 1 + len(critics), sharey=True)
    for name, points, colour in (("generated", fake, "0.6"), ("real", real, "C1")):
        first.plot(*np.transpose(points), ".", color=colour, markersize=3, label=name)
    figure.legend(fontsize=POINTS - 1, loc="outside lower left", ncols=2, markerscale=3)
    first.set_title("the points", fontsize=POINTS)
    first.set_ylabel("y", fontsize=POINTS)
    for axes, (name, critic) in zip(others, critics.items(), strict=True):
        scores = np.reshape(critic(raster.reshape(-1, 2)), (RASTER, RASTER))
        axes.contourf(side, side, scores, 16, cmap="Blues_r")
        axes.plot(*np.transpose(real), ".", color="C1", markersize=2)
        axes.set_title(f"{name}\n{scores.min():.2g} to {scores.max():.2g}", fontsize=POINTS)
    for axes in (first, *others):
        axes.set(aspect="equal", xlim=(-half, half), ylim=(-half, half))
        axes.set_xlabel("x", fontsize=POINTS)
    return figure
