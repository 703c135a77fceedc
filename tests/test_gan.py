"""The train steps against the same arithmetic written out."""

import numpy as np
import pytest

from ganlib.startup import keras, tf
from ganlib.systems import losses
from ganlib.systems.gan import Alternating, Simultaneous, latent_noise

layers = keras.layers
IMAGES = np.linspace(-1, 1, 6 * 4).reshape(6, 2, 2, 1).astype("float32")


def linear_networks(scale: float = 0.5):
    """A generator and a critic without hidden layers, with known weights."""
    generator = keras.Sequential(
        [layers.Input((3,)), layers.Dense(4, use_bias=False), layers.Reshape((2, 2, 1))]
    )
    critic = keras.Sequential([layers.Input((2, 2, 1)), layers.Flatten(), layers.Dense(1)])
    generator.layers[0].kernel.assign(np.arange(12).reshape(3, 4) / 12.0)
    critic.layers[1].kernel.assign(np.full((4, 1), scale))
    return generator, critic


def make(step, objective="non_saturating", rate=0.1, **options):
    generator, critic = options.pop("networks", None) or linear_networks()
    optimizers = [keras.optimizers.SGD(rate), keras.optimizers.SGD(rate)]
    return step(generator, critic, losses.get(objective), *optimizers, **options)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def noise_of(step, index, stream=0, rows=6):
    return latent_noise((step.seed, 4 * index + stream), np.zeros((rows, 1)), 3).numpy()


def test_simultaneous_step_equals_the_gradients_worked_by_hand():
    step = make(Simultaneous)
    kernel, weights = step.generator.get_weights()[0], step.discriminator.get_weights()
    noise = noise_of(step, 0)
    logs = step(IMAGES, 0)

    fakes, reals = noise @ kernel, IMAGES.reshape(6, 4)
    real = reals @ weights[0] + weights[1]
    fake = fakes @ weights[0] + weights[1]
    d_loss = np.mean(np.log1p(np.exp(-real)) + np.log1p(np.exp(fake)))
    g_loss = np.mean(np.log1p(np.exp(-fake)))
    d_slope = (reals.T @ (sigmoid(real) - 1) + fakes.T @ sigmoid(fake)) / 6
    g_slope = noise.T @ ((sigmoid(fake) - 1) @ weights[0].T) / 6

    assert float(logs["d_loss"]) == pytest.approx(d_loss, rel=1e-5)
    assert float(logs["g_loss"]) == pytest.approx(g_loss, rel=1e-5)
    assert float(logs["real_accuracy"]) == pytest.approx(np.mean(real > 0))
    assert float(logs["fake_accuracy"]) == pytest.approx(np.mean(fake <= 0))
    np.testing.assert_allclose(
        step.discriminator.get_weights()[0], weights[0] - 0.1 * d_slope, rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        step.generator.get_weights()[0], kernel - 0.1 * g_slope, rtol=1e-4, atol=1e-6
    )


def test_wasserstein_critic_step_clips_every_weight():
    step = make(Alternating, "wasserstein", rate=100.0, clip=0.01)
    step(IMAGES, 0)
    for weight in step.discriminator.get_weights():
        assert np.abs(weight).max() <= np.float32(0.01)
    assert np.abs(step.discriminator.get_weights()[0]).max() == pytest.approx(0.01)


def test_the_generator_moves_only_after_every_n_critic_steps():
    step = make(Alternating, "wasserstein", n_critic=3)
    moved = []
    for index in range(7):
        before = step.generator.get_weights()[0]
        logs = step(IMAGES, index)
        moved.append(bool((step.generator.get_weights()[0] != before).any()))
        assert ("g_loss" in logs) == moved[-1]
    assert moved == [False, False, True, False, False, True, False]


def test_the_critic_gets_no_accuracy_and_a_discriminator_does():
    assert set(make(Alternating, "wasserstein")(IMAGES, 0)) == {"d_loss", "g_loss"}
    assert "real_accuracy" in make(Alternating, "hinge")(IMAGES, 0)


def test_gradient_penalty_of_a_linear_critic_is_its_weight_norm():
    """f(x) = 0.5 (x1 + x2 + x3 + x4) has the gradient norm 1 everywhere: no penalty at all."""
    step = make(Alternating, "wasserstein", networks=linear_networks(0.5), gradient_penalty=10.0)
    norms = step.gradient_norms(
        tf.constant(IMAGES), tf.zeros_like(IMAGES), tf.constant(0, tf.int64)
    )
    np.testing.assert_allclose(norms, np.ones(6), rtol=1e-6)

    # With 1.5 the norm is 3; SGD on 10 (3 - 1)² moves each weight by 0.01 · 10 · 2 · 2 · (1.5 / 3).
    step = make(
        Alternating, "wasserstein", 0.01, networks=linear_networks(1.5), gradient_penalty=10.0
    )
    plain = make(Alternating, "wasserstein", 0.01, networks=linear_networks(1.5))
    step(IMAGES, 0), plain(IMAGES, 0)
    pulled = plain.discriminator.get_weights()[0] - step.discriminator.get_weights()[0]
    np.testing.assert_allclose(pulled, np.full((4, 1), 0.2), rtol=1e-4)


def test_gradient_penalty_stays_finite_where_the_gradient_vanishes():
    step = make(Alternating, "wasserstein", networks=linear_networks(0.0), gradient_penalty=10.0)
    step(IMAGES, 0)
    assert np.isfinite(step.discriminator.get_weights()[0]).all()


def test_noise_follows_the_batch_and_depends_on_seed_and_step_alone():
    step = make(Simultaneous)
    first, again = noise_of(step, 5), noise_of(step, 5)
    np.testing.assert_array_equal(first, again)
    assert (noise_of(step, 6) != first).all()
    assert (noise_of(step, 5, stream=1) != first).all()
    assert noise_of(step, 5, rows=2).shape == (2, 3)
    assert np.abs(latent_noise((3, 9), np.zeros((5000, 1)), 3).numpy().std() - 1.0) < 0.03


def test_float16_loss_scaling_does_not_change_the_step():
    plain = make(Simultaneous)
    generator, critic = linear_networks()
    optimizers = [
        keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=1024.0)
        for _ in range(2)
    ]
    scaled = Simultaneous(generator, critic, losses.get("non_saturating"), *optimizers)
    for index in range(3):
        plain_logs, scaled_logs = plain(IMAGES, index), scaled(IMAGES, index)
    assert float(scaled_logs["d_loss"]) == pytest.approx(float(plain_logs["d_loss"]), rel=1e-5)
    for a, b in zip(plain.generator.get_weights(), scaled.generator.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_the_penalty_looks_at_one_uniform_point_between_each_pair_of_images():
    """A critic |x|²/2 has the gradient x: its norm tells where between 0 and x it was taken."""
    generator, _ = linear_networks()
    critic = keras.Sequential(
        [layers.Input((2, 2, 1)), layers.Flatten(), layers.Lambda(lambda x: x * x / 2),
         layers.Dense(1, use_bias=False, kernel_initializer="ones")]
    )  # fmt: skip
    step = make(Alternating, "wasserstein", networks=(generator, critic))
    images = tf.ones((4000, 2, 2, 1))  # |x| = 2
    shares = step.gradient_norms(images, tf.zeros_like(images), tf.constant(0, tf.int64)) / 2.0
    assert 0.0 <= shares.numpy().min() < 0.01 and 0.99 < shares.numpy().max() <= 1.0
    np.testing.assert_allclose(np.histogram(shares, 4, (0, 1))[0] / 4000, 0.25, atol=0.04)


def test_the_generator_learns_from_noise_that_the_critic_has_not_seen():
    step = make(Alternating, "wasserstein")
    kernel = step.generator.get_weights()[0]
    step(IMAGES, 0)
    slope = -noise_of(step, 0, stream=1).mean(0)[:, None] * step.discriminator.get_weights()[0].T
    np.testing.assert_allclose(step.generator.get_weights()[0], kernel - 0.1 * slope, rtol=1e-4)


def test_training_uses_dropout_and_moves_the_statistics_of_batch_norm():
    generator = keras.Sequential(
        [
            layers.Input((3,)),
            layers.Dense(4),
            layers.BatchNormalization(),
            layers.Reshape((2, 2, 1)),
        ]
    )
    critic = keras.Sequential(
        [layers.Input((2, 2, 1)), layers.Flatten(), layers.Dropout(0.5), layers.Dense(1)]
    )
    step = make(Simultaneous, networks=(generator, critic), rate=0.0)
    losses = {float(step(IMAGES, 0)["d_loss"]) for _ in range(4)}
    assert len(losses) > 1  # the same batch and noise, other units switched off
    assert (generator.layers[1].moving_mean.numpy() != 0).any()


@pytest.mark.parametrize(
    "options", [{"step": Simultaneous}, {"step": Alternating, "n_critic": 3, "clip": 0.5}]
)
def test_many_steps_in_one_call_equal_the_same_steps_one_by_one(options):
    """The last batch is smaller, and the call begins between two steps of the generator."""
    one, many = make(**options, networks=networks()), make(**options, networks=networks())
    one(IMAGES, 0), many(IMAGES, 0)
    batches = [IMAGES[:4], IMAGES[2:], IMAGES[1:5], IMAGES[:3]]
    single = [one(batch, 1 + index) for index, batch in enumerate(batches)]
    logs = many.many(np.concatenate(batches), 1, 4)
    for key, values in logs.items():
        expected = [step[key] for step in single if key in step]
        np.testing.assert_allclose(values, expected, rtol=1e-5)
    assert {key for step in single for key in step} == set(logs)
    for network in ("generator", "discriminator"):
        for a, b in zip(
            getattr(one, network).get_weights(), getattr(many, network).get_weights(), strict=True
        ):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def networks():
    """With batch normalisation and dropout, which carry a state from step to step."""
    keras.utils.set_random_seed(3)
    generator = keras.Sequential(
        [
            layers.Input((3,)),
            layers.Dense(8),
            layers.BatchNormalization(),
            layers.Reshape((2, 2, 2)),
            layers.Conv2DTranspose(1, 3, padding="same"),
        ]
    )
    judge = [layers.Input((2, 2, 1)), layers.Dropout(0.3), layers.Flatten(), layers.Dense(1)]
    return generator, keras.Sequential(judge)
