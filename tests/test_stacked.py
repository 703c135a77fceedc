"""Stacked MNIST: the data set, and the count of its modes."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from ganlib import datasets
from ganlib.datasets import Dataset
from ganlib.errors import DataError, GanlibError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import stacks


@pytest.fixture
def digits() -> Dataset:
    """Ten images, each of one grey that is its label."""
    images = np.repeat(np.arange(10, dtype=np.uint8), 4).reshape(10, 2, 2, 1)
    return Dataset("mnist", "train", images, np.arange(10), "synthetic", "a test")


def test_each_channel_is_a_digit_and_the_label_names_all_three(digits):
    data = stacks.stacked(digits, 500, seed=3)
    assert data.images.shape == (500, 2, 2, 3) and data.images.dtype == np.uint8
    red, green, blue = data.images[:, 0, 0].astype(int).T
    np.testing.assert_array_equal(data.labels, 100 * red + 10 * green + blue)
    assert (data.images == data.images[:, :1, :1]).all()
    assert (data.name, len(set(red)), len(set(blue))) == (stacks.NAME, 10, 10)
    assert "stacked with seed 3" in data.describe()


def test_the_same_seed_stacks_the_same_and_another_does_not(digits):
    one, again, other = (stacks.stacked(digits, 50, seed) for seed in (0, 0, 1))
    assert one.checksum == again.checksum != other.checksum


def test_the_stand_in_is_stacked_too_and_says_so():
    data = stacks.load("test", stand_in="always")
    plain = datasets.load("mnist", "test", stand_in="always")
    assert data.images.shape == (len(plain), 28, 28, 3)
    assert data.synthetic and data.describe().startswith("SYNTHETIC")


def test_what_cannot_be_stacked_is_one_sentence(digits):
    unlabelled = Dataset("own", "train", digits.images, None, "files", "a test")
    with pytest.raises(DataError, match="own cannot be stacked: it needs labels and one channel"):
        stacks.stacked(unlabelled)


def test_modes_and_divergence_of_shares_that_can_be_worked_out():
    assert stacks.found(np.array([7] * 50)) == 1
    assert stacks.divergence(np.array([7] * 50)) == pytest.approx(math.log(1000))
    even = np.repeat(np.arange(1000), 3)
    assert stacks.found(even) == 1000 and stacks.divergence(even) == pytest.approx(0.0, abs=1e-12)
    # Half of the modes, evenly: log 2. Three quarters in one of two: log 2 less their entropy.
    assert stacks.divergence(np.arange(500)) == pytest.approx(math.log(2))
    uneven = stacks.divergence(np.array([0, 0, 0, 1]), modes=2)
    assert uneven == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5))


def test_a_sample_of_even_shares_has_the_divergence_that_chance_gives():
    codes = np.random.default_rng(0).integers(0, 1000, 10_000)
    assert stacks.divergence(codes) == pytest.approx(999 / 20_000, rel=0.15)


@pytest.mark.parametrize("codes", [[], [1000], [-1], [[1, 2]]])
def test_codes_that_are_none_are_refused(codes):
    with pytest.raises(GanlibError, match="codes must be a row of whole numbers from 0 to 999"):
        stacks.found(np.array(codes, int))
