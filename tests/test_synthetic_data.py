"""The procedural stand-ins: true labels, varied pictures, the same bytes for the same seed."""

import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ganlib.datasets.synthetic import digits, drawing, house_numbers
from ganlib.errors import DataError

MODULES = [
    pytest.param(digits, (28, 28, 1), id="digits"),
    pytest.param(house_numbers, (32, 32, 3), id="house_numbers"),
]


@cache
def pictures(module, count=2000, seed=0):
    """Make each set once for all tests; nobody may write to it."""
    images, labels = module.generate(count, seed)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels


def fingerprint(images, labels):
    return hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()


def nearest_labels(known, labels, asked):
    """Return the label of the nearest known vector (one-nearest-neighbour)."""
    squared = (known**2).sum(1) - 2 * asked @ known.T
    return labels[squared.argmin(axis=1)]


@pytest.mark.parametrize(("module", "shape"), MODULES)
@pytest.mark.parametrize("count", [1, drawing.CHUNK, drawing.CHUNK + 1])
def test_arrays_have_the_promised_shape_and_dtype(module, shape, count):
    images, labels = module.generate(count, seed=3)
    assert images.shape == (count, *shape) and images.dtype == np.uint8
    assert labels.shape == (count,) and labels.dtype == np.int64
    assert images.flags.c_contiguous


@pytest.mark.parametrize(("module", "shape"), MODULES)
def test_all_classes_are_there_about_equally_often(module, shape):
    counts = np.bincount(pictures(module)[1], minlength=10)
    assert len(counts) == 10
    # 200 expected each, with a standard deviation of 13.4: five of them on either side.
    assert counts.min() > 133 and counts.max() < 267


@pytest.mark.parametrize(("module", "shape"), MODULES)
def test_fewer_pictures_are_the_first_of_more(module, shape):
    more, labels = pictures(module)
    for count in (1, drawing.CHUNK - 1, 2 * drawing.CHUNK + 7):
        images, first = module.generate(count, seed=0)
        np.testing.assert_array_equal(images, more[:count])
        np.testing.assert_array_equal(first, labels[:count])


@pytest.mark.parametrize(("module", "shape"), MODULES)
def test_another_process_draws_the_same_bytes(module, shape):
    script = (
        "import hashlib, sys, importlib\n"
        "images, labels = importlib.import_module(sys.argv[1]).generate(150, 7)\n"
        "print(hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest())\n"
    )
    root = str(Path(__file__).resolve().parents[1])
    # A different hash seed would show if the order of a set or dict of strings mattered.
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONHASHSEED": "123"}
    command = [sys.executable, "-c", script, module.__name__]
    answer = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert answer.stdout.strip() == fingerprint(*module.generate(150, 7))


@pytest.mark.parametrize(("module", "shape"), MODULES)
def test_no_picture_comes_twice_within_or_across_seeds(module, shape):
    first, labels = pictures(module)
    second, other_labels = module.generate(500, seed=1)
    assert (labels[:500] != other_labels).any()
    everything = np.concatenate([first, second])
    distinct = {image.tobytes() for image in everything}
    assert len(distinct) == len(everything)


@pytest.mark.parametrize(
    ("module", "typical"),
    # Measured root mean square distances, of 1: 0.24 to 0.35 and 0.25 to 0.32; MNIST's threes 0.33.
    [pytest.param(digits, 0.18, id="digits"), pytest.param(house_numbers, 0.18, id="houses")],
)
def test_pictures_of_one_class_differ_visibly(module, typical):
    images, labels = pictures(module)
    for digit in range(10):
        same = images[labels == digit][:40].reshape(40, -1) / 255
        between = np.sqrt(((same[:, None] - same) ** 2).mean(2))[np.triu_indices(40, 1)]
        assert between.mean() > typical
        assert between.min() > 0.03


def test_a_neighbour_finds_the_label_of_a_digit():
    known, labels = pictures(digits)
    asked, truth = digits.generate(500, seed=100)
    found = nearest_labels(known.reshape(2000, -1) / 255, labels, asked.reshape(500, -1) / 255)
    assert (found == truth).mean() > 0.90  # measured with other seeds: 0.95 to 0.96; chance 0.1
    for digit in range(10):
        assert (found == truth)[truth == digit].mean() > 0.70


def outlines(images):
    """Return the middle of house numbers as grey vectors of mean 0 and length 1."""
    grey = images[:, 4:28, 6:26].mean(3).reshape(len(images), -1)
    grey -= grey.mean(1, keepdims=True)
    return grey / np.linalg.norm(grey, axis=1, keepdims=True)


def test_a_neighbour_finds_the_label_of_a_house_number():
    images, labels = pictures(house_numbers)
    known = outlines(images)
    known = np.concatenate([known, -known])  # each as light on dark and as dark on light
    asked, truth = house_numbers.generate(500, seed=100)
    found = nearest_labels(known, np.tile(labels, 2), outlines(asked))
    # Measured with other seeds: 0.66 to 0.70. Real SVHN pictures give 0.68 by the same method.
    assert (found == truth).mean() > 0.58
    for digit in range(10):
        assert (found == truth)[truth == digit].mean() > 0.25


def test_digits_are_white_on_black_as_in_mnist():
    images, _ = pictures(digits)
    # MNIST's training images: mean 0.131 of 255, black share 0.809, standard deviation 0.308.
    assert 0.115 < images.mean() / 255 < 0.145
    assert 0.79 < (images == 0).mean() < 0.84
    assert 0.28 < images.std() / 255 < 0.33
    assert (images.max(axis=(1, 2, 3)) == 255).all()
    corners = images[:, [0, 0, 1, -1, -1, -2], [0, -1, 1, 0, -1, -2]]
    assert not corners.any()
    assert (images[:, [0, -1]].any(axis=(1, 2, 3))).mean() < 0.06  # measured: 0.034


def test_digits_are_centred_by_mass_and_fill_a_box_of_twenty_pixels():
    images = pictures(digits)[0][..., 0].astype(float)
    axis, mass = np.arange(28), images.sum((1, 2))
    for centre in (images.sum(1) @ axis / mass, images.sum(2) @ axis / mass):
        assert centre.mean() == pytest.approx(14, abs=0.1)
        assert (np.abs(centre - 14) < 0.75).mean() > 0.95
    bright = images > 60
    sides = np.maximum(bright.any(1).sum(1), bright.any(2).sum(1))
    assert sides.mean() == pytest.approx(20, abs=0.7)
    assert sides.min() >= 14 and sides.max() <= 27


def test_house_numbers_are_light_on_dark_and_dark_on_light():
    images, labels = pictures(house_numbers)
    ones = images[labels == 1].mean(3)
    bar = ones[:, 8:24, 14:18].mean((1, 2))
    beside = ones[:, 8:24][:, :, [9, 10, 21, 22]].mean((1, 2))
    assert (bar > beside + 10).mean() > 0.2
    assert (bar < beside - 10).mean() > 0.2


def test_house_numbers_are_as_bright_and_colourful_as_photographs():
    images = pictures(house_numbers)[0].astype(float)
    # SVHN: mean 117, spread between pictures 43, median contrast within one 28.5.
    assert 95 < images.mean() < 135
    assert 35 < images.mean((1, 2, 3)).std() < 52
    assert 22 < np.median(images.std((1, 2)).mean(1)) < 35
    cast = np.ptp(images.mean((1, 2)), axis=1)
    assert (cast > 10).mean() > 0.4 and (cast > 40).mean() > 0.03
    warm = images[..., 0].mean((1, 2)) > images[..., 2].mean((1, 2))
    assert 0.25 < warm.mean() < 0.75


@pytest.mark.parametrize(("module", "shape"), MODULES)
@pytest.mark.parametrize(
    ("count", "seed", "named"),
    [(0, 0, "count"), (-5, 0, "count"), (2.0, 0, "count"), ("9", 0, "count"), (True, 0, "count")]
    + [(1, -1, "seed"), (1, 0.5, "seed"), (1, None, "seed")],
)
def test_bad_arguments_get_one_sentence(module, shape, count, seed, named):
    with pytest.raises(DataError, match=f"^{named} must be a whole number of at least") as caught:
        module.generate(count, seed)
    assert "\n" not in str(caught.value)
