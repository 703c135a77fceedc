"""What each term of the CycleGAN's loss does to the digits: ``python benchmarks/translation.py``.

Trains each pair of data sets with all terms, without the identity term and without the cycle, from
several seeds, for a fixed number of steps. Counts the labels that 2,000 test images of each side
keep on their way. "nothing" has the same of images that stay as they are. What the record has is
not repeated.
"""

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from ganlib import devices, recipes
from ganlib.datasets import pairs
from ganlib.evaluation import translation
from ganlib.lessons.trials import train_quietly
from ganlib.runs.sampling import load_system

FILE = Path(__file__).with_suffix(".json")
NAMES = ("coloured-cyclegan", "svhn-cyclegan")
TERMS: dict[str, dict[str, Any]] = {
    "cycle and identity": {"identity": 5.0},
    "cycle": {"identity": 0.0},
    "identity": {"cycle": 0.0, "identity": 5.0},
    "neither": {"cycle": 0.0, "identity": 0.0},
}
"""The GAN's loss is in each; the weights are the paper's, 10 and 5."""


class Nothing:
    """Leaves images as they are."""

    def translate(self, images: Any, generator: str) -> Any:
        """The images."""
        return images


def main() -> None:
    """Measure what is missing in the record, and write it down at once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipes", nargs="+", default=NAMES)
    parser.add_argument("--terms", nargs="+", default=list(TERMS), choices=TERMS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=1_500)
    options = parser.parse_args()
    record = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    for name in options.recipes:
        recipe = recipes.get(name)
        data, test = (
            pairs.load(recipe.dataset, split, shape=recipe.image_shape)
            for split in ("train", "test")
        )
        kept = record.setdefault(name, {"steps": options.steps, "batch": recipe.batch_size})
        kept |= {"data": [one.describe() for one in data.values()], **devices.describe()}
        kept.setdefault("nothing", found(Nothing(), test))
        for seed in options.seeds:
            for terms in options.terms:
                runs = kept.setdefault("runs", {}).setdefault(terms, {})
                if str(seed) in runs:
                    continue
                changed = replace(recipe, options={**recipe.options, **TERMS[terms]})
                with tempfile.TemporaryDirectory() as folder:
                    run = train_quietly(changed, data, folder, options.steps, seed)
                    runs[str(seed)] = found(load_system(run, names=("generator", "back")), test)
                print(name, terms, seed, runs[str(seed)], flush=True)
                FILE.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")


def found(system: Any, test: Any) -> dict[str, float]:
    """The share of labels kept on each journey."""
    return {
        " → ".join(one.stops): round(one.kept.value, 4)
        for one in translation.journeys(system, test)
    }


if __name__ == "__main__":
    main()
