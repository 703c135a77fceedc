"""What lesson 19 draws and measures, by hand."""

import numpy as np
import pytest

from ganlib.datasets import pairs
from ganlib.lessons import journeys


def test_the_loop_shows_three_images_and_says_what_they_are():
    stops = [
        np.full((8, 8, channels), value) for channels, value in ((1, -1.0), (3, 0.5), (1, 1.0))
    ]
    figure = journeys.loop(stops, ("MNIST", "house numbers"))
    images = [image.get_array() for image in figure.axes[0].images]
    assert [int(image.max()) for image in images] == [0, 191, 255]
    assert all(image.shape == (8, 8, 3) for image in images)
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"x, from MNIST", "G(x), to look like house numbers", "F(G(x)), to be x again"} <= texts


def test_a_dot_for_each_seed_and_a_line_where_nothing_is_done():
    runs = {"all": {"0": {"a → b": 0.9}, "1": {"a → b": 0.8}}, "none": {"0": {"a → b": 0.55}}}
    measured = {"runs": runs, "nothing": {"a → b": 0.7}}
    (axis,) = journeys.kept(measured, ["a → b"]).axes
    *dots, nothing = axis.lines
    assert [[round(x) for x in line.get_xdata()] for line in dots] == [[90, 80], [55]]
    assert {round(x) for x in nothing.get_xdata()} == {70} and "70 %" in axis.get_title()
    measured["nothing"]["a → b"] = 0.1  # far from all dots: only in words
    (axis,) = journeys.kept(measured, ["a → b"]).axes
    assert len(axis.lines) == 2 and "10 %" in axis.get_title()


def test_the_paper_is_the_median_of_each_channel():
    images = np.zeros((1, 4, 4, 3))
    images[..., 1] = 0.5
    images[0, 0, 0] = 1.0  # ink
    assert journeys.paper(images).tolist() == [[0.0, 0.5, 0.0]]


def test_the_record_holds_three_seeds_of_each_choice_of_terms():
    coloured = journeys.record()["coloured-cyclegan"]
    assert set(coloured["runs"]) == {"cycle and identity", "cycle", "identity", "neither"}
    assert all(len(seeds) == 3 for seeds in coloured["runs"].values())


class Brighter:
    def translate(self, images, generator="generator"):
        return images + (0.25 if generator == "generator" else -0.25)


def test_a_round_trip_goes_there_first_or_back_first():
    images = np.full((2, 4, 4, 1), 255, np.uint8)
    assert [stop.max() for stop in journeys.round_trip(Brighter(), images)] == [1, 1.25, 1]
    assert [stop.max() for stop in journeys.round_trip(Brighter(), images, "back")] == [1, 0.75, 1]


def test_a_colour_is_off_by_the_mean_difference_of_the_papers():
    images = np.zeros((2, 4, 4, 3))
    assert journeys.paper_off(images + 2 / 255, images) == pytest.approx(1)


def test_the_control_keeps_all_labels_there_and_back():
    data = pairs.load("mnist+mnist_coloured", "test", stand_in="always")
    table = journeys.shares({"left as it is": journeys.Unchanged()}, data, 20).splitlines()
    assert table[0].strip() == "left as it is"
    kept = {line.rsplit("  ", 1)[0].strip(): line.split()[-1] for line in table[2:]}
    home = "mnist → mnist_coloured → mnist"
    assert kept[home] == kept["mnist"] != kept["mnist → mnist_coloured"]
