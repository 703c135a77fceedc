"""Start-up noise is held back, everything else comes through."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ganlib.startup import quiet


def test_known_noise_is_dropped_and_the_rest_is_passed_on(capfd):
    noise = [
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "I0000 00:00:1795330045.616733    2775 port.cc:153] oneDNN custom operations are on.",
        "2026-11-22 06:47:24.1: I tensorflow/core/util/port.cc:153] oneDNN custom operations",
        "E0000 00:00:1 12 cuda_dnn.cc:8579] Unable to register cuDNN factory: already registered",
    ]
    real = [
        "W0000 00:00:1 12 gpu_device.cc:2431] TensorFlow was not built with CUDA kernels",
        "oops",
    ]
    with quiet():
        os.write(2, "\n".join(noise + real).encode() + b"\n")
        print("from python", file=sys.stderr)
    os.write(2, b"after\n")
    *during, after = capfd.readouterr().err.splitlines()
    assert sorted(during) == sorted([*real, "from python"]) and after == "after"


def test_what_was_written_before_an_error_is_not_lost(capfd):
    with pytest.raises(RuntimeError), quiet():
        os.write(2, b"the cause\n")
        raise RuntimeError
    assert capfd.readouterr().err == "the cause\n"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed differently there")
def test_it_works_without_a_standard_error_stream():
    program = "from ganlib.startup import quiet\nwith quiet():\n    print('fine')"
    done = subprocess.run(
        ["sh", "-c", f'exec "{sys.executable}" -c "{program}" 2>&-'], capture_output=True, text=True
    )
    assert done.stdout == "fine\n"


def test_another_keras_backend_is_refused_in_one_sentence():
    environment = {**os.environ, "KERAS_BACKEND": "numpy"}
    done = subprocess.run(
        [sys.executable, "-m", "ganlib", "summary", "mnist-baseline"],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 2
    assert "Keras is set to 'numpy'" in done.stderr and done.stderr.count("\n") == 1


CONFIGURED = """
import keras, sys
from ganlib.startup import keras, tf
assert keras.config.image_data_format() == "channels_last" and keras.config.floatx() == "float32"
from ganlib import recipes
critic = recipes.get("mnist-express").system().networks["discriminator"]
assert critic(tf.zeros((2, 28, 28, 1))).shape == (2, 1)
assert keras.backend.backend() == "tensorflow" and keras.config.dtype_policy().name == "float32"
"""


@pytest.mark.parametrize(
    ("settings", "keras_first"),
    [
        ({"image_data_format": "channels_first", "floatx": "float64", "epsilon": 0.5}, True),
        ({"image_data_format": "channels_first", "floatx": "float64", "epsilon": 0.5}, False),
        ({"backend": "jax", "floatx": "float16"}, False),
        ("no json {", False),
        ("\ufeff{}", True),
        ({"backend": "mxnet", "epsilon": float("nan")}, False),
        ({"max_epochs": 1, "max_steps_per_epoch": 2}, True),
    ],
)
def test_no_keras_json_changes_a_run(tmp_path, settings, keras_first):
    text = settings if isinstance(settings, str) else json.dumps(settings)
    (tmp_path / "keras.json").write_text(text, encoding="utf-8")
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    environment.pop("KERAS_BACKEND", None)
    program = CONFIGURED if keras_first else CONFIGURED.replace("import keras, sys\n", "")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "settings",
    [
        '{"floatx": "bfloat17"}',
        '{"floatx": 16}',
        '{"epsilon": 1}',
        "[]",
        "null",
        '{"image_data_format": "channels_middle"}',
        '{"nnx_enabled": true}',
        "[" * 100_000,
    ],
)
def test_a_keras_json_that_keras_refuses_is_named(tmp_path, settings):
    (tmp_path / "keras.json").write_text(settings)
    done = subprocess.run(
        [sys.executable, "-m", "ganlib", "summary", "mnist-baseline"],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_HOME": str(tmp_path)},
    )
    assert done.returncode == 2, done.stderr
    assert f"correct or delete keras.json in {tmp_path}" in done.stderr
    assert done.stderr.count("\n") == 1


def start(tmp_path, **variables):
    """What a command writes on standard error, where it is refused."""
    done = subprocess.run(
        [sys.executable, "-m", "ganlib", "summary", "mnist-baseline"],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_HOME": str(tmp_path), **variables},
        timeout=60,
    )
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("kind", ["mkdir", "mkfifo"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_keras_json_that_is_no_file_is_named_and_nobody_waits(tmp_path, kind):
    getattr(os, kind)(tmp_path / "keras.json")
    assert f"{tmp_path}/keras.json is not a file: remove it" in start(tmp_path)


def test_a_variable_that_keras_cannot_read_is_named(tmp_path):
    assert "unset KERAS_MAX_EPOCHS, correct or" in start(tmp_path, KERAS_MAX_EPOCHS="ten")


def test_no_limit_of_keras_cuts_the_training_of_a_judge_short():
    program = "from ganlib.startup import keras; print(keras.config.max_epochs())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_MAX_EPOCHS": "1"},
    )
    assert done.stdout == "None\n" or "max_epochs" in done.stderr  # as in Keras before 3.12


@pytest.mark.parametrize("start", [["-m", "ganlib", "recipes"], ["-c", "import ganlib.startup"]])
def test_a_python_without_the_packages_is_named_with_what_to_do(start):
    root = Path(__file__).resolve().parent.parent
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-S", *start]  # without the folder of installed packages
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    told = done.stderr.strip().splitlines()[-1]
    assert f"{sys.executable} lacks " in told and f'-m pip install -e "{root}"' in told
    if start[0] == "-m":
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
