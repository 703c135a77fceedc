"""Train a lesson's variants with several seeds, keep their scores: ``python tools/seeds.py FILE``.

FILE is a notebook whose cells with the tag `imports` define ``variants``, recipes by name, and
perhaps ``STEPS``. Each is trained as `ganlib.lessons.trial` does it, on the real data. Scores and
losses go to ``figures/seeds/``; those that are there already are not repeated. Where FILE defines
``measured``, a function of recipe, data, steps and seed, what it returns is kept by name instead.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import nbformat
from store_notebooks import imports_of

from ganlib import datasets, devices, lessons
from ganlib.lessons.trials import IMAGES, STEPS

SEEDS = lessons.ROOT / "figures" / "seeds"


def main() -> None:
    """Train what is missing, note each score at once: several such programs may run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3])
    options = parser.parse_args()
    names: dict[str, Any] = {}
    exec(imports_of(nbformat.read(options.notebook, as_version=4).cells), names)
    steps, first = names.get("STEPS", STEPS), next(iter(names["variants"].values()))
    measured = names.get("measured", of_trial)
    data = datasets.load(first.dataset, channels=first.image_shape[-1])
    file = SEEDS / f"{options.notebook.stem}.json"
    about = {"data": data.describe(), "steps": steps, "images": IMAGES}
    for seed in options.seeds:
        for name, recipe in names["variants"].items():
            if str(seed) in scores_in(file).get(name, {}):
                continue
            found = measured(recipe, data, steps, seed)
            print(name, seed, found["frechet"], flush=True)
            kept = {what: scores_in(file, what) for what in found}
            for what, value in found.items():
                kept[what].setdefault(name, {})[str(seed)] = value
            file.parent.mkdir(exist_ok=True)
            record = about | devices.describe() | kept
            text = json.dumps(record, indent=1, ensure_ascii=False)
            file.write_text(text + "\n", encoding="utf-8")


def of_trial(recipe: Any, data: Any, steps: int, seed: int) -> dict[str, Any]:
    """What is kept of a variant by default: the Fréchet distance of a trial, and its losses."""
    trial = lessons.trial(recipe, data, steps, seed)
    return {"frechet": round(trial.frechet, 2), "losses": trial.steps}


def scores_in(file: Path, what: str = "frechet") -> dict[str, dict[str, Any]]:
    """Scores, or losses, by the variant's name and the seed; none without a file."""
    return json.loads(file.read_text(encoding="utf-8")).get(what, {}) if file.is_file() else {}


if __name__ == "__main__":
    main()
