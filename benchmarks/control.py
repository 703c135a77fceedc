"""Does a conditional GAN draw what it is asked for? ``python benchmarks/control.py``.

Trains GANs with and without labels for a fixed number of steps, several seeds each, and measures
5,000 images of each: label alignment and its control, class shares, white spots, train on
synthetic, test on real, and the Fréchet distance. `real` has the same of test images, and the
classifier's accuracy after 5,000 real training images. What the record has is not repeated.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import datasets, devices, recipes
from ganlib.datasets import Dataset
from ganlib.evaluation import judges
from ganlib.evaluation.metrics.alignment import aligned
from ganlib.evaluation.metrics.classes import class_shares
from ganlib.evaluation.metrics.frechet import frechet_distance
from ganlib.evaluation.metrics.transfer import hits
from ganlib.lessons.control import white_spots
from ganlib.lessons.trials import train_quietly
from ganlib.runs.sampling import sample
from ganlib.systems import latents

FILE = Path(__file__).with_suffix(".json")
NAMES = ("mnist-express-cgan", "review-cgan", "review-mlp")
IMAGES = 5_000


def main() -> None:
    """Measure what is missing in the record, and write it down at once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipes", nargs="+", default=NAMES)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=1_000)
    options = parser.parse_args()
    data, test = datasets.load("mnist"), datasets.load("mnist", "test")
    assert data.labels is not None and test.labels is not None
    record = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    record |= {"data": data.describe(), "images": IMAGES, **devices.describe()}
    if "real" not in record:
        record["real"] = measured(test.images[:IMAGES], test.labels[:IMAGES], test, None)
        right = hits(data.images[:IMAGES], data.labels[:IMAGES], test.images, test.labels)
        record["real"]["transfer"] = round(float(right.mean()), 4)
        write(record)
    for seed in options.seeds:
        for name in options.recipes:
            runs = record.setdefault("runs", {}).setdefault(name, {})
            if str(seed) not in runs:
                recipe = recipes.get(name)
                with tempfile.TemporaryDirectory() as folder:
                    run = train_quietly(recipe, data, folder, options.steps, seed)
                    given = latents.like(recipe.latent, data, IMAGES)
                    images = sample(run, IMAGES, seed, **given)
                found = measured(images, given.get("labels"), test, seed)
                runs[str(seed)] = {"steps": options.steps, "batch": recipe.batch_size} | found
                print(name, seed, runs[str(seed)], flush=True)
                write(record)


def measured(
    images: np.ndarray, labels: np.ndarray | None, test: Dataset, seed: int | None
) -> dict[str, Any]:
    """The numbers of one sample; without a seed it is real, and no classifier learns from it."""
    assert test.labels is not None
    judged, real = judges.load("mnist")(images), judges.load("mnist")(test.images)
    found: dict[str, Any] = {
        "frechet": round(frechet_distance(real.features, judged.features), 2),
        "shares": np.round(class_shares(judged.probabilities), 4).tolist(),
        "white spots": round(float(white_spots(images).mean()), 3),
    }
    if labels is not None:
        permuted = np.random.default_rng(0).permutation(labels)
        for name, asked in (("aligned", labels), ("permuted", permuted)):
            found[name] = round(float(aligned(judged.probabilities, asked).mean()), 4)
        if seed is not None:
            right = hits(images, labels, test.images, test.labels, seed)
            found["transfer"] = round(float(right.mean()), 4)
    return found


def write(record: dict[str, Any]) -> None:
    """Write the record as JSON."""
    FILE.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
