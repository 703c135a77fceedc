"""Lesson 02's pictures: what their colours and numbers mean."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from ganlib import figures
from ganlib.lessons import dense


def test_every_unit_is_a_square_and_the_title_counts_those_that_never_answer():
    layers = [np.r_[np.zeros(8), np.linspace(0.1, 1, 24)], np.ones(16)]
    figure = dense.units({"before": layers, "after": layers})
    panels = [axis for axis in figure.axes if axis.get_title()]
    titles = [axis.get_title() for axis in panels]
    assert titles == ["8 of 32\nnever answer", "0 of 16\nnever answer"] * 2
    assert [axis.get_xlabel() for axis in panels] == ["", "", "layer 1", "layer 2"]
    assert figure.get_label().endswith("before, 8 of 32, 0 of 16; after, 8 of 32, 0 of 16")
    (image,) = panels[0].images
    colours = image.to_rgba(image.get_array()).reshape(-1, 4)
    assert len(colours) == 32
    red = colours[:, 0] > colours[:, 2]
    assert red.tolist() == [True] * 8 + [False] * 24


def test_a_unit_that_answers_a_single_input_is_not_silent():
    assert dense.silent(np.array([0.0, 0.001, 1.0, 0.5])) == 1


def test_the_histogram_has_each_set_with_its_median():
    figure = dense.nearness({"generated": np.array([1.0, 2.0, 6.0]), "test": np.full(5, 4.0)})
    (axis,) = figure.axes
    texts = [text.get_text() for text in axis.get_legend().get_texts()]
    assert texts == ["generated, median 2.0", "test, median 4.0"]
    heights = [sum(bar.get_height() for bar in bars) for bars in axis.containers]
    assert heights == pytest.approx([100, 100])


def test_the_film_shows_the_moments_in_their_order_and_says_what_it_is():
    moments = np.linspace(-1, 1, 5)[:, None, None, None, None] * np.ones((16, 28, 28, 1))
    shown = dense.film(moments, 'a "walk"').data
    assert 'alt="a &quot;walk&quot;: 5 moments"' in shown and 'width="928"' in shown
    gif = Image.open(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", shown)[1])))
    greys = []
    for number in range(gif.n_frames):
        gif.seek(number)
        greys.append(int(np.asarray(gif.convert("L"))[0, 0]))
    wanted = [figures.to_uint8(np.float32(x)) for x in (1, -1, -0.5, 0, 0.5)]  # the end first
    assert np.abs(np.subtract(greys, wanted, dtype=float)).max() <= 9
