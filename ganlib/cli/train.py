"""``train``: the recipe and its variations, the data, the run."""

import argparse
import itertools
import shlex
from pathlib import Path

from ganlib import datasets, recipes
from ganlib.cli.arguments import INTERRUPTED, PROGRAM, VARIATIONS
from ganlib.datasets import pairs
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.recipes import Recipe
from ganlib.recipes.vary import vary
from ganlib.runs.folder import RunFolder, runs_folder

PASSED_ON = "epochs minutes steps seed precision strategy resume score_every".split()
"""Options that `ganlib.training.train.train` has under the same name."""


def train(options: argparse.Namespace, display: str = "bar") -> int:
    """Train a recipe, or go on with a run, and print where its pictures are."""
    recipe = recipes.get(options.recipe)
    output = Path(options.output) if options.output else _default_output(recipe, options.resume)
    if options.resume:  # variations included
        run = RunFolder.existing(output)
        if run.recipe.name != recipe.name:
            raise GanlibError(
                f"{run.path} holds a run of {run.recipe.name}, not of {recipe.name}: name that one"
            )
        recipe = run.recipe
    recipe = vary(recipe, **{name: getattr(options, name) for name in VARIATIONS})
    data = _data_for(recipe, options, output)
    for one in [data] if isinstance(data, datasets.Dataset) else data.values():
        print(f"data     {one.describe()}")
    from ganlib.training.train import train as train_run

    print(f"output   {output}", flush=True)
    passed_on = {name: getattr(options, name) for name in PASSED_ON}
    run = train_run(recipe, data, output, display=display, **passed_on)
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
    print(f"losses   {run.losses}")
    print(f"film     {run.gif}")
    if best := record.get("best"):
        print(
            f"best     Fréchet distance {best['frechet']:.4g} after epoch {best['epoch']:g} "
            f"(of 1,000 images, by judge {record['data']['name']}): sample --weights best"
        )
    print(f"model    {run.network_file('generator')}")
    if record["status"] != "interrupted":
        _print_score(run, options)
        return 0
    again = ["train", record["recipe"]["name"], "--output", str(run.path), "--resume"]
    if options.data_dir:
        again += ["--data-dir", options.data_dir]
    if options.strategy != "none":
        again += ["--strategy", options.strategy]
    print(f"go on    {PROGRAM} {shlex.join(again)}")
    return INTERRUPTED


def _print_score(run: RunFolder, options: argparse.Namespace) -> None:
    """The Fréchet distance, where a judge ships for the data and scores are wanted."""
    record = run.record
    if record["data"]["name"] not in judges.names() or record.get("score_every") == 0:
        return
    from ganlib.evaluation.evaluate import evaluate

    try:
        found = evaluate(run, data_dir=options.data_dir, metrics=["frechet"], write=False)
    except GanlibError as error:  # the run stands, scored or not
        print(f"score    none: {error}")
        return
    distances = [
        f"{scores['frechet']}{' (average weights)' if weights == 'average' else ''}"
        for weights, scores in found.generators.items()
    ]
    floor, noise = (found.references[name]["frechet"].plain() for name in ("floor", "noise"))
    print(
        f"score    Fréchet distance {', '.join(distances)} of {found.count:,} images; "
        f"training images get {floor}, noise {noise}"
    )


def _data_for(
    recipe: Recipe, options: argparse.Namespace, output: Path
) -> datasets.Dataset | dict[str, datasets.Dataset]:
    name, split, stand_in = options.data or recipe.dataset, options.split or "train", "never"
    if options.data in ("synthetic", "auto"):
        name = recipe.dataset
        stand_in = "always" if options.data == "synthetic" else "fallback"
    elif options.resume and not options.data:
        before = RunFolder.existing(output).record["data"]
        name, split = before["name"], options.split or before.get("split", split)
        stand_in = "always" if before["synthetic"] else "never"
    height, width, channels = recipe.image_shape
    if "+" in name:
        return pairs.load(name, split, options.data_dir, stand_in, recipe.image_shape)
    return datasets.load(
        name, split, options.data_dir, stand_in=stand_in, channels=channels, size=(height, width)
    )


def _default_output(recipe: Recipe, resume: bool) -> Path:
    """The first free one of ``NAME``, ``NAME-2`` … in the runs' folder; to resume, the last."""
    first = runs_folder() / recipe.name
    later = (first.with_name(f"{recipe.name}-{number}") for number in itertools.count(2))
    taken = list(itertools.takewhile(Path.exists, itertools.chain([first], later)))
    if resume:
        return next((folder for folder in reversed(taken) if (folder / "run.json").exists()), first)
    return first.with_name(f"{recipe.name}-{len(taken) + 1}") if taken else first
