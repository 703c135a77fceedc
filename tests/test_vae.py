"""The variational autoencoder: its two losses, its noise, and what it refuses."""

import dataclasses

import numpy as np
import pytest
from running import StopAt, assert_same_run

from ganlib import recipes
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Network, Optimizer
from ganlib.recipes.vary import vary
from ganlib.runs.sampling import sample
from ganlib.startup import keras, tf
from ganlib.systems import vae
from ganlib.systems.latents import Part
from ganlib.training import checkpoints
from ganlib.training.train import train

layers = keras.layers


def encoder(image_shape, size=6):
    return keras.Sequential([layers.Input(image_shape), layers.Flatten(), layers.Dense(size)])


def generator(image_shape):
    pixels = layers.Dense(int(np.prod(image_shape)), activation="tanh")
    return keras.Sequential([layers.Input((3,)), pixels, layers.Reshape(image_shape)])


@pytest.fixture(scope="module")
def recipe() -> recipes.Recipe:
    """`mnist-vae` with networks of one layer, for images of 4×4 pixels."""
    return dataclasses.replace(
        recipes.get("mnist-vae"),
        dataset="squares",
        image_shape=(4, 4, 1),
        networks={"encoder": Network(encoder), "generator": Network(generator)},
        latent={"noise": Part("normal", 3)},
        optimizers=dict.fromkeys(
            ("encoder", "generator"), Optimizer("SGD", {"learning_rate": 1e-3})
        ),
        batch_size=16,
        epochs=3,
        steps_per_execution=1,
    )


@pytest.fixture(scope="module")
def squares() -> Dataset:
    images = np.random.default_rng(0).integers(0, 256, (70, 4, 4, 1), dtype=np.uint8)
    return Dataset("squares", "train", images, None, "synthetic", "a test")


def batch_of(squares: Dataset, count: int = 16) -> dict[str, tf.Tensor]:
    return {"images": tf.constant(squares.images[:count] / np.float32(127.5) - 1)}


def test_the_divergence_is_that_of_two_gaussians():
    mean, variance = np.float32([[0, 0], [1, -2], [0.5, 0]]), np.float32([[1, 1], [1, 1], [4, 0.1]])
    found = vae.kl_to_normal(tf.constant(mean), tf.math.log(variance)).numpy()
    assert found[:2] == pytest.approx([0.0, 2.5], abs=1e-6)  # half the squared distance of means
    # Independently: E[log q - log p] over a fine raster of each of the two dimensions.
    x = np.linspace(-30, 30, 600_001)
    parts = []
    for m, v in zip(mean[2], variance[2], strict=True):
        log_q = -0.5 * (x - m) ** 2 / v - 0.5 * np.log(2 * np.pi * v)
        log_p = -0.5 * x**2 - 0.5 * np.log(2 * np.pi)
        parts.append(np.sum(np.exp(log_q) * (log_q - log_p)) * (x[1] - x[0]))
    assert found[2] == pytest.approx(sum(parts), rel=1e-4)
    rng = np.random.default_rng(0)
    many = vae.kl_to_normal(*tf.constant(rng.normal(0, 2, (2, 500, 5)), tf.float32)).numpy()
    assert many.shape == (500,) and many.min() >= 0


def test_a_step_changes_both_networks_and_logs_the_sum_of_its_parts(recipe, squares):
    system = recipe.system()
    before = {name: net.get_weights() for name, net in system.networks.items()}
    logs = {key: float(value) for key, value in system.step(batch_of(squares), 0).items()}
    assert set(logs) == {"loss", "reconstruction", "kl"}
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + logs["kl"], rel=1e-6)
    assert logs["kl"] >= 0 and logs["reconstruction"] > 0
    for name, net in system.networks.items():
        assert all(
            (old != new).any() for old, new in zip(before[name], net.get_weights(), strict=True)
        )


def test_a_smaller_deviation_weighs_the_reconstruction_more(recipe, squares):
    errors = []
    for deviation in (1.0, 0.5):
        system = dataclasses.replace(recipe, options={"deviation": deviation}).system()
        errors.append(float(system.step(batch_of(squares), 0)["reconstruction"]))
    assert errors[1] == pytest.approx(4 * errors[0], rel=1e-5)


def test_gradients_are_those_of_the_loss_written_out(recipe, squares):
    """Finite differences of the loss at a weight of the encoder, whose noise is the same."""
    plain = dataclasses.replace(
        recipe,
        optimizers=dict.fromkeys(recipe.optimizers, Optimizer("SGD", {"learning_rate": 1.0})),
        options={"deviation": 5.0},
    )
    moved = plain.system()
    kernel = moved.networks["encoder"].trainable_variables[0]
    before = kernel.numpy()
    moved.step(batch_of(squares), 0)
    gradient = (before - kernel.numpy())[0]

    losses = []
    for change in (0.05, -0.05):
        system = plain.system()
        weights = before.copy()
        weights[0, 4] += change  # a log variance: it counts through the noise too
        system.networks["encoder"].trainable_variables[0].assign(weights)
        losses.append(float(system.step(batch_of(squares), 0)["loss"]))
    assert gradient[4] == pytest.approx((losses[0] - losses[1]) / 0.1, rel=0.02)


def test_the_noise_depends_on_seed_and_step_alone(recipe, squares):
    weights = {name: net.get_weights() for name, net in recipe.build().items()}

    def error(seed: int, index: int) -> float:
        system = recipe.system(seed=seed)
        for name, net in system.networks.items():
            net.set_weights(weights[name])
        return float(system.step(batch_of(squares), index)["reconstruction"])

    first = error(0, 0)
    assert error(0, 0) == first
    assert error(0, 1) != first and error(1, 0) != first


def test_it_trains_resumes_bit_for_bit_and_is_sampled_like_any_other(recipe, squares, tmp_path):
    options = {"display": "none", "precision": "float32"}
    whole = train(recipe, squares, tmp_path / "whole", **options)
    train(recipe, squares, tmp_path / "cut", callbacks=[StopAt(8)], **options)
    cut = train(recipe, squares, tmp_path / "cut", resume=True, **options)
    assert_same_run(whole, cut)
    assert {"loss", "reconstruction", "kl"} <= set(whole.history[0])
    assert whole.losses.is_file() and whole.gif.is_file()
    assert whole.network_file("encoder").is_file()
    assert sample(whole, 5).shape == (5, 4, 4, 1)


def test_a_checkpoint_without_the_encoder_is_refused(recipe, tmp_path):
    system = recipe.system()
    kept = {k: v for k, v in system.variables.items() if not k.startswith("encoder/")}
    state = {"step": 1, "seconds": 1.0, "sums": {}, "counts": {}}
    file = checkpoints.save(tmp_path, 1, kept, state)
    with pytest.raises(GanlibError, match="does not fit the recipe's networks: encoder/.* missing"):
        checkpoints.restore(file, system.variables)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"options": {"deviation": 0}}, "deviation must be a number above 0"),
        ({"options": {"deviation": "small"}}, "deviation must be a number above 0"),
        ({"networks": {"generator": Network(generator)}}, "networks of mnist-vae have no encoder"),
        ({"optimizers": {}}, "optimizers of mnist-vae have no encoder"),
    ],
)
def test_what_cannot_be_a_recipe_is_one_sentence(recipe, changes, words):
    with pytest.raises(GanlibError, match=words) as error:
        dataclasses.replace(recipe, **changes)
    assert "\n" not in str(error.value)


def test_a_latent_or_an_encoder_that_does_not_fit_is_one_sentence(recipe):
    with pytest.raises(GanlibError, match="is one normal part, not uniform: change the recipe's"):
        vary(recipe, latent="uniform").system()
    wrong = {**recipe.networks, "encoder": Network(encoder, {"size": 7})}
    with pytest.raises(GanlibError, match="a latent of 3 needs a mean and a variance.*end in 6"):
        dataclasses.replace(recipe, networks=wrong).system()
    with pytest.raises(GanlibError, match="cannot be built as a system of kind vae with.*beta"):
        dataclasses.replace(recipe, options={"beta": 2}).system()
    with pytest.raises(GanlibError, match="mnist-vae has no discriminator"):
        vary(recipes.get("mnist-vae"), objective="hinge")


def test_the_course_compares_one_generator_trained_in_two_ways():
    gan, own = recipes.get("mnist-dcgan4"), recipes.get("mnist-vae")
    assert gan.networks["generator"] == own.networks["generator"]
    assert gan.latent == {"noise": Part("uniform", 100)}  # section 4.1
    assert own.latent == {"noise": Part("normal", 100)}
    convolutions = [
        [weight.shape for weight in recipe.build()[name].weights[:-2]]
        for recipe, name in ((gan, "discriminator"), (own, "encoder"))
    ]
    assert convolutions[0] == convolutions[1]
