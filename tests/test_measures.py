"""Lesson 12's pictures: what their colours and numbers mean."""

import numpy as np
import pytest

from ganlib import figures
from ganlib.evaluation.metrics.intervals import Score
from ganlib.lessons import measures


def score(value: float) -> Score:
    return Score(value, value - 0.1, value + 0.1, 2000)


TABLE = {
    "real": {"frechet": score(0.0), "recall": score(0.9), "confident": score(0.9)},
    "patient": {"frechet": score(1.0), "recall": score(0.5), "confident": score(0.5)},
    "far": {"frechet": score(5.0), "recall": score(0.55), "confident": score(1.0)},
    "near": {"frechet": score(0.0), "recall": score(0.1), "confident": score(1.9)},
}


def test_a_reaction_is_a_share_of_the_largest_and_negative_if_a_fault_looks_better():
    found = measures.reactions(TABLE, "patient", "real")
    assert found["frechet"] == pytest.approx({"far": 1.0, "near": -0.25})
    assert found["recall"] == pytest.approx({"far": 0.0, "near": 1.0})  # 0.55: intervals overlap


def test_what_should_be_as_real_images_have_it_is_better_nearer_to_them():
    found = measures.reactions(TABLE, "patient", "real")["confident"]
    assert found == pytest.approx({"far": -0.3 / 0.6, "near": 1.0})


def test_the_panel_has_a_number_for_each_metric_and_sample_and_colours_only_faults():
    (axis,) = measures.sensitivity(TABLE, "patient", "real", "a test").axes
    assert len(axis.texts) == 12
    (image,) = axis.images
    shades = image.get_array()
    assert shades.shape == (3, 4, 3)
    assert (shades[:, :2] == 0.95).all()
    labels = [label.get_text() for label in axis.get_yticklabels()]
    frechet = shades[labels.index("Fréchet distance")]
    assert frechet[2][2] > frechet[2][0]  # blue: worse
    assert frechet[3][2] < frechet[3][0]  # red: better
    assert (shades[labels.index("recall")][2] == 1).all()  # white: not seen


def test_a_measure_by_size_takes_that_many():
    counted = measures.by_size(lambda real, fake: len(fake), np.zeros((9, 2)), SETS, [2, 5])
    assert counted == {"a": [2, 5], "b": [2, 5]}
    means = measures.by_size(lambda real, fake: float(fake.mean()), np.zeros((9, 2)), SETS, [5])
    assert means == {"a": [0.0], "b": [1.0]}


SETS = {"a": np.zeros((6, 2)), "b": np.ones((8, 2))}


def test_the_table_of_spreads_sets_intervals_beside_seeds():
    lines = measures.spreads({"one": [score(1.0), score(3.0)]}).splitlines()
    assert lines[2].split() == ["one", "0.10", "1.41"]
    recorded = measures.by_seed("mnist-express")
    assert len(recorded) == 3 and all(s.low < s.value < s.high for s in recorded)


def test_copies_are_shown_above_their_originals():
    images = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 1), dtype=np.uint8)
    picture = np.asarray(measures.beside_nearest(images[5:9], images, "copies", columns=4))
    tiles = picture[figures.CAPTION_HEIGHT :]
    assert (tiles[:18] == tiles[18:]).all()


def test_clouds_balls_and_paths_name_their_axes():
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((2, 50, 3))
    drawn = [measures.clouds(real, {"one": fake, "same": real[:1].repeat(5, axis=0)})]
    drawn += [measures.balls(real[:, :2], fake[:, :2])]
    paths = {"a dial": {1.0: (0.9, 0.8), 0.5: (0.6, 0.9)}, "another": {1.0: (0.9, 0.8)}}
    drawn += [measures.trade(paths, count=100)]
    for figure in drawn:
        assert all(axis.get_xlabel() for axis in figure.axes)
        assert figure.axes[0].get_ylabel()
