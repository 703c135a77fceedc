"""How long a lesson trains: minutes by default, the recipe's own budget on request."""

import os
from pathlib import Path
from typing import Any

from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder


def train(
    recipe: Recipe, data: Dataset, budget: str, quick_minutes: float = 1.5, **options: Any
) -> RunFolder:
    """Train a recipe as a lesson does, into ``runs/`` beside the notebook.

    Parameters
    ----------
    budget : "quick": `quick_minutes`, or $GANLIB_QUICK_MINUTES, always from the start. "full": the
        recipe's own budget; an interrupted run goes on, a finished one is returned unchanged.
    options : passed on to `ganlib.training.train.train`
    """
    from ganlib.training.train import train as train_run

    if budget not in ("quick", "full"):
        raise GanlibError(f"unknown budget {budget!r}; choose one of quick, full")
    run = RunFolder(Path("runs") / f"{recipe.name}-{budget}")
    options = {"display": "notebook", **options}
    if budget == "quick":
        run.clear()
        options["minutes"] = float(os.environ.get("GANLIB_QUICK_MINUTES", quick_minutes))
    elif run.record_file.exists():
        if run.record["status"] == "finished":
            return run
        options["resume"] = True
    return train_run(recipe, data, run.path, **options)
