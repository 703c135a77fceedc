"""How quick is training? ganlib beside the same networks as others would train them.

    python benchmarks/throughput.py [--workload NAME …] [--rounds 3] [--seconds 1]
                                    [--json FILE] [--scaling]

Every contestant of `contestants` runs in a process of its own, one at a time, in blocks of about
so many seconds; a round is one block of each, and every second round goes backwards. What counts
are the ratios within a round: a machine whose speed drifts slows all down. Other work on the
machine widens the spread, so it should be quiet: look at the ranges. The JSON file is written after
each workload, and keeps those that are not measured this time.

The images are noise: speed does not depend on what they show. Their number divides by every batch
here, so that nothing is traced anew in the middle of a block. Precisions that the processor has no
instructions for are left out. Beside the ratios stand two bounds: the *peak*, what one large matrix
product reaches in the same run, and the *floor*, the time of a step's convolutions and matrix
products alone, each where it is quickest: in TensorFlow with oneDNN or without, or in PyTorch.
"""

import argparse
import dataclasses
import functools
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contestants import (
    Ganlib,
    KerasFit,
    Side,
    Torch,
    Tutorial,
    TutorialWithOneDNN,
    WideNetwork,
    describe,
    torch_is_here,
)
from kernels import Floor
from tqdm import tqdm

from ganlib import devices, recipes
from ganlib.evaluation.tables import median_and_range as spread
from ganlib.models.flops import flops_per_image
from ganlib.recipes import Network, Recipe
from ganlib.recipes.vary import vary
from ganlib.training.precision import precision_for

COUNT = 25_600  # images: 50 batches of 512, 20 executions of 20 batches of 64, 64 of 50 of 8
PEAK_SIDE = 4096


def dense(units: int) -> Recipe:
    """mnist-nn with so many hidden units in each network."""
    return dataclasses.replace(
        recipes.get("mnist-nn"),
        networks={
            name: Network(f"image_generation:nn_{name}", {"hidden_units": units})
            for name in ("generator", "discriminator")
        },
        steps_per_execution=20,
    )


WORKLOADS = {
    "mnist-baseline": recipes.get("mnist-baseline"),
    "svhn": vary(recipes.get("svhn-baseline"), channels=3),
    "mlp": dataclasses.replace(recipes.get("mnist-nn"), batch_size=64, steps_per_execution=20),
    # So small that what counts is the overhead of each step.
    "small-mlp": dataclasses.replace(dense(32), batch_size=8, steps_per_execution=50),
}


def noise_images(shape: Sequence[int], count: int = COUNT) -> np.ndarray:
    """uint8 (count, *shape) of seed 0."""
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


class MeasuredGanlib(Ganlib):
    """`Ganlib` that also measures what its process could reach."""

    def peak(self, precision: str, side: int = PEAK_SIDE) -> float:
        """GFLOP/s of the quickest of some products of two large square matrices."""
        from ganlib.startup import tf

        a, b = (tf.cast(tf.random.normal((side, side)), precision) for _ in range(2))
        seconds = []
        for _ in range(4):
            start = time.perf_counter()
            tf.matmul(a, b).numpy()
            seconds.append(time.perf_counter() - start)
        return 2 * side**3 / min(seconds) / 1e9


class Runner:
    """A side, and how many steps make a block of the length wanted."""

    def __init__(self, side: Side, recipe: Recipe, seconds: float) -> None:
        self.side, self.batch_size = side, recipe.batch_size
        at_once = recipe.steps_per_execution
        side.run(at_once)  # traces
        calls = 1
        while (taken := side.run(calls * at_once)) < seconds / 4:
            calls *= 2
        self.steps = max(1, round(calls * seconds / taken)) * at_once
        self.memory = side.memory()

    def rate(self) -> float:
        """Images a second over one block."""
        return self.steps * self.batch_size / self.side.run(self.steps)


TORCH_VARIANTS = {  # precision, and whether channels come last
    f"torch {precision}{' channels_last' if last else ''}": (precision, last)
    for precision in ("float32", "bfloat16")
    for last in (False, True)
}


def precisions() -> list[str]:
    """What this processor has instructions for, and is quickest with where steps are large."""
    return list(dict.fromkeys(("float32", precision_for(recipes.get("mnist-baseline")))))


def onednn_of_itself() -> bool:
    """Whether TensorFlow takes oneDNN on this processor without being told."""
    return "AVX-512" in devices.instructions()


def best_torch(recipe: Recipe, images: Any, seconds: float) -> tuple[str, Runner]:
    """The quickest of `TORCH_VARIANTS` on this machine, by the better of two short blocks."""
    runners = {
        name: Runner(
            Side(Torch, recipe, images, precision, channels_last=last), recipe, seconds / 2
        )
        for name, (precision, last) in TORCH_VARIANTS.items()
        if precision in precisions()
    }
    rates = {name: max(r.rate() for _ in range(2)) for name, r in runners.items()}
    best = max(rates, key=lambda name: rates[name])
    for name, runner in runners.items():
        if name != best:
            runner.side.close()
    runners[best].steps *= 2  # a block of full length
    return best, runners[best]


def compare(recipe: Recipe, rounds: int, seconds: float) -> dict[str, Any]:
    """All contestants on one workload; everything measured, round by round."""
    images = functools.partial(noise_images, recipe.image_shape)
    auto = precision_for(recipe)
    own = f"ganlib {auto} (auto)"
    kinds: dict[str, tuple[Any, str]] = {
        "tutorial float32": (Tutorial, "float32"),
        **({} if onednn_of_itself() else {"tutorial, oneDNN": (TutorialWithOneDNN, "float32")}),
        "keras fit float32": (KerasFit, "float32"),
    }
    for precision in precisions():
        kinds[own if precision == auto else f"ganlib {precision}"] = (MeasuredGanlib, precision)
    runners = {
        name: Runner(Side(kind, recipe, images, precision), recipe, seconds)
        for name, (kind, precision) in tqdm(kinds.items(), desc="tracing", leave=False)
    }
    if torch_is_here():
        name, runner = best_torch(recipe, images, seconds)
        runners[name] = runner
        precision, last = TORCH_VARIANTS[name]
        lean = Side(Torch, recipe, images, precision, channels_last=last, frozen=True)
        runners[f"{name} frozen"] = Runner(lean, recipe, seconds)
    peaks = {p: runners[own].side.call("peak", p) for p in dict.fromkeys(("float32", auto))}
    floor = Floor(recipe, auto)
    rates: dict[str, list[float]] = {name: [] for name in runners}
    for number in tqdm(range(rounds), desc="rounds", leave=False):
        for name in list(runners)[:: 1 if number % 2 == 0 else -1]:
            rates[name].append(runners[name].rate())
            if name == own:
                floor.measure()
    for runner in runners.values():
        runner.side.close()
    floor.close()
    floors = floor.seconds()
    step_over_floor = [recipe.batch_size / r / f for r, f in zip(rates[own], floors, strict=True)]
    return {
        "batch_size": recipe.batch_size,
        "steps_per_execution": recipe.steps_per_execution,
        "flops_per_image": flops_per_image(**recipe.build()),
        "images_per_second": rates,
        "steps_in_a_block": {name: runner.steps for name, runner in runners.items()},
        "peak_memory_mb": {name: runner.memory for name, runner in runners.items()},
        "matrix_product_gflops": peaks,
        "floor_seconds": floors,
        "step_over_quickest": step_over_floor,
    }


def report(name: str, result: dict[str, Any]) -> None:
    """Print a workload's table."""
    rates = result["images_per_second"]
    rounds = len(next(iter(rates.values())))
    torch = next((rates[n] for n in rates if n.startswith("torch")), None)
    print(f"\n{name}: batch {result['batch_size']}, {rounds} rounds; median (range)")
    head = ("", "images/s", "/ tutorial", "/ best torch", "peak MB")
    print("{:<36} {:<26} {:<24} {:<24} {:>8}".format(*head))
    for side, own in rates.items():
        ratios = [
            spread([a / b for a, b in zip(own, other, strict=True)]) if other else "-"
            for other in (rates["tutorial float32"], torch)
        ]
        memory = result["peak_memory_mb"][side]
        print(f"{side:<36} {spread(own, 0):<26} {ratios[0]:<24} {ratios[1]:<24} {memory:>8,.0f}")
    peaks = result["matrix_product_gflops"]
    precision = list(peaks)[-1]
    auto = next(n for n in rates if n.endswith("(auto)"))
    reached = result["flops_per_image"] / 1e9 * statistics.median(rates[auto])
    print(
        f"matrix product {PEAK_SIDE}³: "
        + ", ".join(f"{p} {gflops:,.0f} GFLOP/s" for p, gflops in peaks.items())
        + f"; ganlib auto: {result['flops_per_image'] / 1e9:.4f} GFLOP an image, "
        f"{reached:,.0f} GFLOP/s, {reached / peaks[precision]:.0%} of that in {precision}"
    )
    print(
        "ganlib auto, time of a step / its arithmetic alone, one core, each where it is quickest "
        f"({1000 * statistics.median(result['floor_seconds']):.2f} ms): "
        f"{spread(result['step_over_quickest'])}"
    )


def scaling_families() -> dict[str, dict[str, tuple[Recipe, int]]]:
    """What is varied, one thing at a time: family, value, recipe and number of images."""
    base, replace = WORKLOADS["mnist-baseline"], dataclasses.replace

    def wide(width: float) -> Recipe:
        wider: Any = {name: WideNetwork(n, width) for name, n in base.networks.items()}
        return replace(base, networks=wider)

    return {
        "batch": {
            str(size): (replace(base, batch_size=size), COUNT) for size in (32, 64, 128, 256, 512)
        },
        "width": {f"{width:g}": (wide(width), COUNT) for width in (0.25, 0.5, 1.0)},
        "side": {
            str(side): (replace(base, image_shape=(side, side, 1)), 5_120) for side in (28, 32, 64)
        },
        # Whole batches again, near to 1,000, 10,000 and 60,000.
        "images": {f"{count:,}": (base, count) for count in (1_024, 9_984, 59_904)},
    }


def scale(rounds: int, seconds: float) -> dict[str, Any]:
    """Images a second of the tutorial and of ganlib auto, along each of the families."""
    results: dict[str, Any] = {}
    for family, members in scaling_families().items():
        results[family] = {}
        print(f"\nmnist-baseline by {family}: images/s, median (range) of {rounds} rounds")
        print(f"{family:<8} {'tutorial float32':<26} {'ganlib auto':<26} ganlib / tutorial")
        for value, (recipe, count) in members.items():
            images = functools.partial(noise_images, recipe.image_shape, count)
            sides = {
                "tutorial": Runner(Side(Tutorial, recipe, images, "float32"), recipe, seconds),
                "ganlib": Runner(
                    Side(Ganlib, recipe, images, precision_for(recipe)), recipe, seconds
                ),
            }
            rates: dict[str, list[float]] = {name: [] for name in sides}
            for number in range(rounds):
                for name in list(sides)[:: 1 if number % 2 == 0 else -1]:
                    rates[name].append(sides[name].rate())
            for runner in sides.values():
                runner.side.close()
            ratios = [g / t for g, t in zip(rates["ganlib"], rates["tutorial"], strict=True)]
            memory = {name: runner.memory for name, runner in sides.items()}
            results[family][value] = {"images_per_second": rates, "peak_memory_mb": memory}
            print(
                f"{value:<8} {spread(rates['tutorial'], 0):<26} {spread(rates['ganlib'], 0):<26} "
                f"{spread(ratios)}",
                flush=True,
            )
    return results


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workload", nargs="*", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a block")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--scaling", action="store_true", help="also batch, width, side and images")
    options = parser.parse_args()
    record: dict[str, Any] = {"seconds_of_a_block": options.seconds, "workloads": {}}
    if options.json and options.json.exists():
        record = json.loads(options.json.read_text(encoding="utf-8"))
    record |= describe()
    for name in options.workload:
        result = compare(WORKLOADS[name], options.rounds, options.seconds)
        record["workloads"][name] = result
        report(name, result)
        keep(record, options.json)
    if options.scaling:
        record["scaling"] = scale(options.rounds, options.seconds)
        keep(record, options.json)


def keep(record: dict[str, Any], path: Path | None) -> None:
    """Write what is measured, if a file is named."""
    if path:
        path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
