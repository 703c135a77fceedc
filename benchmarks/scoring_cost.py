"""What scoring while training costs: ``python benchmarks/scoring_cost.py --minutes 6``.

Trains a recipe as the command line does by default and adds up the seconds spent inside the scores
(sampling, judging, keeping the best generator, and the first score's setting up). Both are taken
in the same run, so that other work on the machine slows them alike; what counts is their ratio.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from ganlib import datasets, recipes
from ganlib.training import scoring
from ganlib.training.train import train


def main() -> None:
    """Train, and print the share of the time that went into scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="mnist-baseline")
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--data", choices=["auto", "real", "synthetic"], default="auto")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    recipe = recipes.get(options.recipe)
    stand_in = {"auto": "fallback", "real": "never", "synthetic": "always"}[options.data]
    data = datasets.load(recipe.dataset, stand_in=stand_in, channels=recipe.image_shape[-1])
    trackers = []
    tracker_class = scoring.Scores

    def noted(*args: Any, **kwargs: Any) -> scoring.Scores:
        trackers.append(tracker_class(*args, **kwargs))
        return trackers[-1]

    scoring.Scores = noted  # type: ignore[assignment, misc]
    with tempfile.TemporaryDirectory() as folder:
        run = train(recipe, data, Path(folder) / "run", minutes=options.minutes)
        progress, history = run.record["progress"], run.history
        about = {key: run.record[key] for key in ("machine", "versions", "precision")}
    (tracker,) = trackers
    result = {
        "recipe": recipe.name,
        "data": data.describe(),
        "seconds": progress["seconds"],
        "images": progress["images"],
        "scores": sum("frechet" in row for row in history),
        "seconds_in_scores": round(tracker.spent, 2),
        "share": round(tracker.spent / progress["seconds"], 4),
        **about,
    }
    print(json.dumps(result, indent=2, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
