"""Every metric by name: what it needs, what is good, and how it is computed on a sample.

Each metric is in a file of its own; here they are brought to the same arguments. A metric whose
needs a sample does not meet is left out, and named with the reason.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ganlib.evaluation.metrics import checks
from ganlib.evaluation.metrics.alignment import aligned
from ganlib.evaluation.metrics.classes import distance_from_real, distance_from_uniform
from ganlib.evaluation.metrics.confidence import confident_share
from ganlib.evaluation.metrics.diversity import groups, mean_distance
from ganlib.evaluation.metrics.frechet import frechet_distance
from ganlib.evaluation.metrics.inception import inception_score
from ganlib.evaluation.metrics.intervals import Score, bootstrap
from ganlib.evaluation.metrics.kernel import subset_estimates
from ganlib.evaluation.metrics.memorisation import copied_share, nearest_distances
from ganlib.evaluation.metrics.modes import modes
from ganlib.evaluation.metrics.neighbours import neighbour_scores
from ganlib.evaluation.metrics.transfer import hits

if TYPE_CHECKING:  # the names of metrics are asked for where no TensorFlow is wanted
    from ganlib.evaluation.judges.judge import Judge, Judged

COMPARED = 2000
"""Images, generated and held out, whose nearest training image is looked up: that is slow."""
LEAST = 1000
"""Fewest images to score; with fewer, most intervals would be too wide to say anything."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Images, uint8 (N, H, W, C), what a judge says of them, and the classes they should show."""

    images: np.ndarray
    judged: "Judged | None" = None
    labels: np.ndarray | None = None  # integers (N,)

    @classmethod
    def of(cls, judge: "Judge | None", images: np.ndarray, labels: Any = None) -> "Sample":
        """Let a judge classify the images, if there is one."""
        return cls(images, judge(images) if judge else None, labels)

    @property
    def features(self) -> np.ndarray:
        """float32 (N, D)."""
        assert self.judged is not None
        return self.judged.features

    @property
    def probabilities(self) -> np.ndarray:
        """float32 (N, K)."""
        assert self.judged is not None
        return self.judged.probabilities

    @property
    def offers(self) -> set[str]:
        """What metrics may need of this sample."""
        judged = self.judged
        found = {
            "features": judged and judged.features,
            "classes": None if judged is None or judged.puzzled else judged.probabilities,
            "labels": self.labels,
        }
        return {need for need, array in found.items() if array is not None}


@dataclass(frozen=True, eq=False)
class Real:
    """What generated images are compared with: test images, and those that were trained on."""

    test: Sample
    training_images: np.ndarray

    @cached_property
    def held_out_distances(self) -> np.ndarray:
        """Distance of test images to their nearest training image, float64."""
        return nearest_distances(some(self.test.images, COMPARED), self.training_images)


@dataclass(frozen=True, eq=False)
class Comparison:
    """One sample against the real images; what several metrics need is computed once."""

    fake: Sample
    real: Real
    seed: int = 0

    def interval(self, statistic: Callable[..., float], *arrays: np.ndarray) -> Score:
        """`bootstrap` with the comparison's seed."""
        return bootstrap(statistic, *arrays, count=len(self.fake.images), seed=self.seed)

    def kernel(self) -> Score:
        """The kernel distance, from ten subsets at least, which its interval needs."""
        real, fake = self.real.test.features, self.fake.features
        size = min(500, len(fake) // 10, len(real) // 10)
        estimates = subset_estimates(real, fake, size, self.seed)
        return self.interval(np.mean, estimates)

    def copied(self) -> Score:
        """The copied share of some of the images."""
        near = nearest_distances(some(self.fake.images, COMPARED), self.real.training_images)
        held_out = self.real.held_out_distances
        return bootstrap(copied_share, near, held_out, count=len(near), seed=self.seed)

    def diversity(self) -> Score:
        """The distance within classes."""
        found = groups(self.fake.features, self.fake.probabilities, seed=self.seed)
        return self.interval(mean_distance, *found)

    def alignment(self) -> Score:
        """The share of images that show the class they were asked for."""
        assert self.fake.labels is not None
        return self.interval(np.mean, aligned(self.fake.probabilities, self.fake.labels))

    def transfer(self) -> Score:
        """Training on the sample, testing on the test images."""
        fake, test = self.fake, self.real.test
        assert fake.labels is not None and test.labels is not None
        right = hits(fake.images, fake.labels, test.images, test.labels, self.seed)
        return self.interval(np.mean, right)

    @cached_property
    def neighbours(self) -> dict[str, Score]:
        """Precision, recall, density and coverage."""
        return neighbour_scores(self.real.test.features, self.fake.features, self.seed)


@dataclass(frozen=True)
class Metric:
    """A metric, and what it needs of both samples besides images, as named in `NEEDS`."""

    key: str  # in scores.json
    label: str  # in a table
    better: str  # "lower", "higher", or "real": the nearer to what real images have, the better
    needs: frozenset[str]
    score: Callable[[Comparison], Score]


NEEDS = {
    "features": "a judge",
    "classes": "a judge with classes",
    "labels": "labels of generated and of test images",
}
FEATURES, CLASSES, LABELS = (frozenset({need}) for need in NEEDS)

METRICS = (
    Metric(
        "frechet", "Fréchet distance", "lower", FEATURES,
        lambda c: c.interval(frechet_distance, c.real.test.features, c.fake.features),
    ),
    Metric("kernel", "kernel distance", "lower", FEATURES, Comparison.kernel),
    Metric(
        "inception_score", "inception score", "higher", CLASSES,
        lambda c: c.interval(inception_score, c.fake.probabilities),
    ),
    Metric("precision", "precision", "higher", FEATURES, lambda c: c.neighbours["precision"]),
    Metric("recall", "recall", "higher", FEATURES, lambda c: c.neighbours["recall"]),
    Metric("density", "density", "real", FEATURES, lambda c: c.neighbours["density"]),
    Metric("coverage", "coverage", "higher", FEATURES, lambda c: c.neighbours["coverage"]),
    Metric(
        "from_uniform", "classes: from uniform", "real", CLASSES,
        lambda c: c.interval(distance_from_uniform, c.fake.probabilities),
    ),
    Metric(
        "from_real", "classes: from the data", "lower", CLASSES,
        lambda c: c.interval(
            distance_from_real, c.real.test.probabilities, c.fake.probabilities
        ),
    ),
    Metric(
        "confident", "confident share", "real", CLASSES,
        lambda c: c.interval(confident_share, c.fake.probabilities),
    ),
    Metric("modes", "modes", "higher", CLASSES, lambda c: c.interval(modes, c.fake.probabilities)),
    Metric("copied", "copied share", "real", frozenset(), Comparison.copied),
    Metric("diversity", "diversity within class", "real", FEATURES | CLASSES, Comparison.diversity),
    Metric("alignment", "shows its label", "higher", CLASSES | LABELS, Comparison.alignment),
    Metric("transfer", "train on synthetic", "higher", LABELS, Comparison.transfer),
)  # fmt: skip
BY_KEY = {metric.key: metric for metric in METRICS}


def unmet(fake: Sample, real: Real) -> dict[str, str]:
    """Key of every metric that cannot be computed to what it needs, in words."""
    offered = fake.offers & real.test.offers
    return {
        metric.key: " and ".join(NEEDS[need] for need in NEEDS if need in metric.needs - offered)
        for metric in METRICS
        if not metric.needs <= offered
    }


def score(
    fake: Sample, real: Real, seed: int = 0, only: Collection[str] = BY_KEY
) -> dict[str, Score]:
    """The metrics whose needs are met, by their keys; `LEAST` images of either sort."""
    checks.images(fake.images, "the generated sample", LEAST)
    checks.images(real.test.images, "the test set", LEAST)
    comparison, missing = Comparison(fake, real, seed), unmet(fake, real)
    chosen = [metric for metric in METRICS if metric.key in only and metric.key not in missing]
    bar = tqdm(chosen, desc="scoring", leave=False, disable=None if len(chosen) > 1 else True)
    # Many products of small matrices: several threads spend more on waiting than they save.
    with threadpool_limits(1, user_api="blas"):
        return {metric.key: metric.score(comparison) for metric in bar}


def floor(
    sample: Sample, real: Real, seed: int = 0, only: Collection[str] = BY_KEY
) -> dict[str, Score]:
    """The same for a sample of the training images: about what a perfect model would get.

    It is a little better than that, because the judge has learnt from these images. A training
    image is its own nearest; so the copied share is that of one half of the held-out test images
    against the other half.
    """
    scores = score(sample, real, seed, only)
    if "copied" not in only:
        return scores
    halves = real.held_out_distances[1::2], real.held_out_distances[::2]
    return scores | {"copied": bootstrap(copied_share, *halves, count=len(halves[0]), seed=seed)}


def some(images: np.ndarray, count: int) -> np.ndarray:
    """At most `count` images, evenly chosen."""
    return images[np.linspace(0, len(images) - 1, min(count, len(images))).astype(int)]
