"""Labels that a translation keeps: what is known of doing nothing, and of a perfect translator."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from ganlib import figures, recipes
from ganlib.cli import main
from ganlib.datasets import pairs
from ganlib.errors import DataError, GanlibError
from ganlib.evaluation import translation
from ganlib.training.train import train


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


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A CycleGAN between MNIST and coloured digits after two steps on the stand-in."""
    path = tmp_path_factory.mktemp("runs") / "run"
    command = ["train", "coloured-cyclegan", "--data", "synthetic", "--steps", "2"]
    assert main([*command, "--output", str(path)]) == 0
    return path


def test_own_pictures_are_translated_and_back(run, tmp_path, capsys):
    files = []
    for number, size in enumerate([(28, 28), (200, 300)]):
        files.append(str(tmp_path / f"digit {number}.png"))
        Image.new("L", size, 255 * number).save(files[-1])
    output = tmp_path / "out" / "three.png"
    assert main(["translate", str(run), *files, "--invert", "--output", str(output)]) == 0
    assert "2 pictures" in capsys.readouterr().out
    with Image.open(output) as picture:
        assert picture.height > picture.width  # three rows of two
        assert picture.getpixel((3, 3))[:3] == (255, 255, 255)  # black, inverted


def test_test_images_are_shown_with_their_translations(run, tmp_path, capsys):
    grid, array = tmp_path / "grid.png", tmp_path / "images.npz"
    assert main(["sample", str(run), "--count", "32", "--output", str(grid)]) == 0
    assert main(["sample", str(run), "--count", "32", "--output", str(array)]) == 0
    assert np.load(array)["images"].shape == (32, 28, 28, 3)
    with Image.open(grid) as picture:  # two times three rows of sixteen
        rows = (picture.height - figures.CAPTION_HEIGHT) / (29 * 2)
        assert (rows, picture.width) == (6, 16 * 29 * 2)


def test_a_last_row_that_is_not_full_keeps_its_translations_below(run, tmp_path):
    grid = tmp_path / "grid.png"
    assert main(["sample", str(run), "--count", "20", "--output", str(grid)]) == 0
    with Image.open(grid) as picture:
        cells = np.asarray(picture.convert("L"))[figures.CAPTION_HEIGHT :: 2, ::2]
    rows = cells.reshape(6, 29, 16, 29).any(axis=(1, 3)) & (
        cells.reshape(6, 29, 16, 29)[:, :28, :, :28].std(axis=(1, 3)) > 0
    )
    assert rows[3:, :4].all() and not rows[3:, 4:].any()


def test_a_pair_is_refused_where_one_set_is_wanted(coloured, tmp_path):
    with pytest.raises(GanlibError, match="learns from one set of images: name one, not a pair"):
        train(recipes.get("mnist-express"), coloured, tmp_path / "run", display="none")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sample", "--count", "0"], "--count must be from 1 to 2,000, not 0"),
        (["sample", "--label", "7"], "a translation has no --label"),
        (["evaluate", "--judge", "mnist"], "a translation has no --judge"),
    ],
)
def test_what_means_nothing_to_a_translation_is_refused(arguments, words, run, capsys):
    command, *options = arguments
    assert main([command, str(run), *options]) == 2
    assert words in capsys.readouterr().err


def test_evaluate_counts_the_labels_that_are_kept(run, capsys):
    assert main(["evaluate", str(run), "--count", "50"]) == 0
    assert "mnist → mnist_coloured → mnist" in capsys.readouterr().out
    written = json.loads((run / "journeys.json").read_text(encoding="utf-8"))
    assert len(written) == 6 and np.sum(written[1]["confusion"]) == 50


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pretrained:mnist-express", "x.png"], "translates nothing"),
        (["{run}", "nowhere.png"], "nowhere.png is missing or is no picture"),
        (["{run}", "{run}/run.json"], "is no picture"),
        (["{run}", "x.png", "--output", "x.gif"], "must end in .png"),
        (["nowhere", "x.png"], "nowhere holds no run"),
    ],
)
def test_what_cannot_be_translated_is_refused(arguments, words, run, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["translate", *(text.format(run=run) for text in arguments)]) == 2
    error = capsys.readouterr().err
    assert words in error and len(error.splitlines()) == 1
