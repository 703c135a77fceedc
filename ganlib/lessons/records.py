"""What the records in ``benchmarks/`` say: lines to print, and rows for charts."""

import json
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from ganlib import recipes
from ganlib.lessons.references import ROOT

Record = Mapping[str, Any]
Rows = dict[str, dict[str, list[float]]]
TAKEN_OUT = "taken out: "
EARLIER = "mnist-express, earlier"  # the recipe of these records, as their own page says
EPOCHS, IMAGES = 50, 60_000  # the tutorial's budget


def read(name: str) -> Record:
    """A record of ``benchmarks/`` by its file's name; prints the machine that it was made on."""
    path = ROOT / "benchmarks" / f"{name}.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    machine = record["machine"]
    words = [f"{machine['cores']} cores", machine["processor"], machine.get("instructions")]
    print(f"{name}: {', '.join(filter(None, words))}")
    return record


def race_ends(race: Record) -> dict[str, list[Record]]:
    """The last points of each contestant of a race, one for each seed."""
    points = race["points"]
    last = max(point["mark"] for point in points)
    found: dict[str, list[Record]] = {point["contestant"]: [] for point in points}
    for point in points:
        if point["mark"] == last:
            found[point["contestant"]].append(point)
    return found


def print_race(race: Record) -> None:
    """Images and steps of each contestant, and how long 50 epochs would take it: medians."""
    print(f"{'':<16}{'images':>9}{'steps':>8}{'images/s':>10}   50 epochs would take")
    for name, runs in race_ends(race).items():
        images = statistics.median(run["images"] for run in runs)
        rate = statistics.median(run["images"] / run["seconds"] for run in runs)
        recipe = recipes.get(name if name in recipes.RECIPES else "mnist-baseline")
        minutes = EPOCHS * IMAGES / rate / 60
        steps = images / recipe.batch_size
        print(f"{name:<16}{images:>9,.0f}{steps:>8,.0f}{rate:>10,.0f}{minutes:>11,.0f} minutes")


def throughput_rows(named: Mapping[str, Record]) -> Rows:
    """Images a second over those of the tutorial's step, a row for each workload.

    Parameters
    ----------
    named : kind of processor to a record of ``benchmarks/throughput.py``
    """
    rows: Rows = {}
    for kind, record in named.items():
        for workload, found in record["workloads"].items():
            row = rows.setdefault(f"{workload}, batch {found['batch_size']}", {})
            rates = found["images_per_second"]
            for name, own in rates.items():
                ratios = [a / b for a, b in zip(own, rates["tutorial float32"], strict=True)]
                if name == "tutorial, oneDNN":
                    row[f"{kind}: {name}"] = ratios
                if name.startswith("ganlib"):
                    row[f"{kind}: {name.removesuffix(' (auto)')}"] = ratios
    return rows


def tried_rows(record: Record, names: Sequence[str]) -> Rows:
    """Speed with a trick over that without it, a row for each trick, for these recipes."""
    rows: Rows = {}
    for idea, words in record["ideas"].items():
        found = {
            EARLIER if name == "mnist-express" else name: record["recipes"][name][idea]
            for name in names
        }
        if words.startswith(TAKEN_OUT):  # measured the other way round
            found = {name: [1 / ratio for ratio in ratios] for name, ratios in found.items()}
        rows[words.removeprefix(TAKEN_OUT)] = found
    return rows


def ablation_rows(record: Record) -> dict[str, list[float]]:
    """Fréchet distances of each change to a recipe, from the best median to the worst."""
    found = {
        change["what"]: [run["frechet"] for run in change["runs"]]
        for change in record["changes"].values()
    }
    found["the recipe itself"] = found.pop("nothing")
    return dict(sorted(found.items(), key=lambda row: statistics.median(row[1])))
