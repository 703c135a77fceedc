"""InfoGAN: its bounds where they are known, its shared trunk, its steps, and what codes mean."""

import dataclasses
import math

import numpy as np
import pytest
from running import StopAt, assert_same_run

from ganlib.errors import GanlibError
from ganlib.lessons import codes
from ganlib.recipes import Network, Optimizer, Recipe
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.startup import tf
from ganlib.systems import bounds
from ganlib.systems.gan import Simultaneous
from ganlib.systems.latents import Part
from ganlib.systems.wobble import draw, wobble
from ganlib.training import checkpoints
from ganlib.training.train import train

QUICK = {"display": "none", "precision": "float32"}
NAMES = ("generator", "discriminator", "recogniser")
LATENT = {"noise": Part("normal", 4), "category": Part("one_hot", 3), "numbers": Part("uniform", 2)}


@pytest.fixture(scope="module")
def tiny_infogan(tiny_recipe: Recipe) -> Recipe:
    """The tiny recipe's networks, with batch norm and dropout, and a recogniser."""
    sizes = {"categories": 3, "numbers": 2}
    generator = dict(tiny_recipe.networks["generator"].options)
    return dataclasses.replace(
        tiny_recipe,
        name="tiny-infogan",
        kind="infogan",
        networks={
            "generator": Network("infogan:generator", generator | sizes),
            "discriminator": tiny_recipe.networks["discriminator"],
            "recogniser": Network("infogan:recogniser", {"features": 4, "units": 5} | sizes),
        },
        optimizers=dict.fromkeys(NAMES, Optimizer("Adam", {"learning_rate": 1e-3})),
        options={"wobble": 0.5},
        latent=LATENT,
        epochs=3,
        steps_per_execution=2,
    )


@pytest.fixture(scope="module")
def run(tiny_infogan, tiny_data, tmp_path_factory) -> RunFolder:
    return train(tiny_infogan, tiny_data, tmp_path_factory.mktemp("infogan") / "run", **QUICK)


def bound(kind, code, guess):
    return bounds.BOUNDS[kind](tf.constant(code, tf.float32), tf.constant(guess, tf.float32))


def test_a_perfect_recogniser_has_the_entropy_of_the_category_and_a_useless_one_nothing():
    code = np.eye(10)[np.arange(20) % 10]
    np.testing.assert_allclose(bound("one_hot", code, 1e3 * code), math.log(10), rtol=1e-6)
    np.testing.assert_allclose(bound("one_hot", code, np.ones((20, 10))), 0.0, atol=1e-6)
    assert np.mean(bound("one_hot", code, 1e3 * np.roll(code, 1, axis=1))) < -100


def test_a_perfect_recogniser_of_numbers_has_what_its_smallest_deviation_allows():
    code = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    perfect = np.hstack([code, np.full((50, 2), -1e3)])
    most = 2 * (math.log(2) - math.log(bounds.LEAST * math.sqrt(2 * math.pi)))
    np.testing.assert_allclose(bound("uniform", code, perfect), most, rtol=1e-5)


def test_a_useless_recogniser_of_numbers_tells_nothing():
    """N(0, 1/3) is the best normal guess of U(-1, 1): log 2 - log(2 π e / 3) / 2 nats."""
    code = np.linspace(-1, 1, 20_001)[:, None]
    raw = math.log(math.expm1(math.sqrt(1 / 3) - bounds.LEAST))
    guess = np.hstack([0 * code, np.full_like(code, raw)])
    best = math.log(2) - 0.5 * math.log(2 * math.pi * math.e / 3)
    assert np.mean(bound("uniform", code, guess)) == pytest.approx(best, abs=1e-3)
    for other in (0.1, 2.0):
        guess[:, 1] = raw + other
        assert np.mean(bound("uniform", code, guess)) < best


def test_each_weight_is_saved_once_and_trained_by_one_optimiser(tiny_infogan):
    system = tiny_infogan.system()
    trained = [id(v) for name in NAMES for v in system.trained_by(name)]
    assert len(trained) == len(set(trained))
    saved = [id(v) for v in system.variables.values()]
    assert len(saved) == len(set(saved)) and set(trained) <= set(saved)


def batch_of(count=16):
    images = np.random.default_rng(0).uniform(-1, 1, (count, 8, 8, 1))
    return {"images": tf.constant(images, tf.float32)}


def test_without_weights_the_game_is_that_of_a_gan_and_the_recogniser_learns(tiny_infogan):
    control = {"lambda_category": 0.0, "lambda_numbers": 0.0}
    critic = Network("express:discriminator", {"filters": [4, 8], "units": 4})
    weak = dataclasses.replace(
        tiny_infogan,
        networks={**tiny_infogan.networks, "discriminator": critic},
        options=control,
        optimizers=dict.fromkeys(NAMES, Optimizer("SGD", {"learning_rate": 0.1})),
    )
    plain = weak.system(seed=1)
    both = {name: plain.optimizers[name] for name in NAMES[:2]}
    gan = Simultaneous(
        {n: weak.system(seed=1).networks[n] for n in both},
        {n: weak.optimizers[n].build() for n in both},
        latent=LATENT,
        seed=1,
    )
    before = plain.networks["recogniser"].get_weights()
    for index in range(3):
        logs, same = plain.step(batch_of(), index), gan.step(batch_of(), index)
        assert float(logs["d_loss"]) == pytest.approx(float(same["d_loss"]), rel=1e-5)
    for name in both:
        mine, theirs = (each.networks[name].get_weights() for each in (plain, gan))
        for one, other in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    after = plain.networks["recogniser"].get_weights()
    assert any((a != b).any() for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("option", ["lambda_category", "lambda_numbers"])
def test_a_weight_reaches_generator_and_trunk(tiny_infogan, option):
    moved = []
    for weight in (0.0, 5.0):
        options = {"lambda_category": 0.0, "lambda_numbers": 0.0, option: weight}
        system = dataclasses.replace(tiny_infogan, options=options).system()
        system.step(batch_of(), 0)
        moved.append({n: system.networks[n].get_weights()[0] for n in NAMES[:2]})
    assert all((moved[0][name] != moved[1][name]).any() for name in NAMES[:2])


def test_it_resumes_bit_for_bit_and_reads_codes(tiny_infogan, tiny_data, run, tmp_path):
    train(tiny_infogan, tiny_data, tmp_path / "cut", callbacks=[StopAt(8)], **QUICK)
    cut = train(tiny_infogan, tiny_data, tmp_path / "cut", resume=True, **QUICK)
    assert cut.record["status"] == "finished"
    assert_same_run(run, cut)
    assert {"information_category", "information_numbers"} <= set(run.steps[0])

    system = codes.loaded(cut)
    read = system.recognise(sample(cut, 6) / np.float32(127.5) - 1)
    assert read["category"].shape == (6, 3) and read["numbers"].shape == (6, 2)
    np.testing.assert_allclose(read["category"].sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("network", [*NAMES, "recogniser_optimizer"])
def test_a_checkpoint_that_lacks_a_network_is_refused(tiny_infogan, run, network, tmp_path):
    arrays, state = checkpoints.read(checkpoints.list_newest_first(run.checkpoints)[0])
    kept = {key: array for key, array in arrays.items() if not key.startswith(f"{network}/")}
    assert len(kept) < len(arrays)
    path = checkpoints.save(tmp_path, 1, kept, state)
    with pytest.raises(checkpoints.DamagedCheckpoint, match=f"{network}/.* is missing"):
        checkpoints.restore(path, tiny_infogan.system().variables)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"options": {"lambda_category": -1}}, "lambda_category must be a number from 0 on"),
        ({"options": {"lambda_numbers": "much"}}, "lambda_numbers must be a number from 0 on"),
        ({"options": {"wobble": 2}}, "wobble must be a number from 0 on, 1 at most"),
        ({"options": {"gamma": 1}}, "cannot be built as a system of kind infogan"),
        ({"latent": {"noise": Part("normal", 4)}}, "this latent has no codes"),
        ({"latent": LATENT | {"labels": Part("label", 3)}}, "this latent has label"),
        ({"latent": LATENT | {"more": Part("uniform", 1)}}, r"gives \(7,\): it needs .*\(9,\)"),
        ({"networks": NAMES[:2]}, "networks of tiny-infogan have no recogniser"),
        ({"optimizers": NAMES[:2]}, "optimizers of tiny-infogan have no recogniser"),
    ],
)
def test_what_cannot_be_is_one_sentence(tiny_infogan, changes, sentence):
    for group in ("networks", "optimizers"):
        if group in changes:
            whole = getattr(tiny_infogan, group)
            changes = {group: {name: whole[name] for name in changes[group]}}
    with pytest.raises(GanlibError, match=sentence) as caught:
        dataclasses.replace(tiny_infogan, **changes).system()
    assert "\n" not in str(caught.value)


def test_the_recogniser_takes_the_features_that_there_are(tiny_infogan):
    wrong = Network("infogan:recogniser", {"features": 6, "categories": 3, "numbers": 2})
    networks = {**tiny_infogan.networks, "recogniser": wrong}
    with pytest.raises(GanlibError, match=r"takes \(6,\) .* take the features \(4,\)"):
        dataclasses.replace(tiny_infogan, networks=networks).system()


def test_no_wobble_changes_nothing_and_a_wobble_moves_ink():
    images = batch_of()["images"]
    moves = draw(tf.constant([0, 1], tf.int64), 16)
    np.testing.assert_allclose(wobble(images, 0 * moves, 1.0), images, atol=1e-5)
    assert float(tf.reduce_mean(tf.abs(wobble(images, moves, 1.0) - images))) > 0.05


def bars(slope: float, width: int) -> np.ndarray:
    """One bar that leans to the right by so many pixels for each row, uint8 (1, 28, 28, 1)."""
    image = np.zeros((28, 28), np.uint8)
    for row in range(4, 24):
        left = round(13 + slope * (13.5 - row)) - width // 2
        image[row, left : left + width] = 255
    return image[None, ..., None]


@pytest.mark.parametrize("slope", [-0.5, 0.0, 0.4])
def test_slant_is_that_of_a_drawn_bar(slope):
    assert codes.slant(bars(slope, 3))[0] == pytest.approx(np.degrees(np.arctan(slope)), abs=1.0)


def test_stroke_width_is_that_of_a_drawn_bar_and_nothing_without_ink():
    found = [codes.stroke_width(bars(0, width))[0] for width in (2, 3, 4, 6)]
    np.testing.assert_allclose(found, [2, 3, 4, 6], atol=0.6)
    assert codes.stroke_width(np.zeros((1, 28, 28, 1), np.uint8))[0] == 0


def test_categories_are_matched_one_to_one():
    digits = np.arange(1000) % 10
    assert codes.error(codes.counted((digits + 3) % 10, digits)) == 0
    both = np.where(digits == 4, 9, digits)  # one category for two digits: only one can be right
    table = codes.counted(both, digits)
    assert codes.error(table) == pytest.approx(0.1) and sorted(codes.matching(table)) == [
        *range(10)
    ]


def test_the_charts_of_the_lesson_name_their_axes():
    rng = np.random.default_rng(0)
    table = codes.table({"one": codes.counted(np.arange(10), np.arange(10))})
    images = np.concatenate([bars(slope, 3) for slope in rng.uniform(-0.4, 0.4, 20)])
    meanings = codes.meanings(rng.uniform(-1, 1, (20, 2)), images)
    for figure in (table, meanings):
        assert all(axis.get_title() for axis in figure.axes)
    assert [axis.get_xlabel() for axis in meanings.axes] == ["", "", "code 1", "code 2"]
    assert table.axes[0].get_xlabel() == "digit" and table.axes[0].get_ylabel() == "category"


def test_correlations_are_those_of_what_was_drawn_and_skip_images_without_ink():
    slopes = np.linspace(-0.4, 0.4, 9)
    images = np.concatenate([*(bars(slope, 3) for slope in slopes), np.zeros((1, 28, 28, 1))])
    numbers = np.append(slopes, 5.0)[:, None]
    assert codes.correlations(numbers, images.astype(np.uint8))[0, 0] > 0.99
