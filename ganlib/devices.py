"""The machine at hand: processors, devices, precision policies and strategies.

Mixed precision on GPUs follows https://www.tensorflow.org/guide/mixed_precision, distribution
https://www.tensorflow.org/guide/distributed_training.
"""

import contextlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ganlib.errors import GanlibError

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}
PRECISIONS = ("auto", *POLICIES)
STRATEGIES = ("none", "mirrored", "multiworker")


def cpu_flags() -> set[str]:
    """Feature names of the processor, where the system lists them (Linux); else an empty set.

    Without those of AVX-512 where oneDNN is told to pass them over: TensorFlow crashes in bfloat16
    then, and the machine is as slow as one that has AVX2 only.
    """
    flags = set(_cpuinfo("flags").split())
    return {f for f in flags if not f.startswith(("avx512", "amx"))} if imitates_avx2() else flags


def imitates_avx2() -> bool:
    """Whether oneDNN, which computes layers and products, is told to use AVX2 and nothing newer."""
    return os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper() == "AVX2"


def instructions() -> str:
    """The widest vectors of the processor, on which speed depends; empty if unknown or older."""
    flags = cpu_flags()
    if "avx512f" in flags:
        return "AVX-512, bfloat16" if flags & {"avx512_bf16", "amx_bf16"} else "AVX-512"
    return "AVX2" + ", imitated" * imitates_avx2() if "avx2" in flags else ""


def compute_capability() -> tuple[int, int] | None:
    """Compute capability of the first GPU that TensorFlow sees; None without one."""
    from ganlib.startup import tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return None
    return tf.config.experimental.get_device_details(gpus[0]).get("compute_capability", (0, 0))


@contextlib.contextmanager
def precision_policy(precision: str) -> Iterator[None]:
    """Networks and optimisers built inside compute in `precision`; variables stay float32."""
    from ganlib.startup import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(POLICIES[precision])
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def make_strategy(name: str) -> Any:
    """A ``tf.distribute`` strategy: "none" is the default one, "mirrored" uses all GPUs, else CPUs.

    "multiworker" reads the workers from TF_CONFIG and must come before any operation.
    """
    if name not in STRATEGIES:
        raise GanlibError(f"unknown strategy {name!r}; choose one of {', '.join(STRATEGIES)}")
    if name == "multiworker":
        try:
            json.loads(os.environ["TF_CONFIG"])["task"]["index"]
        except (ValueError, KeyError, TypeError):
            raise GanlibError(
                "strategy multiworker needs an environment variable TF_CONFIG with this worker's "
                "task: see https://www.tensorflow.org/tutorials/distribute/multi_worker_with_ctl"
            ) from None
    from ganlib.startup import quiet, tf

    if name == "none":
        return tf.distribute.get_strategy()
    with quiet():
        if name == "multiworker":
            return tf.distribute.MultiWorkerMirroredStrategy()
        found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in found])


def is_chief(strategy: Any) -> bool:
    """Whether this process writes the run folder: always, but for workers other than the first."""
    resolver = getattr(strategy, "cluster_resolver", None)
    if resolver is None or resolver.task_type in (None, "chief"):
        return True
    return not resolver.task_id and "chief" not in resolver.cluster_spec().jobs


def synchronize_batch_norm(*networks: Any) -> None:
    """Make batch normalisation use the statistics of the global batch, not of each replica's."""
    from ganlib.startup import keras

    for network in networks:
        for layer in network.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True


def worth_compiling(strategy: Any) -> bool:
    """XLA is on for a single GPU: on a CPU it halves the speed, under a strategy it fails."""
    from ganlib.startup import tf

    return bool(tf.config.list_logical_devices("GPU")) and strategy.num_replicas_in_sync == 1


def bar_interval() -> float:
    """Seconds until a progress bar is drawn anew: short in a terminal, long in a log file."""
    return 0.2 if sys.stderr and sys.stderr.isatty() else 15.0


def onednn() -> bool:
    """Whether TensorFlow computes with oneDNN: see `ganlib.startup`."""
    return os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "1"


def describe() -> dict[str, Any]:
    """Machine and versions, for a run's record."""
    import numpy

    import ganlib
    from ganlib.startup import keras, tf

    return {
        "machine": {
            "system": platform.system(),
            "processor": _cpuinfo("model name") or platform.processor() or platform.machine(),
            "instructions": instructions(),
            "onednn": onednn(),
            "cores": os.cpu_count(),
            "gpus": [
                tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name)
                for gpu in tf.config.list_physical_devices("GPU")
            ],
        },
        "versions": {
            "python": platform.python_version(),
            **{package.__name__: package.__version__ for package in (ganlib, tf, keras, numpy)},
        },
    }


def _cpuinfo(name: str) -> str:
    """The first entry of this name that Linux has about its processors; else nothing."""
    file = Path("/proc/cpuinfo")
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    found = re.search(rf"^{name}\s*:(.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""
