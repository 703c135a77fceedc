"""What run.json says when a run begins, and whether a resumed run is still the same one."""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ganlib import devices
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.runs.folder import FORMAT, RunFolder
from ganlib.training.precision import precision_for

Data = Dataset | Mapping[str, Dataset]
Budget = dict[str, float | None]


def new_record(
    run: RunFolder,
    recipe: Recipe,
    data: Data,
    budget: Budget,
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
        budget = {"epochs": recipe.epochs, "minutes": recipe.minutes, "steps": recipe.steps}
    return {
        "format": FORMAT,
        "recipe": recipe.to_json(),
        "seed": 0 if seed is None else seed,
        "data": provenance(data),
        "budget": budget,
        "precision": precision_for(recipe, precision),
        "strategy": {"name": strategy},
        **devices.describe(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "status": "running",
    }


def resumed_record(
    run: RunFolder,
    recipe: Recipe,
    data: Data,
    budget: Budget,
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
        "data": provenance(data)["checksum"],
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
    words_and_budget = {"title", "source", "notes", "epochs", "minutes", "steps"}
    words_and_budget |= {"steps_per_execution"}
    # Through JSON and back, like the record: a tuple in an option is a list there.
    values = json.loads(json.dumps(recipe.to_json()))
    return {key: value for key, value in values.items() if key not in words_and_budget}


def data_sets(data: Data) -> dict[str, Dataset]:
    """The data sets by name in a batch: "images" where there is only one."""
    return {"images": data} if isinstance(data, Dataset) else dict(data)


def provenance(data: Data) -> dict[str, Any]:
    """Where the images came from; of several sets together, and of each in "sets"."""
    if isinstance(data, Dataset):
        return data.provenance
    sets = {name: one.provenance for name, one in data.items()}
    checksums = " ".join(f"{name} {one['checksum']}" for name, one in sets.items())
    return {
        "name": "+".join(str(one["name"]) for one in sets.values()),
        "synthetic": any(one["synthetic"] for one in sets.values()),
        "images": sum(len(one) for one in data.values()),
        "checksum": f"sha256:{hashlib.sha256(checksums.encode()).hexdigest()}",
        "sets": sets,
    }


def checked_budget(epochs: float | None, minutes: float | None, steps: int | None) -> Budget:
    """The budget as a dict; anything but a finite number above 0 raises `GanlibError`."""
    budget: Budget = {"epochs": epochs, "minutes": minutes, "steps": steps}
    for name, value in budget.items():
        if value is not None and not (value > 0 and math.isfinite(value)):
            raise GanlibError(f"{name} must be a number above 0, not {value}")
    return budget


def check_data(recipe: Recipe, data: Data) -> None:
    """Raise `GanlibError` where images are of another shape than the recipe's."""
    for one in data_sets(data).values():
        if one.images.shape[1:] != tuple(recipe.image_shape):
            raise GanlibError(
                f"{recipe.name} is for images of shape {tuple(recipe.image_shape)}, but {one.name} "
                f"has {one.images.shape[1:]}"
            )
