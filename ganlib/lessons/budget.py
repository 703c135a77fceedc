"""How long a lesson trains: minutes by default, the recipe's own budget on request."""

import os
from pathlib import Path
from typing import Any

from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder

BUDGETS = ("quick", "full")


def train(
    recipe: Recipe, data: Dataset, budget: str, quick_minutes: float = 1.5, **options: Any
) -> RunFolder:
    """Train a recipe as a lesson does, into ``runs/`` beside the notebook.

    Parameters
    ----------
    budget
        "quick": `quick_minutes` of training, always from the start; $GANLIB_QUICK_MINUTES sets
        another number for all lessons. "full": the recipe's own budget; a run that was
        interrupted goes on, a finished one is taken unchanged.
    options
        Passed on to `ganlib.training.train.train`.
    """
    from ganlib.training.train import train as train_run

    if budget not in BUDGETS:
        raise GanlibError(f"unknown budget {budget!r}; choose one of {', '.join(BUDGETS)}")
    run = RunFolder(Path("runs") / f"{recipe.name}-{budget}")
    options = {"display": "notebook", **options}
    if budget == "quick":
        run.clear()
        minutes = float(os.environ.get("GANLIB_QUICK_MINUTES", quick_minutes))
        return train_run(recipe, data, run.path, minutes=minutes, **options)
    begun = run.record_file.exists()
    if begun and run.record["status"] == "finished":
        return run
    return train_run(recipe, data, run.path, resume=begun, **options)
