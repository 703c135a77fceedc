"""What lesson 11 compares with: TensorBoard's cards and logs, the wall, small GANs."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from ganlib import figures, lessons, recipes
from ganlib.errors import GanlibError
from ganlib.lessons import board, pictures, walls
from ganlib.lessons.quiz import Quiz


def test_smoothing_begins_at_the_first_value_and_follows_a_jump():
    np.testing.assert_allclose(board.smoothed([3.0, 3.0, 3.0]), 3.0)
    # The sum of 0.4 · 0.6^k · value, divided by the sum of the weights.
    np.testing.assert_allclose(board.smoothed([0.0, 1.0]), [0.0, 0.4 / 0.64])
    assert len(board.smoothed([])) == 0


def test_there_is_a_card_for_each_loss_and_run_and_a_critic_is_called_one():
    runs = {name: lessons.reference(name) for name in ("mnist-baseline", "mnist-wgan")}
    figure = board.cards(runs)
    assert [axes.get_title(loc="left").split() for axes in figure.axes] == [
        [loss, name] for loss in ("d_loss", "g_loss") for name in runs
    ]
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels == ["discriminator loss", "critic's loss", "generator loss", "generator loss"]
    assert all(axes.get_xlabel() == "images seen" for axes in figure.axes)
    raw = figure.axes[0].lines[0].get_ydata()
    np.testing.assert_allclose(raw, [row["d_loss"] for row in runs["mnist-baseline"].steps])
    assert "critic's loss against images seen" in pictures.chart_alt(figure)


def test_logs_hold_what_the_table_holds_and_are_replaced(tmp_path):
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator"
    ).EventAccumulator
    tf = pytest.importorskip("tensorflow")
    run = lessons.reference("mnist-wgan")
    for _ in range(2):
        board.write_logs({"one": run}, tmp_path)
    assert len(list((tmp_path / "one").iterdir())) == 1
    events = accumulator(str(tmp_path / "one"), size_guidance={"tensors": 0}).Reload()
    assert sorted(events.Tags()["tensors"]) == ["d_loss", "g_loss"]
    points = [
        (event.step, float(tf.make_ndarray(event.tensor_proto)))
        for event in events.Tensors("d_loss")
    ]
    wanted = [(row["images"], row["d_loss"]) for row in run.steps]
    np.testing.assert_allclose(points, wanted, rtol=1e-6)


def test_a_wall_has_rows_of_squares_of_one_size_with_sharp_pixels():
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28, 1), np.uint8)
    houses = np.random.default_rng(1).integers(0, 256, (40, 32, 32, 1), np.uint8)
    wall = lessons.wall({"a": images, "b": images, "c": houses}, in_a_row=2)
    side, strip, gap = walls.SIDE, walls.STRIP, walls.GAP
    assert wall.size == (2 * side + gap, 2 * (side + strip) + gap)
    first = np.asarray(wall.convert("L"))[strip : strip + 56 : 2, :56:2]
    np.testing.assert_array_equal(first, images[0, :, :, 0])
    assert figures.alt_of(wall) == "a: 36 images; b: 36 images; c: 25 images"


def test_a_quiz_gives_its_pictures_away_in_the_order_of_their_numbers():
    real, made = (np.full((9, 4, 4, 1), grey, np.uint8) for grey in (250, 5))
    quiz = Quiz(real, made, 9, seed=3)
    bright = [n for n, image in zip(quiz.numbers, quiz.images, strict=True) if image[0, 0] > 100]
    assert quiz.score(bright).right == 9
    quiz.images[:] = 0
    assert quiz.images.any()


def test_a_small_gan_changes_the_loss_and_the_networks_and_nothing_else():
    express = recipes.get("mnist-express")
    gan = lessons.small_gan("non_saturating", kernel_size=3)
    assert (gan.objective, gan.kind, dict(gan.options)) == ("non_saturating", "simultaneous", {})
    assert all(network.options["kernel_size"] == 3 for network in gan.networks.values())
    same = dataclasses.replace(
        gan, name=express.name, objective=express.objective, networks=express.networks
    )
    assert same == express
    wgan = lessons.small_gan("wasserstein", n_critic=5)
    assert dict(wgan.options) == {"n_critic": 5, "clip": 0.03}
    assert dict(lessons.small_gan("wasserstein").options) == {"clip": 0.03}
    with pytest.raises(GanlibError):
        lessons.small_gan("hope").system()


def test_the_wall_is_a_picture_that_a_page_shrinks():
    images = np.zeros((36, 28, 28, 1), np.uint8)
    wall = lessons.wall({str(i): images for i in range(5)})
    assert isinstance(wall, Image.Image) and wall.width > figures.PAGE_WIDTH
