"""Pairs of data sets for a translation: one shape, no digit in both, colours that differ."""

import numpy as np
import pytest

from ganlib.datasets import pairs
from ganlib.errors import DataError


def test_a_pair_comes_in_one_shape_with_the_edge_as_margin():
    both = pairs.load("mnist+svhn_cropped", "test", stand_in="always", shape=(32, 32, 1))
    assert list(both) == ["source", "target"]
    assert {one.images.shape[1:] for one in both.values()} == {(32, 32, 1)}
    inside = both["source"].images[:, 2:-2, 2:-2]
    np.testing.assert_array_equal(both["source"].images[:, :2, 2:-2], inside[:, [0, 0]])


def test_coloured_digits_are_other_digits_and_legible():
    both = pairs.load("mnist+mnist_coloured", "test", stand_in="always", shape=(28, 28, 3))
    source, target = both["source"], both["target"]
    assert source.images.shape == target.images.shape == (2000, 28, 28, 3)
    assert (source.images[..., 0] == source.images[..., 2]).all()
    assert target.name == "mnist_coloured" and target.synthetic
    again = pairs.load("mnist_coloured+mnist", "test", stand_in="always", shape=(28, 28, 3))
    assert (again["target"].labels == target.labels).all()  # each side has its own half


def test_ink_is_darker_than_its_paper():
    squares = np.zeros((500, 4, 4, 1), np.uint8)
    squares[:, 1:3, 1:3] = 255
    images = pairs.coloured(squares, seed=3)
    assert (images[:, 1, 1] < images[:, 0, 0]).all()
    assert len(np.unique(images[:, 0, 0], axis=0)) > 490
    np.testing.assert_array_equal(images, pairs.coloured(squares, seed=3))
    assert (images != pairs.coloured(squares, seed=4)).any()


@pytest.mark.parametrize("name", ["mnist", "mnist+", "mnist+mnist+mnist"])
def test_what_is_no_pair_is_refused(name):
    with pytest.raises(DataError):
        pairs.load(name, "test", stand_in="always")


def test_images_that_are_too_large_are_refused():
    with pytest.raises(DataError, match=r"svhn_cropped has images of \(32, 32\), larger than"):
        pairs.load("mnist+svhn_cropped", "test", stand_in="always", shape=(28, 28, 1))
