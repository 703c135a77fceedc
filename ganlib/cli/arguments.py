"""What the command line understands: commands, options and their help."""

import argparse
from typing import Any

from ganlib import __version__
from ganlib.systems import OBJECTIVES

PROGRAM = "python -m ganlib"
WEIGHTS = ("last", "average", "best")
INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C stopped


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"ganlib: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """The parser; what it returns has the command's name as `command`."""
    main = _Parser(prog=PROGRAM, description="Train GANs and look at what they make.")
    main.add_argument("--version", action="version", version=f"ganlib {__version__}")
    commands = main.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser("recipes", help="list every recipe")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(command="recipes")

    command = commands.add_parser("summary", help="show both networks of a recipe")
    command.add_argument("recipe", metavar="RECIPE", help="a name that `recipes` lists")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.add_argument("--channels", **VARIATIONS["channels"])
    command.set_defaults(command="summary")

    command = commands.add_parser(
        "train",
        help="train a recipe and leave a run folder",
        description="Train a recipe. Ctrl-C stops in good order; --resume goes on.",
    )
    command.add_argument("recipe", metavar="RECIPE", help="a name that `recipes` lists")
    budget = command.add_mutually_exclusive_group()
    budget.add_argument("--epochs", type=_positive, metavar="N", help="passes over the data")
    budget.add_argument("--minutes", type=_positive, metavar="M", help="training time")
    budget.add_argument("--steps", type=_count, metavar="N", help="train steps")
    command.add_argument(
        "--data",
        metavar="NAME",
        help="another data set than the recipe's; `synthetic` for its procedural stand-in, `auto` "
        "for the stand-in only where there are no real data",
    )
    command.add_argument(
        "--split",
        metavar="NAME",
        help="default: train; extra: SVHN's 531,131 easier digits",
    )
    _add_data_dir(command)
    varied = command.add_argument_group(
        "what varies", "recorded with the run and repeated by --resume"
    )
    for name, settings in VARIATIONS.items():
        varied.add_argument(f"--{name.replace('_', '-')}", **settings)
    command.add_argument(
        "--score-every",
        type=_natural,
        metavar="N",
        help="epochs between two scores of the generator, 0 for none (default: as often as 2 %% of "
        "the time allows, where a judge ships for the data)",
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
    command.set_defaults(command="train")

    command = commands.add_parser("sample", help="generate images with a trained run")
    command.add_argument("run", metavar="RUN", help="a run folder")
    command.add_argument("--count", type=_natural, default=64, metavar="N", help="default: 64")
    command.add_argument("--seed", type=_natural, default=0, metavar="S", help="default: 0")
    command.add_argument(
        "--output",
        metavar="FILE",
        help="a .png grid, or a .npz with `images` (default: sample.png in the run folder)",
    )
    command.add_argument(
        "--weights",
        choices=WEIGHTS,
        default="last",
        help="the last ones (default), their moving average (train --ema), or the best scored",
    )
    command.set_defaults(command="sample")

    command = commands.add_parser(
        "evaluate",
        help="score a run's images against real ones",
        description="Score a run's images: a table here, scores.json in the run folder.",
    )
    command.add_argument("run", metavar="RUN", help="a run folder")
    command.add_argument(
        "--count", type=_count, default=10_000, metavar="N", help="images; default: 10000"
    )
    command.add_argument("--seed", type=_natural, default=0, metavar="S", help="default: 0")
    command.add_argument(
        "--judge", metavar="JUDGE", help="a name that `judge list` shows, or your own .npz"
    )
    command.add_argument(
        "--weights",
        choices=WEIGHTS,
        nargs="+",
        default=[],
        help="default: the last ones and, where there is one, their moving average",
    )
    _add_data_dir(command)
    command.set_defaults(command="evaluate")

    command = commands.add_parser("compare", help="several runs in one picture and one table")
    command.add_argument("runs", metavar="RUN", nargs="+", help="run folders")
    command.add_argument("--output", metavar="FILE", default="comparison.png", help="the picture")
    command.set_defaults(command="compare")

    judge = commands.add_parser("judge", help="the classifiers that scores are made with")
    actions = judge.add_subparsers(metavar="ACTION", required=True)
    command = actions.add_parser("list", help="the judges that ship, and how good they are")
    command.set_defaults(command="judge list")
    command = actions.add_parser("train", help="train a judge on a labelled data set")
    command.add_argument("data", metavar="NAME", help="a data set, such as mnist")
    command.add_argument("--epochs", type=_count, metavar="N", help="default: the data set's")
    command.add_argument("--seed", type=_natural, default=0, metavar="S", help="default: 0")
    command.add_argument("--output", metavar="FILE.npz", help="default: judges/NAME.npz")
    _add_data_dir(command)
    command.set_defaults(command="judge train")
    return main


def _add_data_dir(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data-dir", metavar="D", help="where data files are (default: $GANLIB_DATA, else data/)"
    )


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1e-6 <= value <= 1e6:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return value


def _from_zero(text: str) -> float:
    return 0.0 if text in ("0", "0.0") else _positive(text)


def _decay(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 1.0
    if not 0.0 <= value < 1.0:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to below 1, not {text}")
    return value


def _natural(text: str) -> int:
    return _whole_number(text, 0)


def _count(text: str) -> int:
    return _whole_number(text, 1)


def _whole_number(text: str, least: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} on, not {text}")
    return int(text)


VARIATIONS: dict[str, dict[str, Any]] = {
    "objective": {"choices": OBJECTIVES, "help": "another pair of losses"},
    "n_critic": {"type": _count, "metavar": "N", "help": "discriminator steps for one of G"},
    "clip": {"type": _from_zero, "metavar": "C", "help": "clip the critic's weights; 0: do not"},
    "gradient_penalty": {
        "type": _from_zero, "metavar": "W", "help": "weight of the penalty, in place of clipping",
    },
    "learning_rate": {"type": _positive, "metavar": "R", "help": "of both optimisers"},
    "beta_1": {"type": _from_zero, "metavar": "B", "help": "Adam's momentum, of both"},
    "latent": {"choices": ["normal", "uniform"], "help": "what the noise is drawn from"},
    "latent_dim": {"type": _count, "metavar": "N", "help": "length of the noise"},
    "batch_size": {
        "type": _count, "metavar": "N", "help": "smaller: more steps in the same time",
    },
    "ema": {
        "type": _decay, "metavar": "DECAY",
        "help": "keep a moving average of the generator's weights too, such as 0.999",
    },
    "channels": {
        "type": int, "choices": [1, 3], "help": "1 for greyscale, 3 for colour",
    },
}  # fmt: skip
"""Options of `train` that change the recipe: names of `ganlib.recipes.vary.vary`."""
