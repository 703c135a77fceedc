"""Quicker layers with Keras's values, logits under a sigmoid, copies of Keras's own layers."""

import numpy as np
import pytest

from ganlib import devices
from ganlib.errors import GanlibError
from ganlib.models.final_project import modified_discriminator
from ganlib.models.layers import BatchNormalization, Dropout, check_safe, logits, plain_copy
from ganlib.startup import keras, tf

layers = keras.layers
INPUTS = np.random.default_rng(0).normal(1.0, 3.0, (5, 4, 4, 3)).astype("float32")


def twins(*inner, shape=(4, 4, 3)):
    """The same network in our layers and in Keras's, with weights that are neither 0 nor 1."""
    pair = [keras.Sequential([layers.Input(shape), *inner])]
    pair.append(plain_copy(pair[0]))
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
        (lambda: [BatchNormalization()], (4, 4, 3)),
        (lambda: [layers.Flatten(), BatchNormalization(momentum=0.5)], (4, 4, 3)),
        (lambda: [BatchNormalization(axis=1)], (4, 4, 3)),
        (lambda: [BatchNormalization(scale=False)], (4, 4, 3)),
        (lambda: [layers.Conv2D(2, 3), BatchNormalization(), layers.ReLU()], (4, 4, 3)),
    ],
)
def test_values_gradients_and_moving_statistics_are_those_of_keras(make, shape):
    ours, theirs = twins(*make(), shape=shape)
    results = []
    assert all(type(layer).__module__.startswith("keras.") for layer in theirs.layers)
    for network in (ours, theirs):
        with tf.GradientTape() as tape:
            inputs = tf.constant(INPUTS)
            tape.watch(inputs)
            outputs = network(inputs, training=True)
            loss = tf.reduce_sum(tf.sin(outputs))
        gradients = tape.gradient(loss, [inputs, *network.trainable_variables])
        results.append([outputs, *gradients, *network.non_trainable_variables])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


def test_outside_training_the_network_is_left_to_keras():
    ours, theirs = twins(BatchNormalization(), Dropout(0.5))
    np.testing.assert_array_equal(ours(INPUTS, training=False), theirs(INPUTS, training=False))


def test_dropout_drops_its_share_scales_the_rest_and_never_repeats():
    network = keras.Sequential([layers.Input((1000,)), Dropout(0.3, seed=4)])
    ones = tf.ones((201, 1000))
    first, second = (network(ones, training=True).numpy() for _ in range(2))
    assert sorted(np.unique(first)) == [0.0, pytest.approx(1 / 0.7)]
    # Standard deviation of the share over 201,000 elements: 0.001.
    assert (first == 0).mean() == pytest.approx(0.3, abs=0.005)
    assert (first == 0)[:, ::4].mean() == pytest.approx(0.3, abs=0.01)
    assert 0.09 - 0.01 < ((first == 0) & (second == 0)).mean() < 0.09 + 0.01


def test_a_gradient_passes_where_dropout_let_the_value_pass():
    network = keras.Sequential([layers.Input((50,)), Dropout(0.5)])
    inputs = tf.ones((3, 50))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = network(inputs, training=True)
    np.testing.assert_array_equal(tape.gradient(outputs, inputs), outputs)


def test_half_precision_stays_half_precision():
    with devices.precision_policy("bfloat16"):
        network = keras.Sequential([layers.Input((4, 4, 3)), BatchNormalization(), Dropout(0.1)])
    outputs = network(INPUTS, training=True)
    assert outputs.dtype == tf.bfloat16
    assert network.layers[0].moving_mean.dtype == "float32"


def ends_in_a_sigmoid(kind: str):
    """A network that ends in a sigmoid, and its last layer's bias."""
    if kind == "report":
        network = modified_discriminator((28, 28, 1))
        return network, network.layers[-1].bias
    last = layers.Dense(1, activation="sigmoid")
    inputs = layers.Input((28, 28, 1))
    flat = layers.Flatten()(inputs)
    if kind == "functional":
        return keras.Model(inputs, last(layers.Dense(3)(flat))), last.bias
    return keras.Model(inputs, layers.SpectralNormalization(last)(flat)), last.bias


@pytest.mark.parametrize("kind", ["report", "functional", "spectral"])
def test_logits_are_what_the_final_sigmoid_was_given(kind):
    network, bias = ends_in_a_sigmoid(kind)
    images = tf.random.stateless_uniform((4, 28, 28, 1), (1, 2), -1, 1)
    raw = logits(network(images))
    np.testing.assert_allclose(tf.sigmoid(raw), network(images), rtol=1e-6)
    # Far out the sigmoid is exactly 1 and says nothing; the logit still does.
    bias.assign([40.0])
    assert float(network(images)[0, 0]) == 1.0
    assert float(logits(network(images))[0, 0]) > 30.0
    compiled = tf.function(lambda x: logits(network(x, training=True)))
    assert float(compiled(images)[0, 0]) > 20.0


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_logits_train_the_whole_network_in_any_precision(precision):
    with devices.precision_policy(precision):
        network = modified_discriminator((28, 28, 1))
    with tf.GradientTape() as tape:
        raw = logits(network(tf.ones((2, 28, 28, 1)), training=True))
    assert raw.dtype == tf.float32
    gradients = tape.gradient(raw, network.trainable_variables)
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)


def test_outputs_without_a_sigmoid_are_logits_already():
    network = keras.Sequential([layers.Input((3,)), layers.Dense(1)])
    np.testing.assert_array_equal(logits(network(tf.ones((2, 3)))), network(tf.ones((2, 3))))


def strided(layer, channels):
    return keras.Sequential([layers.Input((8, 8, channels)), layers.LeakyReLU(), layer])


@pytest.mark.parametrize(
    "network",
    [
        strided(layers.Conv2DTranspose(1, 1, strides=2), 16),
        strided(layers.Conv2D(16, 1, strides=2), 3),
        keras.Sequential([strided(layers.Conv2D(16, 1, strides=(1, 3)), 3)]),
        strided(layers.SpectralNormalization(layers.Conv2D(16, 1, strides=2)), 3),
    ],
)
def test_a_layer_that_breaks_the_process_is_refused(network, monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    with pytest.raises(GanlibError, match="kernel of 1 and a stride of .*: take another kernel"):
        check_safe(network)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    check_safe(network)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(1, 1),
        layers.Conv2D(16, (1, 5), strides=2),
        layers.Conv2DTranspose(8, 1, strides=2),
        layers.Conv2DTranspose(1, 2, strides=2),
    ],
)
def test_its_neighbours_are_not(layer, monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    check_safe(strided(layer, 3))


def test_a_plain_copy_is_float32_and_computes_the_same():
    with devices.precision_policy("bfloat16"):
        network = keras.Sequential(
            [layers.Input((4, 4, 3)), BatchNormalization(), layers.Conv2D(2, 3), Dropout(0.5)]
        )
    copy = plain_copy(network)
    assert {layer.compute_dtype for layer in copy.layers} == {"float32"}
    np.testing.assert_allclose(copy(INPUTS), network(INPUTS), rtol=0.02, atol=0.02)
