"""TensorFlow and Keras, imported without their start-up noise: ``from ganlib.startup import tf``.

TensorFlow logs straight to file descriptor 2 while it is imported and when it first computes. No
environment variable silences all of it without changing numerics, so the descriptor is redirected
for that moment, and what is not known noise is then shown. Memory growth on GPUs is turned on too
(https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth).
"""

import contextlib
import os
import platform
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from ganlib.errors import GanlibError, lacking

NOISE = re.compile(
    r"^\s*$"
    r"|^WARNING: All log messages before absl::InitializeLog"
    r"|^I\d{4} "  # absl's and TensorFlow's information level
    r"|^[\d-]+ [\d:.]+: I "
    r"|^INFO:tensorflow:"
    r"|^To enable the following instructions"
    r"|Could not find (cuda drivers on your machine|TensorRT)"
    r"|Unable to register cu(FFT|DNN|BLAS) factory"
    r"|computation placer already registered"
    r"|failed call to cuInit"
)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Redirect file descriptor 2, then pass on every line that is not known start-up noise."""
    try:
        saved = os.dup(2)
    except OSError:  # started without a standard error stream: there is nothing to keep clean
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            caught.seek(0)
            for line in caught.read().decode(errors="replace").splitlines():
                if not NOISE.search(line):
                    print(line, file=sys.stderr)


def _usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_backend(name: str) -> None:
    if name != "tensorflow":
        raise GanlibError(
            f"ganlib trains with TensorFlow, but Keras is set to {name!r}: set KERAS_BACKEND to "
            "tensorflow and start again"
        )


# Before Keras looks for it: the variable counts more than keras.json.
os.environ["KERAS_BACKEND"] = os.environ.get("KERAS_BACKEND") or "tensorflow"
_check_backend(os.environ["KERAS_BACKEND"])
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # hides information, keeps warnings
if platform.machine().lower() in ("x86_64", "amd64"):
    # Of itself TensorFlow takes oneDNN where there is AVX-512. It pays with AVX2 alone, too:
    # benchmarks/kernels.py.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
if _usable_cores() <= 2:
    # Small networks' operations are too short to be shared out. So each takes one core, and two
    # run side by side: benchmarks/threads.py. On more cores this is not measured.
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

_home = Path(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras"))
if (_home / "keras.json").exists() and not (_home / "keras.json").is_file():
    raise GanlibError(f"{_home / 'keras.json'} is not a file: remove it")

with quiet():
    try:
        import keras
    except ModuleNotFoundError as error:
        raise lacking(error) from None
    except (ValueError, TypeError, AttributeError, OSError, RecursionError, ImportError) as error:
        if isinstance(error, ImportError) and "NNX" not in str(error):
            raise  # a broken installation
        limits = [
            name for name in ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH") if name in os.environ
        ]
        raise GanlibError(
            f"Keras does not start ({type(error).__name__}: {str(error)[:200].rstrip('.')}): "
            f"{''.join(f'unset {name}, ' for name in limits)}correct or delete keras.json in "
            f"{_home}"
        ) from None
    # What the networks are written for, whatever keras.json says.
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    for limit in ("set_max_epochs", "set_max_steps_per_epoch"):  # newer versions cut `fit` short
        getattr(keras.config, limit, lambda most: None)(None)
    if keras.config.dtype_policy().name in ("float16", "float64"):  # from keras.json
        keras.config.set_dtype_policy("float32")
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # a notebook that used TensorFlow first has already set the GPU up
            warnings.warn(
                "import ganlib before using TensorFlow: memory growth is off", stacklevel=2
            )
    # Its layout pass fails, loudly and without consequence, on the gradient of LeakyReLU.
    tf.config.optimizer.set_experimental_options({"remapping": False})
    if "TF_CONFIG" not in os.environ:  # a multi-worker strategy must come before any operation
        tf.constant(0)

_check_backend(keras.backend.backend())  # a notebook may have imported it first

__all__ = ["keras", "quiet", "tf"]
