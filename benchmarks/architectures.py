"""Does a learned search find better GANs than chance? ``python benchmarks/architectures.py``.

Three parts, for each family of `review`: the GAN, the conditional GAN, the DCGAN. `table` trains
each architecture of a small space once, with seed 0, into `architectures.db`, where each family is
a study of Optuna: several processes may share it, and one that is stopped loses nothing. `searches`
lets each searcher look for the best architecture with the same CPU seconds of training; it reads
scores and seconds from the table. `fresh` trains the best of the first searches, the ladders and
the networks of the report's captions with other seeds; `--worker 0 --of 2` does half of it. Times
are CPU seconds of a process with one thread. What is there is not done again.
"""

import argparse
import itertools
import json
import os
import time
from typing import Any

import optuna

from ganlib import datasets, devices
from ganlib.datasets import Dataset
from ganlib.lessons import architectures as lesson
from ganlib.lessons.architecture_verdicts import winners
from ganlib.lessons.architectures import DATABASE, FAMILIES, FRESH_FILE, RATE, Family
from ganlib.search.study import STEPS as TAKEN
from ganlib.search.study import Plan, open_study, storage, work
from ganlib.search.training import chosen_by, scored

FILE = DATABASE.with_suffix(".json")
SEEDS = 20  # searches of each kind
FRESH = (1, 2, 3)  # seeds that no search has seen


def main() -> None:
    """Do what is missing, and write it down at once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", default=["table", "searches", "fresh"])
    parser.add_argument("--family", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--worker", type=int, default=0, help="of the fresh ones, this share")
    parser.add_argument("--of", type=int, default=1, help="so many shares")
    options = parser.parse_args()
    if os.environ.get("TF_NUM_INTRAOP_THREADS") != "1":
        parser.error(
            "set TF_NUM_INTRAOP_THREADS=1 and TF_NUM_INTEROP_THREADS=1: times are compared"
        )
    data = datasets.load("mnist")
    for family in map(FAMILIES.__getitem__, options.family):
        if "table" in options.part:
            tabled(family, data)
        if "searches" in options.part:
            searched(family, data)
        if "fresh" in options.part:
            for number, (text, seed) in enumerate(itertools.product(wanted(family), FRESH)):
                mine = number % options.of == options.worker
                if mine and seed not in family.fresh().get(text, {}):
                    anew(family, text, seed, data)


def tabled(family: Family, data: Dataset) -> None:
    """All architectures of a family, trained once, with scores and CPU seconds at all rungs."""
    space = family.space
    about = f"{family.recipe}, {data.name}, Adam {RATE:g}"
    plan = Plan(len(space.every()), family.steps, "all", 0, about)

    def trained(trial: optuna.Trial, plan: Plan) -> float:
        score, seconds = float("inf"), []
        recipe = family.of(space.text(chosen_by(trial, space)))
        for steps, score, at in scored(recipe, data, plan.rungs, plan.seed):
            trial.report(score, steps)
            seconds.append(round(at, 3))
        trial.set_user_attr("at rungs", seconds)
        trial.set_user_attr(TAKEN, steps)
        return score

    def told(trial: optuna.trial.FrozenTrial) -> None:
        print(family.name, trial.number, space.text(trial.params), trial.value, flush=True)

    work(
        open_study(storage(f"sqlite:///{DATABASE}"), family.name, plan, space),
        plan,
        space,
        trained,
        told,
    )


def searched(family: Family, data: Dataset) -> None:
    """All searches in the table: what each tried, as numbers of architectures, and what it cost."""
    known = family.table()
    texts = sorted(known)
    place = {text: n for n, text in enumerate(texts)}
    found: dict[str, Any] = devices.describe() | {"data": data.describe(), "steps": family.steps}
    found |= {"budget": family.budget, "architectures": texts, "searches": {}}
    for searcher in lesson.SEARCHES.values():
        began = time.process_time()
        found["searches"][searcher] = [
            {"tried": [place[t] for t in one.texts], "scores": one.scores, "seconds": one.seconds}
            for one in (lesson.search(searcher, seed, family, known) for seed in range(SEEDS))
        ]
        took = round(time.process_time() - began, 1)
        print(family.name, searcher, took, "CPU seconds", flush=True)
    record = lesson.record() | {family.name: found}
    FILE.write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")


def wanted(family: Family) -> list[str]:
    """What is trained with fresh seeds: the best of the first searches, ladders, captions."""
    texts = winners(family.searches())
    if family is lesson.GAN:
        texts += [text for ladder in lesson.LADDERS.values() for text in ladder.values()]
    return list(dict.fromkeys([*family.captions.values(), *texts]))


def anew(family: Family, text: str, seed: int, data: Dataset) -> None:
    """Train an architecture with a fresh seed, and add a line to the file."""
    ((_, score, seconds),) = scored(family.of(text), data, (family.steps,), seed)
    line = {"family": family.name, "architecture": text, "seed": seed}
    line |= {"score": round(score, 3), "seconds": round(seconds, 3)}
    with FRESH_FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(line, flush=True)


if __name__ == "__main__":
    main()
