"""The train steps of a GAN against the same arithmetic written out."""

import numpy as np
import pytest

from ganlib.startup import keras, tf
from ganlib.systems.gan import Alternating, Simultaneous
from ganlib.systems.latents import Part

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


NAMES = ("generator", "discriminator")


def make(kind, objective="non_saturating", rate=0.1, optimizers=None, **options):
    networks = options.pop("networks", None) or linear_networks()
    optimizers = optimizers or [keras.optimizers.SGD(rate), keras.optimizers.SGD(rate)]
    return kind(
        dict(zip(NAMES, networks, strict=True)),
        dict(zip(NAMES, optimizers, strict=True)),
        objective=objective,
        latent={"noise": Part("normal", 3)},
        **options,
    )


def step(system, index, images=IMAGES):
    return system.step({"images": images}, index)


def weights_of(system, name, number=0):
    return system.networks[name].get_weights()[number]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def noise_of(system, index, stream=0, rows=6):
    number = tf.constant(index, tf.int64)
    return system.latent_of(tf.zeros((rows, 1)), number, stream)["noise"].numpy()


def test_simultaneous_step_equals_the_gradients_worked_by_hand():
    system = make(Simultaneous)
    kernel = weights_of(system, "generator")
    weights = system.networks["discriminator"].get_weights()
    noise = noise_of(system, 0)
    logs = step(system, 0)

    fakes, reals = noise @ kernel, IMAGES.reshape(6, 4)
    real = reals @ weights[0] + weights[1]
    fake = fakes @ weights[0] + weights[1]
    d_loss_real, d_loss_fake = np.mean(np.log1p(np.exp(-real))), np.mean(np.log1p(np.exp(fake)))
    g_loss = np.mean(np.log1p(np.exp(-fake)))
    d_gradient = (reals.T @ (sigmoid(real) - 1) + fakes.T @ sigmoid(fake)) / 6
    g_gradient = noise.T @ ((sigmoid(fake) - 1) @ weights[0].T) / 6

    assert float(logs["d_loss_real"]) == pytest.approx(d_loss_real, rel=1e-5)
    assert float(logs["d_loss_fake"]) == pytest.approx(d_loss_fake, rel=1e-5)
    assert float(logs["d_loss"]) == pytest.approx(d_loss_real + d_loss_fake, rel=1e-5)
    assert float(logs["g_loss"]) == pytest.approx(g_loss, rel=1e-5)
    assert float(logs["real_accuracy"]) == pytest.approx(np.mean(real > 0))
    assert float(logs["fake_accuracy"]) == pytest.approx(np.mean(fake <= 0))
    np.testing.assert_allclose(
        weights_of(system, "discriminator"), weights[0] - 0.1 * d_gradient, rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        weights_of(system, "generator"), kernel - 0.1 * g_gradient, rtol=1e-4, atol=1e-6
    )


def test_wasserstein_critic_step_clips_every_weight():
    system = make(Alternating, "wasserstein", rate=100.0, clip=0.01)
    step(system, 0)
    for weight in system.networks["discriminator"].get_weights():
        assert np.abs(weight).max() <= np.float32(0.01)
    assert np.abs(weights_of(system, "discriminator")).max() == pytest.approx(0.01)


def test_the_generator_moves_only_after_every_n_critic_steps():
    system = make(Alternating, "wasserstein", n_critic=3)
    moved = []
    for index in range(7):
        before = weights_of(system, "generator")
        logs = step(system, index)
        moved.append(bool((weights_of(system, "generator") != before).any()))
        assert ("g_loss" in logs) == moved[-1]
    assert moved == [False, False, True, False, False, True, False]


def test_the_critic_gets_no_accuracy_and_a_discriminator_does():
    critic, discriminator = make(Alternating, "wasserstein"), make(Alternating, "hinge")
    losses = {"d_loss", "d_loss_real", "d_loss_fake", "g_loss"}
    assert set(step(critic, 0)) == set(critic.log_keys) == losses
    assert set(step(discriminator, 0)) == losses | {"real_accuracy", "fake_accuracy"}


def test_gradient_penalty_of_a_linear_critic_is_its_weight_norm():
    """f(x) = 0.5 (x1 + x2 + x3 + x4) has the gradient norm 1 everywhere: no penalty at all."""
    system = make(Alternating, "wasserstein", networks=linear_networks(0.5), gradient_penalty=10.0)
    norms = system.gradient_norms(
        tf.constant(IMAGES), tf.zeros_like(IMAGES), tf.constant(0, tf.int64)
    )
    np.testing.assert_allclose(norms, np.ones(6), rtol=1e-6)

    # With 1.5 the norm is 3; SGD on 10 (3 - 1)² moves each weight by 0.01 · 10 · 2 · 2 · (1.5 / 3).
    system = make(
        Alternating, "wasserstein", 0.01, networks=linear_networks(1.5), gradient_penalty=10.0
    )
    plain = make(Alternating, "wasserstein", 0.01, networks=linear_networks(1.5))
    step(system, 0), step(plain, 0)
    pulled = weights_of(plain, "discriminator") - weights_of(system, "discriminator")
    np.testing.assert_allclose(pulled, np.full((4, 1), 0.2), rtol=1e-4)


def test_gradient_penalty_stays_finite_where_the_gradient_vanishes():
    system = make(Alternating, "wasserstein", networks=linear_networks(0.0), gradient_penalty=10.0)
    step(system, 0)
    assert np.isfinite(weights_of(system, "discriminator")).all()


def test_noise_follows_the_batch_and_depends_on_seed_and_step_alone():
    system = make(Simultaneous)
    first, again = noise_of(system, 5), noise_of(system, 5)
    np.testing.assert_array_equal(first, again)
    assert (noise_of(system, 6) != first).all()
    assert (noise_of(system, 5, stream=1) != first).all()
    assert noise_of(system, 5, rows=2).shape == (2, 3)
    assert abs(noise_of(system, 2, rows=5000).std() - 1.0) < 0.03


def test_float16_loss_scaling_does_not_change_the_step():
    plain = make(Simultaneous)
    optimizers = [
        keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=1024.0)
        for _ in range(2)
    ]
    scaled = make(Simultaneous, optimizers=optimizers)
    for index in range(3):
        plain_logs, scaled_logs = step(plain, index), step(scaled, index)
    assert float(scaled_logs["d_loss"]) == pytest.approx(float(plain_logs["d_loss"]), rel=1e-5)
    pair = weights_of(plain, "generator"), weights_of(scaled, "generator")
    np.testing.assert_allclose(*pair, rtol=1e-5)


def test_the_penalty_looks_at_one_uniform_point_between_each_pair_of_images():
    """A critic |x|²/2 has the gradient x: its norm tells where between 0 and x it was taken."""
    generator, _ = linear_networks()
    critic = keras.Sequential(
        [layers.Input((2, 2, 1)), layers.Flatten(), layers.Lambda(lambda x: x * x / 2),
         layers.Dense(1, use_bias=False, kernel_initializer="ones")]
    )  # fmt: skip
    system = make(Alternating, "wasserstein", networks=(generator, critic))
    images = tf.ones((4000, 2, 2, 1))  # |x| = 2
    shares = system.gradient_norms(images, tf.zeros_like(images), tf.constant(0, tf.int64)) / 2.0
    assert 0.0 <= shares.numpy().min() < 0.01 and 0.99 < shares.numpy().max() <= 1.0
    np.testing.assert_allclose(np.histogram(shares, 4, (0, 1))[0] / 4000, 0.25, atol=0.04)


def test_the_generator_learns_from_noise_that_the_critic_has_not_seen():
    system = make(Alternating, "wasserstein")
    kernel = weights_of(system, "generator")
    step(system, 0)
    noise = noise_of(system, 0, stream=1).mean(0)[:, None]
    gradient = -noise * weights_of(system, "discriminator").T
    np.testing.assert_allclose(weights_of(system, "generator"), kernel - 0.1 * gradient, rtol=1e-4)


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
    system = make(Simultaneous, networks=(generator, critic), rate=0.0)
    losses = {float(step(system, 0)["d_loss"]) for _ in range(4)}
    assert len(losses) > 1  # the same batch and noise, other units switched off
    assert (generator.layers[1].moving_mean.numpy() != 0).any()


@pytest.mark.parametrize(
    "options", [{"kind": Simultaneous}, {"kind": Alternating, "n_critic": 3, "clip": 0.5}]
)
def test_many_steps_in_one_call_equal_the_same_steps_one_by_one(options):
    """The last batch is smaller, and the call begins between two steps of the generator."""
    one, many = make(**options, networks=networks()), make(**options, networks=networks())
    step(one, 0), step(many, 0)
    batches = [IMAGES[:4], IMAGES[2:], IMAGES[1:5], IMAGES[:3]]
    single = [step(one, 1 + index, batch) for index, batch in enumerate(batches)]
    logs = many.many({"images": tf.constant(np.concatenate(batches))}, 1, 4)
    for key, values in logs.items():
        expected = [found[key] for found in single if key in found]
        np.testing.assert_allclose(values, expected, rtol=1e-5)
    assert {key for found in single for key in found} == set(logs)
    for name in NAMES:
        pair = (system.networks[name].get_weights() for system in (one, many))
        for a, b in zip(*pair, strict=True):
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
    critic = [layers.Input((2, 2, 1)), layers.Dropout(0.3), layers.Flatten(), layers.Dense(1)]
    return generator, keras.Sequential(critic)


def test_a_discriminator_of_patches_has_the_mean_over_its_patches():
    """As many patches as pixels, each with the same weight: the loss is that of one patch."""
    generator, _ = linear_networks()
    patches = keras.Sequential([layers.Input((2, 2, 1)), layers.Conv2D(1, 1)])
    patches.set_weights([np.full((1, 1, 1, 1), 0.5, np.float32), np.zeros(1, np.float32)])
    system = make(Simultaneous, networks=(generator, patches))
    fakes = (noise_of(system, 0) @ weights_of(system, "generator")).ravel()
    logs = step(system, 0)
    expected = np.mean(np.log1p(np.exp(-0.5 * IMAGES))), np.mean(np.log1p(np.exp(0.5 * fakes)))
    assert float(logs["d_loss"]) == pytest.approx(sum(expected), rel=1e-5)
    assert 0.0 <= float(logs["real_accuracy"]) <= 1.0


@pytest.mark.parametrize("kind", [Simultaneous, Alternating])
def test_half_of_the_real_images_are_mirrored_anew_in_each_step(kind):
    system = make(kind, mirror=True)
    images = np.random.default_rng(0).normal(size=(200, 2, 2, 1)).astype("float32")
    seen = [
        system.real_images({"images": images}, tf.constant(index, tf.int64)).numpy()
        for index in (0, 0, 1)
    ]
    turned = [(one != images).any(axis=(1, 2, 3)) for one in seen]
    for one, which in zip(seen, turned, strict=True):
        np.testing.assert_array_equal(one[which], images[which][:, :, ::-1])
        assert 60 < which.sum() < 140
    np.testing.assert_array_equal(turned[0], turned[1])
    assert (turned[0] != turned[2]).any()
    assert make(kind).real_images({"images": images}, 0) is images


def test_a_mirrored_step_learns_from_mirrored_images():
    seed_and_step = tf.constant(0, tf.int64)
    mirrored, plain = make(Simultaneous, mirror=True), make(Simultaneous)
    seen = mirrored.real_images({"images": IMAGES}, seed_and_step).numpy()
    assert (seen != IMAGES).any()
    for system, images in ((mirrored, IMAGES), (plain, seen)):
        step(system, 0, images)
    np.testing.assert_allclose(
        weights_of(mirrored, "discriminator"), weights_of(plain, "discriminator"), rtol=1e-6
    )
