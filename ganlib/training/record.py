"""What run.json says when a run begins, and whether a resumed run is still the same one."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ganlib import devices
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.runs.folder import FORMAT, RunFolder
from ganlib.systems import KINDS
from ganlib.training.precision import precision_for

Data = Dataset | Mapping[str, Dataset]
NOT_TRAINED = {"title", "source", "notes", "epochs", "minutes", "steps", "steps_per_execution"}
"""Fields of a recipe that may change between two sessions of a run: words, budget and speed."""


def new_record(
    recipe: Recipe, data: Data, seed: int | None, precision: str, strategy: str
) -> dict[str, Any]:
    """The record of a run that begins, with the recipe's budget."""
    return {
        "format": FORMAT,
        "recipe": recipe.to_json(),
        "seed": 0 if seed is None else seed,
        "data": provenance(data),
        "budget": {name: getattr(recipe, name) for name in ("epochs", "minutes", "steps")},
        "precision": precision_for(recipe, precision),
        "strategy": {"name": strategy},
        **devices.describe(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def check_same(
    run: RunFolder, recipe: Recipe, data: Data, seed: int | None, precision: str, strategy: str
) -> None:
    """Raise `GanlibError` where a run is to go on as another one than it began as."""
    record = run.record
    try:
        checksum, strategy_before = record["data"]["checksum"], record["strategy"]["name"]
    except (KeyError, TypeError) as error:
        raise GanlibError(f"{run.record_file} is damaged: {error} is missing") from error
    same = {
        "recipe": _what_is_trained(recipe) == _what_is_trained(run.recipe),
        "data": provenance(data)["checksum"] == checksum,
        "seed": seed in (None, record["seed"]),
        "precision": precision in ("auto", record["precision"]),
        "strategy": strategy == strategy_before,
    }
    for key, unchanged in same.items():
        if not unchanged:
            raise GanlibError(
                f"{run.path} cannot be resumed with another {key} than it began with (see its "
                "run.json): choose another --output to train anew"
            )


def _what_is_trained(recipe: Recipe) -> dict[str, Any]:
    # Through JSON and back, like the record: a tuple in an option is a list there.
    values = json.loads(json.dumps(recipe.to_json()))
    return {key: value for key, value in values.items() if key not in NOT_TRAINED}


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


def check_data(recipe: Recipe, data: Data) -> None:
    """Raise `GanlibError` where sets, images or labels are not what the recipe needs."""
    wanted = KINDS[recipe.kind].sets
    if wanted and set(data_sets(data)) != set(wanted):
        raise GanlibError(
            f"{recipe.name} needs two sets of images, {' and '.join(wanted)}: name a pair, such as "
            f"{recipe.dataset}"
        )
    if not wanted and not isinstance(data, Dataset):
        raise GanlibError(f"{recipe.name} learns from one set of images: name one, not a pair")
    for one in data_sets(data).values():
        if one.images.shape[1:] != tuple(recipe.image_shape):
            raise GanlibError(
                f"{recipe.name} is for images of shape {tuple(recipe.image_shape)}, but {one.name} "
                f"has {one.images.shape[1:]}"
            )
        for part in recipe.latent.values():
            if part.kind == "label":
                _check_labels(recipe, one, part.size)


def _check_labels(recipe: Recipe, data: Dataset, classes: int) -> None:
    if data.labels is None:
        raise GanlibError(
            f"{recipe.name} learns from labels, and {data.name} has none: choose a recipe without "
            "labels, or add them"
        )
    found = np.bincount(data.labels, minlength=classes)
    if wrong := [label for label, count in enumerate(found) if (count > 0) != (label < classes)]:
        has = "no images of label" if wrong[0] < classes else "images of label"
        raise GanlibError(
            f"{recipe.name} needs images of each label from 0 to {classes - 1} and of no other, "
            f"and {data.name} has {has} {wrong[0]}"
        )
