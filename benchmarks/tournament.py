"""The report's table of discriminators against generators: ``python benchmarks/tournament.py``.

Trains the four models of `review` on real MNIST with several seeds for the steps of `STEPS`, lets
all discriminators see the images of all generators, and measures the generators' Fréchet distances.
Then, for each seed, snapshots of one run play against each other. Runs that are in the folder are
not trained again; a run that was stopped goes on.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import datasets, devices, figures, recipes
from ganlib.datasets import Dataset, pairs
from ganlib.evaluation.league import League, league
from ganlib.evaluation.ratings import Table
from ganlib.evaluation.tournament import play
from ganlib.lessons import ROOT, leagues, trials
from ganlib.runs.folder import RunFolder
from ganlib.training.train import train

FILE = Path(__file__).with_suffix(".json")
PICTURE = ROOT / "figures" / "tournament.png"
STEPS = {"review-mlp": 1000, "review-cgan": 1000, "review-dcgan": 100, "coloured-cyclegan": 150}
"""Few for the two of convolutions: all take one core about half a minute."""
SNAPSHOTS = ("mnist-express", "review-mlp")
MOMENTS = (5, 10, 20, 40, 80, 160, 320)
COUNT = 2_000


def main() -> None:
    """Train what is missing, play, and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--runs", type=Path, default=Path("runs/tournament"))
    parser.add_argument("--part", nargs="+", default=["models", "snapshots"])
    options = parser.parse_args()
    record: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.is_file() else {}
    data = datasets.load("mnist")
    record |= {"machine": devices.describe(), "data": data.describe(), "images": COUNT}
    if "models" in options.part:
        runs = [trained(name, seed, options.runs) for seed in options.seeds for name in STEPS]
        found = league([str(run.path) for run in runs], COUNT)
        record["models"] = {"steps": STEPS, **told(found)}
        write(record)
        first = dict(zip(leagues.MODELS, found.images, strict=False))
        figures.save(trials.strips(first), PICTURE)
    for name in SNAPSHOTS if "snapshots" in options.part else ():
        kept = record.setdefault("snapshots", {}).setdefault(name, {"steps": MOMENTS, "seeds": {}})
        for seed in options.seeds:
            if str(seed) not in kept["seeds"]:
                kept["seeds"][str(seed)] = of_snapshots(name, data, seed)
                write(record)
                print(name, seed, kept["seeds"][str(seed)]["frechet"], flush=True)


def trained(name: str, seed: int, folder: Path) -> RunFolder:
    """The finished run of a recipe and a seed."""
    run, recipe = RunFolder(folder / f"{name}-{seed}"), recipes.get(name)
    begun = run.record_file.is_file()
    if begun and run.record["status"] == "finished":
        return run
    pair = "+" in recipe.dataset
    read = pairs.load(recipe.dataset, shape=recipe.image_shape) if pair else None
    data: Any = read or datasets.load(recipe.dataset)
    how: dict[str, Any] = {"steps": STEPS[name], "seed": seed, "resume": begun}
    return train(recipe, data, run.path, display="none", score_every=0, **how)


def told(found: League) -> dict[str, Any]:
    """The numbers of a league."""
    return numbers(found.table) | {"frechet": [round(value, 3) for value in found.frechet]}


def numbers(table: Table) -> dict[str, Any]:
    """Accuracies on real and on generated images, ratings, and both metrics of every pair."""
    discriminators, generators = table.ratings()
    n = len(table.names)
    gam = [[table.gam(a, b) for b in range(n)] for a in range(n)]
    return {
        "names": list(table.names),
        "real": np.round((table.real > 0).mean(axis=1), 4).tolist(),
        "generated": np.round((table.fake <= 0).mean(axis=2), 4).tolist(),
        "ratings": {
            "discriminators": np.round(discriminators, 1).tolist(),
            "generators": np.round(generators, 1).tolist(),
        },
        "gam": [[[round(one[0], 3), round(one[1], 3), one[2]] for one in row] for row in gam],
        "gmam": [[round(table.gmam(a, b), 3) for b in range(n)] for a in range(n)],
    }


def of_snapshots(name: str, data: Dataset, seed: int) -> dict[str, Any]:
    """One run against itself."""
    snapshots = leagues.grown(recipes.get(name), data, MOMENTS, seed)
    table, images = play(snapshots, datasets.load("mnist", "test"), COUNT)
    found = numbers(table)
    del found["gam"], found["gmam"]
    return found | {"frechet": [round(trials.frechet(one, data), 3) for one in images]}


def write(record: dict[str, Any]) -> None:
    """Keep what is known so far."""
    FILE.write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
