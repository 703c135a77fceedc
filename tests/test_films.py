"""Films and strips: the same noise from the first moment to the last, small enough to store."""

import base64
import io
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from ganlib import figures, lessons
from ganlib.errors import GanlibError
from ganlib.lessons import films
from ganlib.runs.folder import RunFolder

GREYS = (0, 85, 170, 255)  # of the moments; a film keeps them


@pytest.fixture
def run(tmp_path):
    """A run whose images are darker in the top row, and get lighter from epoch to epoch."""
    run = RunFolder(tmp_path)
    shutil.copy(lessons.reference("mnist-express").record_file, run.record_file)
    run.samples.mkdir()
    for epoch, grey in enumerate(GREYS):
        images = np.full((64, 28, 28, 1), grey, np.uint8)
        images[8:] = 17
        figures.grid(images).save(run.grid_file(epoch))
    figures.write_gif(run.gif, [Image.open(path) for path in run.grids])
    return run


def test_a_strip_has_a_row_for_each_moment_and_the_noise_vectors_in_columns(run):
    strip = np.asarray(lessons.film_strip(run, moments=2, columns=3).convert("L"))
    height = figures.CAPTION_HEIGHT + 29 * strip.shape[1] // (3 * 29)
    assert strip.shape == (2 * height + 2, 1044)
    assert [strip[i * (height + 2) + 60, 60] for i in (0, 1)] == [GREYS[0], GREYS[-1]]


def test_a_film_gives_its_images_back(run):
    images = lessons.film_images(run)
    assert (images.shape, images.dtype) == ((len(GREYS), 64, 28, 28, 1), np.uint8)
    assert [set(moment[:8].ravel()) for moment in images] == [{grey} for grey in GREYS]
    assert set(images[:, 8:].ravel()) == {17}


def test_a_strip_of_many_moments_shows_each_once(run):
    assert lessons.film_strip(run, moments=9).height == lessons.film_strip(run, moments=4).height


def test_a_strip_without_grids_is_made_from_the_film(run):
    whole = lessons.film_strip(run, moments=4)
    shutil.rmtree(run.samples)
    of_film = lessons.film_strip(run, moments=4)
    assert of_film.size == whole.size
    below = np.s_[figures.CAPTION_HEIGHT : figures.CAPTION_HEIGHT + 100]  # the first row's images
    np.testing.assert_array_equal(np.asarray(of_film)[below], np.asarray(whole)[below])


def test_moments_are_counted_in_images(run):
    size = run.recipe.batch_size
    assert films._images_seen(run, run.grid_file(2, 10).stem) == 2 * 60_000 + 10 * size
    assert films._images_seen(run, run.grid_file(3).stem) == 3 * 60_000


def gif_in(page):
    return base64.b64decode(re.search(r'src="data:image/gif;base64,([^"]+)"', page)[1])


def test_a_film_plays_the_first_rows(run):
    shown = lessons.film(run, rows=1).data
    gif = Image.open(io.BytesIO(gif_in(shown)))
    assert (gif.size, gif.n_frames, gif.info["loop"]) == ((232, 29), 4, 0)
    for number, grey in enumerate((GREYS[-1], *GREYS[:-1])):  # the last moment first
        gif.seek(number)
        assert gif.convert("L").getpixel((15, 15)) == grey
    assert 'width="928"' in shown
    assert 'alt="film of MNIST express DCGAN, from the same noise: 4 moments' in shown


@pytest.mark.parametrize("name", ["mnist-baseline", "svhn-wgan-gp"])
def test_the_film_of_a_reference_run_fits_into_a_notebook(name):
    gif = gif_in(lessons.film(lessons.reference(name)).data)
    assert len(gif) <= 450_000
    assert Image.open(io.BytesIO(gif)).n_frames >= 8


def test_a_film_may_play_fewer_columns(run):
    gif = Image.open(io.BytesIO(gif_in(lessons.film(run, rows=2, columns=3).data)))
    assert gif.size == (3 * 29, 2 * 29)


def test_a_run_without_a_film_says_so(run):
    run.gif.unlink()
    with pytest.raises(GanlibError, match="has no film yet"):
        lessons.film(run)
