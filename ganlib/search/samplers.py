"""Searchers as samplers and pruners of Optuna: who chooses the next architecture, who stops it.

What a trial is given depends on the seed, its number and the trials that have ended, and on nothing
that a process keeps. So a worker may come, go and come back.
"""

import math
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.trial import FrozenTrial, TrialState

from ganlib.search.spaces import Chosen, Space

SEARCHERS = ("random", "tpe", "halving", "reinforce", "frozen", "all")
"""Chance; a Parzen estimator; chance, stopped early; the controller; the controller that does not
learn, as a control; and every architecture in turn."""
FACTOR = 2  # a half of the trials goes on to the next rung


class Drawn(optuna.samplers.BaseSampler):
    """Each decision by chance."""

    def __init__(self, space: Space, seed: int) -> None:
        self.space, self.seed = space, seed

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """All decisions: an architecture is drawn as a whole."""
        return {n: CategoricalDistribution(c) for n, c in self.space.decisions().items()}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, Any]
    ) -> dict[str, Any]:
        """The architecture of a trial."""
        rng = np.random.default_rng([self.seed, trial.number])
        return dict(self.propose(study, rng))

    def propose(self, study: optuna.Study, rng: np.random.Generator) -> Chosen:
        """An architecture."""
        return self.space.complete(lambda name, choices: int(rng.choice(choices)))

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, distribution: Any
    ) -> Any:
        """Nothing is decided outside of an architecture."""
        raise ValueError(f"{param_name} is no decision of this space")


class Reinforced(Drawn):
    """The controller, which has learnt from all trials that have ended, as they ended."""

    def __init__(self, space: Space, seed: int, frozen: bool = False) -> None:
        from ganlib.search.controller import Controller

        super().__init__(space, seed)
        self.controller = Controller(space, seed, frozen)
        self._learnt: set[int] = set()

    def propose(self, study: optuna.Study, rng: np.random.Generator) -> Chosen:
        for ended in results(study):
            if ended.number not in self._learnt:
                self._learnt.add(ended.number)
                assert ended.value is not None
                self.controller.learn(ended.params, -math.log(max(ended.value, 1e-9)))
        return self.controller.propose(rng)


def results(study: optuna.Study) -> list[FrozenTrial]:
    """Trials that ran to their end, in the order in which they ended."""
    ended = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return sorted(ended, key=lambda trial: (trial.datetime_complete, trial.number))


def sampler(searcher: str, space: Space, seed: int, begun: int = 0) -> Any:
    """The sampler of a searcher; `begun` trials were there before this worker."""
    if searcher == "tpe":
        own = (seed * 100_003 + begun) % 2**32
        return optuna.samplers.TPESampler(
            seed=own, multivariate=True, group=True, constant_liar=True
        )
    if searcher in ("reinforce", "frozen"):
        return Reinforced(space, seed, frozen=searcher == "frozen")
    return Drawn(space, seed)


def pruner(searcher: str, first_rung: int) -> Any:
    """Who stops trials early: for "halving" all but the better half of those at a rung."""
    if searcher != "halving":
        return optuna.pruners.NopPruner()
    return optuna.pruners.SuccessiveHalvingPruner(first_rung, FACTOR, 0)
