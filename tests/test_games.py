"""The pictures of lesson 01: what they draw of a GAN of five numbers, and of a game of two."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from scipy.integrate import quad
from scipy.stats import norm

from ganlib import figures
from ganlib.lessons import animations, games, maps, pictures, ring, ring_films

PERFECT, OFF = (1.0, 1.0, 0.0, 0.0, 0.0), (0.5, -3.0, 0.2, 1.0, 0.1)


def gif_in(page):
    data = base64.b64decode(re.search(r'src="data:image/gif;base64,([^"]+)"', page.data)[1])
    return Image.open(io.BytesIO(data))


def by_quadrature(a, b):
    def term(x):
        p, q = norm.pdf(x, 1, 1), norm.pdf(x, b, a)
        return (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))) / 2

    return quad(term, -14, 14, limit=200)[0]


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.7, 0.2), (2.0, -1.0)])
def test_the_divergence_is_that_of_an_independent_integral(a, b):
    assert games.divergence(a, b) == pytest.approx(by_quadrature(a, b), abs=1e-6)
    assert games.divergence(-a, b) == games.divergence(a, b)  # the noise is symmetric


def test_generators_far_away_have_the_largest_divergence_and_arrays_keep_their_shape():
    assert games.divergence(0.1, -9.0) == pytest.approx(np.log(2), abs=1e-6)
    assert games.divergence(np.ones((2, 3)), np.zeros((2, 3))).shape == (2, 3)


def test_a_path_is_near_from_the_round_after_the_last_one_that_was_far():
    path = np.array([OFF, PERFECT, OFF, PERFECT, PERFECT])
    assert games.first_near(path) == 3
    assert games.first_near(path[:3]) is None
    assert games.first_near(path[1:2]) == 0


def test_the_discriminator_is_a_sigmoid_of_three_numbers():
    assert games.discriminator(PERFECT, np.array([-3.0, 5.0])).tolist() == [0.5, 0.5]
    assert games.discriminator(OFF, np.array([2.0]))[0] == pytest.approx(1 / (1 + np.exp(-2.6)))


def test_a_film_has_a_frame_for_each_round_and_a_moment_is_one_of_them():
    path = np.linspace(OFF, PERFECT, 11)
    film = gif_in(games.film(path, [0, 5, 10]))
    assert (film.n_frames, film.size) == (3, (1000, 490))
    left, right = games.moment(path, 10).axes
    assert "round 10" in [text.get_text() for text in left.texts]
    assert "b = 1.00,  a = 1.00" in [text.get_text() for text in right.texts]


def test_frames_leave_nothing_of_the_frame_before():
    figure = games._stage()
    path = np.linspace(OFF, PERFECT, 11)
    first, _, again = animations.frames(figure, lambda n: games._now(figure, path, n, 5), [0, 9, 0])
    np.testing.assert_array_equal(np.asarray(first), np.asarray(again))


def test_the_panel_says_when_each_run_was_near():
    runs = {("minimax", "k = 1"): np.array([OFF, PERFECT]), ("minimax", "k = 5"): np.array([OFF])}
    figure = games._panel(runs)
    assert [axes.texts[0].get_text() for axes in figure.axes] == ["near: round 1", "not near"]
    assert "minimax, k = 1: 1; minimax, k = 5: None" in figures.alt_of(games.panel(runs))


def test_the_best_discriminator_is_drawn_over_the_learned_one():
    figure = games.beside_best({"end": np.array(PERFECT)}, lambda p, q: p / (p + q))
    learned, best = (line.get_ydata() for line in figure.axes[0].lines)
    np.testing.assert_allclose(learned, best)


def test_the_game_of_two_numbers_plays_to_its_end():
    path = np.array([(1.0, 0.0), (0.0, 2.0), (-3.0, 0.0)])
    film = gif_in(games.circles({"at once": path, "in turn": path}, every=1))
    assert (film.n_frames, film.size) == (3, (1000, 510))
    figure = games._arena({"at once": path})
    games._players(figure, {"at once": path}, 3)
    (title,) = (text.get_text() for text in figure.axes[0].texts)
    assert title == "at once, round 2: 3.00 from the middle"


@pytest.mark.parametrize("draw", [maps.players, maps.family])
def test_the_maps_fit_their_frame_and_say_what_they_show(draw):
    figure = draw()
    assert figure.get_size_inches()[0] == 10
    assert "enerat" in pictures.chart_alt(figure)
    renderer = figure.canvas.get_renderer()
    for text in figure.axes[0].texts:
        box = text.get_window_extent(renderer)
        assert 0 <= box.x0 and box.x1 <= 1000, text.get_text()


def test_white_stays_white_in_a_film_and_frames_are_left_out_to_fit():
    rng = np.random.default_rng(0)
    pages = [Image.new("RGB", (90, 60), "white") for _ in range(9)]
    for page in pages:
        page.paste(Image.fromarray(rng.integers(0, 255, (30, 90, 3), np.uint8)), (0, 0))
    film = gif_in(animations.movie(pages, "noise", max_bytes=9_000))
    assert film.convert("RGB").getpixel((50, 50)) == (255, 255, 255)
    assert 2 <= film.n_frames < 9


def at_one_place(noise):
    return np.tile(ring.CENTRES[2].astype(np.float32), (len(noise), 1))


def test_a_moment_of_the_ring_knows_clusters_gradients_and_surface():
    now = ring_films.moment(at_one_place, lambda x: 2 * x[:, :1], latent=8, number=7)
    assert (now.found, now.stray, now.round) == (1, 0.0, 7)
    half = 0.5 * 2  # 1 - D at x = 0, times the logit's derivative
    np.testing.assert_allclose(now.gradients, [[half, 0.0]] * ring_films.ARROWS, atol=1e-6)
    assert now.surface[:, 0].max() < 0.05 and now.surface[:, -1].min() > 0.95


def test_points_off_the_clusters_are_stray():
    now = ring_films.moment(lambda z: np.float32(0 * z[:, :2]), lambda x: x[:, :1], latent=8)
    assert (now.found, now.stray) == (0, 1.0)


def test_a_film_of_the_ring_trains_and_shows_each_moment():
    moments = ring_films.watched(rounds=3, at=[0, 2])
    assert [now.round for now in moments] == [0, 2, 3]
    film = gif_in(ring_films.film(moments))
    assert (film.n_frames, film.size) == (3, (1000, 530))
    titles = [axes.get_title() for axes in ring_films._panel({"a": moments[-1]}).axes]
    assert titles == [f"a\n{moments[-1].found} of 8, {moments[-1].stray:.0%} stray"]
