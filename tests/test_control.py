"""What lesson 17 measures and draws, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from ganlib import recipes
from ganlib.evaluation.metrics.alignment import aligned
from ganlib.lessons import control
from ganlib.recipes import Network
from ganlib.startup import keras, tf
from ganlib.systems import losses


def test_a_white_spot_is_bright_and_alone():
    image = np.zeros((1, 6, 6, 1), np.uint8)
    image[0, 0, 0] = 255  # in a corner: outside is black
    image[0, 3, 3] = 128
    assert control.white_spots(image).tolist() == [2]
    image[0, 4, 4] = 64  # a neighbour that is not dark
    assert control.white_spots(image).tolist() == [1]
    image[0, 0, 0] = 127  # not bright
    assert control.white_spots(image).tolist() == [0]
    assert control.white_spots(np.full((2, 6, 6, 1), 255, np.uint8)).tolist() == [0, 0]


def test_alignment_compares_the_most_probable_class_with_the_label():
    table = np.array([[0.6, 0.4], [0.3, 0.7], [0.9, 0.1]])
    assert aligned(table, np.array([0, 0, 0])).tolist() == [True, False, True]


def test_confusion_has_what_was_asked_for_in_rows():
    counts = control.confusion(np.array([0, 0, 2]), np.array([1, 0, 2]), 3)
    assert counts.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]
    (axis,) = control.confusions({"a": counts}).axes
    texts = sorted(text.get_text() for text in axis.texts)
    assert texts == ["100", "50", "50"] and axis.get_ylabel() == "digit asked for"


def test_shares_show_a_dot_for_each_seed_and_class():
    figure = control.shares({"a": [[0.5, 0.5], [0.4, 0.6]], "b": [[1.0, 0.0]]})
    left, right = figure.axes
    assert [len(line.get_xdata()) for line in left.lines] == [2, 2, 2]  # two seeds and the level
    assert left.patches[1].get_height() == 55 and right.patches[0].get_height() == 100


def test_rows_have_a_row_for_each_class():
    assert control.rows(np.zeros((20, 4, 4, 1), np.uint8)).size == (2 * 2 * 5, 10 * 2 * 5)


def naming(outputs: int, image_shape):
    """A discriminator that sees no label."""
    images = keras.layers.Input(image_shape, name="images")
    labels = keras.layers.Input((), dtype="int64", name="labels")
    end = keras.layers.Dense(outputs)(keras.layers.Flatten()(images))
    return keras.Model({"images": images, "labels": labels}, end)


@pytest.mark.parametrize("classes", [0, 3])
def test_naming_the_class_adds_its_cross_entropy_but_not_for_what_d_sees_generated(classes):
    recipe = recipes.get("mnist-express-cgan")
    network = Network(lambda shape: naming(1 + classes, shape))
    networks = {**recipe.networks, "discriminator": network}
    system = replace(recipe, networks=networks, kind=control.KIND).system()
    images = np.random.default_rng(0).normal(size=(5, 28, 28, 1)).astype(np.float32)
    labels = np.array([0, 2, 1, 0, 2])
    outputs = system.networks["discriminator"]({"images": images, "labels": labels}).numpy()
    scores = system.scores(tf.constant(images), {"labels": tf.constant(labels)})
    named = 0.0
    if classes:
        named = np.log(np.exp(outputs[:, 1:]).sum(axis=1)) - outputs[np.arange(5), 1 + labels]
    plain = losses.get(recipe.objective)
    for part, extra in (("real", named), ("generator", named), ("fake", 0)):
        wanted = getattr(plain, part)(tf.constant(outputs[:, :1])).numpy() + extra
        found = getattr(system.objective, part)(scores)
        np.testing.assert_allclose(found, wanted, rtol=1e-4, err_msg=part)


def test_passes_show_a_share_with_its_interval_for_each_number_of_passes(monkeypatch):
    near = {"value": 0.5, "low": 0.4, "high": 0.7, "count": 10}
    times = {"50": {"nearer to seen": near}, "100": {"nearer to seen": {**near, "value": 0.6}}}
    kept = {"passes": {"seen": 20, "times": times, "held out": {"nearer to seen": near}}}
    monkeypatch.setattr(control, "record", lambda: kept)
    monkeypatch.setattr(control.figures, "read", lambda path: np.zeros((4, 4)))
    left, _ = control.passes().axes
    assert {text.get_text() for text in left.texts} == {"50", "60"}
    assert [text.get_text() for text in left.get_xticklabels()] == ["real", "50", "100"]
