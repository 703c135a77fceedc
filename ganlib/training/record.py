"""What run.json says when a run begins, and whether a resumed run is still the same one."""

import json
import math
from datetime import UTC, datetime
from typing import Any

from ganlib import devices
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder


def new_record(
    run: RunFolder,
    recipe: Recipe,
    data: Dataset,
    budget: dict[str, float | None],
    seed: int | None,
    precision: str,
    strategy: str,
) -> dict[str, Any]:
    """The record of a run that begins; a folder that holds one already raises `GanlibError`."""
    if run.record_file.exists() or run.checkpoints.exists() or run.samples.exists():
        raise GanlibError(
            f"{run.path} holds a run already, or what is left of one: go on with it (--resume), or "
            "choose another --output"
        )
    if set(budget.values()) == {None}:
        budget = {"epochs": recipe.epochs, "minutes": recipe.minutes}
    return {
        "recipe": recipe.to_json(),
        "seed": 0 if seed is None else seed,
        "data": data.provenance,
        "budget": budget,
        "precision": devices.precision_for(recipe, precision),
        "strategy": {"name": strategy},
        **devices.describe(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "status": "running",
    }


def resumed_record(
    run: RunFolder,
    recipe: Recipe,
    data: Dataset,
    budget: dict[str, float | None],
    seed: int | None,
    precision: str,
    strategy: str,
) -> dict[str, Any]:
    """The record of a run that goes on, perhaps with a new budget.

    Another recipe, other data, another seed, precision or strategy raise `GanlibError`: it would
    not be the same run.
    """
    record = RunFolder.existing(run.path).record
    try:
        before = {
            "recipe": _what_is_trained(Recipe.from_json(record["recipe"])),
            "data": record["data"]["checksum"],
            "seed": record["seed"],
            "precision": record["precision"],
            "strategy": record["strategy"]["name"],
        }
        budget_before = record["budget"]
    except (AttributeError, KeyError, TypeError) as error:
        raise GanlibError(f"{run.record_file} is damaged: {error} is missing") from error
    now = {
        "recipe": _what_is_trained(recipe),
        "data": data.checksum,
        "seed": before["seed"] if seed is None else seed,
        "precision": before["precision"] if precision == "auto" else precision,
        "strategy": strategy,
    }
    for key, value in now.items():
        if value != before[key]:
            raise GanlibError(
                f"{run.path} cannot be resumed with another {key} than it began with (see its "
                "run.json): choose another --output to train anew"
            )
    if set(budget.values()) == {None}:
        budget = budget_before
    return record | {"budget": budget, "status": "running"}


def _what_is_trained(recipe: Recipe) -> dict[str, Any]:
    words_and_budget = ("title", "source", "notes", "epochs", "minutes", "steps_per_execution")
    # Through JSON and back, as the record has been: a tuple in an option is a list there.
    values = json.loads(json.dumps(recipe.to_json()))
    return {key: value for key, value in values.items() if key not in words_and_budget}


def checked_budget(epochs: float | None, minutes: float | None) -> dict[str, float | None]:
    """Epochs and minutes as a dict; anything but a finite number above 0 raises `GanlibError`."""
    for name, value in (("epochs", epochs), ("minutes", minutes)):
        if value is not None and not (value > 0 and math.isfinite(value)):
            raise GanlibError(f"{name} must be a number above 0, not {value}")
    return {"epochs": epochs, "minutes": minutes}


def check_shapes(recipe: Recipe, generator: Any, discriminator: Any, data: Dataset) -> None:
    """Raise `GanlibError` where networks and data do not fit together."""
    made, given = generator.output_shape[1:], data.images.shape[1:]
    judged = given if discriminator is None else discriminator.input_shape[1:]
    if not made == judged == given:
        judges = "" if discriminator is None else f" and judges {judged}"
        raise GanlibError(
            f"{recipe.name} generates images of shape {made}{judges}, but {data.name} has {given}"
        )
