"""TensorFlow and Keras, imported without their start-up noise: ``from ganlib.startup import tf``.

Importing this module also turns on memory growth on GPUs, which has to happen before the first
operation (https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth).
"""

import os
import warnings

from ganlib.quiet import quiet

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

if keras.backend.backend() != "tensorflow":
    from ganlib.errors import GanlibError

    raise GanlibError(
        f"ganlib trains with TensorFlow, but Keras is set to {keras.backend.backend()!r}: "
        "unset KERAS_BACKEND, or set it to tensorflow, and start again"
    )

__all__ = ["keras", "tf"]
