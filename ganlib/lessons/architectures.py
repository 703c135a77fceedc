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

from ganlib import recipes
from ganlib.lessons.references import ROOT
from ganlib.recipes import Recipe
from ganlib.recipes.vary import changed, vary
from ganlib.search.controller import Controller
from ganlib.search.samplers import pruner, sampler
from ganlib.search.spaces import Space
from ganlib.search.study import filled, quiet
from ganlib.search.training import chosen_by

RATE = 2e-3
"""Of Adam: ten times the recipes', as a trial is short."""
WIDTHS = (64, 256)
DATABASE = ROOT / "benchmarks" / "architectures.db"
FRESH_FILE = ROOT / "benchmarks" / "architectures-fresh.jsonl"
SEARCHES = {
    "chance": "random",
    "halving": "halving",
    "TPE": "tpe",
    "controller": "reinforce",
    "frozen controller": "frozen",
}
"""Names in pictures, and those of `ganlib.search.samplers.SEARCHERS`."""
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


@dataclass(frozen=True)
class Family:
    """One kind of GAN, and what a search in it may choose and spend.

    Attributes
    ----------
    name : in the record, the database and pictures
    recipe : of all trainings
    space : all its architectures are in the table
    steps : of 64 images; scored after a quarter, a half and all
    budget : CPU seconds of training for one search
    captions : networks of `review` by the figures whose captions have them, and its section 3.1
    """

    name: str
    recipe: str
    space: Space
    steps: int
    budget: float
    captions: Mapping[str, str]

    def of(self, text: str) -> Recipe:
        """The recipe with the networks of a text such as ``G 128-256, D 512``."""
        made = vary(recipes.get(self.recipe), learning_rate=RATE)
        stacks = {
            network: {self.space.option: [int(n) for n in part.strip()[2:].split("-")]}
            for network, part in zip(self.space.layers, text.split(","), strict=True)
        }
        return changed(made, **stacks)

    def study(self) -> optuna.Study:
        """The study of all architectures in the database that ships."""
        with quiet():
            return optuna.load_study(study_name=self.name, storage=f"sqlite:///{DATABASE}")

    def table(self) -> Table:
        """What every architecture of the space scored and cost."""
        found: Table = {}
        for trial in filled(self.study()).values():
            seconds = trial.user_attrs["at rungs"]
            scores = sorted(trial.intermediate_values.items())
            found[self.space.text(trial.params)] = [
                (steps, score, at) for (steps, score), at in zip(scores, seconds, strict=True)
            ]
        return found

    def searches(self) -> dict[str, list[Search]]:
        """The record's searches by the names of `SEARCHES`, one for each seed."""
        found = record()[self.name]
        texts = found["architectures"]
        return {
            name: [
                Search(
                    tuple(texts[n] for n in one["tried"]),
                    tuple(one["scores"]),
                    tuple(one["seconds"]),
                )
                for one in found["searches"][searcher]
            ]
            for name, searcher in SEARCHES.items()
        }

    def fresh(self, what: str = "score") -> dict[str, dict[int, float]]:
        """Scores, or "seconds", of networks trained with seeds which no search has seen.

        Those that have been trained: the report's largest networks need minutes of a core.
        """
        found: dict[str, dict[int, float]] = {}
        if FRESH_FILE.is_file():
            for one in map(json.loads, FRESH_FILE.read_text(encoding="utf-8").splitlines()):
                if one["family"] == self.name:
                    found.setdefault(one["architecture"], {})[one["seed"]] = one[what]
        return found


def record() -> dict[str, Any]:
    """What ``benchmarks/architectures.py`` measured, by the names of families."""
    text = DATABASE.with_suffix(".json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _space(generator: tuple[int, ...], discriminator: tuple[int, ...]) -> Space:
    layers = {"generator": generator, "discriminator": discriminator}
    return Space(layers, dict.fromkeys(layers, WIDTHS))


GAN = Family(
    "GAN",
    "review-mlp",
    _space((1, 2, 3), (1, 2)),  # 14 generators with 6 discriminators: 84 architectures
    640,
    150.0,
    {
        "section 3.1": "G 128-256-512, D 512-256",
        "figure 17": "G 128-256-512-1024, D 512-256",
        "figures 5, 18": "G 128-256-512-1024, D 512-512-256",
        "figure 6": "G 128-256-512-1024, D 512-1024-512",
        "figure 7": "G 128-256-512-1024-1536, D 512-1024-512",
        "figure 8": "G 128-256-512-1024-1536, D 512-512-256",
        "figure 19": "G 128-256-512-1024, D 512-512-512",
    },
)
CGAN = Family(
    "cGAN",
    "review-cgan",
    _space((1, 2), (1, 2)),  # 36
    640,
    150.0,
    {
        "section 3.1, figures 9, 10, 20": "G 128-256-512-1024, D 512-512-512",
        "figures 11, 21": "G 128-256-512-1024-1536, D 512-512-512",
        "figure 22": "G 128-256-512-1024, D 512-512-256",
        "figure 12": "G 128-256-512-1024, D 512-512-1024",
        "figure 23": "G 128-256-512-1024-2048, D 512-512-512-1024",
    },
)
DCGAN = Family(
    "DCGAN",
    "review-dcgan",
    Space(
        {"generator": (2,), "discriminator": (1, 2)},
        {"generator": (16, 32), "discriminator": (16, 64)},
        "channels",
    ),  # 24
    80,
    90.0,
    {  # a quarter of the captions' channels
        "section 3.1, / 4": "G 32-32-16, D 4-8-16-32",
        "figure 13, / 4": "G 32-32-32-16, D 4-8-16-32",
        "figure 16, / 4": "G 64-64-16-8, D 4-8-16-32-64",
        "figures 14, 25, / 4": "G 32-32-32-16, D 4-8-16-32-64",
        "figures 15, 24, / 4": "G 32-32-16-8, D 4-8-16-32-64",
        "figure 26, / 4": "G 64-32-16-8, D 4-8-16-32-64",
    },
)
FAMILIES = {family.name: family for family in (GAN, CGAN, DCGAN)}
OWN = GAN.captions["figure 17"]
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


def search(searcher: str, seed: int, family: Family, known: Table) -> Search:
    """Search in a family's table until the next training would go beyond its budget.

    Parameters
    ----------
    searcher : as in `ganlib.search.samplers.SEARCHERS`
    """
    with quiet():
        first = next(iter(known.values()))[0][0]
        sampled = sampler(searcher, family.space, seed)
        own = optuna.create_study(sampler=sampled, pruner=pruner(searcher, first))
        tried: list[tuple[str, float | None, float]] = []
        while True:
            trial = own.ask()
            text = family.space.text(chosen_by(trial, family.space))
            for rung in known[text]:
                steps, value, seconds = rung
                trial.report(value, steps)
                if pruned := trial.should_prune():
                    break
            if sum(cost for _, _, cost in tried) + seconds > family.budget:
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
