"""Each convolution and product of a step, alone: by TensorFlow, oneDNN and PyTorch.

    python benchmarks/kernels.py [--recipe NAME …] [--rounds 5] [--json FILE]

TensorFlow computes them itself or hands them to the library oneDNN, as the environment variable
TF_ENABLE_ONEDNN_OPTS says. Every operation of a recipe's step is timed on one core in float32, on
made-up tensors, in both ways and, where PyTorch is installed, in both of its memory layouts, in
turn. The median of the rounds counts. *GFLOP/s* are 2 for each multiplication with an addition.
The last column is the share of the step's time in TensorFlow's own code.

    python benchmarks/kernels.py --steps 20

trains every recipe but the CycleGANs, or those named, so many steps without oneDNN and with it,
from the same weights on the same batches, and prints how far the weights are apart, beside what a
change of half of the weights by a rounding does.
"""

import argparse
import dataclasses
import functools
import json
import math
import os
import statistics
import time
import timeit
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contestants import Side, describe, torch_is_here
from tqdm import tqdm

from ganlib import recipes
from ganlib.models.flops import Operation, operations
from ganlib.recipes import Recipe
from ganlib.recipes.vary import vary

DEFAULT = ("mnist-baseline", "svhn-baseline", "mnist-express", "svhn-express")
MOST = 64  # images of a batch: more take longer and show the same
SHORTEST = 0.004  # seconds of a measurement; shorter operations are repeated
CONTROLS = 2  # runs with some weights rounded otherwise
IN_A_CALL = 4  # small operations one after the other: TensorFlow takes a while to be called
FAR = 0.01  # of what weights have moved
LARGE = 1e8  # multiply-accumulates of an operation that is called alone


@dataclasses.dataclass(frozen=True)
class Shape:
    """An operation by what decides its time: a convolution's geometry, or a product's."""

    what: str  # forward, input gradient or kernel gradient, of a convolution or product
    images: int
    large: tuple[int, ...]  # the side of a convolution's inputs, or a product's
    small: tuple[int, ...]  # that of its outputs
    kernel: tuple[int, ...]
    stride: int = 1
    padding: str = "SAME"


def shape_of(operation: Operation, images: int) -> Shape:
    """A transposed convolution's forward is a convolution's way back to its inputs."""
    layer = operation.layer
    sides = [tuple(t.shape[1:]) for t in (layer.input, layer.output)]
    what = operation.what.replace("weight", "kernel")
    if "Transpose" in type(layer).__name__:
        sides.reverse()
        what = {"forward": "input gradient", "input gradient": "forward"}.get(what, what)
    geometry = (
        (layer.strides[0], layer.padding.upper()) if len(layer.kernel.shape) == 4 else (1, "")
    )
    return Shape(what, images, sides[0], sides[1], tuple(layer.kernel.shape), *geometry)


def tensors(shape: Shape) -> dict[str, np.ndarray]:
    """Inputs, outputs' gradient and kernel from N(0, 1)."""
    rng = np.random.default_rng(0)
    sizes = {"x": (shape.images, *shape.large), "dy": (shape.images, *shape.small)}
    return {
        name: rng.standard_normal(size).astype(np.float32)
        for name, size in (sizes | {"w": shape.kernel}).items()
    }


def in_a_call(shape: Shape) -> int:
    """How often `in_tensorflow` does an operation."""
    places = math.prod(shape.small[:-1])
    return 1 if shape.images * places * math.prod(shape.kernel) > LARGE else IN_A_CALL


def in_tensorflow(shape: Shape, precision: str) -> dict[str, Any]:
    """A function that does an operation once, or `IN_A_CALL` times: see `in_a_call`."""
    from ganlib.startup import tf

    made_up = tensors(shape)
    x, dy, w = (tf.cast(made_up[name], precision) for name in ("x", "dy", "w"))
    if len(shape.kernel) == 2:
        do = {
            "forward": lambda: tf.matmul(x, w),
            "input gradient": lambda: tf.matmul(dy, w, transpose_b=True),
            "kernel gradient": lambda: tf.matmul(x, dy, transpose_a=True),
        }[shape.what]
    else:
        how: dict[str, Any] = {
            "strides": (1, shape.stride, shape.stride, 1),
            "padding": shape.padding,
        }
        do = {
            "forward": lambda: tf.raw_ops.Conv2D(input=x, filter=w, **how),
            "input gradient": lambda: tf.raw_ops.Conv2DBackpropInput(
                input_sizes=x.shape, filter=w, out_backprop=dy, **how
            ),
            "kernel gradient": lambda: tf.raw_ops.Conv2DBackpropFilter(
                input=x, filter_sizes=shape.kernel, out_backprop=dy, **how
            ),
        }[shape.what]

    def several() -> list[Any]:
        results: list[Any] = []  # all are returned, or TensorFlow leaves some out
        for _ in range(in_a_call(shape)):
            with tf.control_dependencies(results[-1:]):
                results.append(do())
        return results

    traced = tf.function(several, autograph=False).get_concrete_function()
    return {"tensorflow": lambda: traced()[-1].numpy()}


def in_torch(shape: Shape, precision: str) -> dict[str, Any]:
    """A function for each of PyTorch's memory layouts; padding is symmetrical."""
    import torch

    torch.set_grad_enabled(False)
    stride, dtype = shape.stride, getattr(torch, precision)
    arrays = {name: torch.from_numpy(made_up).to(dtype) for name, made_up in tensors(shape).items()}
    if len(shape.kernel) == 2:
        x, dy, w = (arrays[name] for name in ("x", "dy", "w"))
        weight = w.t().contiguous()  # as torch.nn.Linear keeps it
        do = {
            "forward": lambda: x @ weight.t(),
            "input gradient": lambda: dy @ weight,
            "kernel gradient": lambda: dy.t() @ x,
        }[shape.what]
        return {"torch": do}
    pads = (shape.kernel[0] - 1) // 2 if shape.padding == "SAME" else 0
    made: dict[str, Any] = {}
    for name, layout in (
        ("torch", torch.contiguous_format),
        ("torch channels_last", torch.channels_last),
    ):
        x, dy = (
            arrays[key].permute(0, 3, 1, 2).contiguous(memory_format=layout) for key in ("x", "dy")
        )
        w = arrays["w"].permute(3, 2, 0, 1).contiguous(memory_format=layout)
        y = torch.nn.functional.conv2d(x, w, stride=stride, padding=pads)
        dy = dy[:, :, : y.shape[2], : y.shape[3]].contiguous(memory_format=layout)

        def back(mask: list[bool], x: Any = x, dy: Any = dy, w: Any = w) -> Any:
            return torch.ops.aten.convolution_backward(
                dy, x, w, None, [stride] * 2, [pads] * 2, [1, 1], False, [0, 0], 1, mask
            )

        made[name] = {
            "forward": functools.partial(torch.nn.functional.conv2d, x, w, None, stride, pads),
            "input gradient": functools.partial(back, [True, False, False]),
            "kernel gradient": functools.partial(back, [False, True, False]),
        }[shape.what]
    return made


class Alone:
    """Single operations by one library, in a process of its own: see `Side`."""

    def __init__(self, recipe: Recipe, images: Any, precision: str, library: str) -> None:
        self.library, self.precision = library, precision
        self.functions: dict[Shape, dict[str, Any]] = {}
        self.times: dict[tuple[Shape, str], int] = {}
        if library == "torch":
            import torch

            torch.set_num_threads(1)
            self.make = in_torch
        else:
            set_onednn(library)
            self.make = in_tensorflow

    def prepare(self, shape: Shape) -> None:
        """Trace an operation, and find how often to call it."""
        self.functions[shape] = self.make(shape, self.precision)
        if self.library == "oneDNN":
            self.functions[shape] = {"oneDNN": self.functions[shape]["tensorflow"]}
        for name, function in self.functions[shape].items():
            function()
            start = time.perf_counter()
            function()
            self.times[shape, name] = max(1, round(SHORTEST / (time.perf_counter() - start)))

    def measure(self, shape: Shape) -> dict[str, float]:
        """Seconds of one operation, by name."""
        seconds, often = {}, 1 if self.library == "torch" else in_a_call(shape)
        for name, function in self.functions[shape].items():
            start = time.perf_counter()
            for _ in range(self.times[shape, name]):
                function()
            seconds[name] = (time.perf_counter() - start) / (self.times[shape, name] * often)
        return seconds

    def bounds(self) -> dict[str, float]:
        """What one core reaches: GFLOP/s of a large product, GB read and written in a second."""
        from ganlib.startup import tf

        a, long = tf.ones((2048, 2048)), tf.ones((1 << 25,))
        product, moved = (
            min(timeit.repeat(lambda do=do: do().numpy()[:1], number=1, repeat=5))  # type: ignore[misc]
            for do in (lambda: tf.matmul(a, a), lambda: long + 1.0)
        )
        return {"gflops": 2e-9 * 2048**3 / product, "gbytes": 8e-9 * (1 << 25) / moved}


def set_onednn(library: str) -> None:
    """Before TensorFlow is imported: whether it uses oneDNN."""
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = str(int(library == "oneDNN"))


def sides_for(precision: str) -> list[Side]:
    """A process for each library that is installed."""
    libraries = ("tensorflow", "oneDNN", *["torch"] * torch_is_here())
    return [
        Side(Alone, None, list, precision, library=library)  # type: ignore[arg-type]
        for library in libraries
    ]


class Floor:
    """The convolutions and products of a recipe's step, each alone where it is quickest.

    Batches of more than `MOST` images are timed as `MOST`, and count as many times as much.
    """

    def __init__(self, recipe: Recipe, precision: str) -> None:
        images = min(recipe.batch_size, MOST)
        networks = recipe.build()
        generator = networks.pop("generator")
        self.times: dict[Shape, float] = {}
        for operation in operations(generator, **networks):
            shape = shape_of(operation, images)
            share = operation.times * recipe.batch_size / images
            self.times[shape] = self.times.get(shape, 0.0) + share
        self.sides = sides_for(precision)
        for shape in tqdm(self.times, desc="operations", leave=False):
            for side in self.sides:
                side.call("prepare", shape)
        self.found: dict[Shape, dict[str, list[float]]] = {}

    def measure(self) -> None:
        """One round of all operations."""
        for shape in self.times:
            for side in self.sides:
                for library, taken in side.call("measure", shape).items():
                    self.found.setdefault(shape, {}).setdefault(library, []).append(taken)

    def seconds(self) -> list[float]:
        """Of every round, by the libraries that are the quickest by their medians."""
        best = [
            [self.times[shape] * taken for taken in min(ways.values(), key=statistics.median)]
            for shape, ways in self.found.items()
        ]
        return [sum(seconds) for seconds in zip(*best, strict=True)]

    def close(self) -> None:
        """End the processes."""
        for side in self.sides:
            side.close()


def recipe_of(name: str) -> Recipe:
    """The recipe; `svhn-baseline` in colour, as in `throughput.py`."""
    recipe = recipes.get(name)
    return vary(recipe, channels=3) if name.startswith("svhn-baseline") else recipe


def time_operations(sides: Sequence[Side], name: str, rounds: int) -> list[dict[str, Any]]:
    """Every operation of a recipe's step by every library: seconds of all rounds."""
    recipe = recipe_of(name)
    networks = recipe.build()
    generator = networks.pop("generator")
    found = []
    for operation in tqdm(operations(generator, **networks), desc=name, unit="operation"):
        shape = shape_of(operation, min(recipe.batch_size, MOST))
        for side in sides:
            side.call("prepare", shape)
        seconds: dict[str, list[float]] = {}
        for _ in range(rounds):
            for side in sides:
                for library, taken in side.call("measure", shape).items():
                    seconds.setdefault(library, []).append(taken)
        found.append(
            {
                "layer": operation.layer.name,
                "operation": operation.what,
                "times": operation.times,
                "macs": operation.macs * shape.images,
                **dataclasses.asdict(shape),
                "seconds": seconds,
            }
        )
    return found


def report(name: str, found: Sequence[Mapping[str, Any]]) -> None:
    """Print a recipe's table, and what a step takes in all by each library."""
    medians = [{k: statistics.median(v) for k, v in one["seconds"].items()} for one in found]
    whole = sum(one["times"] * m["tensorflow"] for one, m in zip(found, medians, strict=True))
    print(f"\n{name}, batch {found[0]['images']}: ms (GFLOP/s) of each operation, alone")
    for one, median in zip(found, medians, strict=True):
        print(
            f"{one['layer']:<20} {one['operation']:<16} ×{one['times']}  "
            + "  ".join(
                f"{form} {1000 * s:.2f} ({2e-9 * one['macs'] / s:.0f})"
                for form, s in median.items()
            )
            + f"  {one['times'] * median['tensorflow'] / whole:.0%}"
        )
    names = tuple(dict.fromkeys(library for median in medians for library in median))
    for libraries in (*((library,) for library in names), names):
        best = sum(
            one["times"] * min(m.get(library, m["tensorflow"]) for library in libraries)
            for one, m in zip(found, medians, strict=True)
        )
        print(f"sum of a step, best of {', '.join(libraries)}: {1000 * best:.1f} ms")


class Steps:
    """Trains recipes without oneDNN or with it, in a process of its own: see `Side`."""

    def __init__(self, recipe: Recipe, images: Any, precision: str, library: str) -> None:
        set_onednn(library)

    def weights(self, name: str, steps: int, rounded: int | None = None) -> dict[int, np.ndarray]:
        """All trainable weights before the first step, after it, and after so many, as vectors.

        Batches are of at most 16 images. With `rounded`, a seed, half of the weights are changed at
        the start by a rounding, 1.2e-7 of their size.
        """
        from ganlib.startup import tf

        recipe = dataclasses.replace(recipes.get(name), steps_per_execution=1)
        size = min(recipe.batch_size, 16)
        system = recipe.system(seed=0)
        weights = [w for net in system.networks.values() for w in net.trainable_variables]
        if rounded is not None:
            rng = np.random.default_rng(rounded)
            for weight in weights:
                changed = rng.integers(0, 2, weight.shape).astype(np.float32)
                weight.assign(weight.numpy() * (1 + np.finfo(np.float32).eps * changed))
        rng = np.random.default_rng(0)
        found = {0: np.concatenate([weight.numpy().ravel() for weight in weights])}
        for step in range(steps):
            images = rng.uniform(-1, 1, (size, *recipe.image_shape)).astype(np.float32)
            labels = rng.integers(0, 10, size)
            system.step({"images": tf.constant(images), "labels": tf.constant(labels)}, step)
            if step + 1 in (1, steps):
                found[step + 1] = np.concatenate([weight.numpy().ravel() for weight in weights])
        return found


def distance_after(name: str, steps: int, sides: Sequence[Side]) -> dict[str, dict[str, float]]:
    """How far weights are apart after one step and after so many, and how far they have moved.

    "oneDNN" is TensorFlow with oneDNN against TensorFlow without. "rounding" is the control:
    TensorFlow against itself with half of the weights changed at the start by a rounding, the
    farther of `CONTROLS` such runs. Root mean squares over all weights of all networks.
    "far": the share of weights that oneDNN puts farther away than `FAR` times what weights have
    moved. Adam's first step has the size of its rate, and only its sign is the gradient's, so
    weights whose gradient is 0 but for rounding may go either way.

    Parameters
    ----------
    sides : of `Steps`, without oneDNN and with it
    """
    plain, other = (side.call("weights", name, steps) for side in sides)
    rounded = [sides[0].call("weights", name, steps, seed) for seed in range(CONTROLS)]

    def root(values: np.ndarray) -> float:
        return float(np.sqrt(np.mean(np.square(values))))

    return {
        str(step): {
            "oneDNN": root(other[step] - plain[step]),
            "rounding": max(root(weights[step] - plain[step]) for weights in rounded),
            "moved": (moved := root(plain[step] - plain[0])),
            "far": float(np.mean(np.abs(other[step] - plain[step]) > FAR * moved)),
        }
        for step in list(plain)[1:]
    }


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipe", nargs="+", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, help="compare weights after so many steps instead")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    record: dict[str, Any] = describe()
    if arguments.steps:
        record["steps"] = arguments.steps
        record["weights"] = {}
        both: list[Any] = [
            Side(Steps, None, list, "float32", library=library)  # type: ignore[arg-type]
            for library in ("tensorflow", "oneDNN")
        ]
        chosen = arguments.recipe or [
            name
            for name, recipe in recipes.RECIPES.items()
            if not recipe.fitted and recipe.kind != "cyclegan"
        ]
        for name in chosen:
            distances = distance_after(name, arguments.steps, both)
            record["weights"][name] = distances
            for step, apart in distances.items():
                words = "  ".join(f"{what} {value:.1e}" for what, value in apart.items())
                print(f"{name:<24} step {step:>3}  {words}", flush=True)
    else:
        sides = sides_for("float32")
        record |= {"one core": sides[1].call("bounds"), "recipes": {}}
        for name in arguments.recipe or DEFAULT:
            found = time_operations(sides, name, arguments.rounds)
            record["recipes"][name] = found
            report(name, found)
        for side in sides:
            side.close()
    if arguments.json:
        before = json.loads(arguments.json.read_text()) if arguments.json.exists() else {}
        arguments.json.write_text(json.dumps(before | record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
