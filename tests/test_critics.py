"""The pictures of critics: which scores they show, and where."""

import numpy as np

from ganlib.lessons import critics, ring


def test_level_lines_show_each_critic_with_its_lowest_and_highest_score():
    points = ring.real_points(100, np.random.default_rng(0))
    falling = {"to the right": lambda at: at[:, :1], "flat below 0": lambda at: at[:, 1:].clip(0)}
    figure = critics.surfaces(falling, points, points + 1, half=2.0)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["generated", "real"]
    first, right, up = figure.axes
    assert right.get_title() == "to the right\n-2 to 2"
    assert up.get_title() == "flat below 0\n0 to 2"
    assert [axes.get_xlabel() for axes in (first, right, up)] == ["x"] * 3
    assert first.get_ylabel() == "y"
