"""``train``: the recipe and its variations, the data, the run."""

import argparse
import shlex
from pathlib import Path

from ganlib import datasets, recipes
from ganlib.cli.arguments import INTERRUPTED, PROGRAM, VARIATIONS
from ganlib.errors import GanlibError
from ganlib.recipes.vary import vary
from ganlib.runs.folder import RunFolder


def train(options: argparse.Namespace) -> int:
    """Train a recipe, or go on with a run, and print where its pictures are."""
    recipe = recipes.get(options.recipe)
    output = Path(options.output) if options.output else _default_output(recipe, options.resume)
    if options.resume:
        recipe = _recipe_of(RunFolder.existing(output), recipe.name)
    recipe = vary(recipe, **{name: getattr(options, name) for name in VARIATIONS})
    data = _data_for(recipe, options, output)
    print(f"data     {data.describe()}")
    from ganlib.training.train import train as train_run

    print(f"output   {output}", flush=True)
    run = train_run(
        recipe,
        data,
        output,
        epochs=options.epochs,
        minutes=options.minutes,
        steps=options.steps,
        seed=options.seed,
        precision=options.precision,
        strategy=options.strategy,
        resume=options.resume,
        score_every=options.score_every,
    )
    if options.strategy == "multiworker" and not run.record_file.exists():
        return 0  # the chief has the run folder
    return _report(run, options)


def _report(run: RunFolder, options: argparse.Namespace) -> int:
    record = run.record
    done = record["progress"]
    print(
        f"trained  {done['epochs']:.2f} epochs, {done['images']:,} images in "
        f"{done['seconds']:.0f} s ({record['precision']})"
    )
    print(f"samples  {run.last_grid}")
    for label, picture in (("losses", run.losses), ("film", run.gif)):
        if picture.exists():
            print(f"{label:<9}{picture}")
    if best := record.get("best"):
        print(
            f"best     Fréchet distance {best['frechet']:.4g} after epoch {best['epoch']:g} "
            f"(of 1,000 images, by judge {record['data']['name']}): sample --weights best"
        )
    if record["status"] != "interrupted":
        return 0
    again = ["train", record["recipe"]["name"], "--output", str(run.path), "--resume"]
    if options.data_dir:
        again += ["--data-dir", options.data_dir]
    if options.strategy != "none":
        again += ["--strategy", options.strategy]
    print(f"go on    {PROGRAM} {shlex.join(again)}")
    return INTERRUPTED


def _recipe_of(run: RunFolder, name: str) -> recipes.Recipe:
    """The recipe that a run began with, variations included."""
    recipe = run.recipe
    if recipe.name != name:
        raise GanlibError(f"{run.path} holds a run of {recipe.name}, not of {name}: name that one")
    return recipe


def _data_for(
    recipe: recipes.Recipe, options: argparse.Namespace, output: Path
) -> datasets.Dataset:
    name, split, stand_in = options.data or recipe.dataset, options.split or "train", "never"
    if options.data in ("synthetic", "auto"):
        name = recipe.dataset
        stand_in = "always" if options.data == "synthetic" else "fallback"
    elif options.resume and not options.data:
        before = RunFolder.existing(output).record["data"]
        name, split = before["name"], options.split or before.get("split", split)
        stand_in = "always" if before["synthetic"] else "never"
    return datasets.load(
        name, split, options.data_dir, stand_in=stand_in, channels=recipe.image_shape[-1]
    )


def _default_output(recipe: recipes.Recipe, resume: bool) -> Path:
    """The first folder of ``runs/NAME``, ``runs/NAME-2`` … that is free; to resume, the last."""
    number, free = 1, Path("runs") / recipe.name
    last = free
    while free.exists():
        if (free / "run.json").exists():
            last = free
        number += 1
        free = Path("runs") / f"{recipe.name}-{number}"
    return last if resume else free
