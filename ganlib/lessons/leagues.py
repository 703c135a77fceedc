"""Lesson 22: networks that grow up in a cell, and what the tournaments of the course had."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from scipy.stats import spearmanr

from ganlib.datasets import Dataset
from ganlib.datasets.batches import batches
from ganlib.evaluation.tournament import Contestant
from ganlib.lessons.charts import POINTS, WIDTH, _legible
from ganlib.lessons.references import ROOT, reference
from ganlib.models.layers import logits, plain_copy
from ganlib.recipes import Recipe
from ganlib.runs.networks import load_network
from ganlib.runs.sampling import sample
from ganlib.startup import keras, tf
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
ORDER = ("review-mlp", "review-cgan", "review-dcgan", "coloured-cyclegan")
"""The recipes of `MODELS`."""
HEAD = ("pair", "ratio of test errors", "of sample errors", "GAM: wins", "GMAM", "Fréchet: better")
"""Of the rows of `pairs_of`."""


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
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_locator(NullLocator())
    axis.grid(alpha=0.3)
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def accuracies(found: Mapping[str, Any]) -> np.ndarray:
    """Accuracies of a record's table, shares: (n, n), or (seeds, n, n) of snapshots."""
    if "seeds" in found:
        return np.stack([accuracies(one) for one in found["seeds"].values()])
    real, generated = np.array(found["real"]), np.array(found["generated"])
    return (real[:, None] + generated) / 2


def by_seed(models: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The record's tables among networks of one seed: per cents, (seeds, 4, 4) each."""
    names, whole = models["names"], accuracies(models)
    places = [_of_seed(names, seed) for seed in _seeds(names)]
    tables = {"accuracy": whole, "generated": np.array(models["generated"])}
    return {
        key: 100 * np.stack([table[np.ix_(p, p)] for p in places]) for key, table in tables.items()
    }


def points(models: Mapping[str, Any]) -> dict[str, list[tuple[float, float]]]:
    """For each model, its generators' Fréchet distances and the per cents of games they win."""
    wins = 100 * (1 - accuracies(models).mean(axis=0))
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in MODELS}
    for name, distance, won in zip(models["names"], models["frechet"], wins, strict=True):
        found[_model(name)].append((distance, float(won)))
    return found


def pairs_of(models: Mapping[str, Any], seed: int) -> list[list[str]]:
    """A row under `HEAD` for each pair of models of a seed: both ratios, and who is better."""
    rows = []
    places = _of_seed(models["names"], seed)
    for k, a in enumerate(places):
        for b in places[k + 1 :]:
            one, other = (_model(models["names"][place]) for place in (a, b))
            test, samples, winner = models["gam"][a][b]
            named = winner if winner == "neither" else _model(winner)
            gmam = models["gmam"][a][b]
            nearer = one if models["frechet"][a] < models["frechet"][b] else other
            better = f"{gmam:+.2f}: {other if gmam > 0 else one}"
            rows.append([f"{one}, {other}", f"{test:.2f}", f"{samples:.2f}", named, better, nearer])
    return rows


def agreement(models: Mapping[str, Any]) -> str:
    """How often both metrics name the generator with the smaller Fréchet distance, all seeds."""
    rows = [row for seed in _seeds(models["names"]) for row in pairs_of(models, seed)]
    named = [row for row in rows if row[3] != "neither"]
    right = sum(row[3] == row[5] for row in named)
    gmam = sum(row[4].partition(": ")[2] == row[5] for row in rows)
    return (
        f"all seeds, {len(rows)} pairs: GAM names a winner in {len(named)}, the one with the "
        f"smaller Fréchet distance in {right}; GMAM names that one in {gmam}"
    )


def correlations(found: Mapping[str, Any]) -> list[str]:
    """Rank correlation of rating and nearness by the Fréchet distance, of each seed's snapshots."""
    return [
        f"{spearmanr(one['ratings']['generators'], -np.array(one['frechet'])).statistic:+.2f}"
        for one in found["seeds"].values()
    ]


def asked_for(name: str, label: int, count: int) -> np.ndarray:
    """Images of one class by a conditional generator that ships, uint8 (count, H, W, C)."""
    return sample(reference(name), count, 0, labels=np.full(count, label))


def taught(
    contestant: Contestant,
    data: Dataset,
    new: np.ndarray,
    old: np.ndarray,
    share: float,
    steps: int,
) -> Contestant:
    """A copy of a contestant whose discriminator went on learning; its generator stays.

    Parameters
    ----------
    data : real images, of which each step sees 64, and as many generated ones
    new, old : generated images, uint8 (N, H, W, C); a `share` of those in a step are old
    """
    copy = plain_copy(contestant.discriminator)
    adam = keras.optimizers.Adam(5e-4)
    adam.build(copy.trainable_variables)

    @tf.function
    def step(real: Any, generated: Any) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(-logits(copy(real, training=True))))
            loss += tf.reduce_mean(tf.nn.softplus(logits(copy(generated, training=True))))
        gradients = tape.gradient(loss, copy.trainable_variables)
        adam.apply_gradients(zip(gradients, copy.trainable_variables, strict=True))

    rng = np.random.default_rng(0)
    few = round(64 * share)
    for _ in range(steps):
        chosen = [
            images[rng.integers(0, len(images), count)]
            for images, count in ((data.images, 64), (old, few), (new, 64 - few))
        ]
        real, *generated = (one.astype(np.float32) / 127.5 - 1.0 for one in chosen)
        step(real, np.concatenate(generated))
    return replace(contestant, discriminator=copy)


def _model(name: str) -> str:
    return MODELS[ORDER.index(name.rpartition("-")[0])]


def _seeds(names: Sequence[str]) -> list[int]:
    return sorted({int(name.rpartition("-")[2]) for name in names})


def _of_seed(names: Sequence[str], seed: int) -> list[int]:
    return [names.index(f"{recipe}-{seed}") for recipe in ORDER]
