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
from scipy.stats import t

from ganlib import recipes
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
    rng = np.random.default_rng(seed)
    tried: list[tuple[str, float]] = []
    costs: list[float] = []
    while True:
        text = propose(list(tried), rng)
        _, score, seconds = known[text][-1]
        if sum(costs) + seconds > budget:
            texts, scores = zip(*tried, strict=True)
            return Search(texts, scores, tuple(costs))
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
