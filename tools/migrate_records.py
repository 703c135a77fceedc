"""Bring records to the format that ganlib reads: ``python tools/migrate_records.py RUN …``.

Format 1 named one generator and one discriminator, and the train step's own options; format 2 names
networks, optimisers and latent, and says which format it is. Without arguments, all runs in
``figures/`` and the ablations in ``benchmarks/``. What was measured is not touched; the recipe's
notes are those of today.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ganlib import recipes
from ganlib.files import write_text
from ganlib.recipes import Recipe
from ganlib.runs.folder import FORMAT

ROOT = Path(__file__).resolve().parent.parent
FIGURES, BENCHMARKS = ROOT / "figures", ROOT / "benchmarks"
LATENT_SIZES = {"express:generator": 32}  # where a builder's own size is not 100
SHAPE = (28, 28, 1)  # of the first version, which knew no other and did not name it


def migrated(record: dict[str, Any]) -> dict[str, Any]:
    """A run's record of format 1 in format 2; one of format 2 stays."""
    if record.get("format") == FORMAT:
        return record
    budget = record["budget"] | {"steps": None}
    recipe = migrated_recipe(record["recipe"])
    return {"format": FORMAT, **record, "recipe": recipe, "budget": budget}


def migrated_recipe(old: dict[str, Any]) -> dict[str, Any]:
    """A recipe of format 1 in format 2; one of format 2 stays."""
    if "networks" in old:
        return old
    generator = old["generator"]
    size = generator["options"].get("latent_dim", LATENT_SIZES.get(generator["builder"], 100))
    pairs = [(name, old[name]) for name in ("generator", "discriminator")]
    known = recipes.RECIPES.get(old["name"])
    new = {
        "name": old["name"],
        "title": old["title"],
        "source": old["source"],
        "dataset": old["dataset"],
        "image_shape": list(old.get("image_shape", SHAPE)),
        "networks": {name: network for name, network in pairs if network},
        "optimizers": {name: old[f"{name}_optimizer"] for name, network in pairs if network},
        "kind": old["step"],
        "options": old["step_options"],
        "objective": old["objective"],
        "latent": {"noise": {"kind": old.get("latent", "normal"), "size": size}},
        "schedule": old.get("schedule", "constant"),
        "batch_size": old["batch_size"],
        "epochs": old["epochs"],
        "minutes": old.get("minutes"),
        "steps": None,
        "steps_per_execution": old.get("steps_per_execution", 1),
        "ema": old.get("ema", 0.0),
        "notes": known.notes if known else old["notes"],
    }
    return Recipe.from_json(new).to_json()


def main(folders: list[str]) -> None:
    """Migrate each folder's run.json in place."""
    files = [Path(folder) / "run.json" for folder in folders] or sorted(FIGURES.rglob("run.json"))
    for file in files:
        record = migrated(json.loads(file.read_text(encoding="utf-8")))
        write_text(file, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
        print(file)
    for file in [] if folders else sorted(BENCHMARKS.glob("ablation-*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        record["recipe"] = migrated_recipe(record["recipe"])
        write_text(file, json.dumps(record, indent=2) + "\n")
        print(file)


if __name__ == "__main__":
    main(sys.argv[1:])
