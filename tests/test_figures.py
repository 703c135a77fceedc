"""Pictures: what is drawn is what was given, GIFs stay within their bound."""

import numpy as np
import pytest
from PIL import Image

from ganlib import figures
from ganlib.errors import DataError
from ganlib.figures import write_gif
from ganlib.lessons import charts, plots


def test_floats_become_bytes_at_the_ends_and_in_the_middle():
    floats = np.array([-1.0, 0.0, 1.0], np.float32)
    assert figures.to_uint8(floats).tolist() == [0, 128, 255]


@pytest.mark.parametrize("bad", [[0.0, 255.0], [np.nan], [np.inf], [-1.1]])
def test_floats_out_of_range_are_refused(bad):
    with pytest.raises(DataError, match=r"uint8, or floats in \[-1, 1\]"):
        figures.to_uint8(np.array(bad))


def test_a_grid_shows_every_pixel_in_its_place():
    images = np.arange(6 * 4, dtype=np.uint8).reshape(6, 2, 2, 1)
    picture = np.asarray(figures.grid(images, columns=3, scale=1, gap=1))
    assert picture.shape == (6, 9)
    for i in range(6):
        top, left = 3 * (i // 3), 3 * (i % 3)
        np.testing.assert_array_equal(picture[top : top + 2, left : left + 2], images[i, :, :, 0])


def test_a_grid_takes_colour_a_caption_and_an_incomplete_row():
    images = np.zeros((5, 4, 4, 3), np.uint8)
    plain = figures.grid(images, scale=4)
    assert plain.mode == "RGB"
    labelled = figures.grid(images, scale=4, caption="SYNTHETIC data")
    assert labelled.height == plain.height + figures.CAPTION_HEIGHT
    strip = np.asarray(labelled)[: figures.CAPTION_HEIGHT]
    assert strip.min() < 50 < 200 < strip.max()


@pytest.mark.parametrize("shape", [(0, 4, 4, 1), (3, 4, 4), (3, 4, 4, 2)])
def test_what_is_no_set_of_images_is_refused(shape):
    with pytest.raises(DataError, match="a grid needs images of shape"):
        figures.grid(np.zeros(shape, np.uint8))


def test_loss_curves_draw_one_line_for_each_history_that_has_the_key():
    rows = [{"images": 10, "d_loss": 1.0}, {"images": 20, "d_loss": 2.0, "g_loss": 3.0}]
    figure = figures.loss_curves({"a": rows, "b": rows[:1]})
    d_axis, g_axis = figure.axes
    assert [line.get_label() for line in d_axis.lines] == ["a", "b"]
    assert d_axis.lines[0].get_xydata().tolist() == [[10, 1], [20, 2]]
    assert g_axis.lines[0].get_xydata().tolist() == [[20, 3]]


def test_side_by_side_panels_fill_the_page_at_a_whole_scale_under_their_names():
    images = np.full((70, 4, 4, 1), 200, np.uint8)
    picture = figures.side_by_side({"real": images[:3], "generated": images}, columns=8)
    side = 8 * (4 + 1) * 12  # eight images and their gaps, twelve times as large
    assert picture.size == (2 * side + 8, figures.CAPTION_HEIGHT + side)
    pixels = np.asarray(picture.convert("L"))
    shown = pixels[figures.CAPTION_HEIGHT :, side + 8 :]
    assert (shown[::60, ::60] == 200).all() and (shown[48::60, ::60] == 40).all()
    assert "real: 3 images; generated: 64 images" == figures.alt_of(picture)


def test_a_race_shows_the_median_of_the_seeds():
    points = [
        {"contestant": name, "mark": mark, "seconds": mark + 0.5, "frechet": value}
        for name, mark, value in (
            ("tutorial", 5, 90.0),
            ("tutorial", 10, 30.0),
            ("tutorial", 10, 20.0),
            ("tutorial", 10, 28.0),
            ("mnist-baseline", 10, 25.0),
        )
    ]
    axes = plots.race({"two cores": {"points": points, "real_images": 0.1}}).axes[0]
    assert (90.0, 28.0) in {tuple(line.get_ydata()) for line in axes.lines}
    assert axes.get_xticks().tolist() == [5, 10]
    assert {"tutorial 28", "mnist-baseline 25", "real images 0.1"} <= {
        text.get_text() for text in axes.texts
    }


def test_labels_keep_apart_and_below_the_top():
    assert plots.apart([0.0, 0.5, 3.0], gap=1.0, top=10.0) == [0.0, 1.0, 3.0]
    assert plots.apart([8.0, 9.5, 9.6], gap=1.0, top=10.0) == [7.0, 8.0, 9.0]


def noisy_frames(count: int) -> list[Image.Image]:
    rng = np.random.default_rng(0)
    return [Image.fromarray(rng.integers(0, 256, (64, 64), dtype=np.uint8)) for _ in range(count)]


def test_a_gif_shows_its_last_frame_first_and_keeps_its_bound(tmp_path):
    frames, path = noisy_frames(30), tmp_path / "film.gif"
    frames[0] = frames[0].point(lambda grey: 100 + grey // 64)  # fewer greys than the last one
    written = write_gif(path, frames, max_bytes=50_000)
    assert path.stat().st_size <= 50_000
    film = Image.open(path)
    assert 2 < written == film.n_frames < 30
    np.testing.assert_array_equal(film.convert("L"), frames[-1])
    film.seek(1)
    np.testing.assert_array_equal(film.convert("L"), frames[0])
    assert film.info["loop"] == 0
    assert [p.name for p in tmp_path.iterdir()] == ["film.gif"]


def test_a_hundred_epochs_of_sample_grids_stay_under_three_megabytes(tmp_path):
    rng = np.random.default_rng(1)
    frames = [
        figures.grid(rng.integers(0, 256, (64, 28, 28, 1), dtype=np.uint8)) for _ in range(100)
    ]
    written = write_gif(tmp_path / "film.gif", frames)
    assert written > 5
    assert (tmp_path / "film.gif").stat().st_size <= 3_000_000


def test_a_gif_of_nothing_is_refused(tmp_path):
    with pytest.raises(DataError, match="at least one frame"):
        write_gif(tmp_path / "film.gif", [])


def test_class_shares_are_those_of_each_moment():
    digits = np.array([[3, 3, 3, 1], [7, 7, 1, 1]])
    panel, *_ = plots.class_shares({"a": digits}).axes
    shares = np.asarray(panel.images[0].get_array())
    assert shares.shape == (10, 2)
    assert [shares[3, 0], shares[1, 0], shares[7, 1], shares.sum()] == [0.75, 0.25, 0.5, 2.0]


def test_a_matrix_is_shown_with_its_numbers():
    (axes,) = charts.counts({"a": np.array([[1.0, 2.5]])}).axes
    assert [text.get_text() for text in axes.texts] == ["1", "2.5"]
