"""Lesson 21: what the searches of the course have found, drawn."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ganlib.lessons.charts import POINTS, WIDTH, _legible
from ganlib.lessons.references import ROOT

NAMES = {
    "random": "chance",
    "tpe": "TPE",
    "halving": "successive halving",
    "reinforce": "controller",
    "frozen": "controller, frozen",
}
"""Searchers as the lesson calls them."""


def record() -> dict[str, Any]:
    """What ``benchmarks/architectures.py`` measured."""
    text = (ROOT / "benchmarks" / "architectures.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def stacks(text: str) -> dict[str, list[int]]:
    """The widths in an architecture's text, such as ``G 128-512, D 512``."""
    parts = [part.split(" ") for part in text.split(", ")]
    return {name: [int(width) for width in widths.split("-")] for name, widths in parts}


def parameters(text: str, latent: int = 100, pixels: int = 784) -> int:
    """Trainable weights of the dense GAN of `review` with an architecture, both networks."""
    found, count = stacks(text), 0
    for name, (first, last) in {"G": (latent, pixels), "D": (pixels, 1)}.items():
        sizes = [first, *found[name], last]
        count += sum((a + 1) * b for a, b in zip(sizes[:-1], sizes[1:], strict=True))
        count += 2 * sum(found[name]) if name == "G" else 0  # batch norm's
    return count


def landscape(table: Mapping[str, Sequence[float]], by: str = "G") -> Figure:
    """All architectures: parameters and last score, a colour for each depth of a network."""
    figure = Figure(figsize=(WIDTH, 4.4), dpi=100, layout="constrained")
    axis = figure.subplots()
    depths = {text: len(stacks(text)[by]) for text in table}
    words = {"G": "generator", "D": "discriminator"}[by]
    for depth, marker in zip(sorted(set(depths.values())), "osD^v", strict=False):
        points = [(parameters(t), row[-1]) for t, row in table.items() if depths[t] == depth]
        label = f"{words} with {depth} hidden layer{'s' * (depth > 1)}"
        axis.plot(*zip(*points, strict=True), marker, markersize=8, alpha=0.75, label=label)
    axis.set(xlabel="trainable parameters of both networks", ylabel="Fréchet distance")
    axis.set(xscale="log", yscale="log")
    axis.grid(alpha=0.3, which="both")
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def best_so_far(runs: Sequence[Mapping[str, Any]], moments: Any) -> np.ndarray:
    """The best score of each run after so many steps spent, (runs, moments); NaN: none."""
    found = np.full((len(runs), len(moments)), np.nan)
    for row, run in zip(found, runs, strict=True):
        costs, scores = np.array(run["steps"]), np.array(run["scores"])
        for place, moment in enumerate(moments):
            if (scores_then := scores[costs <= moment]).size:
                row[place] = scores_then.min()
    return found


def histories(searches: Mapping[str, Any], best: float) -> Figure:
    """Best score against steps spent: the mean over seeds with its 95 % interval.

    `best` is that of all architectures.
    """
    figure = Figure(figsize=(WIDTH, 4.4), dpi=100, layout="constrained")
    axis = figure.subplots()
    step = searches["budget"] // searches["trials"]
    moments = np.arange(step, searches["budget"] + 1, step)
    for searcher, label in NAMES.items():
        found = best_so_far(searches[searcher], moments)
        middle, error = mean_and_error(found)
        (line,) = axis.plot(moments, middle, linewidth=2.5, label=label)
        axis.fill_between(
            moments, middle - error, middle + error, alpha=0.15, color=line.get_color()
        )
    axis.axhline(best, color="black", linestyle=":", label="the best of all")
    axis.set(xlabel="steps spent", ylabel="Fréchet distance of the best so far")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def mean_and_error(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over seeds, the first axis, and half of their 95 % intervals."""
    count = np.maximum(1, np.isfinite(found).sum(axis=0))
    with np.errstate(invalid="ignore"):
        return np.nanmean(found, axis=0), 1.96 * np.nanstd(found, axis=0) / np.sqrt(count)


def learning(searches: Mapping[str, Any], searchers: Sequence[str]) -> Figure:
    """The mean score of the architectures that are tried, trial by trial: does a search learn?"""
    figure = Figure(figsize=(WIDTH, 3.9), dpi=100, layout="constrained")
    axis = figure.subplots()
    for searcher in searchers:
        runs = searches[searcher]
        shortest = min(len(run["scores"]) for run in runs)
        scores = np.log([run["scores"][:shortest] for run in runs])
        middle, error = mean_and_error(scores)
        numbers = np.arange(1, shortest + 1)
        (line,) = axis.plot(numbers, np.exp(middle), linewidth=2.5, label=NAMES[searcher])
        low, high = np.exp(middle - error), np.exp(middle + error)
        axis.fill_between(numbers, low, high, alpha=0.15, color=line.get_color())
    axis.set(xlabel="trial", ylabel="Fréchet distance, geometric mean")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def ladder(steps: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Scores of wider and of deeper networks: a dot for each seed, means joined."""
    figure = Figure(figsize=(WIDTH, 4.0), dpi=100, layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, kind in zip(axes, ("width", "depth"), strict=True):
        rungs = {
            int(n.split(" ")[1]): list(s["scores"].values()) for n, s in steps.items() if kind in n
        }
        places = sorted(rungs)
        scores = np.log([rungs[place] for place in places])
        for seed in scores.T:
            axis.plot(range(len(places)), np.exp(seed), "o", alpha=0.6, color="0.4")
        axis.plot(range(len(places)), np.exp(scores.mean(axis=1)), linewidth=2.5)
        axis.set_xticks(range(len(places)), [str(place) for place in places])
        axis.set(xlabel=f"{kind} of both networks", yscale="log")
        axis.grid(alpha=0.3, which="both")
    axes[0].set_ylabel("Fréchet distance")
    return _legible(figure)


def standings(searches: Mapping[str, Any], table: Mapping[str, Sequence[float]]) -> list[list[str]]:
    """For each searcher: seeds, trials, steps, its best score, and that one's rank among all."""
    order = sorted(row[-1] for row in table.values())
    rows = [
        ["", "seeds", "trials", "steps spent", "best score", "rank among all", "found the best"]
    ]
    for searcher, label in NAMES.items():
        runs = searches[searcher]
        best = np.array([min(run["scores"]) for run in runs])
        ranks = np.array([order.index(value) + 1 for value in best])
        error = 1.96 * best.std(ddof=1) / np.sqrt(len(best))
        rows.append(
            [label, str(len(runs)), f"{np.mean([run['trials'] for run in runs]):.0f}"]
            + [
                f"{np.mean([run['spent'] for run in runs]):,.0f}",
                f"{best.mean():.2f} ± {error:.2f}",
            ]
            + [f"{ranks.mean():.1f} of {len(order)}", f"{np.mean(ranks == 1):.0%}"]
        )
    return rows
