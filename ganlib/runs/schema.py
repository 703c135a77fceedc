"""What run.json may say: each value with its type and range."""

from collections.abc import Mapping
from typing import Any

from ganlib.devices import PRECISIONS, STRATEGIES
from ganlib.errors import GanlibError
from ganlib.rules import (
    GROUP,
    NAME,
    TEXT,
    TRUTH,
    Rule,
    check,
    maybe,
    number,
    one_of,
    whole,
)  # fmt: skip

STATUS = ("running", "finished", "interrupted", "diverged")
ABOVE_0 = number(0, open_at=0)
BUDGET = {"epochs?": maybe(ABOVE_0), "minutes?": maybe(ABOVE_0), "steps?": maybe(whole(1))}
RECORD: dict[str, Rule] = {
    "recipe": GROUP,
    "recipe.name": NAME,
    "data.name": NAME,
    "data.synthetic": TRUTH,
    "data.split?": NAME,
    "data.images?": whole(1),
    "data.checksum?": TEXT,
    "budget": GROUP,
    "seed": whole(0, 2**32 - 1),
    "precision": one_of([name for name in PRECISIONS if name != "auto"]),
    "strategy?": GROUP,
    "strategy.name?": one_of(STRATEGIES),
    "strategy.replicas?": whole(1),
    "status?": one_of(STATUS),
    "score_every?": maybe(whole(0)),
    "machine?": GROUP,
    "machine.cores?": maybe(whole(1)),
    "shipped?": GROUP,
}
PROGRESS: dict[str, Rule] = {
    "progress.epochs": number(0),
    "progress.steps": whole(0, 10**12),
    "progress.images": whole(0, 10**15),
    "progress.seconds": number(0, 10**12),
}
BEST: dict[str, Rule] = {
    "best.frechet": number(-1),
    "best.epoch": number(0),
    "best.weights": one_of(("last", "average")),
}


def check_budget(budget: Mapping[str, Any]) -> None:
    """Raise `GanlibError` unless it has epochs, minutes or steps, and all are possible."""
    check(budget, BUDGET)
    if unknown := set(budget) - {name.removesuffix("?") for name in BUDGET}:
        raise GanlibError(f"budget has no {min(unknown)!r}")
    if not any(budget.values()):
        raise GanlibError("budget must have epochs, minutes or steps: nothing ends the run")


def check_record(record: Mapping[str, Any]) -> None:
    """Raise `GanlibError` where a value of a record is missing or cannot be."""
    check(record, RECORD)
    for place, rules in (("progress", PROGRESS), ("best", BEST)):
        if place in record:
            check(record, rules)
    try:
        check_budget(record["budget"])
    except GanlibError as error:
        raise GanlibError(f"budget: {error}") from None
