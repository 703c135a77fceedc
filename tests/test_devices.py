"""Precision and strategy by machine; GPUs are faked, since the tests run where there is none."""

import dataclasses
import types

import pytest

from ganlib import devices, recipes
from ganlib.errors import GanlibError
from ganlib.startup import keras, tf
from ganlib.training import precision


@pytest.mark.parametrize(
    ("capability", "flags", "quicker", "chosen"),
    [
        ((9, 0), set(), False, "bfloat16"),
        ((8, 0), set(), False, "bfloat16"),
        ((7, 5), {"avx512_bf16"}, True, "float16"),
        ((7, 0), set(), False, "float16"),
        ((6, 1), {"avx512_bf16"}, True, "float32"),
        (None, {"avx2", "avx512_bf16"}, True, "bfloat16"),
        (None, {"avx2", "avx512_bf16"}, False, "float32"),
        (None, {"amx_bf16"}, True, "bfloat16"),
        (None, {"avx2"}, True, "float32"),
        (None, set(), True, "float32"),
    ],
)
def test_auto_takes_what_the_machine_has(monkeypatch, capability, flags, quicker, chosen):
    monkeypatch.setattr(precision, "quicker_in_bfloat16", lambda: quicker)
    monkeypatch.setattr(devices, "cpu_flags", lambda: flags)
    monkeypatch.setattr(devices, "compute_capability", lambda: capability)
    assert precision.precision_for(recipes.get("mnist-baseline")) == chosen


@pytest.mark.parametrize(
    ("capability", "name", "batch_size", "chosen"),
    [
        (None, "mnist-baseline", 1, "bfloat16"),
        (None, "mnist-nn", 64, "bfloat16"),
        (None, "mnist-nn", 32, "float32"),
        ((9, 0), "mnist-nn", 32, "bfloat16"),
        (None, "mnist-pca", 100_000, "float32"),
    ],
)
def test_auto_takes_float32_where_a_processor_has_little_to_compute(
    monkeypatch, capability, name, batch_size, chosen
):
    monkeypatch.setattr(devices, "cpu_flags", lambda: {"avx512_bf16"})
    monkeypatch.setattr(precision, "quicker_in_bfloat16", lambda: True)
    monkeypatch.setattr(devices, "compute_capability", lambda: capability)
    recipe = dataclasses.replace(recipes.get(name), batch_size=batch_size)
    assert precision.precision_for(recipe) == chosen
    assert precision.precision_for(recipe, "float16") == "float16"


def test_whether_bfloat16_is_quicker_is_measured(monkeypatch):
    clock = iter(range(1000))
    taken = iter([5, 3] * precision.ROUNDS)  # seconds in float32, in bfloat16, in turn
    now = [0]

    def tick():
        if next(clock) % 2:
            now[0] += next(taken)
        return now[0]

    monkeypatch.setattr(precision.time, "perf_counter", tick)
    precision.quicker_in_bfloat16.cache_clear()
    assert precision.quicker_in_bfloat16()
    taken = iter([5, 5] * precision.ROUNDS)
    precision.quicker_in_bfloat16.cache_clear()
    assert not precision.quicker_in_bfloat16()
    precision.quicker_in_bfloat16.cache_clear()


def test_an_unknown_precision_is_refused():
    with pytest.raises(GanlibError, match="unknown precision 'int8'"):
        precision.precision_for(recipes.get("mnist-baseline"), "int8")


def test_the_compute_capability_is_that_of_the_first_gpu(monkeypatch):
    assert devices.compute_capability() is None or len(devices.compute_capability()) == 2
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["gpu0", "gpu1"])
    details = {"gpu0": {"compute_capability": (7, 5)}, "gpu1": {}}
    monkeypatch.setattr(tf.config.experimental, "get_device_details", details.get)
    assert devices.compute_capability() == (7, 5)
    details["gpu0"] = {}  # an AMD GPU tells none
    assert precision.precision_for(recipes.get("mnist-baseline")) == "float32"


def test_xla_is_on_for_one_gpu_only(monkeypatch):
    class Strategy:
        num_replicas_in_sync = 1

    gpus = []
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind=None: gpus)
    assert not devices.worth_compiling(Strategy)
    gpus.append("gpu0")
    assert devices.worth_compiling(Strategy)
    Strategy.num_replicas_in_sync = 2
    assert not devices.worth_compiling(Strategy)


def test_a_policy_holds_inside_its_block_only():
    with pytest.raises(ZeroDivisionError), devices.precision_policy("bfloat16"):
        layer = keras.layers.Dense(1)
        layer.build((None, 2))
        raise ZeroDivisionError
    assert layer.compute_dtype == "bfloat16" and layer.kernel.dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize("name", ["tpu", "multiworker"])
def test_a_strategy_that_cannot_be_is_one_sentence(monkeypatch, name):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(GanlibError, match="TF_CONFIG" if name == "multiworker" else "unknown"):
        devices.make_strategy(name)


def test_only_the_first_worker_is_chief():
    class Resolver:
        def __init__(self, task_type, task_id, *jobs):
            self.task_type, self.task_id = task_type, task_id
            self.cluster_spec = lambda: types.SimpleNamespace(jobs=jobs)

    def chief(*task):
        return devices.is_chief(types.SimpleNamespace(cluster_resolver=Resolver(*task)))

    assert devices.is_chief(object())
    assert chief("worker", 0, "worker") and not chief("worker", 1, "worker")
    assert chief("chief", 0, "chief", "worker") and not chief("worker", 0, "chief", "worker")


def test_a_damaged_tf_config_is_one_sentence(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "garbage")
    with pytest.raises(GanlibError, match="TF_CONFIG with this worker's task"):
        devices.make_strategy("multiworker")


def test_a_processor_that_onednn_takes_for_avx2_is_one(monkeypatch):
    listed = "avx2 avx512f avx512_bf16 amx_bf16"
    monkeypatch.setattr(devices, "_cpuinfo", lambda name: listed)
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    assert devices.instructions() == "AVX-512, bfloat16"
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "avx2")
    assert devices.cpu_flags() == {"avx2"}
    assert devices.instructions() == "AVX2, imitated"
    assert precision.precision_for(recipes.get("mnist-baseline")) == "float32"
