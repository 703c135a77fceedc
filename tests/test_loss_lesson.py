"""What lesson 03 draws: bells on a line, the hills of five losses, and the race."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from ganlib.lessons import line, loss_charts, pictures
from ganlib.systems import OBJECTIVES


def left_by(name: str, theta: float) -> float:
    return line.gradient(line.hill(name, theta), theta)


def test_there_is_a_hill_and_a_colour_for_each_objective():
    assert tuple(line.HILLS) == OBJECTIVES
    assert set(OBJECTIVES) < set(loss_charts.STYLES)


def test_a_bell_is_a_density():
    assert line.bell(-6.0).sum() * line.DX == pytest.approx(1.0)
    np.testing.assert_allclose(line.bell(0.7), norm.pdf(line.X, 0.7))


@pytest.mark.parametrize("theta", [-6.0, -2.5, -0.4, 1.3])
def test_gradients_are_those_of_distances_that_can_be_worked_out(theta):
    # KL(q‖p) is θ²/2, W is |θ|, 2 TV is 4 Φ(|θ|/2) - 2.
    both = left_by("minimax", theta) + left_by("non_saturating", theta)
    assert both == pytest.approx(theta, rel=1e-5)
    assert left_by("wasserstein", theta) == pytest.approx(np.sign(theta), rel=1e-3)
    steep = 2 * norm.pdf(theta / 2) * np.sign(theta)
    assert left_by("hinge", theta) == pytest.approx(steep, rel=0.02)


@pytest.mark.parametrize("theta", [-6.0, -2.5, 1.3])
def test_the_gradient_of_least_squares_is_its_integral(theta):
    def inside(x):
        loss = (expit((x - theta) ** 2 / 2 - x**2 / 2) - 1) ** 2 / 2
        return (x - theta) * norm.pdf(x, theta) * loss

    (wanted, _) = quad(inside, -16, 16, limit=200, points=[theta / 2, theta])
    assert left_by("least_squares", theta) == pytest.approx(wanted, rel=1e-3)


def test_a_descent_follows_minus_the_gradient_and_keeps_every_place():
    places = line.descent("minimax", -2.5, steps=3, rate=0.2)
    assert len(places) == 4 and places[0] == -2.5
    assert places[1] == pytest.approx(-2.5 - 0.2 * left_by("minimax", -2.5))
    assert places == sorted(places)


def test_curves_have_a_panel_for_each_quantity_and_one_legend():
    x = np.arange(1, 40)
    panels = {
        "loss": {"minimax": x, "hinge": x + 1},
        "gradient": {"minimax": x, "hinge": x},
    }
    figure = loss_charts.curves(x, panels, "steps", log="y", ylims={"loss": (0.5, 9)})
    first, second = figure.axes
    assert [axes.get_title() for axes in (first, second)] == ["loss", "gradient"]
    assert first.get_ylim() == (0.5, 9) and second.get_ylim() != (0.5, 9)
    assert (first.get_xscale(), first.get_yscale()) == ("linear", "log")
    assert first.lines[0].get_color() == loss_charts.STYLES["minimax"][0]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["minimax", "hinge"]
    assert "loss, steps" in pictures.chart_alt(figure)


def test_few_points_have_dots_and_other_names_other_colours():
    figure = loss_charts.curves([1, 10], {"gradient": {"cross-entropy": [1, 2]}}, "x", log="xy")
    (drawn,) = figure.axes[0].lines
    assert (drawn.get_marker(), drawn.get_color()) == ("o", "C0")
    assert figure.axes[0].get_xscale() == "log"


def test_scores_have_the_colour_of_their_loss():
    figure = loss_charts.scores({"hinge": [3.0, 4.0], "least-squares": [5.0]}, "distance")
    colours = [dots.get_color() for dots in figure.axes[0].lines]
    assert colours == [loss_charts.STYLES[name][0] for name in ("hinge", "least_squares")]


@pytest.fixture(scope="module")
def paths():
    return {name: line.descent(name, -6.0, steps=7) for name in ("minimax", "wasserstein")}


def test_the_race_has_a_frame_for_every_few_steps_and_the_last(paths):
    frames = loss_charts.race_frames(paths, every=3)
    assert len(frames) == 4  # steps 0, 3, 6 and 7
    assert {frame.width for frame in frames} == {1000}
    still, moving = (np.asarray(frames[i], int) for i in (0, -1))
    assert np.abs(still - moving).max() > 50


def test_the_race_plays_in_a_page_and_says_what_it_shows(paths):
    text = loss_charts.race(paths, every=7).data
    assert text.startswith('<img src="data:image/gif;base64,')
    assert 'width="1000"' in text and "minimax, Wasserstein" in text
