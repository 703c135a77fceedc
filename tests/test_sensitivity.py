"""What each metric sees and what it does not: lesson 12's table, on cases with one known fault.

On the real MNIST where $GANLIB_DATA is set, else on drawn digits: what holds, holds for both.
"""

import os

import numpy as np
import pytest

from ganlib import datasets
from ganlib.errors import DataError
from ganlib.evaluation import corruptions, judges
from ganlib.evaluation.metrics import registry
from ganlib.evaluation.metrics.intervals import Score

COUNT = 1000
QUALITY = {"frechet", "kernel"}
CLASSES = {"inception_score", "from_uniform", "from_real"}
VARIETY = {"recall", "coverage"}
LOOKS = {"precision", "density"}
SEEN = {
    "blurred": QUALITY | CLASSES | VARIETY | LOOKS | {"confident", "modes", "diversity"},
    "noisy": QUALITY | CLASSES | VARIETY | LOOKS | {"confident", "diversity"},
    "one class": QUALITY | CLASSES | VARIETY | {"modes"},
    "repeated": QUALITY | CLASSES | VARIETY | {"diversity"},
    "copied": {"copied"},
    "noise": QUALITY | CLASSES | VARIETY | LOOKS | {"modes", "diversity"},
}
"""Metrics that find the fault: worse than fresh real images, and the intervals do not overlap."""
UNSEEN = {
    "blurred": {"copied"},
    "noisy": {"copied"},
    "one class": {"precision", "confident", "copied"},
    "repeated": {"precision", "confident", "modes", "copied"},
    "copied": set(registry.BY_KEY) - {"copied", "transfer", "alignment"},  # which needs labels
    "noise": {"confident", "copied"},
}
"""Metrics that do not: no worse than fresh real images, as far as the intervals tell."""


@pytest.fixture(scope="module")
def scores() -> dict[str, dict[str, Score]]:
    kind = "never" if os.environ.get("GANLIB_DATA") else "always"
    train, test = (datasets.load("mnist", split, stand_in=kind) for split in ("train", "test"))
    judge = judges.load("mnist")
    fresh, labels = train.images[:COUNT], train.labels[:COUNT]
    trained_on = train.images[COUNT : 8 * COUNT]
    real = registry.Real(registry.Sample.of(judge, test.images[:COUNT]), trained_on)
    made = {
        "real": fresh,
        "blurred": corruptions.blurred(fresh),
        "noisy": corruptions.noisy(fresh),
        "one class": corruptions.one_class(fresh, labels, 3),
        "repeated": corruptions.repeated(fresh),
        "copied": trained_on[:COUNT],
        "noise": corruptions.noise(fresh),
    }
    return {name: registry.score(registry.Sample.of(judge, made[name]), real) for name in made}


def _worse(key: str, score: Score, real: Score) -> bool:
    """Whether a score is worse than that of real images, and surely so."""
    # Of those that should be as real images have them, in which direction the cases here are worse.
    towards = {"copied": "lower", "from_uniform": "lower"}
    better = registry.BY_KEY[key].better
    better = towards.get(key, "higher") if better == "real" else better
    apart = not score.overlaps(real)
    return apart and (score.value > real.value if better == "lower" else score.value < real.value)


@pytest.mark.parametrize(("case", "key"), [(c, k) for c in SEEN for k in sorted(SEEN[c])])
def test_a_metric_sees_the_fault(scores, case, key):
    assert _worse(key, scores[case][key], scores["real"][key])


@pytest.mark.parametrize(("case", "key"), [(c, k) for c in UNSEEN for k in sorted(UNSEEN[c])])
def test_a_metric_does_not_see_the_fault(scores, case, key):
    assert not _worse(key, scores[case][key], scores["real"][key])


def test_no_metric_is_blind_to_everything(scores):
    seen = {key for keys in SEEN.values() for key in keys}
    assert seen == set(registry.BY_KEY) - {"transfer", "alignment"} == set(scores["real"])


def test_the_panel_is_the_same_for_the_same_seed_and_refuses_small_samples():
    images = datasets.load("mnist", stand_in="always").images
    judge = judges.load("mnist")
    test = registry.Sample.of(judge, images[:COUNT])
    real = registry.Real(test, images[: 2 * COUNT])
    fake = registry.Sample.of(judge, images[COUNT : 2 * COUNT])
    assert registry.score(fake, real, seed=1) == registry.score(fake, real, seed=1)
    few = registry.Sample.of(judge, images[:999])
    with pytest.raises(DataError, match=r"the generated sample is .*\(999, .* at least 1,000"):
        registry.score(few, real)


def test_made_cases_have_their_fault_and_nothing_else():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, 8, 8, 1), dtype=np.uint8)
    before, labels = images.copy(), np.arange(60) % 3
    assert len(np.unique(corruptions.repeated(images, different=7), axis=0)) == 7
    chosen = corruptions.one_class(images, labels, 2)
    assert {image.tobytes() for image in chosen} == {image.tobytes() for image in images[2::3]}
    assert np.abs(np.diff(corruptions.blurred(images).astype(int), axis=1)).mean() < 20
    assert corruptions.noisy(images, deviation=0.0) == pytest.approx(images)
    assert np.array_equal(corruptions.noise(images, seed=1), corruptions.noise(images, seed=1))
    assert all(
        made.shape == images.shape and made.dtype == np.uint8
        for made in (
            chosen,
            corruptions.repeated(images),
            corruptions.blurred(images),
            corruptions.noise(images),
        )
    )
    assert np.array_equal(images, before)
    with pytest.raises(DataError, match="no image has the label 7"):
        corruptions.one_class(images, labels, 7)
