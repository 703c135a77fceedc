"""CycleGAN: its losses by hand, the pool of older translations, resumes and refusals."""

import dataclasses

import numpy as np
import pytest
from running import StopAt, assert_same_run

from ganlib import recipes
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Network, Optimizer, Recipe
from ganlib.startup import keras, tf
from ganlib.systems import KINDS
from ganlib.systems.pool import Pool
from ganlib.training import checkpoints
from ganlib.training.train import train

layers = keras.layers
TRANSLATORS = KINDS["cyclegan"].networks
SHAPE = (8, 8, 1)


def shifted(image_shape, by, activation=None):
    """A convolution that adds a number to every pixel."""
    start = {"kernel_initializer": "ones", "bias_initializer": keras.initializers.Constant(by)}
    return keras.Sequential(
        [layers.Input(image_shape), layers.Conv2D(1, 1, activation=activation, **start)]
    )


def bright(image_shape):
    """The mean of an image as its logit."""
    start = keras.initializers.Constant(1.0 / np.prod(image_shape))
    dense = layers.Dense(1, kernel_initializer=start)
    return keras.Sequential([layers.Input(image_shape), layers.Flatten(), dense])


def toy(by: float = 0.25, rate: float = 0.0, activation=None, **options) -> Recipe:
    networks = {
        name: Network(shifted, {"by": shift, "activation": activation})
        for name, shift in (("generator", by), ("back", -by))
    }
    networks |= dict.fromkeys(("discriminator", "back_discriminator"), Network(bright)) | networks
    return Recipe(
        "toy",
        "toy",
        "the tests",
        "two+sets",
        SHAPE,
        networks,
        dict.fromkeys(networks, Optimizer("SGD", {"learning_rate": rate})),
        kind="cyclegan",
        objective="least_squares",
        latent={},
        options=options,
        batch_size=3,
        epochs=3,
    )


def constant(value: float, count: int = 3) -> tf.Tensor:
    return tf.fill((count, *SHAPE), value)


def grey(name: str, count: int, low: int, high: int) -> Dataset:
    images = np.random.default_rng(count).integers(low, high, (count, *SHAPE), dtype=np.uint8)
    return Dataset(name, "train", images, None, "synthetic", "a test")


def pair() -> dict[str, Dataset]:
    return {"source": grey("dark", 20, 0, 90), "target": grey("light", 14, 160, 256)}


def test_the_losses_are_those_of_the_paper():
    source, target = -0.5, 0.5
    logs = toy(by=0.25).system().step({"source": constant(source), "target": constant(target)}, 0)
    made, back = source + 0.25, target - 0.25
    square = [0.5 * (score - 1.0) ** 2 for score in (made, back, source, target)]
    expected = {
        "g_loss": square[0] + square[1],
        "d_loss": square[2] + square[3] + 0.5 * made**2 + 0.5 * back**2,
        "cycle_loss": 0.0,
        "identity_loss": 0.5,
    }
    for name, value in expected.items():
        assert float(logs[name]) == pytest.approx(value, abs=1e-6), name


def test_the_weights_of_cycle_and_identity_steer_the_generators():
    """Each shifts by 1 at first; what pulls the shifts back is named by the weights."""
    batch = {"source": constant(0.0), "target": constant(0.0)}

    def shift_after(**weights: float) -> float:
        system = toy(by=0.0, rate=0.1, pool=0, **weights).system()
        system.networks["generator"].layers[-1].bias.assign([1.0])
        system.networks["back"].layers[-1].bias.assign([1.0])
        system.step(batch, 0)
        return float(system.networks["generator"].layers[-1].bias.numpy()[0])

    # The discriminator's mean is 1 for it, where least squares has no gradient.
    assert shift_after(cycle=0.0, identity=0.0) == pytest.approx(1.0, abs=1e-6)
    assert shift_after(cycle=1.0, identity=0.0) == pytest.approx(1.0 - 0.1 * 2, abs=1e-5)
    assert shift_after(cycle=0.0, identity=2.0) == pytest.approx(1.0 - 0.1 * 2, abs=1e-5)


def test_the_pool_fills_first_and_then_shows_older_images_half_of_the_time():
    pool, made, older = Pool(4, SHAPE), [], 0
    for step in range(200):
        fakes = np.arange(3 * step + 1, 3 * step + 4, dtype=np.float32)
        images = tf.constant(fakes[:, None, None, None] * np.ones(SHAPE, np.float32))
        shown = pool(images, tf.constant([0, step]), tf.constant([1, step])).numpy()[:, 0, 0, 0]
        made += list(fakes)
        assert set(shown) <= set(made)
        older += int((shown != fakes).sum())
        if step < 2:
            np.testing.assert_array_equal(shown, fakes)
        assert set(pool.images.numpy()[:, 0, 0, 0]) <= {0.0, *made}
    assert 0.44 < older / 600 < 0.56


def test_a_batch_larger_than_the_pool_goes_through_it_in_part():
    system = toy(pool=2).system()
    for step in range(3):
        logs = system.step({"source": constant(0.0, 5), "target": constant(0.5, 5)}, step)
    assert np.isfinite([float(value) for value in logs.values()]).all()


def test_a_run_resumes_bit_for_bit_with_four_networks_and_the_pool(tmp_path):
    recipe = toy(rate=0.05, activation="tanh", pool=6)
    options = {"display": "none", "precision": "float32"}
    whole = train(recipe, pair(), tmp_path / "whole", **options)
    train(recipe, pair(), tmp_path / "cut", callbacks=[StopAt(9)], **options)
    cut = train(recipe, pair(), tmp_path / "cut", resume=True, **options)
    assert_same_run(whole, cut)
    before = recipe.system().variables
    after = checkpoints.read(checkpoints.list_newest_first(whole.checkpoints)[0])[0]
    for name in (*TRANSLATORS, "pool/source", "pool/target"):
        own = [key for key in before if key.startswith(name) and "optimizer" not in key]
        assert any((np.asarray(before[key]) != after[key]).any() for key in own), name


@pytest.mark.parametrize("missing", [*TRANSLATORS, "pool/source"])
def test_a_checkpoint_that_lacks_a_network_or_the_pool_is_refused(missing, tmp_path):
    system = toy().system()
    held = {k: v for k, v in system.variables.items() if not k.startswith(missing)}
    path = checkpoints.save(
        tmp_path, 1, held, {"step": 1, "seconds": 0.0, "sums": {}, "counts": {}}
    )
    with pytest.raises(checkpoints.DamagedCheckpoint):
        checkpoints.restore(path or checkpoints.list_newest_first(tmp_path)[0], system.variables)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_recipe_without_one_of_the_four_is_refused(name):
    recipe = toy()
    rest = {n: network for n, network in recipe.networks.items() if n != name}
    with pytest.raises(GanlibError, match=f"networks of toy have no {name}"):
        dataclasses.replace(recipe, networks=rest)


def test_sets_that_are_missing_or_of_another_shape_are_refused(tmp_path):
    sets = pair()
    with pytest.raises(GanlibError, match="two sets of images, source and target"):
        train(toy(), sets["source"], tmp_path / "one", display="none")
    narrow = dataclasses.replace(sets["target"], images=sets["target"].images[:, :, :6])
    with pytest.raises(GanlibError, match=r"shape \(8, 8, 1\), but light has \(8, 6, 1\)"):
        train(toy(), sets | {"target": narrow}, tmp_path / "two", display="none")


@pytest.mark.parametrize("options", [{"cycle": -1.0}, {"pool": 1.5}, {"identity": "none"}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(GanlibError, match=next(iter(options))):
        toy(**options)


@pytest.mark.parametrize("name", ["coloured-cyclegan", "svhn-cyclegan"])
def test_the_networks_keep_the_images_shape_and_see_patches(name):
    recipe = recipes.get(name)
    networks = recipe.build()
    for generator in ("generator", "back"):
        assert networks[generator].output_shape[1:] == recipe.image_shape
    height, width, _ = recipe.image_shape
    for discriminator in ("discriminator", "back_discriminator"):
        assert networks[discriminator].output_shape[1:] == (height // 4, width // 4, 1)
