"""Does one filter size or one layer break a GAN, and does it break a WGAN less? Many seeds.

    python benchmarks/one_change.py [--seeds 5] [--json benchmarks/one_change.json]

The report `final-project` says that a GAN is not robust against one such change, and a WGAN more
so. Small networks, those of `mnist-express`, are trained with both losses, as they are and with one
change each: equally many steps of each network, so equally many images. Seeds that stand in the
JSON file already are not repeated. Lesson 11 shows the record.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ganlib import datasets, devices, lessons
from ganlib.errors import GanlibError
from ganlib.lessons.trials import IMAGES

LOSSES = {"GAN": "non_saturating", "WGAN": "wasserstein"}
CHANGES: dict[str, dict[str, int]] = {
    "as it is": {},
    "3×3 filters": {"kernel_size": 3},
    "a layer less": {"units": 0},
}


def main() -> None:
    """Train what is missing and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="how many, from 0")
    parser.add_argument("--steps", type=int, default=400, help="of each network")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    data = datasets.load("mnist")
    scores: dict[str, list[float]] = {}
    if options.json and options.json.exists():
        before = json.loads(options.json.read_text(encoding="utf-8"))
        if before["steps"] != options.steps:
            raise GanlibError(f"{options.json} is of {before['steps']} steps: name another file")
        scores = before["frechet"]
    for seed in range(options.seeds):
        for loss, objective in LOSSES.items():
            for change, built in CHANGES.items():
                found = scores.setdefault(f"{loss}, {change}", [])
                if seed < len(found):
                    continue
                recipe = lessons.small_gan(objective, **built)
                found.append(lessons.trial(recipe, data, options.steps, seed).frechet)
                print(f"seed {seed}, {loss}, {change}: {found[-1]:.1f}", flush=True)
        if options.json:
            record: dict[str, Any] = {"steps": options.steps, "images scored": IMAGES}
            record |= {"frechet": scores} | devices.describe()
            text = json.dumps(record, indent=1, ensure_ascii=False)
            options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except GanlibError as error:
        sys.exit(f"one_change: {error}")
