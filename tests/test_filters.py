"""Pictures of trained convolutions: which filters and patches are chosen, and what is shown."""

import numpy as np

from ganlib.lessons import filters, pictures


def test_growth_has_a_row_for_each_image_and_a_column_for_each_stage():
    maps = {"3×3×128": np.zeros((2, 3, 3)), "28×28×1": np.ones((2, 28, 28))}
    figure = filters.growth(maps)
    assert figure.bbox.width == 1000
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == list(maps)
    assert pictures.chart_alt(figure) == "3×3×128, noise 1; 28×28×1; noise 2"


def test_maps_show_each_filter_over_what_it_answers():
    kernels = np.zeros((3, 3, 2))
    kernels[1, 1] = 0.5, -2.0
    answers = {"a real 7": np.ones((14, 14, 2))}
    figure = filters.maps({"a real 7": np.zeros((28, 28))}, kernels, answers)
    assert figure.bbox.width == 1000
    assert len(figure.axes) == 2 * 3
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert words.count("−2.0") == 1 and words.count("0.5") == 1
    assert "a real 7" in pictures.chart_alt(figure)


def test_distinct_filters_are_strong_and_unlike_each_other():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 4, 5, 5))
    answers = np.stack([0.1 * one, 3 * one, 2.9 * one + 0.01 * other, other, 0 * one], axis=-1)
    assert filters.distinct(answers, 2) == [1, 3]
    assert len(set(filters.distinct(answers, 5))) == 5


def test_the_strongest_patches_come_from_different_images_best_first():
    images = np.arange(3 * 8 * 8, dtype=np.uint8).reshape(3, 8, 8, 1)
    answers = np.zeros((3, 3, 3, 2))
    answers[2, 0, 1, 1], answers[0, 1, 2, 1], answers[2, 2, 2, 1] = 5, 3, 4
    patches = filters.strongest(images, answers, unit=1, side=4, stride=2, count=2)
    assert patches.shape == (2, 4, 4, 1) and patches.dtype == np.uint8
    assert np.array_equal(patches[0], images[2, 0:4, 2:6])
    assert np.array_equal(patches[1], images[0, 2:6, 4:8])


def test_what_a_patch_shows_beyond_its_image_is_black():
    images = np.full((1, 8, 8, 1), 9, np.uint8)
    answers = np.zeros((1, 4, 4, 1))
    answers[0, 3, 3] = 1
    (patch,) = filters.strongest(images, answers, unit=0, side=4, stride=2, count=1)
    assert patch[:2, :2].min() == 9 and patch[2:].max() == 0 and patch[:, 2:].max() == 0


def test_variation_shows_which_pixels_vary():
    images = np.zeros((4, 6, 6, 1), np.float32)
    images[:2, ::2] = 1.0
    figure = filters.variation({"every second row": images, "none": np.zeros((4, 6, 6, 1))})
    assert figure.bbox.width == 1000
    shown = figure.axes[0].images[0].get_array()
    assert shown[0].min() == 0.5 and shown[1].max() == 0.0
