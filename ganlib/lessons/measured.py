"""What ``benchmarks/`` has measured, as the lessons show it: the race and the changed choices."""

import json
from typing import Any

from ganlib.lessons.references import ROOT


def race(seconds: float = 60, key: str = "frechet") -> dict[str, list[float]]:
    """What each contestant of the race had after so many seconds of training, seed by seed.

    Parameters
    ----------
    key : "frechet", the distance of its images, or "images", how many it had seen
    """
    found: dict[str, list[float]] = {}
    for point in _record("race-bfloat16")["points"]:
        if point["mark"] == seconds:
            found.setdefault(point["contestant"], []).append(point[key])
    return found


def ablation(recipe: str) -> dict[str, list[float]]:
    """Fréchet distances of a recipe with one choice changed, seed by seed, by what was changed.

    The recipe itself is called "nothing".
    """
    changes = _record(f"ablation-{recipe}")["changes"].values()
    return {change["what"]: [run["frechet"] for run in change["runs"]] for change in changes}


def variants(family: str, key: str = "frechet") -> dict[str, list[Any]]:
    """What ``benchmarks/variants.py`` has kept of each variant of a family, seed by seed.

    A variant is left out if a run of it has no such number, because it diverged for example.

    Parameters
    ----------
    key : "frechet", the distance of its images; "real_accuracy" or "fake_accuracy", of its
        discriminator in ten equal parts of the training, none for a critic; or another key of its
        record
    """
    text = (ROOT / "figures" / family / "variants.json").read_text(encoding="utf-8")
    found = {
        name: [run.get(key) for run in runs] for name, runs in json.loads(text)["variants"].items()
    }
    if key == "frechet":
        found = {name: [score and score["value"] for score in runs] for name, runs in found.items()}
    return {name: runs for name, runs in found.items() if None not in runs}


def _record(name: str) -> Any:
    return json.loads((ROOT / "benchmarks" / f"{name}.json").read_text(encoding="utf-8"))
