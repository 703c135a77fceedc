"""The command line, thin: arguments in, one call, a few lines out.

TensorFlow is imported inside the commands that compute, so that help and mistakes are answered
at once. Errors are one line on standard error, with exit status 2.
"""

import argparse
import dataclasses
import errno
import io
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ganlib import datasets, recipes
from ganlib.cli.arguments import PROGRAM, parser
from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder

INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 2 for an error, 130 after Ctrl-C."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks × shows a question mark
    options = parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except GanlibError as error:
        return _fail(str(error))
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _fail(
                "the disk is full: free some space; a run that had begun goes on with --resume"
            )
        where = f" {error.filename}" if error.filename else ""
        return _fail(f"cannot read or write{where}: {error.strerror or error}")
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return INTERRUPTED


def _fail(message: str) -> int:
    print(f"ganlib: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _recipes(options: argparse.Namespace) -> int:
    from ganlib.models.summaries import networks_of

    rows = []
    for recipe in recipes.RECIPES.values():
        networks = networks_of(recipe)
        rows.append(
            recipe.to_json()
            | {"parameters": {name: network["total"] for name, network in networks.items()}}
        )
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    width = max(len(row["name"]) for row in rows) + 2
    for row in rows:
        counts = ", ".join(f"{name} {count:,}" for name, count in row["parameters"].items())
        print(f"{row['name']:<{width}}{row['dataset']}: {counts}")
        print(f"{'':<{width}}{row['source']}")
    return 0


def _summary(options: argparse.Namespace) -> int:
    recipe = recipes.get(options.recipe)
    recipe = _with_channels(recipe, options.channels or recipe.image_shape[-1])
    from ganlib.models.summaries import as_text, networks_of

    networks = networks_of(recipe)
    if options.json:
        print(json.dumps({"recipe": recipe.to_json(), **networks}, indent=2))
        return 0
    print(f"{recipe.name}: {recipe.title} ({recipe.source})")
    if recipe.notes:
        print(recipe.notes)
    for name, network in networks.items():
        print(f"\n{as_text(name, network)}")
    return 0


def _with_channels(recipe: recipes.Recipe, channels: int) -> recipes.Recipe:
    datasets.check_channels(recipe.dataset, channels)
    return recipe.with_channels(channels)


def _train(options: argparse.Namespace) -> int:
    recipe = recipes.get(options.recipe)
    output = Path(options.output) if options.output else _default_output(recipe, options.resume)
    before = RunFolder.existing(output).recipe if options.resume else recipe
    batch_size = options.batch_size or before.batch_size
    channels = options.channels or before.image_shape[-1]
    ema = before.ema if options.ema is None else options.ema
    recipe = dataclasses.replace(recipe, batch_size=batch_size, ema=ema)
    recipe = _with_channels(recipe, channels)
    data = _data_for(recipe, options, output)
    print(f"data     {data.describe()}")
    from ganlib.training.train import train

    print(f"output   {output}", flush=True)
    run = train(
        recipe,
        data,
        output,
        epochs=options.epochs,
        minutes=options.minutes,
        seed=options.seed,
        precision=options.precision,
        strategy=options.strategy,
        resume=options.resume,
        score_every=options.score_every,
    )
    if options.strategy == "multiworker" and not run.record_file.exists():
        return 0  # the chief has the run folder
    record = run.record
    done = record["progress"]
    print(
        f"trained  {done['epochs']:.2f} epochs, {done['images']:,} images in "
        f"{done['seconds']:.0f} s ({record['precision']})"
    )
    print(f"samples  {max(run.samples.glob('epoch_*.png'))}")
    for label, picture in (("losses", run.losses), ("film", run.gif)):
        if picture.exists():
            print(f"{label:<9}{picture}")
    if best := record.get("best"):
        print(
            f"best     Fréchet distance {best['frechet']:.4g} after epoch {best['epoch']:g} "
            f"(of 1,000 images, by judge {record['data']['name']}): sample --weights best"
        )
    if record["status"] == "interrupted":
        again = ["train", recipe.name, "--output", str(output), "--resume"]
        if options.data_dir:
            again += ["--data-dir", options.data_dir]
        if options.strategy != "none":
            again += ["--strategy", options.strategy]
        print(f"go on    {PROGRAM} {shlex.join(again)}")
        return INTERRUPTED
    return 0


def _data_for(
    recipe: recipes.Recipe, options: argparse.Namespace, output: Path
) -> datasets.Dataset:
    name, split, stand_in = options.data or recipe.dataset, options.split or "train", "never"
    if options.data in ("synthetic", "auto"):
        name = recipe.dataset
        stand_in = "always" if options.data == "synthetic" else "fallback"
    elif options.resume and not options.data:
        before = RunFolder.existing(output).record.get("data", {})
        name, split = before.get("name", name), options.split or before.get("split", split)
        stand_in = "always" if before.get("synthetic") else "never"
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


def _sample(options: argparse.Namespace) -> int:
    run = RunFolder.existing(options.run)
    output = Path(options.output) if options.output else run.path / "sample.png"
    if output.suffix not in (".png", ".npz"):
        raise GanlibError(f"--output {output} must end in .png or .npz")
    import numpy as np

    from ganlib import figures
    from ganlib.runs.sampling import sample

    images = sample(run, options.count, options.seed, weights=options.weights)
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.suffix == ".npz":
        np.savez_compressed(output, images=images)
    else:
        caption = "SYNTHETIC data" if run.record["data"]["synthetic"] else ""
        figures.grid(images, caption=caption).save(output)
    print(f"{len(images)} images in {output}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    if Path(options.output).suffix != ".png":
        raise GanlibError(f"--output {options.output} must end in .png")
    from ganlib.evaluation.comparison import compare

    table = compare([RunFolder.existing(path) for path in options.runs], Path(options.output))
    print(table)
    print(f"picture  {options.output}")
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    run = RunFolder.existing(options.run)
    from ganlib.evaluation.evaluate import evaluate, merged_with_file

    found = evaluate(
        run,
        count=options.count,
        seed=options.seed,
        judge=options.judge,
        data_dir=options.data_dir,
        weights=options.weights,
        write=False,
    )
    print(f"images   {found.count:,} from {run.path}, seed {found.seed}")
    print(f"against  {found.data}")
    print(f"by       {found.judge}")
    print(f"\n{found.table()}\n")
    print("floor: training images in place of generated ones; pca, noise: what is easy to beat;")
    print("95 % intervals in brackets. Not to be set beside published FIDs: another judge.")
    if found.blind:
        print(f"No use with this judge, noise beats real images in: {', '.join(found.blind)}.")
    merged_with_file(found, run).write(run.scores_file)
    print(f"scores   {run.scores_file}")
    return 0


def _judge_list(options: argparse.Namespace) -> int:
    from ganlib.evaluation import judges

    for name in judges.names():
        print(judges.load(name).describe())
    return 0


def _judge_train(options: argparse.Namespace) -> int:
    output = Path(options.output or f"judges/{options.data}.npz")
    train, test = (
        datasets.load(options.data, split, options.data_dir, channels=1)
        for split in ("train", "test")
    )
    print(f"data     {train.describe()}")
    print(f"test     {test.describe()}", flush=True)
    from ganlib.evaluation.judges import training

    judge = training.train(train, test, output, epochs=options.epochs, seed=options.seed)
    print(judge.describe())
    print(f"judge    {output}: evaluate RUN --judge {output}")
    return 0


COMMANDS = {
    "recipes": _recipes,
    "summary": _summary,
    "train": _train,
    "sample": _sample,
    "evaluate": _evaluate,
    "compare": _compare,
    "judge list": _judge_list,
    "judge train": _judge_train,
}
