"""Running a network in a step: quicker operations, Keras's values."""

import numpy as np
import pytest
from ganlib.models.forward import forward

from ganlib import devices
from ganlib.startup import keras, tf

layers = keras.layers
INPUTS = np.random.default_rng(0).normal(1.0, 3.0, (5, 4, 4, 3)).astype("float32")


def twins(*inner, shape=(4, 4, 3)):
    """Twice the same network, with weights that are neither 0 nor 1."""
    pair = [keras.Sequential([layers.Input(shape), *inner])]
    pair.append(keras.models.clone_model(pair[0]))
    rng = np.random.default_rng(1)
    values = [rng.uniform(0.5, 2.0, v.shape) for v in pair[0].variables if "seed" not in v.path]
    for network in pair:
        floats = [v for v in network.variables if "seed" not in v.path]
        for variable, value in zip(floats, values, strict=True):
            variable.assign(value)
    return pair


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: [layers.BatchNormalization()], (4, 4, 3)),
        (lambda: [layers.Flatten(), layers.BatchNormalization(momentum=0.5)], (4, 4, 3)),
        (lambda: [layers.BatchNormalization(axis=1)], (4, 4, 3)),
        (lambda: [layers.BatchNormalization(scale=False)], (4, 4, 3)),
        (lambda: [layers.Conv2D(2, 3), layers.BatchNormalization(), layers.ReLU()], (4, 4, 3)),
    ],
)
def test_values_gradients_and_moving_statistics_are_those_of_keras(make, shape):
    ours, theirs = twins(*make(), shape=shape)
    results = []
    for network, run in (
        (ours, lambda x: forward(ours.layers, x, training=True)),
        (theirs, lambda x: theirs(x, training=True)),
    ):
        with tf.GradientTape() as tape:
            inputs = tf.constant(INPUTS)
            tape.watch(inputs)
            outputs = run(inputs)
            loss = tf.reduce_sum(tf.sin(outputs))
        gradients = tape.gradient(loss, [inputs, *network.trainable_variables])
        results.append([outputs, *gradients, *network.non_trainable_variables])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


def test_outside_training_the_network_is_left_to_keras():
    network, _ = twins(layers.BatchNormalization(), layers.Dropout(0.5))
    np.testing.assert_array_equal(
        forward(network.layers, INPUTS, training=False), network(INPUTS, training=False)
    )


def test_dropout_drops_its_share_scales_the_rest_and_never_repeats():
    network = keras.Sequential([layers.Input((1000,)), layers.Dropout(0.3, seed=4)])
    ones = tf.ones((201, 1000))
    first, second = (forward(network.layers, ones, training=True).numpy() for _ in range(2))
    assert sorted(np.unique(first)) == [0.0, pytest.approx(1 / 0.7)]
    # Standard deviation of the share over 201,000 elements: 0.001.
    assert (first == 0).mean() == pytest.approx(0.3, abs=0.005)
    assert (first == 0)[:, ::4].mean() == pytest.approx(0.3, abs=0.01)
    assert 0.09 - 0.01 < ((first == 0) & (second == 0)).mean() < 0.09 + 0.01


def test_a_gradient_passes_where_dropout_let_the_value_pass():
    network = keras.Sequential([layers.Input((50,)), layers.Dropout(0.5)])
    inputs = tf.ones((3, 50))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = forward(network.layers, inputs, training=True)
    np.testing.assert_array_equal(tape.gradient(outputs, inputs), outputs)


def test_half_precision_stays_half_precision():
    with devices.precision_policy("bfloat16"):
        network = keras.Sequential(
            [layers.Input((4, 4, 3)), layers.BatchNormalization(), layers.Dropout(0.1)]
        )
    outputs = forward(network.layers, INPUTS, training=True)
    assert outputs.dtype == tf.bfloat16
    assert network.layers[0].moving_mean.dtype == "float32"
