"""What does a small set teach? `celeba-express` on fewer and fewer faces, at equal steps.

    python benchmarks/small_sets.py [--counts 5 20 100 1000 9000] [--seeds 0] [--steps 600]
        [--json FILE] [--pictures FILE]

Faces are reduced to 32×32, and the networks start at a quarter of the side, so that a run takes
minutes. The measure is how near generated faces are to the faces that were trained on, beside real
faces that were held out: the ratio of the medians, and the share that is nearer than one in a
hundred held-out faces. Mirrored training faces count too, as training mirrors them.
"""

import argparse
import dataclasses
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import datasets, devices
from ganlib.lessons import faces
from ganlib.lessons.trials import train_quietly
from ganlib.runs.sampling import sample

IMAGES, SHOWN = 1000, 8


def main() -> None:
    """Train each, measure, print, and write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", type=int, nargs="+", default=[5, 20, 100, 1000, 9000])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--pictures", type=Path, metavar="FILE")
    options = parser.parse_args()
    train, test = (faces.halved(datasets.load("celeb_a", split)) for split in ("train", "test"))
    result: dict[str, Any] = {
        "data": train.describe(), "steps": options.steps, "images": IMAGES,
        **devices.describe(), "sets": {},
    }  # fmt: skip
    shown: dict[str, np.ndarray] = {}
    for count in options.counts:
        some = dataclasses.replace(train, images=train.images[:count])
        seeds = {}
        for seed in options.seeds:
            with tempfile.TemporaryDirectory() as folder:
                run = train_quietly(faces.small_recipe(), some, folder, options.steps, seed)
                images = sample(run, IMAGES, seed)
            seeds[str(seed)] = faces.nearness(images, some.images, test.images)
            print(f"{count:>6,} images, seed {seed}: {seeds[str(seed)]}", flush=True)
            if seed == options.seeds[0]:
                shown[f"trained on {count:,} faces"] = images[:SHOWN]
                shown[f"their nearest of these {count:,}"] = faces.nearest_of(
                    images[:SHOWN], some.images
                )[0]
        result["sets"][str(count)] = {"seeds": seeds}
    if options.pictures:
        faces.rows(shown).save(options.pictures)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
