"""From what size on do sixteen bits pay? Where `ganlib.training.precision.SMALL_STEP` comes from.

    python benchmarks/precision.py [--rounds 5] [--seconds 1] [--json FILE]

The dense networks of mnist-nn with fewer and with more hidden units and the convolutions of
mnist-express, each with small and larger batches, train in float32 and in bfloat16 in one process
and take turns. Above 1 bfloat16 is quicker. What a step costs is its arithmetic, by
`ganlib.models.flops`. The machine should be quiet.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from throughput import dense
from tried import taking_turns, trainer

from ganlib import devices, recipes
from ganlib.evaluation.tables import median_and_range
from ganlib.models.flops import flops_per_image
from ganlib.recipes import Recipe
from ganlib.startup import keras


def cases() -> Iterator[tuple[str, Recipe]]:
    """Networks and the recipe that trains them, with each of their batches."""
    batches: list[tuple[str, Recipe, tuple[int, ...]]] = [
        *((f"dense, {units} hidden units", dense(units), (8, 32, 128)) for units in (32, 128, 512)),
        ("mnist-express", recipes.get("mnist-express"), (1, 2, 4, 8, 32, 64)),
    ]
    for name, recipe, sizes in batches:
        for size in sizes:
            yield name, dataclasses.replace(recipe, batch_size=size)


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a block")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if "bfloat16" not in devices.instructions():
        sys.exit("precision: this processor has no instructions for bfloat16: float32 is quicker")
    results = []
    print(f"{'':<24} {'batch':>5} {'MFLOP a step':>14}  bfloat16 / float32")
    for name, recipe in cases():
        flops = recipe.batch_size * flops_per_image(**recipe.build())
        sides = [trainer(recipe, precision=precision) for precision in ("float32", "bfloat16")]
        ratios = taking_turns(sides, recipe, options.rounds, options.seconds)
        results.append(
            {"networks": name, "batch_size": recipe.batch_size, "flops": flops, "ratios": ratios}
        )
        print(
            f"{name:<24} {recipe.batch_size:>5} {flops / 1e6:>14,.1f}  {median_and_range(ratios)}",
            flush=True,
        )
        keras.utils.clear_session()
    if options.json:
        record = {"steps": results, **devices.describe()}
        options.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
