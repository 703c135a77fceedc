"""How long a lesson trains: minutes by default, the recipe's own budget on request."""

import itertools
import os
from pathlib import Path
from typing import Any

from ganlib.datasets import Dataset
from ganlib.errors import GanlibError, shown
from ganlib.lessons.places import writable
from ganlib.recipes import Recipe
from ganlib.rules import check
from ganlib.runs.folder import RunFolder, runs_folder
from ganlib.runs.schema import ABOVE_0

UNFINISHED = ("running", "interrupted")  # "running" is what a kernel that died leaves behind


class Interrupted(GanlibError):
    """Training was interrupted: the cells after it shall not run on with half a run."""

    def __init__(self, run: RunFolder | None = None) -> None:
        record = run.record if run and run.record_file.is_file() else {}
        text = "interrupted before anything was saved: run the cell again"
        if run and (images := record.get("progress", {}).get("images", 0)):
            text = (
                f"interrupted after {images:,} images, saved in {run.path.as_posix()}: run the "
                "cell again to go on"
            )
        super().__init__(text)


def train(
    recipe: Recipe, data: Dataset, budget: str, quick_minutes: float = 1.5, **options: Any
) -> RunFolder:
    """Train a recipe as a lesson does, into ``runs/NAME-quick`` or ``-full`` beside the notebook.

    Where nothing can be written there, or $GANLIB_RUNS names a folder, see `ganlib.lessons.places`.

    An unfinished run goes on; a finished one is made anew if it is quick, and returned unchanged if
    it is full. A run of another recipe, seed or data is left alone: the new one goes to
    ``runs/NAME-quick-2``, ``-3`` and so on.

    Parameters
    ----------
    budget : "quick": `quick_minutes`, or $GANLIB_QUICK_MINUTES; "full": the recipe's own budget
    options : passed on to `ganlib.training.train.train`

    Raises
    ------
    Interrupted : after an interrupt, once the run is saved; a notebook then stops here
    """
    from ganlib.training.train import train as train_run

    if budget not in ("quick", "full"):
        raise GanlibError(f"unknown budget {budget!r}; choose one of quick, full")
    options = {"display": "notebook", **options}
    if budget == "quick":
        options["minutes"] = _minutes(quick_minutes)
    run = _folder(writable(runs_folder()) / f"{recipe.name}-{budget}", recipe, data, options)
    with run.locked():
        status = run.record["status"] if run.record_file.is_file() else None
        if budget == "full" and status == "finished":
            return run
        if budget == "quick" and status not in UNFINISHED:
            run.clear()
    options["resume"] = run.record_file.is_file()
    try:
        train_run(recipe, data, run.path, **options)
    except KeyboardInterrupt:  # before the loop, which saves at the first one, or a second one
        raise Interrupted(run) from None
    if run.record["status"] != "finished":
        raise Interrupted(run)
    return run


def steps(count: int) -> int:
    """So many steps; with $GANLIB_QUICK_MINUTES below 1 the same share of them, at least 20.

    For what a lesson trains by steps, so that its result is the same on a slow machine.
    """
    return min(count, max(20, round(count * min(1.0, _minutes(1.0)))))


def _minutes(default: float) -> float:
    text = os.environ.get("GANLIB_QUICK_MINUTES") or default
    try:
        minutes = float(text)
        check({"$GANLIB_QUICK_MINUTES": minutes}, {"$GANLIB_QUICK_MINUTES": ABOVE_0})
        return minutes
    except ValueError:
        raise GanlibError(f"$GANLIB_QUICK_MINUTES must be a number, not {shown(text)}") from None


def _folder(path: Path, recipe: Recipe, data: Dataset, options: dict[str, Any]) -> RunFolder:
    """The first of ``path``, ``path-2``, … that is free or holds the run that is to be trained."""
    from ganlib.training.record import check_same

    how = [options.get("precision", "auto"), options.get("strategy", "none")]
    for number in itertools.count(1):
        run = RunFolder(path if number == 1 else path.with_name(f"{path.name}-{number}"))
        if run.is_free:
            break
        try:
            check_same(run, recipe, data, options.get("seed") or 0, *how)
        except GanlibError:  # another run, or one that is damaged or of an older format
            continue
        break
    return run
