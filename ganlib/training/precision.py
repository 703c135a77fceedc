"""Which precision to train in: what the machine has, and what a step is large enough for.

Mixed precision on GPUs follows https://www.tensorflow.org/guide/mixed_precision.
"""

import functools
import time

from ganlib import devices
from ganlib.errors import GanlibError
from ganlib.models.flops import flops_per_image
from ganlib.recipes import Recipe

SMALL_STEP = 1e8
"""Floating-point operations of a step. Smaller ones are slower in bfloat16 than in float32 on a
processor, or no quicker: benchmarks/precision.py."""

ROUNDS = 5
CLEARLY = 0.9


def precision_for(recipe: Recipe, requested: str = "auto") -> str:
    """The precision to train a recipe in on this machine, unless one is requested.

    "bfloat16" on GPUs from compute capability 8.0 and, for steps of at least `SMALL_STEP`, on
    processors that are quicker in it; "float16" (with loss scaling) on GPUs from 7.0; else
    "float32".
    """
    if requested not in devices.PRECISIONS:
        choices = ", ".join(devices.PRECISIONS)
        raise GanlibError(f"unknown precision {requested!r}; choose one of {choices}")
    if requested != "auto":
        return requested
    if not recipe.optimizers:  # nothing is trained by gradients
        return "float32"
    if (capability := devices.compute_capability()) is not None:
        if capability >= (8, 0):
            return "bfloat16"
        return "float16" if capability >= (7, 0) else "float32"
    if not devices.cpu_flags() & {"avx512_bf16", "amx_bf16"}:
        return "float32"
    if recipe.batch_size * flops_per_image(**recipe.build()) < SMALL_STEP:
        return "float32"
    return "bfloat16" if quicker_in_bfloat16() else "float32"


@functools.cache
def quicker_in_bfloat16() -> bool:
    """Whether a matrix product takes clearly less time in bfloat16 than in float32; half a second.

    The instructions alone do not tell: some processors that have them are slower with them.
    """
    from ganlib.startup import tf

    times: dict[tf.DType, list[float]] = {tf.float32: [], tf.bfloat16: []}
    matrices = {dtype: tf.ones((1024, 1024), dtype) for dtype in times}
    for _ in range(ROUNDS):
        for dtype, matrix in matrices.items():
            start = time.perf_counter()
            tf.linalg.matmul(matrix, matrix)[0, 0].numpy()
            times[dtype].append(time.perf_counter() - start)
    return min(times[tf.bfloat16]) < CLEARLY * min(times[tf.float32])
