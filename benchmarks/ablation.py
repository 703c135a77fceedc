"""What each choice of a recipe is worth: one change at a time, with the same budget.

    python benchmarks/ablation.py RECIPE [--seconds 15 | --epochs N] [--seeds 1]
                                  [--json FILE] [--only NAME …]

Trains the recipe, and the recipe with one thing changed, with several seeds, and holds 10,000
generated images against the test images. Prints a table. Runs that stand in the JSON file already
are not repeated: after an interruption, or with one change more, it goes on. With a budget in
seconds, the machine should be quiet, with nothing else to do. The changes are written for
`mnist-express` and `svhn-express`; for another recipe name with --only those that fit it, such as
nothing, float32, average, low-rate or constant-rate. A wrong name lists all.
"""

import argparse
import dataclasses
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from race import COUNT, scorer

from ganlib import datasets, devices, recipes
from ganlib.errors import GanlibError
from ganlib.evaluation.tables import median_and_range
from ganlib.recipes import Network, Recipe
from ganlib.runs.sampling import sample
from ganlib.training.train import train

Change = dict[str, Any]  # fields of a recipe, and perhaps the precision


def optimizers(recipe: Recipe, **options: Any) -> Change:
    """Other options for the optimisers of both networks."""
    changed = {
        network: dataclasses.replace(old, options={**old.options, **options})
        for network, old in recipe.optimizers.items()
    }
    return {"optimizers": changed}


def networks(
    recipe: Recipe, generator: Change | None = None, discriminator: Change | None = None
) -> Change:
    """Other options for the networks' builders."""
    changed = {"generator": generator or {}, "discriminator": discriminator or {}}
    built = {
        name: Network(old.builder, {**old.options, **changed[name]})
        for name, old in recipe.networks.items()
    }
    return {"networks": built}


def dense_layer(recipe: Recipe, side: str, units: int) -> Mapping[str, tuple[str, Change]]:
    """The hidden dense layer of a network taken out, or put in where the recipe has none."""
    if recipe.networks[side].options.get("units") == 0:
        what = f"a hidden dense layer in the {side}, {units} units"
        return {f"{side}-units": (what, networks(recipe, **{side: {"units": units}}))}
    what = f"no hidden dense layer in the {side}"
    return {f"no-{side}-units": (what, networks(recipe, **{side: {"units": 0}}))}


def without_light(recipe: Recipe) -> Mapping[str, tuple[str, Change]]:
    """For recipes that treat an image's light apart: not so in both networks, or in one."""
    if not recipe.networks["generator"].options.get("lighting"):
        return {}
    off = {"lighting": False}
    return {
        "no-light": ("light not apart", networks(recipe, off, off)),
        "generator-light": ("light apart in the generator alone", networks(recipe, {}, off)),
        "discriminator-light": ("light apart in the discriminator alone", networks(recipe, off)),
    }


def other_rates(recipe: Recipe) -> Mapping[str, tuple[str, Change]]:
    """Equal learning rates where they differ, and a slower discriminator where they are equal."""
    if recipe.optimizers["generator"] != recipe.optimizers["discriminator"]:
        return {"equal-rates": ("both learning rates 3e-3", optimizers(recipe, learning_rate=3e-3))}
    slower = optimizers(recipe, learning_rate=5e-4)["optimizers"]["discriminator"]
    what = "the discriminator's learning rate 5e-4"
    return {
        "slow-discriminator": (what, {"optimizers": {**recipe.optimizers, "discriminator": slower}})
    }


def changes(recipe: Recipe) -> Mapping[str, tuple[str, Change]]:
    """By name: what is different, in words and as fields of the recipe."""
    first, second = recipe.networks["generator"].options.get("filters", (64, 32))
    wide = {"filters": (2 * first, 2 * second)}, {"filters": (2 * second, 2 * first)}
    batch = recipe.batch_size
    return {
        "nothing": ("nothing", {}),
        "tutorial-networks": (
            "the networks of mnist-baseline",
            {
                "networks": recipes.get("mnist-baseline").networks,
                "latent": recipes.get("mnist-baseline").latent,
            },
        ),
        "wide": ("twice the channels", networks(recipe, *wide)),
        "strided": (
            "strided convolutions at full size, no pixel shuffle",
            networks(recipe, {"shuffle": False}, {"shuffle": False}),
        ),
        **without_light(recipe),
        **dense_layer(recipe, "generator", 64),
        **dense_layer(recipe, "discriminator", 32),
        "no-batch-norm": ("no batch norm", networks(recipe, {"batch_norm": False})),
        "dropout": ("dropout of 0.3", networks(recipe, {}, {"dropout": 0.3})),
        f"batch-{4 * batch}": (f"batches of {4 * batch}", {"batch_size": 4 * batch}),
        **other_rates(recipe),
        "low-rate": ("both learning rates 2e-4", optimizers(recipe, learning_rate=2e-4)),
        "constant-rate": ("constant learning rates", {"schedule": "constant"}),
        "non-saturating": ("non-saturating loss", {"objective": "non_saturating"}),
        "tanh": ("tanh at the image", networks(recipe, {"activation": "tanh"})),
        "momentum": ("β₁ = 0.5", optimizers(recipe, beta_1=0.5)),
        "float32": ("float32", {"precision": "float32"}),
        "average": ("a moving average of the weights, 0.999", {"ema": 0.999}),
    }


def measure(recipe: Recipe, change: Change, budget: Change, seed: int, score: Any) -> Change:
    """Train one variant; Fréchet distance, images seen, seconds."""
    fields = dict(change)
    precision = fields.pop("precision", "auto")
    recipe = dataclasses.replace(recipe, **fields)
    data = datasets.load(recipe.dataset, channels=recipe.image_shape[-1])
    with tempfile.TemporaryDirectory() as folder:
        run = train(
            recipe,
            data,
            Path(folder) / "run",
            **budget,
            seed=seed,
            precision=precision,
            display="none",
            score_every=0,
        )
        generated = sample(run, COUNT, seed, weights="average" if recipe.ema else "last")
        progress = run.record["progress"]
    return {
        "seed": seed,
        "frechet": score(generated),
        "images": progress["images"],
        "seconds": progress["seconds"],
    }


def table(record: Change) -> str:
    """One line for each change: median and range of the distance, images seen."""
    lines = [f"{'changed':<52} {'Fréchet distance':<24} images seen"]
    for result in record["changes"].values():
        distances = [run["frechet"] for run in result["runs"]]
        images = statistics.median(run["images"] for run in result["runs"])
        spread = median_and_range(distances)
        lines.append(f"{result['what']:<52} {spread:<24} {images:,.0f}")
    return "\n".join(lines)


def main() -> None:
    """Train what is missing, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe")
    budgets = parser.add_mutually_exclusive_group()
    budgets.add_argument("--seconds", type=float, default=15.0)
    budgets.add_argument("--epochs", type=float)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from 0")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of the changes")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    recipe = recipes.get(options.recipe)
    known = changes(recipe)
    chosen = options.only or list(known)
    if unknown := [name for name in chosen if name not in known]:
        raise GanlibError(f"unknown change {unknown[0]!r}; choose of {', '.join(known)}")
    budget = {"epochs": options.epochs} if options.epochs else {"minutes": options.seconds / 60.0}
    record: Change = {"recipe": recipe.to_json(), "budget": budget, "changes": {}}
    if options.json and options.json.exists():
        before = json.loads(options.json.read_text(encoding="utf-8"))
        same = all(before[key] == json.loads(json.dumps(record[key])) for key in list(record)[:2])
        if not same:
            raise GanlibError(f"{options.json} is of another recipe or budget: name another file")
        record = before
    score, about = scorer(recipe.dataset, recipe.image_shape[-1])
    record |= about | {"count": COUNT} | devices.describe()
    for seed in range(options.seeds):
        for name in chosen:
            what, change = known[name]
            result = record["changes"].setdefault(name, {"what": what, "runs": []})
            if any(run["seed"] == seed for run in result["runs"]):
                continue
            result["runs"].append(measure(recipe, change, budget, seed, score))
            print(f"{name:<20} {result['runs'][-1]}", flush=True)
            if options.json:
                text = json.dumps(record, indent=2, ensure_ascii=False)
                options.json.write_text(text + "\n", encoding="utf-8")
    print(table(record))


if __name__ == "__main__":
    try:
        main()
    except GanlibError as error:
        sys.exit(f"ablation: {error}")
