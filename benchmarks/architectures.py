"""Does a learned search find better GANs than chance? ``python benchmarks/architectures.py``.

Three parts. `table` trains each architecture of a small space once, with seed 0, into
`architectures.db`, a study of Optuna: several processes may share it, and one that is stopped loses
nothing. `searches` lets each searcher look for the best architecture with the same CPU seconds of
training; it reads scores and seconds from the table. `fresh` trains the best of the first searches,
the ladders and the networks of the report's captions with
other seeds; `--worker 0 --of 2` does half of it. Times are CPU seconds of a
process with one thread. What is there is not done again.
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
from ganlib.lessons.architectures import DATABASE, FRESH_FILE, SPACE, STEPS, STUDY
from ganlib.search.study import STEPS as TAKEN
from ganlib.search.study import Plan, open_study, storage, work
from ganlib.search.training import chosen_by, scored

FILE = DATABASE.with_suffix(".json")
BUDGET = 150.0  # CPU seconds of training for one search
SEEDS = 20  # searches of each kind
RETRAINED = 3  # of them, those whose best is trained anew
FRESH = (1, 2, 3)  # seeds that no search has seen
PLAN = Plan(len(SPACE.every()), STEPS, "all", 0, f"{lesson.RECIPE}, mnist, Adam {lesson.RATE:g}")


def main() -> None:
    """Do what is missing, and write it down at once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", default=["table", "searches", "fresh"])
    parser.add_argument("--worker", type=int, default=0, help="of the fresh ones, this share")
    parser.add_argument("--of", type=int, default=1, help="so many shares")
    options = parser.parse_args()
    if os.environ.get("TF_NUM_INTRAOP_THREADS") != "1":
        parser.error(
            "set TF_NUM_INTRAOP_THREADS=1 and TF_NUM_INTEROP_THREADS=1: times are compared"
        )
    data = datasets.load("mnist")
    record: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.is_file() else {}
    record |= devices.describe() | {"data": data.describe(), "steps": STEPS}
    if "table" in options.part:
        study = open_study(storage(f"sqlite:///{DATABASE}"), STUDY, PLAN, SPACE)
        work(study, PLAN, SPACE, lambda trial, plan: trained(trial, plan, data), told)
    if "searches" in options.part:
        searched(record)
    if "fresh" in options.part:
        for number, (text, seed) in enumerate(itertools.product(wanted(record), FRESH)):
            if number % options.of == options.worker and seed not in lesson.fresh().get(text, {}):
                anew(text, seed, data)


def trained(trial: optuna.Trial, plan: Plan, data: Dataset) -> float:
    """The objective of the table: scores and CPU seconds at all rungs."""
    score, seconds = float("inf"), []
    recipe = SPACE.applied(lesson.recipe(), chosen_by(trial, SPACE))
    for steps, score, at in scored(recipe, data, plan.rungs, plan.seed):
        trial.report(score, steps)
        seconds.append(round(at, 3))
    trial.set_user_attr("at rungs", seconds)
    trial.set_user_attr(TAKEN, steps)
    return score


def told(trial: optuna.trial.FrozenTrial) -> None:
    """A line for each architecture."""
    print(trial.number, SPACE.text(trial.params), trial.value, flush=True)


def searched(record: dict[str, Any]) -> None:
    """All searches in the table: what each tried, as numbers of architectures, and what it cost."""
    known = lesson.table()
    texts = sorted(known)
    place = {text: n for n, text in enumerate(texts)}
    record |= {"budget": BUDGET, "architectures": texts, "searches": {}}
    for searcher in lesson.SEARCHES.values():
        began = time.process_time()
        found = [lesson.search(searcher, seed, known, BUDGET) for seed in range(SEEDS)]
        record["searches"][searcher] = [
            {"tried": [place[t] for t in one.texts], "scores": one.scores, "seconds": one.seconds}
            for one in found
        ]
        print(searcher, round(time.process_time() - began, 1), "CPU seconds", flush=True)
    write(record)


def wanted(record: dict[str, Any]) -> list[str]:
    """What is trained with fresh seeds: the best of the first searches, ladders, captions."""
    texts = [text for ladder in lesson.LADDERS.values() for text in ladder.values()]
    texts += lesson.CAPTIONS.values()
    if "searches" in record:
        found = lesson.from_record(record).values()
        texts = [one.best for many in found for one in many[:RETRAINED]] + texts
    return list(dict.fromkeys(texts))


def anew(text: str, seed: int, data: Dataset) -> None:
    """Train an architecture with a fresh seed, and add a line to the file."""
    ((_, score, seconds),) = scored(lesson.of(text), data, (STEPS,), seed)
    line = {"architecture": text, "seed": seed, "score": round(score, 3), "seconds": seconds}
    with FRESH_FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(line, flush=True)


def write(record: dict[str, Any]) -> None:
    """Keep the record."""
    FILE.write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
