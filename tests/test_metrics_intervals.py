"""Scores with intervals, and what the metrics say of arrays that they cannot use."""

import json
import math
import statistics

import numpy as np
import pytest

from ganlib.errors import DataError, GanlibError
from ganlib.evaluation.metrics import (
    classes,
    confidence,
    diversity,
    frechet,
    inception,
    kernel,
    memorisation,
    modes,
    neighbours,
    transfer,
)
from ganlib.evaluation.metrics.intervals import Score, bootstrap

RNG = np.random.default_rng(0)
REAL, FAKE = RNG.normal(size=(300, 6)), RNG.normal(size=(200, 6)) * 1.2 + 0.1
REAL_TABLE, TABLE = RNG.dirichlet([0.1] * 4, 300), RNG.dirichlet([0.1] * 4, 200)
IMAGES = RNG.integers(0, 256, (60, 8, 8, 1), dtype=np.uint8)
LABELS = np.arange(60) % 2
NEAR, HELD_OUT = RNG.gamma(9.0, size=200), RNG.gamma(9.0, size=300)


def neighbour(name, *arrays, **options):
    return neighbours.neighbour_scores(*arrays, **options)[name]


def resampled(statistic):
    """The score of a metric whose images are drawn again as they are."""
    return lambda *arrays, **options: bootstrap(statistic, *arrays, **options)


PLAIN_AND_SCORE = {
    "frechet": (frechet.frechet_distance, resampled(frechet.frechet_distance), (REAL, FAKE)),
    "kernel": (
        lambda *arrays: kernel.kernel_distance(*arrays, subset_size=20),
        lambda real, fake, seed=0: bootstrap(
            np.mean, kernel.subset_estimates(real, fake, 20), count=len(fake), seed=seed
        ),
        (REAL, FAKE),
    ),
    "inception": (inception.inception_score, resampled(inception.inception_score), (TABLE,)),
    "uniform": (
        classes.distance_from_uniform,
        resampled(classes.distance_from_uniform),
        (TABLE,),
    ),
    "classes": (
        classes.distance_from_real,
        resampled(classes.distance_from_real),
        (REAL_TABLE, TABLE),
    ),
    "confidence": (confidence.confident_share, resampled(confidence.confident_share), (TABLE,)),
    "modes": (modes.modes, resampled(modes.modes), (TABLE,)),
    "copied": (
        memorisation.copied_share,
        lambda near, held_out, seed=0: bootstrap(
            memorisation.copied_share, near, held_out, count=len(near), seed=seed
        ),
        (NEAR, HELD_OUT),
    ),
    "diversity": (
        diversity.within_class_distance,
        lambda features, table, seed=0: bootstrap(
            diversity.mean_distance,
            *diversity.groups(features, table),
            count=len(features),
            seed=seed,
        ),
        (FAKE, TABLE),
    ),
    "transfer": (
        lambda *arrays: transfer.hits(*arrays).mean(),
        lambda *arrays, seed=0: bootstrap(
            np.mean, transfer.hits(*arrays), count=len(arrays[0]), seed=seed
        ),
        (IMAGES, LABELS, IMAGES, LABELS),
    ),
} | {
    name: (
        lambda *arrays, name=name: neighbours.contributions(*arrays)[name].mean(),
        lambda *arrays, name=name, **options: neighbour(name, *arrays, **options),
        (REAL, FAKE),
    )
    for name in ("precision", "recall", "density", "coverage")
}


@pytest.mark.parametrize("name", PLAIN_AND_SCORE)
def test_a_score_is_the_plain_value_with_an_interval_and_the_count_of_generated_images(name):
    plain, score_of, arrays = PLAIN_AND_SCORE[name]
    score = score_of(*arrays)
    assert score.value == pytest.approx(plain(*arrays), rel=1e-12)
    if name != "modes":  # all of its replicates may agree
        assert score.low < score.high
    assert score.count == (60 if name == "transfer" else 200)


@pytest.mark.parametrize("name", PLAIN_AND_SCORE)
def test_the_same_seed_gives_the_same_score_and_the_arguments_stay_as_they_were(name):
    _, score_of, arrays = PLAIN_AND_SCORE[name]
    before = [array.copy() for array in arrays]
    assert score_of(*arrays, seed=3) == score_of(*arrays, seed=3)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_read_only_arrays_will_do():
    real, images = REAL.copy(), IMAGES.copy()
    for array in (real, images):
        array.flags.writeable = False
    assert frechet.frechet_distance(real, real) == pytest.approx(0.0, abs=1e-9)
    assert neighbours.contributions(real, FAKE)["precision"].any()
    assert memorisation.nearest_distances(images, images).max() == 0.0


# --- The bootstrap ------------------------------------------------------------------------------


def test_another_seed_or_more_replicates_give_another_interval_for_the_same_value():
    score, other = (bootstrap(np.mean, FAKE[:, 0], seed=seed) for seed in (0, 1))
    more = bootstrap(np.mean, FAKE[:, 0], replicates=101)
    assert score.value == other.value == more.value == pytest.approx(FAKE[:, 0].mean())
    assert len({score.low, other.low, more.low}) == 3


def test_the_interval_of_a_mean_is_that_of_the_normal_theory():
    values = np.random.default_rng(1).normal(size=400)
    score = bootstrap(np.mean, values, replicates=4000)
    expected = 1.96 * values.std() / math.sqrt(400)
    assert score.high - score.value == pytest.approx(expected, rel=0.05)


def test_the_interval_is_the_value_and_196_hundredths_of_the_replicates_standard_deviation():
    means = []
    score = bootstrap(lambda rows: means.append(rows.mean()) or means[-1], FAKE[:, 0], replicates=3)
    assert len(means) == 4
    margin = 1.96 * statistics.stdev(means[1:])
    assert (score.low, score.value, score.high) == pytest.approx(
        (means[0] - margin, means[0], means[0] + margin), rel=1e-12
    )


def test_four_times_the_images_halve_the_interval():
    values = np.random.default_rng(2).normal(size=4000)
    small, large = (bootstrap(np.mean, values[:n], replicates=2000) for n in (1000, 4000))
    ratio = (small.high - small.low) / (large.high - large.low)
    assert ratio == pytest.approx(2.0, rel=0.1)


def test_the_interval_holds_the_true_mean_in_95_of_100_cases():
    rng = np.random.default_rng(3)
    trials = 800
    held = 0
    for seed in range(trials):
        score = bootstrap(np.mean, rng.exponential(size=200), seed=seed)
        held += score.low <= 1.0 <= score.high
    spread = math.sqrt(0.95 * 0.05 / trials)
    # An extra 1 %: a skewed distribution, and a spread estimated from 100 replicates.
    assert held / trials == pytest.approx(0.95, abs=3 * spread + 0.01)


def test_the_frechet_distance_of_redrawn_rows_is_biased():
    score = bootstrap(frechet.frechet_distance, REAL, FAKE)
    rng = np.random.default_rng(4)
    redrawn = [
        frechet.frechet_distance(
            REAL[rng.integers(300, size=300)], FAKE[rng.integers(200, size=200)]
        )
        for _ in range(200)
    ]
    assert np.mean(redrawn) > score.value


def test_arrays_are_drawn_independently_and_columns_stay_together():
    pairs = np.stack([np.arange(50.0), np.arange(50.0)], axis=1)
    together = bootstrap(lambda rows: np.mean(rows[:, 0] - rows[:, 1]), pairs)
    assert together.low == together.high == 0.0
    apart = bootstrap(lambda x, y: np.mean(x) - np.mean(y), pairs[:, 0], pairs[:, 1])
    assert apart.low < 0.0 < apart.high


def test_a_single_row_or_replicate_has_no_spread_to_show():
    with pytest.raises(DataError, match="an interval needs at least 2 rows in every array"):
        bootstrap(np.mean, np.zeros(1))
    with pytest.raises(DataError, match="replicates is 1: choose a whole number of at least 2"):
        bootstrap(np.mean, np.zeros(5), replicates=1)


# --- Scores -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Score(3.2149, 3.0531, 3.3767, 100), "3.21 (3.05 to 3.38)"),
        (Score(123.4, 98.6, 148.2, 100), "123 (99 to 148)"),
        (Score(0.00236, 0.00154, 0.00318, 100), "0.0024 (0.0015 to 0.0032)"),
        (Score(1.0, 1.0, 1.0, 100), "1 (1 to 1)"),
    ],
)
def test_a_score_prints_as_many_digits_as_its_interval_supports(score, text):
    assert str(score) == text
    assert score.plain() == text.split(" (")[0]


def test_the_short_form_of_a_score_is_the_value_and_half_its_interval():
    assert Score(3.2149, 3.0531, 3.3767, 100).short() == "3.21 ± 0.16"


def test_scores_overlap_where_their_intervals_share_a_point():
    score = Score(2.0, 1.0, 3.0, 10)
    for low, high, expected in [
        (3.0, 5.0, True),
        (3.1, 5.0, False),
        (0.0, 0.9, False),
        (0, 9, True),
    ]:
        other = Score((low + high) / 2, low, high, 10)
        assert score.overlaps(other) is expected
        assert other.overlaps(score) is expected


def test_a_score_comes_back_from_json_as_it_was():
    score = bootstrap(frechet.frechet_distance, REAL, FAKE)
    assert Score.from_json(json.loads(json.dumps(score.to_json()))) == score


@pytest.mark.parametrize(
    "record",
    [
        {"value": 1.0, "low": 0.0, "high": 2.0},
        {"value": 1.0, "low": 0.0, "high": 2.0, "count": 5, "more": 1},
        {"value": "1", "low": 0.0, "high": 2.0, "count": 5},
        {"value": None, "low": 0.0, "high": 2.0, "count": 5},
    ],
)
def test_a_record_that_is_no_score_is_refused_in_one_sentence(record):
    with pytest.raises(GanlibError, match="a score needs numbers for value, low, high, count"):
        Score.from_json(record)


# --- Arrays that will not do --------------------------------------------------------------------


def spoilt(array, value):
    array = array.copy()
    array[3, 2] = value
    return array


PAIRS_OF_FEATURES = [
    frechet.frechet_distance,
    kernel.kernel_distance,
    neighbours.contributions,
    neighbours.neighbour_scores,
]


@pytest.mark.parametrize("metric", PAIRS_OF_FEATURES)
@pytest.mark.parametrize(
    ("fake", "message"),
    [
        (spoilt(FAKE, np.nan), r"^fake is float64 of shape \(200, 6\), with NaN or infinity: give"),
        (spoilt(FAKE, np.inf), "^fake is .*, with NaN or infinity: give finite features"),
        (FAKE[0], r"^fake is float64 of shape \(6,\): give finite features, a row for each"),
        (FAKE[:, :0], r"^fake is float64 of shape \(200, 0\): give finite features"),
        (FAKE[:0], r"^fake is float64 of shape \(0, 6\): give .* at least"),
        (FAKE[:, :4], "with the same judge|use the same judge"),
        ([["a", "b"]], "^fake is not an array of numbers: give features as a numpy array"),
        ([[1.0, 2.0], [3.0]], "^fake is not an array of numbers"),
        (FAKE + 1j, "^fake is not an array of numbers"),
        (None, "^fake is not an array of numbers"),
    ],
)
def test_features_that_will_not_do_are_refused_in_one_sentence(metric, fake, message):
    with pytest.raises(DataError, match=message):
        metric(REAL, fake)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: frechet.frechet_distance(RNG.normal(size=(100, 64)), np.zeros((20, 64))),
            "^64 features need at least 65 images, and there are 20 in fake: generate more$",
        ),
        (
            lambda: frechet.frechet_distance(np.zeros((64, 64)), RNG.normal(size=(100, 64))),
            "^64 features need at least 65 images, and there are 64 in real: take more$",
        ),
        (
            lambda: kernel.kernel_distance(REAL, FAKE[:1]),
            r"^fake is .*\(1, 6\): give finite features, a row for each of at least 2 image\(s\)$",
        ),
        (
            lambda: bootstrap(np.mean, kernel.subset_estimates(REAL, FAKE, subset_size=150)),
            "^an interval needs at least 2 rows in every array: give more images$",
        ),
        (
            lambda: kernel.kernel_distance(REAL, FAKE, subset_size=1),
            "^subset_size is 1: choose a whole number of at least 2$",
        ),
        (
            lambda: neighbours.contributions(REAL[:5], FAKE),
            r"^real is .*\(5, 6\): give finite features, a row for each of at least 6 image\(s\)$",
        ),
        (lambda: neighbours.contributions(REAL, FAKE, k=0), "^k is 0: choose a whole number"),
        (
            lambda: diversity.within_class_distance(FAKE[:9], TABLE[:9]),
            "^no class has 10 images: give more images$",
        ),
        (
            lambda: diversity.within_class_distance(FAKE, TABLE[:9]),
            "^there are features of 200 images and probabilities of 9: make both from the same",
        ),
        (
            lambda: diversity.within_class_distance(FAKE, TABLE, per_class=5),
            "^per_class is 5: choose a whole number of at least 10$",
        ),
        (
            lambda: classes.distance_from_real(
                REAL_TABLE, TABLE[:, :3] / TABLE[:, :3].sum(1)[:, None]
            ),
            r"^the shares have shapes \(4,\) and \(3,\): give two lists of shares of the same",
        ),
        (lambda: confidence.confident_share(TABLE, 0), "^threshold is 0: choose a number above 0"),
        (lambda: modes.modes(TABLE, share=1.5), "^share is 1.5: choose a number above 0 and at"),
        (lambda: modes.modes(TABLE, threshold=math.nan), "^threshold is nan: choose a number"),
        (lambda: memorisation.copied_share(NEAR, HELD_OUT, 2), "^quantile is 2: choose a number"),
        (
            lambda: memorisation.copied_share(NEAR[:0], HELD_OUT),
            r"^generated_distances is float64 of shape \(0,\): give finite distances \(N,\)",
        ),
        (
            lambda: memorisation.copied_share(NEAR, -HELD_OUT),
            "^held_out_distances is .*: give finite distances .* of at least 0, as `nearest_dist",
        ),
        (
            lambda: memorisation.nearest_distances(IMAGES, IMAGES[:, :4]),
            r"^images has shape \(60, 8, 8, 1\) and training_images has \(60, 4, 8, 1\), which",
        ),
        (
            lambda: memorisation.nearest_distances(IMAGES, IMAGES[:0]),
            r"^training_images is uint8 of shape \(0, 8, 8, 1\): give uint8 images .* at least 1",
        ),
    ],
)
def test_what_a_metric_cannot_use_is_told_in_one_sentence(call, message):
    with pytest.raises(DataError, match=message):
        call()


@pytest.mark.parametrize(
    "metric",
    [
        inception.inception_score,
        classes.class_shares,
        classes.distance_from_uniform,
        confidence.confident_share,
        modes.modes,
    ],
)
@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE * 3 - 1, r"^probabilities must be in \[0, 1\], and those of an image add up to 1"),
        (TABLE * 0.9, "^probabilities must .* add up to 1: give the judge's softmax"),
        (spoilt(TABLE, np.nan), "^probabilities is .*, with NaN or infinity"),
        (TABLE[0], r"^probabilities is float64 of shape \(4,\): give finite probabilities, a row"),
        (TABLE[:0], r"^probabilities is .*\(0, 4\): give .* at least 1 image"),
    ],
)
def test_probabilities_that_will_not_do_are_refused_in_one_sentence(metric, table, message):
    with pytest.raises(DataError, match=message):
        metric(table)


def test_the_rounding_of_a_softmax_in_half_precision_is_accepted():
    table = np.full((20, 3), 1 / 3).astype(np.float16)
    assert inception.inception_score(table) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (
            IMAGES / 127.5 - 1,
            r"^images is float64 of shape .*: give uint8 images .*; `ganlib.figures.to_uint8` "
            r"makes them from a generator's \[-1, 1\]$",
        ),
        (IMAGES.astype(np.int64), "^images is int64 of shape .*: give uint8 images"),
        (
            IMAGES[..., 0],
            r"^images is uint8 of shape \(60, 8, 8\): give uint8 images \(N, H, W, C\)",
        ),
    ],
)
def test_images_that_will_not_do_are_refused_in_one_sentence(images, message):
    with pytest.raises(DataError, match=message):
        memorisation.nearest_distances(images, IMAGES)
    with pytest.raises(DataError, match=message):
        transfer.hits(images, LABELS, IMAGES, LABELS)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            LABELS[:50],
            r"^labels is int64 of shape \(50,\): give integers, one for each of 60 images$",
        ),
        (LABELS.astype(float), "^labels is float64 .*: give integers, one for each of 60 images"),
        (np.eye(2, dtype=int)[LABELS], r"^labels is int64 of shape \(60, 2\): give integers"),
        (LABELS * 0, "^labels has a single class, from which no classifier can learn: generate"),
        (np.array(["7"] * 60), "^labels is not an array of numbers"),
    ],
)
def test_labels_that_will_not_do_are_refused_in_one_sentence(labels, message):
    with pytest.raises(DataError, match=message):
        transfer.hits(IMAGES, labels, IMAGES, LABELS)


def test_a_rounded_zero_has_no_sign():
    assert str(Score(0.0, -1e-7, 1e-7, 9)) == "0.0000 (0.0000 to 0.0000)"
