"""The metrics against hand-worked cases, plain loops and the packages of their authors."""

import itertools
import math

import numpy as np
import prdc
import pytest
import scipy.linalg
from scipy.spatial.distance import cdist

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

SURE = 0.97


def gaussian(count, width, seed, mixing_seed=0):
    """Correlated features whose covariance depends on `mixing_seed`."""
    mixing = np.random.default_rng(mixing_seed).normal(size=(width, width))
    return np.random.default_rng(seed).normal(size=(count, width)) @ mixing


def with_moments(count, mean, deviations, seed=0):
    """Uncorrelated features with exactly this mean and these standard deviations."""
    features = np.random.default_rng(seed).normal(size=(count, len(mean)))
    features -= features.mean(axis=0)
    features = np.linalg.qr(features)[0] * math.sqrt(count - 1)
    return features * deviations + mean


def softmax(count, width, seed, sharpness=3.0):
    powers = np.exp(sharpness * np.random.default_rng(seed).normal(size=(count, width)))
    return powers / powers.sum(axis=1, keepdims=True)


def judged(labels, width=10, sure=SURE):
    """Probabilities of images that are judged to be of these classes."""
    labels = np.asarray(labels)
    table = np.full((len(labels), width), (1 - sure) / (width - 1))
    table[np.arange(len(labels)), labels] = sure
    return table


def pictures(count, seed, size=28, channels=1):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, size, size, channels), dtype=np.uint8)


# --- Fréchet distance ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [2, 10, 64])
def test_frechet_distance_equals_the_formula_with_scipys_matrix_root(width):
    real, fake = gaussian(500, width, 1), gaussian(300, width, 2, mixing_seed=3) + 0.5
    first, second = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    root = scipy.linalg.sqrtm(first @ second).real
    shift = real.mean(axis=0) - fake.mean(axis=0)
    expected = shift @ shift + np.trace(first + second - 2 * root)
    assert frechet.frechet_distance(real, fake) == pytest.approx(expected, rel=1e-8)


def test_frechet_distance_of_uncorrelated_features_is_the_one_worked_by_hand():
    # (3 - 0)² + (4 - 0)² + (2 - 1)² + (5 - 3)² = 30
    real = with_moments(200, [0.0, 0.0], [1.0, 3.0], seed=1)
    fake = with_moments(100, [3.0, 4.0], [2.0, 5.0], seed=2)
    assert frechet.frechet_distance(real, fake) == pytest.approx(30.0, rel=1e-10)


def test_frechet_distance_of_a_set_to_itself_is_zero():
    real = gaussian(300, 64, 1)
    assert frechet.frechet_distance(real, real) == pytest.approx(0.0, abs=1e-9)


def test_frechet_distance_is_symmetric_and_unchanged_by_a_rotation():
    real, fake = gaussian(300, 12, 1), gaussian(200, 12, 2, mixing_seed=5)
    rotation = np.linalg.qr(np.random.default_rng(9).normal(size=(12, 12)))[0]
    distance = frechet.frechet_distance(real, fake)
    assert distance > 1
    assert frechet.frechet_distance(fake, real) == pytest.approx(distance, rel=1e-10)
    assert frechet.frechet_distance(real @ rotation, fake @ rotation) == pytest.approx(
        distance, rel=1e-10
    )


def test_frechet_distance_counts_features_that_never_change_by_their_shift_alone():
    real = with_moments(200, [0.0, 0.0, 0.0], [1.0, 2.0, 0.0], seed=1)
    fake = with_moments(200, [1.0, 0.0, 0.5], [1.0, 5.0, 0.0], seed=2)
    assert frechet.frechet_distance(real, fake) == pytest.approx(1 + 9 + 0.25, rel=1e-9)
    # Only one of the two varies in the last feature: its whole variance, 4, is distance.
    wider = with_moments(200, [0.0, 0.0, 0.0], [1.0, 2.0, 2.0], seed=3)
    assert frechet.frechet_distance(real, wider) == pytest.approx(4.0, abs=1e-6)


def test_frechet_distance_of_a_collapsed_model_is_the_mean_squared_distance_to_its_image():
    real = gaussian(500, 8, 1)
    image = np.linspace(-1, 1, 8)
    expected = real.var(axis=0, ddof=1).sum() + np.square(real.mean(axis=0) - image).sum()
    assert frechet.frechet_distance(real, np.tile(image, (50, 1))) == pytest.approx(
        expected, rel=1e-6
    )


def test_stored_means_and_covariances_give_the_same_distance():
    real, fake = gaussian(300, 6, 1), gaussian(200, 6, 2)
    stored = frechet.mean_and_covariance(real)
    np.testing.assert_allclose(stored[1], np.cov(real, rowvar=False), rtol=1e-10)
    assert frechet.distance_between(
        *stored, *frechet.mean_and_covariance(fake)
    ) == frechet.frechet_distance(real, fake)


# --- Kernel distance ----------------------------------------------------------------------------


def mmd_by_loops(real, fake):
    def cubic(x, y):
        return (sum(a * b for a, b in zip(x, y, strict=True)) / len(x) + 1) ** 3

    def over_pairs(rows):
        values = [cubic(x, y) for x, y in itertools.permutations(rows, 2)]
        return sum(values) / len(values)

    between = [cubic(x, y) for x in real for y in fake]
    return over_pairs(real) + over_pairs(fake) - 2 * sum(between) / len(between)


@pytest.mark.parametrize("sizes", [(12, 12), (12, 7), (2, 2)])
def test_unbiased_mmd_equals_a_plain_double_loop(sizes):
    real, fake = gaussian(sizes[0], 5, 1), gaussian(sizes[1], 5, 2) + 0.3
    assert kernel.unbiased_mmd(real, fake) == pytest.approx(mmd_by_loops(real, fake), rel=1e-10)


def test_kernel_distance_of_one_distribution_is_zero_on_average_and_negative_at_times():
    rng = np.random.default_rng(4)
    draws = [
        kernel.unbiased_mmd(rng.normal(size=(40, 4)), rng.normal(size=(30, 4))) for _ in range(2000)
    ]
    standard_error = np.std(draws) / math.sqrt(len(draws))
    assert np.mean(draws) == pytest.approx(0.0, abs=4 * standard_error)
    # With the pairs of an image and itself the mean would be several times this.
    assert standard_error < 0.01
    assert 0.3 < np.mean(np.array(draws) < 0) < 0.9


def test_subsets_are_disjoint_and_as_many_as_fit_into_the_smaller_set(monkeypatch):
    used = []
    monkeypatch.setattr(kernel, "unbiased_mmd", lambda *pair: used.append(pair) or 0.0)
    # Each image carries its own number.
    real, fake = np.arange(95.0)[:, None], np.arange(70.0)[:, None]
    assert kernel.subset_estimates(real, fake, subset_size=20).shape == (3,)
    for number, rows in enumerate(zip(*used, strict=True)):
        assert [len(subset) for subset in rows] == [20, 20, 20], number
        assert len(np.unique(np.concatenate(rows))) == 60, number


def test_sets_below_the_subset_size_make_one_subset():
    real, fake = gaussian(30, 3, 1), gaussian(20, 3, 2)
    assert kernel.subset_estimates(real, fake).shape == (1,)
    equal = gaussian(30, 3, 5)
    assert kernel.kernel_distance(real, equal) == pytest.approx(
        mmd_by_loops(real, equal), rel=1e-10
    )


def test_kernel_distance_is_the_mean_of_its_subsets_and_grows_with_a_shift():
    real, fake = gaussian(400, 3, 1), gaussian(400, 3, 2)
    estimates = kernel.subset_estimates(real, fake, subset_size=50, seed=3)
    assert len(estimates) == 8
    distance = kernel.kernel_distance(real, fake, subset_size=50, seed=3)
    assert distance == pytest.approx(sum(estimates) / 8, rel=1e-12)
    assert kernel.kernel_distance(real, fake + 3, subset_size=50, seed=3) > distance + 1


# --- Inception score ----------------------------------------------------------------------------


def test_inception_score_equals_a_plain_loop():
    table = softmax(50, 4, 1)
    table[0] = [1, 0, 0, 0]
    marginal = [sum(row[k] for row in table) / 50 for k in range(4)]
    divergences = [
        sum(p * math.log(p / q) for p, q in zip(row, marginal, strict=True) if p > 0)
        for row in table
    ]
    assert inception.inception_score(table) == pytest.approx(math.exp(sum(divergences) / 50))


def test_inception_score_is_one_where_all_look_alike_and_k_where_all_classes_are_sure():
    assert inception.inception_score(np.full((30, 10), 0.1)) == pytest.approx(1.0, rel=1e-12)
    assert inception.inception_score(np.tile(np.eye(10)[0], (30, 1))) == pytest.approx(1.0)
    assert inception.inception_score(np.eye(10)[np.arange(200) % 10]) == pytest.approx(10.0)
    # A class that no image has a share of: 0 log 0 is 0.
    assert inception.inception_score(np.eye(10)[np.arange(200) % 4]) == pytest.approx(4.0)


# --- Precision, recall, density, coverage -------------------------------------------------------


def four(found):
    return {name: added.mean() for name, added in found.items()}


NEIGHBOUR_CASES = {
    "alike": (gaussian(300, 8, 1), gaussian(300, 8, 2)),
    "fewer fakes": (gaussian(300, 8, 1), gaussian(80, 8, 2) * 0.5),
    "shifted": (gaussian(150, 64, 1), gaussian(200, 64, 2) + 1.0),
    "far apart": (gaussian(60, 4, 1), gaussian(60, 4, 2) + 1000.0),
    "single precision": (
        gaussian(200, 16, 1).astype(np.float32),
        gaussian(200, 16, 2).astype(np.float32),
    ),
    # Whole numbers from a small range: many equal distances, and neighbours on the edge.
    "ties and copies": tuple(
        np.random.default_rng(seed).integers(0, 4, (200, 5)).astype(np.float64) for seed in (1, 2)
    ),
    "itself": (np.random.default_rng(1).integers(0, 30, (200, 5)).astype(np.float64),) * 2,
}


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("case", NEIGHBOUR_CASES)
def test_the_four_scores_equal_those_of_the_authors_package(case, k):
    real, fake = NEIGHBOUR_CASES[case]
    expected = prdc.compute_prdc(real, fake, nearest_k=k)
    assert four(neighbours.contributions(real, fake, k)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("case", NEIGHBOUR_CASES)
def test_the_contributions_of_each_image_do_not_depend_on_the_rows_in_memory(case):
    real, fake = NEIGHBOUR_CASES[case]
    at_once = neighbours.contributions(real, fake, rows=10_000)
    for rows in (1, 7, 64):
        in_pieces = neighbours.contributions(real, fake, rows=rows)
        for name in ("precision", "recall", "density", "coverage"):
            np.testing.assert_array_equal(in_pieces[name], at_once[name])


def test_neighbourhoods_on_a_line_are_those_worked_by_hand():
    # With k = 1 the radii of the real images are 1, 1, 2 and 2.
    real = np.array([[0.0], [1.0], [10.0], [12.0]])
    fake = np.array([[0.5], [0.75], [30.0]])
    found = neighbours.contributions(real, fake, k=1)
    assert found["precision"].tolist() == [True, True, False]
    assert found["density"].tolist() == [2.0, 2.0, 0.0]
    assert found["coverage"].tolist() == [True, True, False, False]
    # Those of the fake images are 0.25, 0.25 and 29.25: 0.75 just fails to reach 1, 30 reaches it.
    assert found["recall"].tolist() == [False, True, True, True]
    assert four(found) == pytest.approx(
        {"precision": 2 / 3, "recall": 3 / 4, "density": 4 / 3, "coverage": 1 / 2}
    )


def test_one_good_image_repeated_is_precise_and_neither_recalls_nor_covers():
    real = gaussian(300, 64, 1).astype(np.float32)
    found = neighbours.contributions(real, np.tile(real[7], (100, 1)))
    assert found["precision"].all() and not found["recall"].any()
    assert found["coverage"].mean() < 0.1


def test_copies_of_one_image_are_at_distance_zero_up_to_rounding():
    """More than k copies make a neighbourhood of radius 0, in which nothing lies."""
    rng = np.random.default_rng(3)
    image = 10 + rng.normal(size=64)
    copies = image * (1 + 1e-15 * rng.normal(size=(14, 64)))
    real = np.concatenate([copies[:7], rng.normal(size=(50, 64))])
    fake = np.concatenate([copies[7:], rng.normal(size=(40, 64))])
    found = neighbours.contributions(real, fake, rows=5)
    assert not found["precision"][:7].any()
    assert not found["density"][:7].any()
    assert not found["recall"][:7].any()
    assert not found["coverage"][:7].any()


# --- Classes, confidence, modes -----------------------------------------------------------------


def test_class_shares_count_the_most_probable_class():
    table = judged([0, 0, 0, 2, 2, 1, 0, 0], width=4)
    np.testing.assert_array_equal(classes.class_shares(table), [5 / 8, 1 / 8, 2 / 8, 0])


def test_total_variation_is_the_share_that_would_have_to_move():
    assert classes.total_variation([0.5, 0.5, 0.0], [0.2, 0.5, 0.3]) == pytest.approx(0.3)
    assert classes.total_variation([1, 0], [0, 1]) == 1.0


def test_distance_from_uniform_is_zero_for_equal_and_one_less_a_share_for_a_single_class():
    assert classes.distance_from_uniform(judged(np.arange(50) % 10)) == pytest.approx(0, abs=1e-12)
    assert classes.distance_from_uniform(judged([3] * 50)) == pytest.approx(0.9)


def test_distance_from_real_compares_with_the_shares_of_the_real_images():
    real, fake = judged([0, 0, 0, 1]), judged([0, 1, 1, 1, 1, 1, 1, 2])
    # Shares (3/4, 1/4, 0) and (1/8, 6/8, 1/8).
    assert classes.distance_from_real(real, fake) == pytest.approx(5 / 8)
    assert classes.distance_from_real(real, real) == 0.0


def test_confident_share_counts_from_the_threshold_on():
    table = np.concatenate([judged([1, 2, 3], sure=0.9), judged([4], sure=0.89)])
    assert confidence.confident_share(table) == 0.75
    assert confidence.confident_share(table, threshold=0.5) == 1.0
    assert confidence.confident_share(table, threshold=1.0) == 0.0


def test_modes_count_classes_that_are_frequent_and_sure():
    # 97 of class 0, one sure image each of classes 1 and 2, one doubtful of class 3.
    table = np.concatenate([judged([0] * 97 + [1, 2]), judged([3], sure=0.6)])
    assert modes.modes(table) == 3
    assert modes.modes(table, threshold=0.5) == 4
    assert modes.modes(table, threshold=SURE) == 3
    assert modes.modes(table, share=0.02) == 1
    # Two images are 2 % only of a hundred: doubtful ones count as images, not as a class.
    doubtful = np.concatenate([judged([0] * 2), judged([3] * 98, sure=0.6)])
    assert modes.modes(doubtful, share=0.02) == 1
    assert modes.modes(doubtful, share=0.03) == 0


# --- Memorisation -------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "channels"), [(28, 1), (32, 3), (40, 3)])
def test_nearest_distances_equal_those_of_scipy(size, channels):
    images, training = pictures(30, 1, size, channels), pictures(200, 2, size, channels)
    training[:50] //= 2
    images[:5] //= 4
    every = cdist(images.reshape(30, -1) / 255, training.reshape(200, -1) / 255)
    distances, indices = memorisation.nearest(images, training)
    np.testing.assert_allclose(distances, every.min(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(indices, every.argmin(axis=1))


def test_a_copy_has_distance_zero_and_a_single_changed_level_shows():
    training = pictures(300, 1, 32, 3)
    images = training[[250, 3]].copy()
    images[1, 0, 0, 0] ^= 1
    distances, indices = memorisation.nearest(images, training)
    assert distances.tolist() == [0.0, 1 / 255]
    assert indices.tolist() == [250, 3]


def test_distances_are_right_at_both_ends_of_the_grey_scale():
    black, white = np.zeros((1, 32, 32, 3), np.uint8), np.full((1, 32, 32, 3), 255, np.uint8)
    assert memorisation.nearest_distances(black, white)[0] == pytest.approx(math.sqrt(3072))
    assert memorisation.nearest_distances(white, white)[0] == 0.0


def test_copies_give_a_share_of_one_and_images_like_the_data_about_the_quantile():
    rng = np.random.default_rng(5)
    held_out = rng.gamma(9.0, size=20_000)
    assert memorisation.copied_share(np.zeros(50), held_out) == 1.0
    # The quantile is itself estimated: the spread of a difference of two shares.
    spread = math.sqrt(2 * 0.01 * 0.99 / 20_000)
    like_the_data = memorisation.copied_share(rng.gamma(9.0, size=20_000), held_out)
    assert like_the_data == pytest.approx(0.01, abs=4 * spread)
    assert memorisation.copied_share(held_out + 100, held_out) == 0.0


def test_the_limit_for_copies_is_the_quantile_of_the_held_out_distances():
    held_out = np.arange(1.0, 102.0)  # its 1 % quantile is 2
    assert memorisation.copied_share([1.0, 2.0, 2.1, 50.0], held_out) == 0.5
    assert memorisation.copied_share([1.0, 2.0, 2.1, 50.0], held_out, quantile=0.5) == 1.0


# --- Diversity ----------------------------------------------------------------------------------


def test_within_class_distance_equals_a_plain_loop():
    features = gaussian(60, 4, 1)
    labels = np.repeat([0, 1, 2], [30, 25, 5])  # class 2 has too few images to count
    means = []
    for label in (0, 1):
        pairs = itertools.combinations(features[labels == label], 2)
        means.append(np.mean([math.dist(x, y) for x, y in pairs]))
    distance = diversity.within_class_distance(features, judged(labels))
    assert distance == pytest.approx(sum(means) / 2, rel=1e-10)


def test_within_class_distance_is_zero_where_each_class_repeats_one_image():
    labels = np.arange(200) % 10
    prototypes = gaussian(10, 6, 1)
    assert diversity.within_class_distance(prototypes[labels], judged(labels)) == 0.0


def test_a_class_that_repeats_one_image_lowers_the_within_class_distance():
    labels = np.arange(400) % 2
    features = gaussian(400, 6, 1)
    varied = diversity.within_class_distance(features, judged(labels, 2))
    features[labels == 1] = features[1]
    collapsed = diversity.within_class_distance(features, judged(labels, 2))
    assert collapsed == pytest.approx(varied / 2, rel=0.1)


def test_a_subset_of_a_class_estimates_the_distance_of_all_its_images():
    features, table = gaussian(3000, 6, 1), judged(np.zeros(3000, int))
    all_pairs = diversity.within_class_distance(features, table, per_class=3000)
    some = [diversity.within_class_distance(features, table, seed=seed) for seed in range(20)]
    assert len(set(some)) == 20
    assert np.mean(some) == pytest.approx(all_pairs, abs=4 * np.std(some) / math.sqrt(20))


# --- Train on synthetic, test on real -----------------------------------------------------------


def bars(count, seed):
    """Noisy images with a bright left (0), middle (1) or right (2) third, and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    images = rng.integers(0, 100, (count, 9, 9, 1), dtype=np.uint8)
    for label in range(3):
        images[labels == label, :, 3 * label : 3 * label + 3] += 100
    return images, labels


def test_a_classifier_learns_from_images_that_show_their_class():
    right = transfer.hits(*bars(2000, 1), *bars(500, 2))
    assert 0.95 < right.mean() <= 1.0
    np.testing.assert_array_equal(transfer.hits(*bars(2000, 1), *bars(500, 2)), right)


def test_shuffled_labels_teach_nothing():
    images, labels = bars(2000, 1)
    shuffled = np.random.default_rng(3).permutation(labels)
    accuracies = [
        transfer.hits(images, shuffled, *bars(500, 2), seed=seed).mean() for seed in range(3)
    ]
    assert np.mean(accuracies) == pytest.approx(1 / 3, abs=0.2)


def test_swapped_labels_teach_the_wrong_thing():
    images, labels = bars(2000, 1)
    assert transfer.hits(images, (labels + 1) % 3, *bars(500, 2)).mean() < 0.05
