"""Does a learned search beat chance at equal cost? ``python benchmarks/architectures.py``.

1. *table*: every architecture of a small space for the dense GAN of `review`, trained on real MNIST
   for `STEPS` steps and scored after a quarter, a half and all of them, with each seed. The trials
   are in architectures.db, one study for each seed; several such programs may run.
2. *ladder*: generators and discriminators of growing width and depth; *captions*: those that the
   report's captions name. Both with each seed.
3. *searches*: each searcher looks its scores up in the table of seed 0 instead of training, so it
   can be tried with many seeds. All have the same budget in steps. The first three seeds of each
   are kept in architectures.db as well.

What is there already is not repeated.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.storages import InMemoryStorage

from ganlib import datasets, devices, recipes
from ganlib.datasets import Dataset
from ganlib.recipes.vary import changed
from ganlib.search.samplers import SEARCHERS, results
from ganlib.search.spaces import Space
from ganlib.search.study import STEPS as TAKEN
from ganlib.search.study import Plan, filled, open_study, storage, work
from ganlib.search.training import chosen_by, scored, trainings

FILE = Path(__file__).with_suffix(".json")
DATABASE = FILE.with_suffix(".db")
RECIPE = "review-mlp"
STEPS = 400
NETWORKS = ("generator", "discriminator")
SPACE = Space(
    {"generator": (1, 2, 3), "discriminator": (1, 2)}, dict.fromkeys(NETWORKS, (128, 512))
)
"""84 architectures."""
TRIALS = 24  # full trainings that a search may spend
REPEATS = 50  # seeds of a search
PLAIN = {"generator": [256, 256, 256], "discriminator": [256, 256]}
LADDER: dict[str, dict[str, list[int]]] = {
    **{f"width {w}": {k: [w] * len(v) for k, v in PLAIN.items()} for w in (32, 128, 512, 1024)},
    **{f"depth {d}": {"generator": [256] * d, "discriminator": [256] * d} for d in (1, 2, 3, 5)},
}
CAPTIONS = {
    "figures 4, 17": ([128, 256, 512, 1024], [512, 256]),
    "figures 5, 18": ([128, 256, 512, 1024], [512, 512, 256]),
    "figure 6": ([128, 256, 512, 1024], [512, 1024, 512]),
    "figure 7": ([128, 256, 512, 1024, 1536], [512, 1024, 512]),
    "figure 8": ([128, 256, 512, 1024, 1536], [512, 512, 256]),
}
"""The dense GANs of the report's figures."""


def main() -> None:
    """Train what is missing, search, and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", default=["table", "ladder", "captions", "searches"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    recipe = recipes.get(RECIPE)
    data = datasets.load("mnist")
    record: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.is_file() else {}
    record |= {"machine": devices.describe(), "data": data.describe(), "steps": STEPS}
    for seed in options.seeds:
        if "table" in options.part:
            made = table(seed, trainings(recipe, SPACE, data))
            record.setdefault("table", {})[str(seed)] = made
            write(record)
        for part, stacks in (("ladder", LADDER), ("captions", named(CAPTIONS))):
            for name, stack in stacks.items() if part in options.part else ():
                kept = record.setdefault(part, {}).setdefault(name, {"stacks": stack, "scores": {}})
                if str(seed) not in kept["scores"]:
                    kept["scores"][str(seed)] = last_score(stack, data, seed)
                    print(part, name, seed, kept["scores"][str(seed)], flush=True)
                    write(record)
    if "searches" in options.part:
        record["searches"] = {"trials": TRIALS, "budget": TRIALS * STEPS} | {
            searcher: [search(searcher, seed, record["table"]["0"]) for seed in range(REPEATS)]
            for searcher in SEARCHERS
            if searcher != "all"
        }
        write(record)


def named(captions: Any) -> dict[str, dict[str, list[int]]]:
    """Captions as stacks of both networks."""
    return {name: dict(zip(NETWORKS, both, strict=True)) for name, both in captions.items()}


def last_score(stack: dict[str, list[int]], data: Dataset, seed: int) -> float:
    """The Fréchet distance after all steps."""
    made = changed(recipes.get(RECIPE), **{name: {"units": s} for name, s in stack.items()})
    return round(list(scored(made, data, (STEPS,), seed))[-1][1], 3)


def table(seed: int, objective: Any) -> dict[str, list[float]]:
    """Scores at the rungs of every architecture, by its text."""
    plan = Plan(len(SPACE.every()), STEPS, "all", seed, RECIPE)
    study = open_study(storage(f"sqlite:///{DATABASE}"), f"every {seed}", plan, SPACE)
    work(study, plan, SPACE, objective, lambda t: print(seed, t.number, t.value, flush=True))
    return {
        SPACE.text(t.params): [round(t.intermediate_values[rung], 3) for rung in plan.rungs]
        for t in filled(study).values()
    }


def search(searcher: str, seed: int, scores: dict[str, list[float]]) -> dict[str, Any]:
    """Architectures that a searcher tried to the end, their scores, and the steps spent by then."""

    def looked_up(trial: optuna.Trial, plan: Plan) -> float:
        row = scores[SPACE.text(chosen_by(trial, SPACE))]
        for rung, score in zip(plan.rungs, row, strict=True):
            trial.set_user_attr(TAKEN, rung)
            trial.report(score, rung)
            if trial.should_prune():
                raise optuna.TrialPruned
        return row[-1]

    plan = Plan(TRIALS, STEPS, searcher, seed, RECIPE)
    store: Any = storage(f"sqlite:///{DATABASE}") if seed < 3 else InMemoryStorage()
    study = open_study(store, f"{searcher} {seed}", plan, SPACE)
    work(study, plan, SPACE, looked_up)
    order = sorted(filled(study).values(), key=lambda t: t.number)
    sums = np.cumsum([t.user_attrs[TAKEN] for t in order])
    costs = {t.number: int(total) for t, total in zip(order, sums, strict=True)}
    ended = results(study)
    return {
        "trials": len(order),
        "steps": [costs[t.number] for t in ended],
        "scores": [t.value for t in ended],
        "tried": [SPACE.text(t.params) for t in ended],
        "spent": max(costs.values()),
    }


def write(record: dict[str, Any]) -> None:
    """Keep what is known so far."""
    FILE.write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
