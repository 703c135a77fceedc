"""Later ways to train: spectral normalisation, relativistic pairs, R1 and R2."""

import dataclasses
import functools
import sys
from pathlib import Path

import numpy as np
import pytest
from running import StopAt, assert_same_run
from running import weights_of as checkpoint_weights
from test_gan import IMAGES, linear_networks, make, noise_of, sigmoid, step, weights_of

from ganlib import recipes
from ganlib.errors import GanlibError
from ganlib.models import final_project
from ganlib.models.layers import plain_copy, spectral_normalization
from ganlib.recipes import Network
from ganlib.startup import keras, tf
from ganlib.systems import losses
from ganlib.systems.gan import Alternating
from ganlib.training.train import train

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import doctor
import variants

PAIRS = functools.partial(make, Alternating, relativistic=True)
NEW = ("wgan-gp", "sngan", "r3gan")


def test_a_relativistic_step_equals_the_gradients_worked_by_hand():
    """Huang et al. 2024, section 2, without penalties: softplus(f - r) for D, of r - f for G."""
    system = PAIRS()
    kernel, critic = weights_of(system, "generator"), weights_of(system, "discriminator")
    noise, other = noise_of(system, 0), noise_of(system, 0, stream=1)
    logs = step(system, 0)

    reals, fakes = IMAGES.reshape(6, 4), noise @ kernel
    ahead = (reals - fakes) @ critic  # r - f; the bias cancels
    d_gradient = (reals - fakes).T @ (sigmoid(ahead) - 1) / 6
    moved = critic - 0.1 * d_gradient
    ahead_now = (reals - other @ kernel) @ moved
    g_gradient = other.T @ (-sigmoid(ahead_now) @ moved.T) / 6

    assert float(logs["d_loss"]) == pytest.approx(np.mean(np.log1p(np.exp(-ahead))), rel=1e-5)
    assert float(logs["d_loss_real"]) == pytest.approx(float(logs["d_loss"]) / 2, rel=1e-5)
    assert float(logs["g_loss"]) == pytest.approx(np.mean(np.log1p(np.exp(ahead_now))), rel=1e-5)
    assert float(logs["real_accuracy"]) == pytest.approx(np.mean(ahead > 0))
    np.testing.assert_allclose(weights_of(system, "discriminator"), moved, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        weights_of(system, "generator"), kernel - 0.1 * g_gradient, rtol=1e-4, atol=1e-6
    )


def test_a_relativistic_loss_does_not_see_what_both_logits_share():
    one, shifted = PAIRS(), PAIRS()
    shifted.networks["discriminator"].layers[1].bias.assign([7.0])
    first, second = step(one, 0), step(shifted, 0)
    for key in ("d_loss", "g_loss"):
        assert float(first[key]) == pytest.approx(float(second[key]), rel=1e-4)


def test_the_zero_centred_penalty_is_half_of_the_square():
    assert losses.zero_centred_penalty(tf.constant([0.0, 4.0])).numpy().tolist() == [0.0, 2.0]


@pytest.mark.parametrize("penalty", ["r1", "r2"])
def test_each_penalty_pulls_a_linear_discriminator_to_zero(penalty):
    """f(x) = 1.5 Σ x has |grad f|² = 9; γ/2 · 9 moves each weight by 0.1 · γ · 1.5 more."""
    networks = functools.partial(linear_networks, 1.5)
    plain = make(Alternating, networks=networks())
    system = make(Alternating, networks=networks(), **{penalty: 2.0})
    step(plain, 0), step(system, 0)
    pulled = weights_of(plain, "discriminator") - weights_of(system, "discriminator")
    np.testing.assert_allclose(pulled, np.full((4, 1), 0.3), rtol=1e-4)


@pytest.mark.parametrize(("penalty", "seen"), [("r1", 1.0), ("r2", -1.0)])
def test_r1_looks_at_real_images_and_r2_at_generated_ones(penalty, seen):
    """A discriminator w·|max(x, 0)|²/2 has a gradient at real images, all 1, and none at -1."""
    generator = keras.Sequential(
        [keras.layers.Input((3,)), keras.layers.Dense(4, kernel_initializer="zeros"),
         keras.layers.Reshape((2, 2, 1))]
    )  # fmt: skip
    generator.layers[0].bias.assign(-np.ones(4))
    critic = keras.Sequential(
        [keras.layers.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.ReLU(),
         keras.layers.Lambda(lambda x: x * x / 2),
         keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")]
    )  # fmt: skip
    system = make(Alternating, networks=(generator, critic))
    for images, expected in ((IMAGES * 0 + 1, 4.0), (IMAGES * 0 - 1, 0.0)):
        np.testing.assert_allclose(system.squared_norms(tf.constant(images)), expected)
    images = tf.ones((6, 2, 2, 1))
    penalised = make(Alternating, networks=(generator, critic), rate=0.1, **{penalty: 1.0})
    before = weights_of(penalised, "discriminator").copy()
    step(penalised, 0, images)
    # Without a penalty the weights rise to tell real images, by 0.1 · 0.5 · (1 - D).
    d = sigmoid(0.5 * 4 * before[0, 0])
    rise = 0.1 * 0.5 * (1 - d)
    pull = 0.1 * before[0, 0] if seen > 0 else 0.0
    np.testing.assert_allclose(
        weights_of(penalised, "discriminator"), before + rise - pull, rtol=1e-4
    )


def test_an_option_that_is_no_truth_is_refused_in_a_sentence():
    with pytest.raises(GanlibError, match="relativistic must be true or false"):
        dataclasses.replace(recipes.get("mnist-r3gan"), options={"relativistic": 1})


def largest_singular_value(kernel: np.ndarray) -> float:
    return float(np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0])


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_spectral_normalisation_brings_the_largest_singular_value_to_1(policy):
    keras.utils.set_random_seed(0)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        layer = spectral_normalization(keras.layers.Conv2D(8, 3, name="inner"))
    finally:
        keras.config.set_dtype_policy(before)
    images = tf.random.normal((4, 6, 6, 2))
    layer(images)
    layer.layer.kernel.assign(3.0 * layer.layer.kernel)
    for _ in range(40):
        layer(images, training=True)
    kernel = layer.layer.kernel.numpy()
    assert layer.layer.dtype_policy.name == policy
    assert largest_singular_value(kernel) == pytest.approx(1.0, abs=1e-4)
    again = layer.layer.kernel.numpy()  # no rounding to 16 bits
    assert (again != tf.cast(again, tf.bfloat16).numpy().astype(np.float32)).any()


def test_a_plain_copy_of_a_normalised_network_is_in_float32_and_answers_the_same():
    keras.utils.set_random_seed(0)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = final_project.dcgan_discriminator((8, 8, 1), spectral=True, width=0.1)
    finally:
        keras.config.set_dtype_policy(before)
    copy = plain_copy(network)
    assert {layer.compute_dtype for layer in copy.layers} == {"float32"}
    inner = [layer.layer for layer in copy.layers if hasattr(layer, "layer")]
    assert len(inner) == 3 and {layer.compute_dtype for layer in inner} == {"float32"}
    images = np.random.default_rng(0).uniform(-1, 1, (5, 8, 8, 1)).astype("float32")
    np.testing.assert_allclose(copy(images), network(images), atol=0.02)


@pytest.mark.parametrize("name", NEW)
def test_a_run_resumes_where_it_stopped(tiny_recipe, tiny_data, tmp_path, name):
    """To the bit, with the state of the normalisation; with penalties but for rounding.

    Where a gradient of a gradient is taken, TensorFlow sums in an order that changes now and then,
    even from run to run: 5 of 39 trainings of 8 or 12 steps, 3 of 44 with R1 and R2.
    """
    recipe = recipes.get(f"mnist-{name}")
    options = {**recipe.networks["discriminator"].options, "width": 0.1}
    tiny = dataclasses.replace(
        tiny_recipe,
        networks={
            **tiny_recipe.networks,
            "discriminator": Network("final_project:dcgan_discriminator", options),
        },
        **{key: getattr(recipe, key) for key in ("kind", "objective", "options", "optimizers")},
    )
    whole = train(tiny, tiny_data, tmp_path / "whole", epochs=2, display="none")
    output = tmp_path / "cut"
    train(tiny, tiny_data, output, epochs=2, display="none", callbacks=[StopAt(4)])
    resumed = train(tiny, tiny_data, output, resume=True, display="none")
    if name == "sngan":
        assert_same_run(whole, resumed)
    one, other = weights_after(whole), weights_after(resumed)
    another = train(tiny, tiny_data, tmp_path / "b", epochs=2, seed=1, display="none")
    apart = np.abs(one - weights_after(another)).mean()
    assert np.abs(one - other).mean() < 1e-3 * apart
    with np.load(max(whole.path.glob("checkpoints/*.npz"))) as kept:
        states = [key for key in kept.files if "vector_u" in key and "optimizer" not in key]
    assert len(states) == (3 if name == "sngan" else 0)
    saved = keras.models.load_model(whole.network_file("discriminator"))
    assert np.isfinite(saved(tiny_data.images[:2].astype("float32"))).all()


def weights_after(run) -> np.ndarray:
    """Kernels of the generator in a row."""
    found = checkpoint_weights(run)
    kernels = [found[name].ravel() for name in sorted(found) if name.startswith("generator/")]
    return np.concatenate(kernels)


@pytest.mark.parametrize("name", NEW)
def test_all_have_the_networks_of_the_reports_wasserstein_gan_and_no_batch_norm_in_d(name):
    for data in ("mnist", "svhn"):
        recipe, report = recipes.get(f"{data}-{name}"), recipes.get(f"{data}-wgan")
        assert recipe.networks["generator"] == report.networks["generator"]
        assert recipe.networks["discriminator"].builder == report.networks["discriminator"].builder
        kinds = {type(layer).__name__ for layer in recipe.build()["discriminator"].layers}
        assert "BatchNormalization" not in kinds


def test_a_quarter_of_the_width_has_a_quarter_of_the_channels():
    for report in ("mnist-baseline", "mnist-modified", "svhn-baseline", "svhn-modified"):
        for network in recipes.get(report).networks.values():
            narrow = dataclasses.replace(network, options={**network.options, "width": 0.25})
            shape = recipes.get(report).image_shape
            pair = (one.build(shape).layers for one in (network, narrow))
            for whole, part in zip(*pair, strict=True):
                if (channels := whole.output.shape[-1]) > 1:
                    assert channels == 4 * part.output.shape[-1]


def test_each_family_of_the_benchmark_compares_equal_networks_batches_and_budgets():
    for data in ("mnist", "svhn"):
        later, optimizers = variants.later(data), variants.optimizers(data)
        assert list(later) == ["baseline", "modified", "wgan", "wgan-gp", "sngan", "r3gan"]
        assert len(optimizers) == 12
        for recipe in (*later.values(), *optimizers.values()):
            assert (recipe.batch_size, recipe.steps_per_execution) == (32, 20)
            assert {network.options["width"] for network in recipe.networks.values()} == {0.25}
        momentum = optimizers["wgan-momentum"].optimizers["discriminator"]
        assert (momentum.name, momentum.options["momentum"]) == ("SGD", 0.9)
        assert later["baseline"].optimizers == recipes.get(f"{data}-baseline").optimizers


def test_a_run_that_diverged_is_kept_without_a_score_and_not_trained_again(
    tiny_recipe, tiny_data, tmp_path
):
    assert not variants.ended(tmp_path / "run")
    wild = dataclasses.replace(tiny_recipe, **variants.optimizer("SGD", 1e9))
    run = variants.trained(wild, tiny_data, tmp_path / "run", epochs=2, seed=4)
    assert run.record["status"] == "diverged" and variants.ended(run.path)
    kept = variants.facts(run)
    assert kept["diverged"] and kept["frechet"] is None and kept["seed"] == 4
    written = run.record_file.stat().st_mtime_ns
    variants.trained(wild, tiny_data, run.path, epochs=2, seed=4)
    assert run.record_file.stat().st_mtime_ns == written


def test_what_is_missing_is_named_by_seed():
    missing = [(1, "a"), (2, "a"), (2, "b")]
    assert variants.in_words(missing, 2) == ["seed 1 of a", "seed 2"]
    assert variants.in_words([], 2) == []


def test_the_doctors_record_counts_the_seeds_held_out_apart():
    def case(seed, right, *cured):
        return {"seed": seed, "right": right, "runs": [{"named": ["x"]}, *cured]}

    before = {"x": [case(0, True, {"named": []}), case(6, True)]}
    now = {"x": [case(6, False, {"named": ["y"]})]}
    cases = doctor.merged(before, now)
    groups = doctor.counted(cases)
    assert [c["seed"] for c in cases["x"]] == [0, 6]
    assert (groups["tuned"]["right"], groups["held_out"]["right"]) == (1, 0)
    assert (groups["tuned"]["accused"], groups["held_out"]["accused"]) == (0, 1)
