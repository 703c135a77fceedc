"""Every metric by name: what it needs, what is good, and how it is computed on a sample.

Each metric is in a file of its own; here they are brought to the same arguments. A metric whose
needs a sample does not meet is left out, and named with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ganlib.evaluation.metrics import checks
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
    """Images, what the judge says of them, and their labels where they have some.

    Attributes
    ----------
    images : uint8 (N, H, W, C)
    judged : None without a judge
    labels : integers (N,), the classes that the images were asked to show; None where none were
    """

    images: np.ndarray
    judged: "Judged | None" = None
    labels: np.ndarray | None = None

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
        found = {
            "pixels": self.images,
            "features": self.judged and self.judged.features,
            "classes": self.judged and self.judged.probabilities,
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

    def interval(
        self, statistic: Callable[..., float], *arrays: np.ndarray, count: int | None = None
    ) -> Score:
        """`bootstrap` with the comparison's seed."""
        return bootstrap(statistic, *arrays, count=count, seed=self.seed)

    def kernel(self) -> Score:
        """The kernel distance, from ten subsets at least, which its interval needs."""
        real, fake = self.real.test.features, self.fake.features
        size = min(500, len(fake) // 10, len(real) // 10)
        estimates = subset_estimates(real, fake, size, self.seed)
        return self.interval(np.mean, estimates, count=len(fake))

    def copied(self) -> Score:
        """The copied share of some of the images."""
        near = nearest_distances(some(self.fake.images, COMPARED), self.real.training_images)
        return self.interval(copied_share, near, self.real.held_out_distances, count=len(near))

    def diversity(self) -> Score:
        """The distance within classes."""
        found = groups(self.fake.features, self.fake.probabilities, seed=self.seed)
        return self.interval(mean_distance, *found, count=len(self.fake.images))

    def transfer(self) -> Score:
        """Training on the sample, testing on the test images."""
        fake, test = self.fake, self.real.test
        assert fake.labels is not None and test.labels is not None
        right = hits(fake.images, fake.labels, test.images, test.labels, self.seed)
        return self.interval(np.mean, right, count=len(fake.images))

    @cached_property
    def neighbours(self) -> dict[str, Score]:
        """Precision, recall, density and coverage."""
        return neighbour_scores(self.real.test.features, self.fake.features, self.seed)


@dataclass(frozen=True)
class Metric:
    """A metric.

    Attributes
    ----------
    key : its name in scores.json
    label : its name in a table
    better : "lower", "higher", or "real": the nearer to what real images have, the better
    needs : names in `NEEDS`
    score : from a comparison to the score
    """

    key: str
    label: str
    better: str
    needs: frozenset[str]
    score: Callable[[Comparison], Score]


NEEDS = {
    "pixels": "images",
    "features": "a judge",
    "classes": "a judge with classes",
    "labels": "labels of generated and of test images",
}
"""What a metric may need of both samples, in words."""
PIXELS, LABELS = frozenset({"pixels"}), frozenset({"labels"})
FEATURES, CLASSES = frozenset({"features"}), frozenset({"classes"})

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
    Metric("copied", "copied share", "real", PIXELS, Comparison.copied),
    Metric("diversity", "diversity within class", "real", FEATURES | CLASSES, Comparison.diversity),
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


def score(fake: Sample, real: Real, seed: int = 0) -> dict[str, Score]:
    """Every metric of `METRICS` whose needs are met, by its key.

    At least 1,000 generated and 1,000 test images, else `DataError`; `seed` is that of intervals
    and subsets.
    """
    checks.images(fake.images, "the generated sample", LEAST)
    checks.images(real.test.images, "the test set", LEAST)
    comparison, missing = Comparison(fake, real, seed), unmet(fake, real)
    chosen = [metric for metric in METRICS if metric.key not in missing]
    bar = tqdm(chosen, desc="scoring", leave=False, disable=None)
    # Many products of small matrices: several threads spend more on waiting than they save.
    with threadpool_limits(1, user_api="blas"):
        return {metric.key: metric.score(comparison) for metric in bar}


def floor(sample: Sample, real: Real, seed: int = 0) -> dict[str, Score]:
    """The same for a sample of the training images: about what a perfect model would get.

    It is a little better than that, because the judge has learnt from these images. A training
    image is its own nearest; so the copied share is that of one half of the held-out test images
    against the other half.
    """
    scores = score(sample, real, seed)
    halves = real.held_out_distances[1::2], real.held_out_distances[::2]
    return scores | {"copied": bootstrap(copied_share, *halves, count=len(halves[0]), seed=seed)}


def some(images: np.ndarray, count: int) -> np.ndarray:
    """At most `count` images, evenly chosen."""
    return images[np.linspace(0, len(images) - 1, min(count, len(images))).astype(int)]
