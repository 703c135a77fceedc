"""Lesson 22: networks that grow up in a cell, and what the tournaments of the course had."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ganlib.datasets import Dataset
from ganlib.datasets.batches import batches
from ganlib.evaluation.tournament import Contestant
from ganlib.lessons.charts import POINTS, WIDTH, _legible
from ganlib.lessons.references import ROOT, reference
from ganlib.models.layers import plain_copy
from ganlib.recipes import Recipe
from ganlib.runs.networks import load_network
from ganlib.systems import losses

REPORT = np.array(
    [
        [86.15, 84.88, 82.25, 83.44],
        [89.71, 90.21, 89.98, 89.23],
        [93.81, 93.51, 91.19, 93.01],
        [88.74, 90.29, 91.26, 90.48],
    ]
)
"""Table 1 of `review`, "correct rate" in per cent, as it is printed."""
MODELS = ("GAN", "cGAN", "DCGAN", "CycleGAN")
"""Its rows and columns."""


def shipped(name: str) -> Contestant:
    """A contestant that ships with the course, whatever data it is to play on."""
    run = reference(name)
    networks = {network: load_network(run, network) for network in ("generator", "discriminator")}
    return of_networks(name, run.recipe, networks)


def of_networks(name: str, recipe: Recipe, networks: Mapping[str, Any]) -> Contestant:
    """Networks of a recipe as a contestant: a "generator" and a "discriminator"."""
    boundary = losses.get(recipe.objective or "").boundary
    assert boundary is not None, f"{name} has a critic"
    system = recipe.system(networks=networks, training=False)
    shape = recipe.image_shape
    return Contestant(name, boundary, shape, system, "generator", networks["discriminator"])


def grown(recipe: Recipe, data: Dataset, moments: Sequence[int], seed: int = 0) -> list[Contestant]:
    """A GAN of one generator and one discriminator as it was after so many steps each.

    Parameters
    ----------
    moments : steps, rising; the last one ends the training
    """
    system = recipe.system(seed=seed)
    stream = iter(batches(data, recipe.batch_size, seed))
    kept: dict[int, dict[str, Any]] = {}
    for number in range(max(moments)):
        system.step(next(stream), number)
        if number + 1 in moments:
            kept[number + 1] = {n: plain_copy(net) for n, net in system.networks.items()}
    return [
        of_networks(f"{recipe.name} {number}", recipe, networks)
        for number, networks in kept.items()
    ]


def effects(table: np.ndarray) -> tuple[float, float]:
    """The shares of a table's variance that its rows and its columns explain, each alone.

    `table` is float (n, m); what is missing to 1 belongs to single cells.
    """
    whole = table.mean()
    total = ((table - whole) ** 2).mean()
    rows = ((table.mean(axis=1) - whole) ** 2).mean() / total
    columns = ((table.mean(axis=0) - whole) ** 2).mean() / total
    return float(rows), float(columns)


def record() -> dict[str, Any]:
    """What ``benchmarks/tournament.py`` measured."""
    text = (ROOT / "benchmarks" / "tournament.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def tables(
    panels: Mapping[str, np.ndarray],
    rows: Sequence[object],
    columns: Sequence[object],
    labels: tuple[str, str] = ("discriminator", "generator"),
) -> Figure:
    """Tables of per cents in colours side by side: (n, m), or (seeds, n, m) with their ranges."""
    figure = Figure(figsize=(WIDTH, 0.9 + 4.4 * len(rows) / max(4, len(rows))), dpi=100)
    figure.set_layout_engine("constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for number, (axis, (title, values)) in enumerate(zip(axes, panels.items(), strict=True)):
        means = values if values.ndim == 2 else values.mean(axis=0)
        axis.imshow(means, cmap="viridis", vmin=0, vmax=100, aspect="auto")
        for (i, j), value in np.ndenumerate(means):
            text = f"{value:.0f}"
            if values.ndim == 3:
                text += f"\n{values[:, i, j].min():.0f}–{values[:, i, j].max():.0f}"
            colour = "black" if value > 60 else "white"
            axis.text(j, i, text, ha="center", va="center", color=colour, fontsize=POINTS - 2)
        axis.set(title=title, xlabel=labels[1])
        turned = {"rotation": 30, "ha": "right"} if len(columns) > 4 else {}
        axis.set_xticks(range(len(columns)), [str(one) for one in columns], **turned)
        shown = [str(one) for one in rows] if number == 0 else [""] * len(rows)
        axis.set_yticks(range(len(rows)), shown)
    axes[0].set_ylabel(labels[0])
    return _legible(figure)


def against(
    groups: Mapping[str, Sequence[tuple[float, float]]], xlabel: str, ylabel: str
) -> Figure:
    """Points of several groups, the x axis logarithmic: does one score rank as another does?"""
    figure = Figure(figsize=(WIDTH, 4.4), dpi=100, layout="constrained")
    axis = figure.subplots()
    for (name, points), marker in zip(groups.items(), "osD^vP*X" * 3, strict=False):
        axis.plot(*zip(*points, strict=True), marker, markersize=10, alpha=0.8, label=name)
    axis.set(xlabel=xlabel, ylabel=ylabel, xscale="log")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)
