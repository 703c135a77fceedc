"""TensorFlow and Keras, imported without their start-up noise: ``from ganlib.startup import tf``.

Importing this module also turns on memory growth on GPUs, which has to happen before the first
operation (https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth).
"""

import os
import warnings

from ganlib.errors import GanlibError
from ganlib.quiet import quiet


def _wrong_backend(name: str) -> GanlibError:
    return GanlibError(
        f"ganlib trains with TensorFlow, but Keras is set to {name!r}: set KERAS_BACKEND to "
        "tensorflow and start again"
    )


if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
    raise _wrong_backend(os.environ["KERAS_BACKEND"])  # before Keras looks for that backend
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # hides information, keeps warnings

with quiet():
    import keras
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

if keras.backend.backend() != "tensorflow":  # Keras's own file, ~/.keras/keras.json, says so
    raise _wrong_backend(keras.backend.backend())

__all__ = ["keras", "tf"]
