"""Several devices, and several processes, against one device; each in processes of its own.

Two logical CPUs stand for two GPUs. With SGD and without batch normalisation the weights must be
those of one device up to float32 rounding: Adam would hide a gradient that is summed twice.
"""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from ganlib.runs.folder import RunFolder
from ganlib.training import checkpoints

PROGRAM = """
import dataclasses, sys
import numpy as np
strategy, output, options = sys.argv[1], sys.argv[2], sys.argv[3:]
if strategy == "mirrored":
    import tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from ganlib.datasets import Dataset
from ganlib.recipes import Network, Optimizer, Recipe
from ganlib.training.train import train
sgd = Optimizer("SGD", {"learning_rate": 0.05})
from ganlib.startup import keras
from ganlib.systems.latents import Part
layers = keras.layers
tanh = {"activation": "tanh"}
generator = lambda image_shape: keras.Sequential(
    [layers.Input((4,)), layers.Dense(64, **tanh), layers.Reshape((8, 8, 1))])
critic = lambda image_shape: keras.Sequential(
    [layers.Input((8, 8, 1)), layers.Flatten(), layers.Dense(8, **tanh), layers.Dense(1)])
recipe = Recipe("dense", "dense", "tests", "tiny", (8, 8, 1),
                {"generator": Network(generator), "discriminator": Network(critic)},
                {"generator": sgd, "discriminator": sgd},
                latent={"noise": Part("normal", 4)}, batch_size=16)
if "wgan" in options:
    recipe = dataclasses.replace(recipe, objective="wasserstein", kind="alternating",
                                 options={"n_critic": 2, "clip": 0.2})
if "linear" in options:
    recipe = dataclasses.replace(recipe, schedule="linear")
rng = np.random.default_rng(0)
data = Dataset("tiny", "train", rng.integers(0, 256, (71, 8, 8, 1), dtype=np.uint8), None,
               "synthetic", "a test")
train(recipe, data, output, epochs=2, precision="float32", strategy=strategy, display="none",
      resume="resume" in options)
"""


def start(strategy: str, output, *options: str, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, strategy, str(output), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )


def finish(*processes: subprocess.Popen) -> None:
    for process in processes:
        output, _ = process.communicate(timeout=240)
        assert process.returncode == 0, output


def result(output) -> tuple[dict[str, np.ndarray], list[dict]]:
    run = RunFolder.existing(output)
    newest = checkpoints.list_newest_first(run.checkpoints)[0]
    keys = ("step", "images", "d_loss", "g_loss")
    return checkpoints.read(newest)[0], [{k: row[k] for k in keys} for row in run.history]


def assert_equal_up_to_rounding(output, reference) -> None:
    (weights, history), (expected, expected_history) = result(output), result(reference)
    assert weights.keys() == expected.keys()
    for name, array in weights.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-4, atol=1e-6, err_msg=name)
    for row, expected_row in zip(history, expected_history, strict=True):
        assert row == pytest.approx(expected_row, rel=1e-4)


@pytest.fixture(scope="module")
def one_device(tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    kinds = ("gan", "wgan", "linear")
    finish(*(start("none", folder / kind, kind) for kind in kinds))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gan", "wgan", "linear"])
def test_two_mirrored_devices_equal_one(one_device, tmp_path, kind):
    finish(start("mirrored", tmp_path / kind, kind))
    assert RunFolder(tmp_path / kind).record["strategy"]["replicas"] == 2
    assert_equal_up_to_rounding(tmp_path / kind, one_device / kind)


@pytest.mark.slow
def test_two_workers_equal_one(one_device, tmp_path):
    sockets = [socket.socket() for _ in range(2)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{s.getsockname()[1]}" for s in sockets]
    for s in sockets:
        s.close()
    workers = []
    for index in range(2):
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        workers.append(start("multiworker", tmp_path / "gan", TF_CONFIG=json.dumps(config)))
    finish(*workers)
    assert RunFolder(tmp_path / "gan").record["strategy"] == {"name": "multiworker", "replicas": 2}
    assert_equal_up_to_rounding(tmp_path / "gan", one_device / "gan")
