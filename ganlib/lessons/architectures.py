"""Lesson 21: a small space of architectures, all of them trained once, and searches in it.

Training each architecture of a space makes a table. A search that reads scores and seconds from it
finds what it would have found by training, and takes no time. So there can be many searches. The
idea is that of Ying et al. 2019, NAS-Bench-101, https://arxiv.org/abs/1902.09635.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna
from matplotlib.figure import Figure
from scipy.stats import t

from ganlib import recipes
from ganlib.lessons.charts import POINTS, _legible, _panels
from ganlib.lessons.references import ROOT
from ganlib.recipes import Recipe
from ganlib.recipes.vary import changed, vary
from ganlib.search.controller import Controller
from ganlib.search.samplers import pruner, sampler
from ganlib.search.spaces import Space
from ganlib.search.study import filled, quiet
from ganlib.search.training import chosen_by

RECIPE = "review-mlp"
RATE = 2e-3
"""Of Adam: ten times the recipe's, as a trial is short."""
WIDTHS = (64, 256)
SPACE = Space(
    {"generator": (1, 2, 3), "discriminator": (1, 2)},
    dict.fromkeys(("generator", "discriminator"), WIDTHS),
)
"""14 generators with 6 discriminators: 84 architectures."""
STEPS = 640
"""Of 64 images; scored after 160, 320 and 640."""
DATABASE = ROOT / "benchmarks" / "architectures.db"
FRESH_FILE = ROOT / "benchmarks" / "architectures-fresh.jsonl"
STUDY = "every"
SEARCHES = {
    "chance": "random",
    "halving": "halving",
    "TPE": "tpe",
    "controller": "reinforce",
    "frozen controller": "frozen",
}
"""Names in pictures, and those of `ganlib.search.samplers.SEARCHERS`."""
COLOURS = dict(zip(SEARCHES, ("#777777", "#e69f00", "#009e73", "#0072b2", "#cc79a7"), strict=True))
CAPTIONS = {
    "section 3.1": "G 128-256-512, D 512-256",
    "figure 17": "G 128-256-512-1024, D 512-256",
    "figures 5, 18": "G 128-256-512-1024, D 512-512-256",
    "figure 6": "G 128-256-512-1024, D 512-1024-512",
    "figure 7": "G 128-256-512-1024-1536, D 512-1024-512",
    "figure 8": "G 128-256-512-1024-1536, D 512-512-256",
    "figure 19": "G 128-256-512-1024, D 512-512-512",
}
"""The dense GANs of `review` by the figures whose captions have them, and its section 3.1."""
OWN = CAPTIONS["figure 17"]
LADDERS = {
    "widths, times": {
        share: "G {}-{}-{}-{}, D {}-{}".format(
            *(round(float(share) * n) for n in (128, 256, 512, 1024, 512, 256))
        )
        for share in ("0.125", "0.25", "0.5", "1", "1.5")
    },
    "generator, layers of 256": {
        str(n): f"G {'-'.join(['256'] * n)}, D 512-256" for n in range(1, 6)
    },
    "discriminator, layers of 256": {
        str(n): f"G 128-256-512, D {'-'.join(['256'] * n)}" for n in range(1, 5)
    },
}
"""Networks that grow from left to right: all widths of `OWN`, or the number of layers."""

TOY_BEST = {
    "generator layers": 2,
    "generator 1": 64,
    "generator 2": 256,
    "discriminator layers": 1,
    "discriminator 1": 256,
}
"""The best architecture of the toy in `ganlib.search.spaces`."""

Rung = tuple[int, float, float]
"""Steps, Fréchet distance, CPU seconds of training so far."""
Table = dict[str, list[Rung]]
"""Rungs of each architecture, by its text."""


def stacks(text: str) -> dict[str, list[int]]:
    """The widths of both networks, from ``G 128-256, D 512``."""
    return {
        name: [int(n) for n in part.strip()[2:].split("-")]
        for name, part in zip(SPACE.layers, text.split(","), strict=True)
    }


def recipe() -> Recipe:
    """The recipe of all trials."""
    return vary(recipes.get(RECIPE), learning_rate=RATE)


def of(text: str) -> Recipe:
    """The recipe with networks of these widths."""
    return changed(
        recipe(), **{name: {SPACE.option: widths} for name, widths in stacks(text).items()}
    )


def table() -> Table:
    """What every architecture of the space scored and cost, from the database that ships."""
    found: Table = {}
    for trial in filled(study()).values():
        seconds = trial.user_attrs["at rungs"]
        scores = sorted(trial.intermediate_values.items())
        found[SPACE.text(trial.params)] = [
            (steps, score, at) for (steps, score), at in zip(scores, seconds, strict=True)
        ]
    return found


def study() -> optuna.Study:
    """The study of all architectures in the database that ships."""
    with quiet():
        return optuna.load_study(study_name=STUDY, storage=f"sqlite:///{DATABASE}")


def record() -> dict[str, Any]:
    """What ``benchmarks/architectures.py`` measured."""
    text = DATABASE.with_suffix(".json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@dataclass(frozen=True)
class Search:
    """What a search tried, in order: texts, scores (None where it was stopped), CPU seconds."""

    texts: tuple[str, ...]
    scores: tuple[float | None, ...]
    seconds: tuple[float, ...]

    @property
    def spent(self) -> float:
        """CPU seconds of training."""
        return sum(self.seconds)

    @property
    def best(self) -> str:
        """The architecture with the least score."""
        ended = [(s, t) for s, t in zip(self.scores, self.texts, strict=True) if s is not None]
        return min(ended)[1]

    def steps(self, known: Table) -> int:
        """Steps of training."""
        rungs = zip(self.texts, self.seconds, strict=True)
        return sum(min(s for s, _, at in known[text] if at >= cost) for text, cost in rungs)

    def best_after(self, moments: Sequence[float]) -> np.ndarray:
        """The least score after so many CPU seconds each; NaN before the first."""
        scores = np.array([np.inf if s is None else s for s in self.scores])
        best = np.r_[np.inf, np.minimum.accumulate(scores)]
        found = best[np.searchsorted(np.cumsum(self.seconds), moments, side="right")]
        return np.where(np.isfinite(found), found, np.nan)


def search(searcher: str, seed: int, known: Table, budget: float) -> Search:
    """Search in a table until the next training would go beyond the budget.

    Parameters
    ----------
    searcher : as in `ganlib.search.samplers.SEARCHERS`
    budget : CPU seconds of training
    """
    with quiet():
        first = next(iter(known.values()))[0][0]
        sampled = sampler(searcher, SPACE, seed)
        own = optuna.create_study(sampler=sampled, pruner=pruner(searcher, first))
        tried: list[tuple[str, float | None, float]] = []
        while True:
            trial = own.ask()
            text = SPACE.text(chosen_by(trial, SPACE))
            for rung in known[text]:
                steps, value, seconds = rung
                trial.report(value, steps)
                if pruned := trial.should_prune():
                    break
            if sum(cost for _, _, cost in tried) + seconds > budget:
                return Search(*map(tuple, zip(*tried, strict=True)))
            score = None if pruned else value
            own.tell(trial, score, None if score is not None else optuna.trial.TrialState.PRUNED)
            tried.append((text, score, seconds))


def search_with(
    propose: Callable[[list[tuple[str, float]], np.random.Generator], str],
    seed: int,
    known: Table,
    budget: float,
) -> Search:
    """As `search`, with a function that gets what was tried, texts and scores, and a generator."""
    rng, tried, costs = np.random.default_rng(seed), [], []
    while True:
        text = propose(list(tried), rng)
        _, score, seconds = known[text][-1]
        if sum(costs) + seconds > budget:
            return Search(*map(tuple, zip(*tried, strict=True)), tuple(costs))
        tried.append((text, score))
        costs.append(seconds)


def chance_of(controller: Controller, chosen: Mapping[str, int]) -> float:
    """How likely a controller proposes an architecture."""
    so_far: dict[str, int] = {}
    likely = 1.0
    while decision := controller.space.decision(so_far):
        name, choices = decision
        likely *= float(controller.probabilities(so_far)[list(choices).index(chosen[name])])
        so_far[name] = chosen[name]
    return likely


def from_record(found: Mapping[str, Any]) -> dict[str, list[Search]]:
    """The record's searches by the names of `SEARCHES`, one for each seed."""
    texts = found["architectures"]
    return {
        name: [
            Search(
                tuple(texts[n] for n in one["tried"]), tuple(one["scores"]), tuple(one["seconds"])
            )
            for one in found["searches"][searcher]
        ]
        for name, searcher in SEARCHES.items()
    }


def fresh() -> dict[str, dict[int, float]]:
    """Scores of architectures that were trained with seeds which no search has seen."""
    found: dict[str, dict[int, float]] = {}
    if FRESH_FILE.is_file():
        for line in FRESH_FILE.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            found.setdefault(one["architecture"], {})[one["seed"]] = one["score"]
    return found


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean of a few numbers and its 95 % interval by Student's t."""
    found = np.asarray(values, float)
    half = t.ppf(0.975, len(found) - 1) * found.std(ddof=1) / np.sqrt(len(found))
    return float(found.mean()), float(found.mean() - half), float(found.mean() + half)


def verdict(before: Sequence[float], after: Sequence[float]) -> str:
    """Whether growing helped, seeds against seeds: it is certain where they do not overlap."""
    if max(after) < min(before):
        return "helps"
    return "hurts" if min(after) > max(before) else "not decided"


def histories(searches: Mapping[str, Sequence[Search]], lines: Mapping[str, float]) -> Figure:
    """Best so far against CPU seconds, a mean and its interval for each search, and fixed lines.

    Parameters
    ----------
    lines : a name and a score of each horizontal line
    """
    figure, (axis,) = _panels(1, 5.0)
    budget = max(one.spent for many in searches.values() for one in many)
    moments = np.linspace(0, budget, 61)[1:]
    for name, many in searches.items():
        best = np.array([one.best_after(moments) for one in many])
        whole = ~np.isnan(best).any(axis=0)
        mean, low, high = np.array([interval(column) for column in best[:, whole].T]).T
        axis.plot(moments[whole], mean, color=COLOURS[name], linewidth=2.5, label=name)
        axis.fill_between(moments[whole], low, high, color=COLOURS[name], alpha=0.15)
    for number, (name, score) in enumerate(lines.items()):
        axis.axhline(score, color="black", linestyle=("--", ":", "-.")[number % 3], label=name)
    axis.set(xlabel="CPU seconds of training", ylabel="Fréchet distance, best so far")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def learning(searches: Mapping[str, Sequence[Search]], least: int = 5) -> Figure:
    """The mean score of what each search proposes, five trials at a time, with its interval."""
    figure, (axis,) = _panels(1, 4.4)
    for name, many in searches.items():
        count = min(len(one.scores) for one in many) // least * least
        rows = [one.scores[:count] for one in many]
        means = np.array(rows, float).reshape(len(rows), -1, least).mean(axis=2)
        mean, low, high = np.array([interval(column) for column in means.T]).T
        places = np.arange(1, len(mean) + 1) * least - (least - 1) / 2
        axis.plot(places, mean, "o-", color=COLOURS[name], linewidth=2.5, label=name)
        axis.fill_between(places, low, high, color=COLOURS[name], alpha=0.2)
    axis.set(xlabel="trial", ylabel=f"Fréchet distance, mean of {least} trials")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def ends(groups: Mapping[str, Sequence[float]], xlabel: str) -> Figure:
    """A row for each group: a dot for each score, and the mean with its 95 % interval."""
    figure, (axis,) = _panels(1, 1.4 + 0.5 * len(groups))
    for row, values in enumerate(groups.values()):
        mean, low, high = interval(values)
        shifts = np.linspace(-0.2, 0.2, len(values))
        axis.plot(values, row + shifts, "o", color="#777777", alpha=0.6)
        axis.errorbar(mean, row, xerr=[[mean - low], [high - mean]], fmt="s", capsize=6, color="k")
    axis.set(yticks=range(len(groups)), yticklabels=list(groups), xlabel=xlabel)
    axis.invert_yaxis()
    axis.grid(alpha=0.3)
    return _legible(figure)


def ladders(found: Mapping[str, Mapping[int, float]]) -> Figure:
    """A panel for each of `LADDERS`: seeds as dots, means with 95 % intervals."""
    figure, axes = _panels(len(LADDERS), 4.2)
    for axis, (title, ladder) in zip(axes, LADDERS.items(), strict=True):
        known = {rung: list(found[text].values()) for rung, text in ladder.items() if text in found}
        spans = np.array([interval(values) for values in known.values()])
        places = np.arange(len(known))
        mean, low, high = spans.T
        axis.errorbar(places, mean, yerr=(mean - low, high - mean), capsize=5, linewidth=2.5)
        for place, values in zip(places, known.values(), strict=True):
            axis.plot([place] * len(values), values, "o", color="#777777", alpha=0.7)
        axis.set(xlabel=title, xticks=places, xticklabels=list(known))
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("Fréchet distance")
    return _legible(figure)
