"""Each convolution and product of a step, alone: TensorFlow's form, the quick one, PyTorch's.

    python benchmarks/forms.py [--recipe NAME …] [--rounds 5] [--json FILE]

Every operation of a recipe's step is timed on one core in float32, on made-up tensors, in the
forms of `ganlib.models.operations` and, where PyTorch is installed, in both of its memory layouts,
in turn. The median of the rounds counts. *GFLOP/s* are 2 for each multiplication with an addition,
by the plain convolution's count, whatever a form really does. The last column is the share of the
step's time in TensorFlow's own forms.

    python benchmarks/forms.py --steps 20

trains every recipe so many steps in both forms, from the same weights on the same batches, and
prints how far the weights are from each other, beside how far they have moved.
"""

import argparse
import dataclasses
import functools
import json
import statistics
import time
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
IN_A_CALL = 4  # operations one after the other: TensorFlow takes a while to be called


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


def in_tensorflow(shape: Shape) -> dict[str, Any]:
    """A function for TensorFlow's form and one for the quick form."""
    from ganlib.models import operations as quick
    from ganlib.startup import tf

    x, dy, w = (tf.constant(tensors(shape)[name]) for name in ("x", "dy", "w"))
    stride, padding, size = shape.stride, shape.padding, shape.large[:-1]
    if len(shape.kernel) == 2:

        def gradients(x: Any, w: Any, dy: Any) -> tuple[Any, Any]:
            with tf.GradientTape() as tape:
                tape.watch([x, w])
                outputs = quick.matmul(x, w)
            return tape.gradient(outputs, [x, w], output_gradients=dy)

        do: dict[str, tuple[Any, Any]] = {
            "forward": (lambda: x @ w, lambda: quick.matmul(x, w)),
            "input gradient": (
                lambda: tf.matmul(dy, w, transpose_b=True),
                lambda: gradients(x, w, dy)[0],
            ),
            "kernel gradient": (
                lambda: tf.matmul(x, dy, transpose_a=True),
                lambda: gradients(x, w, dy)[1],
            ),
        }
    else:
        do = {
            "forward": (
                lambda: tf.nn.conv2d(x, w, stride, padding),
                lambda: quick.conv2d(x, w, stride, padding),
            ),
            "input gradient": (
                lambda: tf.nn.conv2d_transpose(dy, w, x.shape, stride, padding),
                lambda: quick.conv2d_transpose(dy, w, (size[0], size[1]), stride, padding),
            ),
            "kernel gradient": (
                lambda: tf.raw_ops.Conv2DBackpropFilter(
                    input=x,
                    filter_sizes=shape.kernel,
                    out_backprop=dy,
                    strides=(1, stride, stride, 1),
                    padding=padding,
                ),
                lambda: quick.kernel_gradient(x, dy, shape.kernel, stride, padding),
            ),
        }
    made: dict[str, Any] = {}
    for name, function in zip(("plain", "quick"), do[shape.what], strict=True):

        def several(function: Any = function) -> list[Any]:
            results: list[Any] = []  # all are returned, or TensorFlow leaves some out
            for _ in range(IN_A_CALL):
                with tf.control_dependencies(results[-1:]):
                    results.append(function())
            return results

        traced = tf.function(several, autograph=False).get_concrete_function()
        made[name] = functools.partial(_called, traced)
    return made


def _called(traced: Any) -> Any:
    return traced()[-1].numpy()


def in_torch(shape: Shape) -> dict[str, Any]:
    """A function for each of PyTorch's memory layouts; padding is symmetrical."""
    import torch

    arrays, stride = tensors(shape), shape.stride
    torch.set_grad_enabled(False)
    if len(shape.kernel) == 2:
        x, dy, w = (torch.from_numpy(arrays[name]) for name in ("x", "dy", "w"))
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
            torch.from_numpy(arrays[key]).permute(0, 3, 1, 2).contiguous(memory_format=layout)
            for key in ("x", "dy")
        )
        w = torch.from_numpy(arrays["w"]).permute(3, 2, 0, 1).contiguous(memory_format=layout)
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


class Forms:
    """The forms of one library, in a process of its own: see `Side`."""

    def __init__(self, recipe: Recipe, images: Any, precision: str, library: str) -> None:
        self.make, self.in_a_call = {
            "tensorflow": (in_tensorflow, IN_A_CALL),
            "torch": (in_torch, 1),
        }[library]
        if library == "torch":
            import torch

            torch.set_num_threads(1)

    def prepare(self, shape: Shape) -> None:
        """Trace all forms, and find how often to call each."""
        self.functions = self.make(shape)
        self.times = {}
        for name, function in self.functions.items():
            function()
            start = time.perf_counter()
            function()
            self.times[name] = max(1, round(SHORTEST / (time.perf_counter() - start)))

    def measure(self) -> dict[str, float]:
        """Seconds of one call of each form."""
        seconds = {}
        for name, function in self.functions.items():
            start = time.perf_counter()
            for _ in range(self.times[name]):
                function()
            calls = self.times[name] * self.in_a_call
            seconds[name] = (time.perf_counter() - start) / calls
        return seconds


def recipe_of(name: str) -> Recipe:
    """The recipe; `svhn-baseline` in colour, as in `throughput.py`."""
    recipe = recipes.get(name)
    return vary(recipe, channels=3) if name.startswith("svhn-baseline") else recipe


def time_forms(sides: Sequence[Side], name: str, rounds: int) -> list[dict[str, Any]]:
    """Every operation of a recipe's step in every form: seconds of all rounds."""
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
                for form, taken in side.call("measure").items():
                    seconds.setdefault(form, []).append(taken)
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
    """Print a recipe's table and what the best forms would save."""
    medians = [{k: statistics.median(v) for k, v in one["seconds"].items()} for one in found]
    whole = sum(one["times"] * m["plain"] for one, m in zip(found, medians, strict=True))
    print(f"\n{name}, batch {found[0]['images']}: ms (GFLOP/s) of each operation, alone")
    for one, median in zip(found, medians, strict=True):
        print(
            f"{one['layer']:<20} {one['operation']:<16} ×{one['times']}  "
            + "  ".join(
                f"{form} {1000 * s:.2f} ({2e-9 * one['macs'] / s:.0f})"
                for form, s in median.items()
            )
            + f"  {one['times'] * median['plain'] / whole:.0%}"
        )
    for forms in (("plain",), ("quick",), ("plain", "quick"), tuple(medians[0])):
        best = sum(
            one["times"] * min(m[f] for f in forms if f in m)
            for one, m in zip(found, medians, strict=True)
        )
        print(f"sum of a step, best of {', '.join(forms)}: {1000 * best:.1f} ms")


def distance_after(name: str, steps: int) -> dict[str, float]:
    """How far both forms' weights are apart after so many steps, and how far they have moved.

    Root mean squares over all weights of all networks. Batches are of at most 16 images.
    """
    from ganlib.startup import tf

    recipe = dataclasses.replace(recipes.get(name), steps_per_execution=1)
    if recipe.fitted or recipe.kind == "cyclegan":
        return {}
    size = min(recipe.batch_size, 16)
    rng = np.random.default_rng(0)
    weights: dict[str, np.ndarray] = {}
    for form in ("plain", "quick"):
        system = recipe.system(seed=0, operations=form)
        before = flat(system)
        rng = np.random.default_rng(0)
        for step in range(steps):
            images = rng.uniform(-1, 1, (size, *recipe.image_shape)).astype(np.float32)
            labels = rng.integers(0, 10, size)
            system.step({"images": tf.constant(images), "labels": tf.constant(labels)}, step)
        weights[form] = flat(system)
    root = lambda values: float(np.sqrt(np.mean(np.square(values))))  # noqa: E731
    return {
        "apart": root(weights["plain"] - weights["quick"]),
        "moved": root(weights["plain"] - before),
    }


def flat(system: Any) -> np.ndarray:
    """All trainable weights as one vector."""
    return np.concatenate(
        [w.numpy().ravel() for n in system.networks.values() for w in n.trainable_variables]
    )


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipe", nargs="+", default=DEFAULT, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, help="compare weights after so many steps instead")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    record: dict[str, Any] = describe()
    if arguments.steps:
        record["steps"] = arguments.steps
        record["weights"] = {}
        for name in recipes.RECIPES:
            if distances := distance_after(name, arguments.steps):
                record["weights"][name] = distances
                print(f"{name:<24} apart {distances['apart']:.1e}, moved {distances['moved']:.1e}")
    else:
        libraries = ("tensorflow", "torch") if torch_is_here() else ("tensorflow",)
        sides = [
            Side(Forms, None, list, "float32", library=library)  # type: ignore[arg-type]
            for library in libraries
        ]
        record["recipes"] = {}
        for name in arguments.recipe:
            found = time_forms(sides, name, arguments.rounds)
            record["recipes"][name] = found
            report(name, found)
        for side in sides:
            side.close()
    if arguments.json:
        before = json.loads(arguments.json.read_text()) if arguments.json.exists() else {}
        arguments.json.write_text(json.dumps(before | record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
