"""How many of the thousand modes of stacked MNIST does each family of `final-project` find?

    python benchmarks/stacked.py [--seeds 0 1 2] [--json benchmarks/stacked.json]

Three digits are the colours of one image. The judge of MNIST reads each channel of 10,000 generated
images. The networks have a quarter of their width and the optimisers of benchmarks/variants.py.
The runs stay in ``runs/stacked/``; one that has ended is not trained again, and the record keeps
seeds that are not asked for.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import stacks
from variants import RATES, narrow, optimizer

from ganlib import devices, figures, recipes
from ganlib.evaluation import judges
from ganlib.evaluation.judges.judge import Judge
from ganlib.lessons import walls
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.training.progress import TrainingDiverged
from ganlib.training.train import train

FAMILIES = ("baseline", "modified", "wgan", "r3gan")
COUNT = 10_000


def family(kind: str) -> Recipe:
    """A recipe for three channels; those of the report take the best of four optimisers."""
    recipe = recipes.get(f"mnist-{kind}")
    better = {} if kind == "r3gan" else optimizer("RMSprop", RATES["RMSprop"])
    return narrow(recipe, image_shape=(28, 28, 3), dataset=stacks.NAME, **better)


def read(judge: Judge, images: np.ndarray) -> dict[str, float]:
    """Modes found and KL of images, uint8 (N, 28, 28, 3)."""
    channels = [judge(images[..., [c]]).probabilities.argmax(axis=1) for c in range(3)]
    codes = stacks.codes(np.stack(channels, axis=1))
    return {"modes": stacks.found(codes), "kl": round(stacks.divergence(codes), 4)}


def main() -> None:
    """Train what is missing, count, and record after each run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path, help="a wall of the families, a .png")
    options = parser.parse_args()
    judge = judges.load("mnist")
    data, real = (stacks.load(split) for split in ("train", "test"))
    found = {"real test images": [{"seed": 0, **read(judge, real.images[:COUNT])}]}
    if options.json and options.json.exists():
        found |= json.loads(options.json.read_text(encoding="utf-8"))["found"]
    panels = {"real": real.images[:36]}
    for seed in options.seeds:
        for kind in FAMILIES:
            run = RunFolder(Path("runs") / "stacked" / f"seed-{seed}" / kind)
            begun = run.record_file.is_file()
            row = {"seed": seed, "images": 0, "modes": None, "kl": None}
            try:
                if not begun or run.record["status"] not in ("finished", "diverged"):
                    first = None if begun else seed
                    train(family(kind), data, run.path, seed=first, resume=begun, score_every=0)
                images = sample(run, COUNT, 0)
                row |= {"images": run.record["progress"]["images"], **read(judge, images)}
                panels.setdefault(kind, images[:36])
            except TrainingDiverged as error:
                print(error)
            others = [r for r in found.get(kind, ()) if r["seed"] != seed]
            found[kind] = sorted([*others, row], key=lambda r: r["seed"])
            print(kind, row, flush=True)
            if options.json:
                kept = {
                    "machine": devices.describe(),
                    "data": data.describe(),
                    "judge": judge.describe(),
                    "count": COUNT,
                    "found": found,
                }
                options.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    if options.picture:
        figures.save(walls.wall(panels, in_a_row=5), options.picture)


if __name__ == "__main__":
    main()
