"""The losses against numbers worked out by hand."""

import math

import numpy as np
import pytest

from ganlib import systems
from ganlib.errors import GanlibError
from ganlib.startup import tf
from ganlib.systems import losses

# Logits whose sigmoids are simple: log 3 -> 3/4, 0 -> 1/2, -log 3 -> 1/4.
LOG3 = math.log(3.0)
REAL = [LOG3, 0.0]
FAKE = [-LOG3, LOG3]

BY_HAND = {
    # -log D(x) - log(1 - D(G(z))); log(1 - D(G(z)))
    "minimax": (
        [-math.log(3 / 4) - math.log(3 / 4), -math.log(1 / 2) - math.log(1 / 4)],
        [math.log(3 / 4), math.log(1 / 4)],
    ),
    "non_saturating": (
        [-math.log(3 / 4) - math.log(3 / 4), -math.log(1 / 2) - math.log(1 / 4)],
        [-math.log(1 / 4), -math.log(3 / 4)],
    ),
    "least_squares": (
        [(LOG3 - 1) ** 2 / 2 + LOG3**2 / 2, 1 / 2 + LOG3**2 / 2],
        [(-LOG3 - 1) ** 2 / 2, (LOG3 - 1) ** 2 / 2],
    ),
    "wasserstein": ([-LOG3 - LOG3, LOG3 - 0.0], [LOG3, -LOG3]),
    # max(0, 1 - x) + max(0, 1 + g): log 3 = 1.0986 is beyond both margins.
    "hinge": ([0.0 + 0.0, 1.0 + 1.0 + LOG3], [LOG3, -LOG3]),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_losses_equal_the_numbers_worked_by_hand(name):
    objective = losses.get(name)
    discriminator, generator = BY_HAND[name]
    real, fake = tf.constant(REAL), tf.constant(FAKE)
    np.testing.assert_allclose(objective.discriminator(real, fake), discriminator, rtol=1e-6)
    np.testing.assert_allclose(objective.generator(fake), generator, rtol=1e-6)


def test_every_objective_has_numbers_worked_by_hand():
    assert set(BY_HAND) == set(losses.OBJECTIVES)


@pytest.mark.parametrize("name", BY_HAND)
def test_a_column_of_logits_gives_one_loss_per_image(name):
    objective = losses.get(name)
    column = tf.constant([[1.0], [2.0], [3.0]])
    assert objective.discriminator(column, column).shape == (3,)
    assert objective.generator(column).shape == (3,)


@pytest.mark.parametrize("name", BY_HAND)
def test_patches_give_one_loss_per_image_the_mean_over_the_patches(name):
    objective = losses.get(name)
    patches = tf.reshape(tf.linspace(-2.0, 2.0, 3 * 2 * 2), (3, 2, 2, 1))
    for loss in (objective.real, objective.fake, objective.generator):
        flat = tf.reshape(loss(tf.reshape(patches, [-1])), (3, 4))
        np.testing.assert_allclose(loss(patches), tf.reduce_mean(flat, axis=1), rtol=1e-6)


def test_the_names_that_need_no_tensorflow_are_those_of_the_losses():
    assert set(systems.OBJECTIVES) == set(losses.OBJECTIVES)


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_cross_entropy_stays_finite_and_exact_where_a_sigmoid_saturates(name):
    objective = losses.get(name)
    sure = tf.constant([100.0])
    assert objective.discriminator(-sure, sure).numpy()[0] == pytest.approx(200.0)
    assert objective.discriminator(sure, -sure).numpy()[0] == pytest.approx(0.0, abs=1e-30)
    assert abs(objective.generator(-sure).numpy()[0]) == pytest.approx(
        100.0 if name == "non_saturating" else 0.0, abs=1e-6
    )


def test_minimax_saturates_where_non_saturating_does_not():
    """The gradient at a logit of -6: sigmoid(-6) for minimax, 1 - sigmoid(-6) for the other."""
    logit = tf.Variable([-6.0])
    gradients = {}
    for name in ("minimax", "non_saturating"):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(losses.get(name).generator(logit))
        gradients[name] = float(tape.gradient(loss, logit)[0])
    sigmoid = 1 / (1 + math.exp(6))
    assert gradients["minimax"] == pytest.approx(-sigmoid, rel=1e-5)
    assert gradients["non_saturating"] == pytest.approx(-(1 - sigmoid), rel=1e-5)


def test_an_unknown_objective_is_one_sentence_with_the_known_ones():
    with pytest.raises(GanlibError, match="unknown objective 'wgan'.*wasserstein"):
        losses.get("wgan")


def test_the_gradient_penalty_is_the_squared_distance_of_each_norm_from_1():
    assert losses.gradient_penalty(tf.constant([1.0, 3.0, 0.0])).numpy().tolist() == [0.0, 4.0, 1.0]
