"""What does a small set teach? `celeba-express` on fewer and fewer faces, at equal steps.

    python benchmarks/small_sets.py [--counts 5 20 100 1000 9000] [--seeds 0 1 2] [--steps 600]
        [--json FILE] [--pictures FILE]

Faces are reduced to 32×32, and the networks start at a quarter of the side, so that a run takes
minutes. The measure is how near generated faces are to the faces that were trained on, beside real
faces that were held out: the ratio of the medians, and the share that is nearer than one in a
hundred held-out faces. Mirrored training faces count too, as training mirrors them. A FILE of
numbers is written after each run, and runs that are in it are not made again. In pictures the
training faces are in blocks, 16 on a side.
"""

import argparse
import dataclasses
import json
import tempfile
import time
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
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--pictures", type=Path, metavar="FILE")
    options = parser.parse_args()
    train, test = (faces.halved(datasets.load("celeb_a", split)) for split in ("train", "test"))
    result: dict[str, Any] = {
        "data": train.describe(), "steps": options.steps, "images": IMAGES,
        **devices.describe(), "sets": {},
    }  # fmt: skip
    if options.json and options.json.is_file():
        kept = json.loads(options.json.read_text(encoding="utf-8"))
        if {**kept, "sets": {}} != result:
            parser.error(f"{options.json} is of other data, steps or another machine: move it away")
        result = kept
    shown: dict[str, np.ndarray] = {}
    for count in options.counts:
        some = dataclasses.replace(train, images=train.images[:count])
        seeds = result["sets"].setdefault(str(count), {"seeds": {}})["seeds"]
        for seed in options.seeds:
            pictured = options.pictures is not None and seed == options.seeds[0]
            if str(seed) in seeds and not pictured:
                continue
            started = time.process_time()
            with tempfile.TemporaryDirectory() as folder:
                run = train_quietly(faces.small_recipe(), some, folder, options.steps, seed)
                images = sample(run, IMAGES, seed)
            seconds = round(time.process_time() - started)
            near = faces.nearness(images, some.images, test.images)
            seeds[str(seed)] = {**near, "seconds": seconds}
            print(f"{count:>6,} images, seed {seed}: {seeds[str(seed)]}", flush=True)
            if options.json:
                options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
            if pictured:
                neighbours = faces.nearest_of(images[:SHOWN], some.images)[0]
                shown[f"trained on {count:,} faces"] = images[:SHOWN]
                shown[f"their nearest of these {count:,}"] = faces.pixelated(neighbours, 16)
    if options.pictures:
        faces.rows(shown).save(options.pictures)


if __name__ == "__main__":
    main()
