"""Should one operation use all cores? Images a second with one thread an operation, and with all.

    python benchmarks/threads.py [--rounds 3] [--seconds 3] [--json FILE]

TensorFlow reads ``TF_NUM_INTRAOP_THREADS`` when it starts, so each figure comes from a process of
its own; rounds alternate. Random images, no data needed. The machine should be quiet.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ganlib import recipes
from ganlib.evaluation.tables import median_and_range

NAMES = ("mnist-express", "svhn-express", "mnist-nn", "mnist-baseline", "svhn-baseline")
TOGETHER = 20  # steps in one call
THREADS = "TF_NUM_INTRAOP_THREADS"


def images_a_second(name: str, seconds: float) -> float:
    """The speed of a recipe's steps in this process."""
    from ganlib.startup import tf

    recipe = recipes.get(name)
    system, size = recipe.system(), recipe.batch_size
    together = TOGETHER if size < 100 else 2
    images = tf.random.uniform((together * size, *recipe.image_shape), -1.0, 1.0, seed=0)
    done, start = 0, 0.0
    while not done or time.perf_counter() - start < seconds:
        logs = system.many({"images": images}, done, size)
        float(logs["d_loss"][-1])
        start = start or time.perf_counter()  # the first call traces
        done += together
    return (done - together) * size / (time.perf_counter() - start)


def measured(name: str, threads: int, seconds: float) -> float:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds)]
    environment = {**os.environ, THREADS: str(threads)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Measure each recipe in turn and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(images_a_second(options.one, options.seconds))
        return
    from ganlib import devices

    cores = os.cpu_count() or 1
    rates: dict[str, dict[str, list[float]]] = {}
    for name in NAMES:
        kept = rates[name] = {"all": [], "one": []}
        for _ in range(options.rounds):
            kept["all"].append(measured(name, cores, options.seconds))
            kept["one"].append(measured(name, 1, options.seconds))
        ratios = [one / all_ for one, all_ in zip(kept["one"], kept["all"], strict=True)]
        print(f"{name:<16}one thread / {cores} threads: {median_and_range(ratios)}", flush=True)
    if options.json:
        record: dict[str, Any] = {**devices.describe(), "images_a_second": rates}
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
