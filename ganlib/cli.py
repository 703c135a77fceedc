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

from ganlib import __version__, datasets, recipes
from ganlib.errors import GanlibError
from ganlib.run_folder import RunFolder

PROGRAM = "python -m ganlib"
INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 2 for an error, 130 after Ctrl-C."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks × shows a question mark
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"ganlib: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="Train GANs and look at what they make.")
    parser.add_argument("--version", action="version", version=f"ganlib {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser("recipes", help="list every recipe")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(command=_recipes)

    command = commands.add_parser("summary", help="show both networks of a recipe")
    command.add_argument("recipe", metavar="RECIPE", help="a name that `recipes` lists")
    command.add_argument("--json", action="store_true", help="as JSON")
    _add_channels(command)
    command.set_defaults(command=_summary)

    command = commands.add_parser(
        "train",
        help="train a recipe and leave a run folder",
        description="Train a recipe. Ctrl-C stops in good order; --resume goes on.",
    )
    command.add_argument("recipe", metavar="RECIPE", help="a name that `recipes` lists")
    budget = command.add_mutually_exclusive_group()
    budget.add_argument("--epochs", type=_positive, metavar="N", help="passes over the data")
    budget.add_argument("--minutes", type=_positive, metavar="M", help="training time")
    command.add_argument(
        "--data",
        metavar="NAME",
        help="another data set than the recipe's; `synthetic` for its procedural stand-in, `auto` "
        "for the stand-in only where the real data cannot be had",
    )
    command.add_argument(
        "--split",
        metavar="NAME",
        help="default: train; extra: SVHN's 531,131 easier digits",
    )
    _add_channels(command)
    command.add_argument(
        "--data-dir", metavar="D", help="where data files are (default: $GANLIB_DATA, else data/)"
    )
    command.add_argument(
        "--batch-size",
        type=_count,
        metavar="N",
        help="default: the recipe's; smaller ones make more steps in the same time",
    )
    command.add_argument("--seed", type=_natural, metavar="S", help="default: 0")
    command.add_argument(
        "--precision",
        choices=["auto", "float32", "bfloat16", "float16"],
        default="auto",
        help="default: auto, what the machine is fastest with",
    )
    command.add_argument(
        "--strategy",
        choices=["none", "mirrored", "multiworker"],
        default="none",
        help="several devices, or several machines (TF_CONFIG); default: none",
    )
    command.add_argument("--output", metavar="DIR", help="default: a new folder in runs/")
    command.add_argument("--resume", action="store_true", help="go on with the run in the folder")
    command.set_defaults(command=_train)

    command = commands.add_parser("sample", help="generate images with a trained run")
    command.add_argument("run", metavar="RUN", help="a run folder")
    command.add_argument("--count", type=_natural, default=64, metavar="N", help="default: 64")
    command.add_argument("--seed", type=_natural, default=0, metavar="S", help="default: 0")
    command.add_argument(
        "--output",
        metavar="FILE",
        help="a .png grid, or a .npz with `images` (default: sample.png in the run folder)",
    )
    command.set_defaults(command=_sample)

    command = commands.add_parser("compare", help="several runs in one picture and one table")
    command.add_argument("runs", metavar="RUN", nargs="+", help="run folders")
    command.add_argument("--output", metavar="FILE", default="comparison.png", help="the picture")
    command.set_defaults(command=_compare)
    return parser


def _add_channels(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--channels",
        type=int,
        choices=[1, 3],
        help="1 for greyscale, 3 for colour (default: the recipe's)",
    )


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1e-6 <= value <= 1e6:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return value


def _natural(text: str) -> int:
    return _whole_number(text, 0)


def _count(text: str) -> int:
    return _whole_number(text, 1)


def _whole_number(text: str, least: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} on, not {text}")
    return int(text)


def _recipes(options: argparse.Namespace) -> int:
    from ganlib.summaries import networks_of

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
    from ganlib.summaries import as_text, networks_of

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
    recipe = _with_channels(dataclasses.replace(recipe, batch_size=batch_size), channels)
    data = _data_for(recipe, options, output)
    print(f"data     {data.describe()}")
    from ganlib.training import train

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
    print(f"losses   {run.losses}")
    print(f"film     {run.gif}")
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
    from ganlib.sampling import sample

    images = sample(run, options.count, options.seed)
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
    from ganlib.comparison import compare

    table = compare([RunFolder.existing(path) for path in options.runs], Path(options.output))
    print(table)
    print(f"picture  {options.output}")
    return 0
