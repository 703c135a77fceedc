"""Who wins? Numbers from what discriminators say of the images of generators, their own or not.

Everything here is numpy: `margins` are logits less the boundary of the discriminator, so that above
0 an image is taken for real.
"""

from dataclasses import dataclass

import choix
import numpy as np
from scipy.stats import binomtest

from ganlib.evaluation.metrics.intervals import Score

CLOSE = 1.2
"""A ratio of test errors within this factor of 1 counts as 1: the paper of GAM gives no number."""
ELO = 400.0 / np.log(10.0)
"""Points of a rating for one unit of the logistic model: 400 points are odds of 10 to 1."""


def share(hits: np.ndarray) -> Score:
    """The share of true values with Wilson's 95 % interval; it has a width at 0 and 1 too."""
    interval = binomtest(int(hits.sum()), hits.size).proportion_ci(method="wilson")
    return Score(float(hits.mean()), float(interval.low), float(interval.high), hits.size)


def mean_of(one: Score, other: Score) -> Score:
    """The mean of two independent shares; its interval by Newcombe's square-and-add."""
    low, high = (
        np.hypot(one.value - one.low, other.value - other.low) / 2,
        np.hypot(one.high - one.value, other.high - other.value) / 2,
    )
    value = (one.value + other.value) / 2
    return Score(value, value - float(low), value + float(high), one.count + other.count)


@dataclass(frozen=True)
class Table:
    """Discriminators in rows, generators in columns: `names[i]` has row i and column i.

    Attributes
    ----------
    real : margins of each discriminator for the real images, float (n, N)
    fake : margins of discriminator i for the images of generator j, float (n, n, M)
    """

    names: tuple[str, ...]
    real: np.ndarray
    fake: np.ndarray

    def real_accuracy(self, i: int) -> Score:
        """The share of real images that discriminator i takes for real."""
        return share(self.real[i] > 0)

    def fake_accuracy(self, i: int, j: int) -> Score:
        """The share of images of generator j that discriminator i takes for generated."""
        return share(self.fake[i, j] <= 0)

    def accuracy(self, i: int, j: int) -> Score:
        """The mean of the two: 0.5 is what a coin has, and what fooled discriminators have."""
        return mean_of(self.real_accuracy(i), self.fake_accuracy(i, j))

    @property
    def accuracies(self) -> np.ndarray:
        """The values of `accuracy`, float (n, n)."""
        real, fake = (self.real > 0).mean(axis=1), (self.fake <= 0).mean(axis=2)
        return (real[:, None] + fake) / 2

    def gam(self, a: int, b: int) -> tuple[float, float, str]:
        """The generative adversarial metric: two ratios of error rates, and who wins.

        Im et al. 2016, section 4, https://arxiv.org/abs/1602.05110. The ratio of test errors says
        whether both discriminators know real images equally well, and only then the other one
        counts: errors of a's discriminator on b's images over those of b's on a's. Below 1, a wins.
        Half an error is added everywhere, so that none is 0.

        Returns
        -------
        The ratio of test errors, that of errors on samples, and a's name, b's name, or "neither"
        """

        def errors(wrong: np.ndarray) -> float:
            return (float(wrong.sum()) + 0.5) / (wrong.size + 1.0)

        test = errors(self.real[a] <= 0) / errors(self.real[b] <= 0)
        samples = errors(self.fake[a, b] > 0) / errors(self.fake[b, a] > 0)
        if not 1 / CLOSE <= test <= CLOSE or samples == 1:
            return test, samples, "neither"
        return test, samples, self.names[a if samples < 1 else b]

    @property
    def values(self) -> np.ndarray:
        """Minus the game's value V, the cross-entropy of discriminator i on generator j, (n, n)."""
        real = np.logaddexp(0.0, -self.real).mean(axis=1)
        return real[:, None] + np.logaddexp(0.0, self.fake).mean(axis=2)

    def gmam(self, a: int, b: int) -> float:
        """The generative multi-adversarial metric: above 0 the generator of b is the better one.

        Durugkar et al. 2017, https://arxiv.org/abs/1611.01673, with one discriminator each:
        ``log((V_ab / V_aa) / (V_ba / V_bb))``, V_ab the value of a's discriminator against b's
        generator. A better generator makes V worse for both discriminators.
        """
        v = self.values
        return float(np.log((v[a, b] / v[a, a]) / (v[b, a] / v[b, b])))

    def ratings(self, prior: float = 0.01) -> tuple[np.ndarray, np.ndarray]:
        """Ratings of discriminators and of generators in Elo's points, float (n,) each; mean 0.

        Olsson et al. 2018, https://arxiv.org/abs/1808.04888: every pair plays, the discriminator
        sees real and generated images, and each image that it gets wrong is a win for the
        generator. They rate with Glicko-2, for players who change from match to match. Networks
        that are finished do not, so the order of the matches must not count: this is the
        Bradley–Terry model, on the same scale, fitted by `choix`.

        `prior` is a little regularisation, as a player that always wins has no finite rating.
        """
        n, won = len(self.names), self.accuracies
        games = np.zeros((2 * n, 2 * n))
        games[:n, n:], games[n:, :n] = won, 1.0 - won.T
        found = ELO * choix.ilsr_pairwise_dense(games, prior, max_iter=10_000)
        return found[:n], found[n:]

    def ranking(self) -> list[int]:
        """Numbers of the contestants by the rating of their generators, the best first."""
        return [int(i) for i in np.argsort(-self.ratings()[1], kind="stable")]
