"""Labels that a translation keeps: what is known of doing nothing, and of a perfect translator."""

import dataclasses

import numpy as np
import pytest

from ganlib.datasets import pairs
from ganlib.errors import DataError
from ganlib.evaluation import translation


class Nothing:
    """Leaves every image as it is."""

    def translate(self, images, generator):
        return images


class Negative:
    """Light on dark to dark on light, and back: right for coloured digits."""

    def translate(self, images, generator):
        return -images


@pytest.fixture(scope="module")
def coloured():
    return pairs.load("mnist+mnist_coloured", "test", stand_in="always", shape=(28, 28, 3))


def test_a_right_translator_keeps_every_label_that_the_judge_sees_in_real_images(coloured):
    found = translation.journeys(Negative(), coloured, count=300)
    assert [len(one.stops) for one in found] == [1, 2, 3, 1, 2, 3]
    ceiling = found[0].kept.value
    assert ceiling > 0.6  # of the stand-in, drawn by a program
    for one in found[1:3]:
        assert one.kept.value == pytest.approx(ceiling, abs=0.05)
    lines = translation.table(found)
    assert lines[2][0] == "mnist → mnist_coloured" and lines[2][1] == "300"


def test_doing_nothing_keeps_a_label_only_there_and_back(coloured):
    found = translation.journeys(Nothing(), coloured, count=300)
    assert found[1].kept.value < 0.4 < found[0].kept.value == found[2].kept.value


def test_the_confusion_counts_labels_in_rows_and_what_is_seen_in_columns():
    one = translation.Journey(("a", "b"), np.array([3, 3, 5]), np.array([3, 8, 5]))
    assert one.confusion[3, 8] == one.confusion[3, 3] == one.confusion[5, 5] == 1
    assert one.confusion.sum() == 3
    assert one.kept.value == pytest.approx(2 / 3)


def test_images_without_labels_are_refused(coloured):
    blank = dataclasses.replace(coloured["target"], labels=None)
    with pytest.raises(DataError, match="mnist_coloured has no labels"):
        translation.journeys(Nothing(), {**coloured, "target": blank}, count=10)
