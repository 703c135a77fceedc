"""What the command line understands: commands, options and their help."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganlib import __version__
from ganlib.devices import PRECISIONS, STRATEGIES
from ganlib.errors import GanlibError, plain, shortened
from ganlib.files import utf8
from ganlib.rules import LARGEST
from ganlib.systems import OBJECTIVES

PROGRAM = "python -m ganlib"
WEIGHTS = ("last", "average", "best")
Options = dict[str, dict[str, Any]]  # name to what `add_argument` takes
MOST_VALUES = 1_000  # of a label or a code
SEARCHERS = ("random", "tpe", "halving", "reinforce", "frozen")
INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C stopped


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        message = shortened(plain(" ".join(message.split())), 80, 800)
        self.exit(2, f"ganlib: {message} (see {self.prog} --help)\n")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The options; texts that are not UTF-8, which TensorFlow cannot open, are refused."""
        options = super().parse_args(args, namespace)
        for value in vars(options).values():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    utf8(text)
        return options


def _number(
    kind: Callable[[str], Any], words: str, least: float, most: float
) -> Callable[[str], Any]:
    """A type for argparse: numbers from `least` to `most`, which `words` describes."""

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.inf if text.isdecimal() else math.nan  # Python reads 4,300 digits at most
        if value > most > 1:
            raise argparse.ArgumentTypeError(f"must be at most {most:,}, not {text}")
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be {words}, not {text}")
        return value

    return read


def _whole(text: str) -> int:
    """A whole number, also as 1e6."""
    if text.strip().lstrip("+-").isdecimal():
        return int(text)
    value = float(text)
    return int(value) if value.is_integer() else int(text)


def _values(text: str) -> list[float]:
    """Numbers such as 7, 0-9, 1,3,5 or -1,0,1.5."""
    try:
        values: list[float] = []
        for item in text.split(","):
            first, dash, last = item.partition("-")
            if first.isdecimal() and dash:
                values += range(int(first), min(int(last) + 1, int(first) + MOST_VALUES + 1))
            else:
                values.append(int(item) if item.isdecimal() else float(item))
        if 0 < len(values) <= MOST_VALUES and all(map(math.isfinite, values)):
            return values
    except ValueError:
        pass
    words = f"up to {MOST_VALUES:,} values such as 7, 0-9, 1,3,5 or -1,0,1.5"
    raise argparse.ArgumentTypeError(f"must be {words}, not {text}")


def _code(text: str) -> tuple[str, list[float]]:
    """The name of a code and its values."""
    name, _, values = text.partition("=")
    return name, _values(values)


_natural = _number(_whole, "a whole number from 0 on", 0, 2**31 - 1)
_count = _number(_whole, "a whole number from 1 on", 1, LARGEST)
_positive = _number(float, "a number above 0", math.ulp(0.0), LARGEST)
_from_zero = _number(float, "a number from 0 on", 0.0, LARGEST)
_share = _number(float, "a number from 0 to below 1", 0.0, math.nextafter(1.0, 0.0))

VARIATIONS: Options = {
    "objective": {"choices": OBJECTIVES, "help": "another pair of losses"},
    "n_critic": {"type": _count, "help": "discriminator steps for one of G"},
    "clip": {"type": _from_zero, "help": "clip the critic's weights; 0: do not"},
    "gradient_penalty": {"type": _from_zero, "help": "its weight, in place of clipping"},
    "learning_rate": {"type": _positive, "help": "of both optimisers"},
    "beta_1": {"type": _share, "help": "Adam's momentum, of both"},
    "latent": {"choices": ["normal", "uniform"], "help": "what the noise is drawn from"},
    "latent_dim": {"type": _count, "help": "length of the noise"},
    "batch_size": {"type": _count, "help": "smaller: more steps in the same time"},
    "ema": {"type": _share, "help": "keep a moving average of G's weights too, such as 0.999"},
    "channels": {"type": int, "choices": [1, 3], "help": "1 for greyscale, 3 for colour"},
}
"""Options of `train` that change the recipe: names of `ganlib.recipes.vary.vary`."""
SHARED: Options = {
    "recipe": {"metavar": "RECIPE", "help": "a name that `recipes` lists"},
    "run": {"metavar": "RUN", "help": "a run folder, or pretrained:NAME, which `pretrained` lists"},
    "--json": {"action": "store_true", "help": "as JSON"},
    "--seed": {"type": _natural, "default": 0, "help": "default: 0"},
    "--data-dir": {"help": "where data files are (default: $GANLIB_DATA, else data/)"},
}
"""What several commands take."""
TRAIN: Options = {
    "--data": {
        "help": "another data set than the recipe's; `synthetic` for its procedural stand-in, "
        "`auto` for the stand-in only where there are no real data"
    },
    "--split": {"help": "default: train; extra: SVHN's 531,131 easier digits"},
    "--score-every": {
        "type": _natural,
        "help": "epochs between two scores of the generator, 0 for none, not even at the end; "
        "scores take half of the time at most (default: as often as 2 %% of the time allows, "
        "where a judge ships for the data)",
    },
    "--precision": {
        "choices": PRECISIONS,
        "default": "auto",
        "help": "default: auto, what the machine is fastest with",
    },
    "--strategy": {
        "choices": STRATEGIES,
        "default": "none",
        "help": "several devices, or several machines (TF_CONFIG); default: none",
    },
    "--output": {"help": "default: a new folder in $GANLIB_RUNS, else in runs/"},
    "--resume": {"action": "store_true", "help": "go on with the run in the folder"},
}
SAMPLE: Options = {
    "--count": {
        "type": _natural,
        "help": "default: 64; where there are labels or codes, a row of 16 for each",
    },
    "--label": {"type": _values, "help": "what is drawn, a row for each: 7, 0-9 or 1,3,5"},
    "--code": {
        "type": _code,
        "action": "append",
        "metavar": "NAME=VALUES",
        "default": [],
        "help": "the same of any code; one of numbers walks through the values along the rows",
    },
    "--output": {
        "help": "a .png grid, or a .npz (default: sample.png in the run folder; with "
        "pretrained:NAME, NAME.png in the current folder)"
    },
    "--weights": {
        "choices": WEIGHTS,
        "default": "last",
        "help": "the last ones (default), their moving average (train --ema), or the best scored",
    },
}
EVALUATE: Options = {
    "--count": {"type": _count, "default": 10_000, "help": "default: 10000"},
    "--judge": {"help": "a name that `judge list` shows, or your own .npz"},
    "--weights": {
        "choices": WEIGHTS,
        "nargs": "+",
        "default": [],
        "help": "default: the last ones and, where there is one, their moving average",
    },
}
TRANSLATE: Options = {
    "pictures": {"metavar": "PICTURE", "nargs": "+", "help": "image files, of any size"},
    "--back": {"action": "store_true", "help": "they belong to the second data set of the pair"},
    "--invert": {"action": "store_true", "help": "for dark ink where the data set has light ink"},
    "--output": {"default": "translated.png", "help": "the picture (default: translated.png)"},
}
COMPARE: Options = {
    "runs": {"metavar": "RUN", "nargs": "+", "help": "run folders, or pretrained:NAME"},
    "--output": {"default": "comparison.png", "help": "the picture"},
}
TOURNAMENT: Options = {
    "runs": {"metavar": "RUN", "nargs": "+", "help": "run folders, or pretrained:NAME"},
    "--count": {"type": _count, "default": 2_000, "help": "images of each (default: 2000)"},
    "--output": {
        "default": "tournament.png",
        "help": "the picture; the table goes beside it as .csv (default: tournament.png)",
    },
}
SEARCH: Options = {
    "--trials": {"type": _count, "default": 20, "help": "full trainings to pay for (default: 20)"},
    "--steps": {"type": _count, "default": 400, "help": "of a full training (default: 400)"},
    "--searcher": {
        "choices": SEARCHERS,
        "default": "tpe",
        "help": "random, tpe, halving (stops bad ones early), reinforce (an LSTM that learns), "
        "frozen (the same, but it never learns); default: tpe",
    },
    "--storage": {
        "metavar": "URL",
        "help": "the database that all workers share, such as sqlite:///search.db "
        "(default: search.db where runs are kept)",
    },
    "--data": {
        "choices": ["auto", "synthetic"],
        "help": "the procedural stand-in; auto takes it only where there are no real data",
    },
    "--output": {"help": "the picture (default: search-RECIPE-SEARCHER.png)"},
}
TRAIN_JUDGE: Options = {
    "data": {"metavar": "NAME", "help": "a data set, such as mnist"},
    "--epochs": {"type": _count, "help": "default: the data set's"},
    "--output": {"help": "an .npz (default: judges/NAME.npz)"},
}


def a_png(text: str) -> Path:
    """The file that an --output names, which must be a picture."""
    if not text.endswith(".png"):
        raise GanlibError(f"--output {text} must end in .png")
    return Path(text)


def parser() -> argparse.ArgumentParser:
    """The parser; what it returns has the command's name as `command`."""
    main = _Parser(prog=PROGRAM, description="Train GANs and look at what they make.")
    main.add_argument("--version", action="version", version=f"ganlib {__version__}")
    commands = main.add_subparsers(metavar="COMMAND", required=True)
    _add(commands, "recipes", "list every recipe", {}, "--json")
    _add(
        commands,
        "pretrained",
        "list the trained generators that come with the course",
        {},
        "--json",
    )
    channels = {"--channels": VARIATIONS["channels"]}
    _add(commands, "summary", "show both networks of a recipe", channels, "recipe", "--json")

    about = "train a recipe and leave a run folder; Ctrl-C stops in good order, --resume goes on"
    _add_training(commands, "train", about)
    about = "the same as train, with one large picture in the browser, for a beamer"
    _add_training(commands, "live", about)

    _add(commands, "sample", "generate images with a trained run", SAMPLE, "run", "--seed")
    about = "your own pictures through a CycleGAN: before, after, and back"
    _add(commands, "translate", about, TRANSLATE, "run")
    about = "score a run's images against real ones: a table here, scores.json in the run folder"
    _add(commands, "evaluate", about, EVALUATE, "run", "--seed", "--data-dir")
    about = "say what a run looks like: mode collapse, vanishing gradient, wrong scaling and so on"
    _add(commands, "doctor", about, {}, "run", "--json", "--data-dir")
    _add(commands, "compare", "several runs in one picture and one table", COMPARE)

    about = "every discriminator against every generator: accuracies, and a ranking"
    _add(commands, "tournament", about, TOURNAMENT, "--seed", "--data-dir")

    about = "try architectures of a recipe; workers join, leave and resume by the same command"
    _add(commands, "search", about, SEARCH, "recipe", "--seed", "--data-dir")

    judge = commands.add_parser("judge", help="the classifiers that scores are made with")
    actions = judge.add_subparsers(metavar="ACTION", required=True)
    _add(actions, "list", "the judges that ship, and how good they are", {})
    about = "train a judge on a labelled data set"
    _add(actions, "train", about, TRAIN_JUDGE, "--seed", "--data-dir")
    return main


def _add_training(commands: Any, name: str, about: str) -> None:
    command = _add(commands, name, about, TRAIN, "recipe", "--seed", "--data-dir")
    command.set_defaults(seed=None)  # a resumed run's own
    budget = command.add_mutually_exclusive_group()
    budget.add_argument("--epochs", type=_positive, help="passes over the data")
    budget.add_argument("--minutes", type=_positive, help="training time")
    budget.add_argument("--steps", type=_count, help="train steps")
    varied = command.add_argument_group(
        "what varies", "recorded with the run, repeated by --resume"
    )
    for variation, settings in VARIATIONS.items():
        varied.add_argument(f"--{variation.replace('_', '-')}", **settings)


def _add(
    commands: Any, name: str, about: str, own: Options, *shared: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    command.set_defaults(command=command.prog.removeprefix(f"{PROGRAM} "))
    for option, settings in ({name: SHARED[name] for name in shared} | own).items():
        command.add_argument(option, **settings)
    return command
