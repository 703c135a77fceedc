"""The quick forms of convolutions, products and pooling give what TensorFlow's own give."""

import dataclasses
import itertools

import numpy as np
import pytest

from ganlib import recipes
from ganlib.errors import GanlibError
from ganlib.models import layers, operations
from ganlib.startup import keras, tf

GEOMETRIES = list(itertools.product((2, 4, 5), (1, 2), ("SAME", "VALID"), (3, 32), (4, 32)))


def with_gradients(function, *inputs):
    """Outputs, gradients, and the gradients of a function of the first gradient."""
    with tf.GradientTape() as outer:
        outer.watch(inputs)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = function(*inputs)
            loss = tf.reduce_mean(tf.sin(outputs))
        gradients = tape.gradient(loss, inputs)
        penalty = tf.reduce_sum(tf.square(gradients[0]))
    return [outputs, *gradients, *outer.gradient(penalty, inputs)]


def assert_equal_to_rounding(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        size = np.abs(other).max()
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4 * size)


@pytest.mark.parametrize(("side", "stride", "padding", "channels", "filters"), GEOMETRIES)
def test_convolutions_and_their_ways_back_are_tensorflows(side, stride, padding, channels, filters):
    x = tf.random.stateless_normal((3, 8, 10, channels), (0, 1))
    w = tf.random.stateless_normal((side, side, channels, filters), (0, 2)) / side
    small = tf.nn.conv2d(x, w, stride, padding)
    assert_equal_to_rounding(
        with_gradients(lambda x, w: operations.conv2d(x, w, stride, padding), x, w),
        with_gradients(lambda x, w: tf.nn.conv2d(x, w, stride, padding), x, w),
    )
    assert_equal_to_rounding(
        with_gradients(
            lambda y, w: operations.conv2d_transpose(y, w, (8, 10), stride, padding), small, w
        ),
        with_gradients(
            lambda y, w: tf.nn.conv2d_transpose(y, w, x.shape, stride, padding), small, w
        ),
    )


@pytest.mark.parametrize("units", [3, 128])
def test_products_and_their_ways_back_are_tensorflows(units):
    x = tf.random.stateless_normal((5, 30), (0, 1))
    w = tf.random.stateless_normal((30, units), (0, 2))
    expected = with_gradients(tf.matmul, x, w)
    assert_equal_to_rounding(with_gradients(operations.matmul, x, w), expected)


def test_pooling_gives_the_gradient_to_the_first_of_equal_pixels():
    x = tf.nn.relu(tf.random.stateless_normal((4, 6, 8, 5), (0, 1)))  # half of them are equal
    expected = with_gradients(lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"), x)[:2]
    found = with_gradients(operations.max_pool, x)[:2]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_setting_decides(monkeypatch):
    operations.quickest.cache_clear()
    for wish in operations.FORMS:
        monkeypatch.setenv(operations.SETTING, wish)
        assert operations.quickest() == wish
        operations.quickest.cache_clear()
    monkeypatch.setenv(operations.SETTING, "fast")
    with pytest.raises(GanlibError, match="GANLIB_OPERATIONS is 'fast': set it to auto"):
        operations.quickest()
    operations.quickest.cache_clear()


@pytest.mark.parametrize(
    "name", ["mnist-express", "svhn-modified", "fashion-dcgan", "mnist-wgan-gp"]
)
def test_steps_in_both_forms_are_equal_to_rounding(name):
    recipe = dataclasses.replace(recipes.get(name), steps_per_execution=1)
    rng = np.random.default_rng(0)
    batch = {"images": tf.constant(rng.uniform(-1, 1, (4, *recipe.image_shape)), tf.float32)}
    weights, logs = [], []
    for form in operations.FORMS:
        system = recipe.system(seed=0, operations=form)
        quick = [n for n in system.networks["discriminator"].layers if isinstance(n, layers.Quick)]
        assert quick and all(layer.quick == (form == "quick") for layer in quick)
        logs.append(system.step(batch, 0))
        weights.append([w.numpy() for n in system.networks.values() for w in n.trainable_variables])
    for key in logs[0]:
        np.testing.assert_allclose(logs[0][key], logs[1][key], rtol=1e-4, atol=1e-5)
    # Adam's first step is as long for a gradient that is rounding alone, so a few may differ.
    far = [np.mean(np.abs(a - b) > 1e-5) for a, b in zip(*weights, strict=True)]
    assert max(far) < 0.05


def test_copies_are_keras_own_layers():
    with operations.forms("quick"):
        network = recipes.get("svhn-modified").build()["discriminator"]
    copy = layers.plain_copy(network)
    assert not any(isinstance(layer, layers.Quick) for layer in copy.layers)
    assert {type(layer).__module__.partition(".")[0] for layer in copy.layers} == {"keras"}
    images = np.zeros((2, *network.input_shape[1:]), np.float32)
    np.testing.assert_allclose(copy(images), network(images), rtol=1e-5, atol=1e-6)


def test_sixteen_bits_stay_plain():
    with operations.forms("quick"):
        layer = layers.Dense(64, dtype=keras.DTypePolicy("mixed_bfloat16"))
    assert not layer.quick
