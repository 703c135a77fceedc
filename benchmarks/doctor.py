"""How often the doctor names a failure that was provoked, and whether it accuses the healthy.

    python benchmarks/doctor.py [--seeds 0 1 2] [--json benchmarks/doctor.json]
    python benchmarks/doctor.py --seeds 6 7 8 --json benchmarks/doctor.json
    python benchmarks/doctor.py --seeds --runs runs/variants/*/* --json benchmarks/doctor.json

The doctor's limits were chosen with seeds 0 to 5 in view; the others are held out, and counted
apart. A record that is there keeps what is not provoked anew, and names the machines of both.

Each failure of lesson 15 is provoked with each seed on real MNIST, a few hundred steps of a small
GAN; with the first seed its cure is trained for as many steps. A failure is named rightly where
the doctor's first finding is it. Then the doctor examines every generator that ships. How long it
took does not matter here, so no time is recorded.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import datasets, devices, figures
from ganlib.datasets import Dataset
from ganlib.evaluation import doctor, evidence
from ganlib.lessons import failures, trials, walls
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder
from ganlib.startup import tf
from ganlib.systems import KINDS

STEPS = 300
TUNED = (0, 1, 2, 3, 4, 5)
"""Seeds that the doctor's limits were chosen with."""
Options = dict[str, Any]  # of `ganlib.lessons.failures.train`


def provoked(images: np.ndarray, data: Dataset) -> dict[str, tuple[Options, Options]]:
    """Name of a failure to the options that provoke it and those that cure it."""
    dense, conv = failures.dense_generator, failures.conv_generator
    relu: Options = {"make": lambda: dense(activation="relu"), "rates": (1e-1, 5e-4)}
    bare: Options = {"make": lambda: dense(norm=False), "turns": (10, 1), "steps": 200}
    one: Options = {"make": lambda: dense(1), "noise": lambda count: failures.normal(count, 1)}
    watch: Options = {
        "make": conv,
        "watch": lambda drawn: trials.frechet(drawn, data),
        "steps": 600,
    }
    critic: Options = {"loss": "wasserstein", "make": conv}
    return {
        "exploding": ({**critic, "rates": (3e-3, 5e-3)}, {**critic, "clip": 0.03}),
        "constant noise": ({"noise": lambda count: tf.ones((count, 32))}, {}),
        "blank images": (relu, {}),
        "wrong scaling": ({"images": images / 2 + 0.5, "make": conv}, {"make": conv}),
        "forgotten training flag": ({"make": conv, "training": False}, {"make": conv}),
        "vanishing gradient": (
            {"loss": "minimax", "rates": (1e-4, 5e-3), "turns": (1, 2)},
            {"loss": "non_saturating"},
        ),
        "noise too small": (one, {}),
        "memorisation": ({"images": images[:8], "steps": 1200}, {"steps": 1200}),
        "mode collapse": (bare, {"steps": 200}),
        "weak discriminator": ({"rates": (3e-3, 0.0)}, {}),
        "checkerboards": (
            {"make": lambda: conv(3, 4), "rates": (3e-3, 1e-4)},
            {"make": lambda: conv(8, 4)},
        ),
        "divergence": ({**watch, "late": 1000.0}, watch),
    }


def main() -> None:
    """Provoke, examine, count, and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--only", nargs="+", help="failures to provoke; the record keeps others")
    parser.add_argument("--runs", type=Path, nargs="+", default=[], help="folders to examine too")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path, help="a wall of the failures, a .png")
    options = parser.parse_args()
    train, test = (datasets.load("mnist", split) for split in ("train", "test"))
    images = failures.scaled(train.images)
    cases: dict[str, list[dict[str, Any]]] = {}
    panels: dict[str, np.ndarray] = {}
    for name, (wrong, cure) in provoked(images, train).items():
        if options.only and name not in options.only:
            continue
        cases[name] = []
        for seed in options.seeds:
            found: list[dict[str, Any]] = []
            for change in (wrong, cure)[: 2 if seed == options.seeds[0] else 1]:
                given: Options = {"images": images, "steps": STEPS} | change
                patient = failures.train(seed=seed, **given)
                seen = patient.evidence(train, test)
                if change is wrong:
                    panels.setdefault(name, patient.shown(36))
                kept = {key: float(f"{value:.4g}") for key, value in seen.numbers.items()}
                names = [finding.name for finding in doctor.examine(seen)]
                found.append({"named": names, "numbers": kept})
            first = found[0]["named"][:1] == [name]
            cases[name].append({"seed": seed, "right": first, "runs": found})
            print(f"{name:<24} seed {seed}: {[run['named'] for run in found]}", flush=True)
    if options.picture:
        figures.save(walls.wall(panels, in_a_row=4), options.picture)
    machines: list[dict[str, Any]] = []
    healthy = {}
    examined = {}
    for path in options.runs:
        seen = evidence.of_run(run := RunFolder(path))
        told = {
            "named": [finding.name for finding in doctor.examine(seen)],
            "frechet": round(seen.numbers["frechet"], 2) if "frechet" in seen.numbers else None,
            "status": run.record["status"],
        }
        examined[f"{path.parent.name}/{path.name}"] = told
        print(f"{path.parent.name}/{path.name:<24} {told}", flush=True)
    all_there = not (options.only or options.runs)
    for name in pretrained.names() if all_there else ():
        run = pretrained.find(pretrained.PREFIX + name)
        if KINDS[run.recipe.kind].sets:
            continue  # the doctor knows no translations
        seen = evidence.of_run(run)
        healthy[name] = [vars(finding) for finding in doctor.examine(seen)]
        print(f"{name:<24} {[finding['name'] for finding in healthy[name]]}", flush=True)
    if options.json and options.json.exists():
        before = json.loads(options.json.read_text(encoding="utf-8"))
        cases = merged(before["cases"], cases)
        healthy = before["healthy"] | healthy
        examined = before.get("runs", {}) | examined
        machines = before["machines"]
    groups = counted(cases)
    accused = sum(map(bool, healthy.values()))
    for name, group in groups.items():
        print(f"{name}: named rightly {group['right']} of {group['provoked']}", end="; ")
        print(f"accused {group['accused']} of {group['cured']} cured")
    print(f"accused {accused} of {len(healthy)} that ship")
    if options.json:
        record = {
            "machines": [*(m for m in machines if m != devices.describe()), devices.describe()],
            "data": train.describe(),
            **groups,
            "accused": accused,
            "shipped": len(healthy),
            "cases": cases,
            "healthy": healthy,
            "runs": examined,
        }
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def merged(before: dict[str, list], now: dict[str, list]) -> dict[str, list]:
    """The cases of two records by seed; where both have one, today's."""
    return {
        name: sorted(
            {c["seed"]: c for c in (*before.get(name, ()), *now.get(name, ()))}.values(),
            key=lambda case: case["seed"],
        )
        for name in {**before, **now}
    }


def counted(cases: dict[str, list]) -> dict[str, dict]:
    """Of the seeds that the limits were chosen with, and of the others: how many were right."""
    groups = {}
    for name, holds in (("tuned", TUNED.__contains__), ("held_out", lambda s: s not in TUNED)):
        runs = [case for each in cases.values() for case in each if holds(case["seed"])]
        cured = [case["runs"][1]["named"] for case in runs if len(case["runs"]) > 1]
        groups[name] = {
            "seeds": sorted({case["seed"] for case in runs}),
            "right": sum(case["right"] for case in runs),
            "provoked": len(runs),
            "accused": sum(map(bool, cured)),
            "cured": len(cured),
        }
    return groups


if __name__ == "__main__":
    main()
