"""The networks of `milestone` against PyTorch itself, with the same weights; where it is installed.

Its summaries are PyTorch's, so the modules below are written off them line by line.
"""

import numpy as np
import pytest

from ganlib import recipes
from ganlib.startup import keras, tf

torch = pytest.importorskip("torch")
nn = torch.nn
BATCH = 64


def torch_mlp():
    generator = nn.Sequential(
        nn.Linear(100, 256), nn.LeakyReLU(0.2), nn.Linear(256, 512), nn.LeakyReLU(0.2),
        nn.Linear(512, 1024), nn.LeakyReLU(0.2), nn.Linear(1024, 784), nn.Tanh(),
        nn.Unflatten(1, (1, 28, 28)),
    )  # fmt: skip
    discriminator = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 512), nn.LeakyReLU(0.2), nn.Linear(512, 256),
        nn.LeakyReLU(0.2), nn.Linear(256, 1), nn.Sigmoid(),
    )  # fmt: skip
    return {"generator": generator, "discriminator": discriminator}


def torch_dcgan():
    up = {"kernel_size": 5, "stride": 2, "padding": 2, "output_padding": 1}
    down = {"kernel_size": 5, "stride": 2, "padding": 2}
    generator = nn.Sequential(
        nn.Linear(100, 12544), nn.BatchNorm1d(12544), nn.ReLU(), nn.Unflatten(1, (256, 7, 7)),
        nn.ConvTranspose2d(256, 128, **up), nn.BatchNorm2d(128), nn.ReLU(),
        nn.ConvTranspose2d(128, 64, **up), nn.BatchNorm2d(64), nn.ReLU(),
        nn.Conv2d(64, 1, 5, padding=2), nn.Tanh(),
    )  # fmt: skip
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, **down), nn.BatchNorm2d(64), nn.LeakyReLU(0.2),
        nn.Conv2d(64, 128, **down), nn.BatchNorm2d(128), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Dropout(0.0), nn.Linear(6272, 1), nn.Sigmoid(),
    )  # fmt: skip
    return {"generator": generator, "discriminator": discriminator}


def channels_first(values: np.ndarray, name: str, dcgan: bool) -> np.ndarray:
    """A value of Keras's in PyTorch's order; `name` is the layer's class and the weight's name."""
    if name == "Conv2DTranspose kernel":
        return values.transpose(3, 2, 0, 1)
    if name == "Conv2D kernel":
        return values.transpose(3, 2, 0, 1)
    if dcgan and 12544 in values.shape:  # units that become 7×7×256
        units = values.reshape(-1, 7, 7, 256).transpose(0, 3, 1, 2).reshape(-1, 12544)
        return (units.T if name.endswith("kernel") else units[0]).copy()
    if dcgan and values.shape == (6272, 1):
        return values.reshape(7, 7, 128, 1).transpose(3, 2, 0, 1).reshape(1, 6272)
    return values.T if name.endswith("kernel") else values


def values_of(network, dcgan):
    """A Keras network's trainable values as PyTorch has them, in its order."""
    names = ("kernel", "gamma", "bias", "beta")
    return [
        channels_first(weight.numpy(), f"{type(layer).__name__} {weight.name}", dcgan)
        for layer in network.layers
        for weight in sorted(layer.trainable_weights, key=lambda w: names.index(w.name))
    ]


@pytest.fixture(params=["fashion-mlp", "fashion-dcgan"])
def pair(request):
    """The recipe's networks, PyTorch's with the same weights, and whether it is the DCGAN."""
    keras.utils.set_random_seed(0)
    ours, dcgan = recipes.get(request.param).build(), request.param == "fashion-dcgan"
    theirs = torch_dcgan() if dcgan else torch_mlp()
    for layer in ours["discriminator"].layers:
        if hasattr(layer, "rate"):
            layer.rate = 0.0  # chance differs
    for name, network in theirs.items():
        values = values_of(ours[name], dcgan)
        for parameter, value in zip(network.parameters(), values, strict=True):
            assert tuple(parameter.shape) == value.shape
            parameter.data = torch.tensor(value)
    return ours, theirs, dcgan


def images_of(array):
    return np.asarray(array).transpose(0, 2, 3, 1)


def test_equal_weights_give_equal_images_and_probabilities(pair):
    ours, theirs, _ = pair
    noise = np.random.default_rng(0).standard_normal((BATCH, 100), np.float32)
    for training in (False, True):  # in this order: PyTorch keeps unbiased variances
        for network in theirs.values():
            network.train(training)
        images = ours["generator"](noise, training=training)
        made = theirs["generator"](torch.tensor(noise))
        np.testing.assert_allclose(images, images_of(made.detach()), atol=1e-4)
        said = ours["discriminator"](images, training=training)
        np.testing.assert_allclose(said, theirs["discriminator"](made).detach(), atol=1e-4)


def test_one_step_moves_the_weights_alike(pair):
    ours, theirs, dcgan = pair
    noise = np.random.default_rng(0).standard_normal((BATCH, 100), np.float32)
    with tf.GradientTape() as tape:
        said = ours["discriminator"](ours["generator"](noise, training=True), training=True)
        loss = -tf.reduce_mean(tf.math.log(said))
    weights = ours["generator"].trainable_variables
    keras.optimizers.SGD(0.1).apply(tape.gradient(loss, weights), weights)
    network = theirs["generator"]
    stepped = torch.optim.SGD(network.parameters(), lr=0.1)
    (-torch.log(theirs["discriminator"](network(torch.tensor(noise)))).mean()).backward()
    stepped.step()
    for value, parameter in zip(
        values_of(ours["generator"], dcgan), network.parameters(), strict=True
    ):
        np.testing.assert_allclose(value, parameter.detach(), atol=1e-4)


def test_both_start_from_the_same_range(pair):
    ours, _, dcgan = pair
    fresh = torch_dcgan() if dcgan else torch_mlp()
    for name, network in fresh.items():
        for value, parameter in zip(
            values_of(ours[name], dcgan), network.parameters(), strict=True
        ):
            if value.size > 1000:
                here, there = np.abs(value).max(), parameter.detach().abs().max().item()
                assert here == pytest.approx(there, rel=0.02)
