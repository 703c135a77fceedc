"""Each claim of the reports as a function of what was measured: a verdict, and its numbers.

The rules are fixed before the runs:

* One set of seeds is *better* than another when every one of its seeds is. For three seeds against
  three, chance does that in one case of twenty.
* A GAN *fails* when its images are as far from the real ones as those of principal components,
  which draw strokes and no digits (`PCA`), or when a loss is no longer finite.
* A trend, or a relation, is one when the rank correlation is at least 0.5 in every seed.
* A loss *fluctuates* when, after a mean of three readings, a quarter of its moves or more go up,
  and a quarter or more go down.
* It goes *directly* when at least half of its way leads from the first to the last reading.
* Images whose pixels differ from their neighbours half as much again as real ones' have *grain*,
  and the sharpness of edges cannot be measured on them.
* Images are *almost perfect* within three times the distance of as many training images.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from ganlib.lessons.claims import Record

ROOT = Path(__file__).resolve().parent.parent
HOLDS, NOT, MIXED, UNMEASURABLE = "holds", "does not hold", "not decided", "not measurable"
RELATED = 0.5
FALLS, DIRECT, GRAIN = 0.25, 0.5, 1.5
Finding = tuple[str, str]


@dataclass(frozen=True)
class Claim:
    """A sentence of a report, and what decides it.

    Attributes
    ----------
    report, where : its short name, and the section or figure
    sentence : in the report's own words, shortened
    lesson : number of the lesson that tells more
    decide : from the record of ``benchmarks/claims.py`` to a verdict and its numbers
    full : the same, from the runs that ship; None where none speaks to the claim
    """

    report: str
    where: str
    sentence: str
    lesson: str
    decide: Callable[[Record], Finding]
    full: Callable[[Record], Finding] | None = None

    @property
    def words(self) -> dict[str, str]:
        """What the table says of it beside the verdict."""
        return {key: getattr(self, key) for key in ("report", "where", "sentence", "lesson")}


def seeds(values: list[float], digits: int = 1) -> str:
    """The numbers of several seeds in a line."""
    return ", ".join("diverged" if np.isinf(v) else f"{v:.{digits}f}" for v in values)


def better(one: list[float], other: list[float], less: bool = True) -> bool:
    """Whether every seed of one is better than every seed of the other."""
    return max(one) < min(other) if less else min(one) > max(other)


def compared(one: list[float], other: list[float], less: bool = True) -> str:
    """The verdict on "one is better than the other"."""
    if better(one, other, less):
        return HOLDS
    return NOT if better(other, one, less) else MIXED


def kept(file: str) -> Any:
    """Another benchmark's record."""
    return json.loads((ROOT / file).read_text(encoding="utf-8"))


def three(record: Record, data: str, key: str = "frechet", digits: int = 1) -> str:
    """The three models of a data set in words."""
    return "; ".join(
        f"{name} {seeds(record.last(f'{data} {run}', key), digits)}"
        for name, run in (("baseline", "gan"), ("modified", "modified"), ("WGAN", "wgan"))
    )


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's rank correlation; 0 where one of them never changes."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(spearmanr(one, other).statistic)


def smoothed(losses: np.ndarray) -> np.ndarray:
    """Means of three readings."""
    return losses[: len(losses) // 3 * 3].reshape(-1, 3).mean(axis=1)


def directness(losses: np.ndarray) -> float:
    """The way from the first to the last value over all the ways in between: 1 is straight."""
    smooth = smoothed(losses)
    return float(abs(smooth[-1] - smooth[0]) / max(np.abs(np.diff(smooth)).sum(), 1e-12))


def ups(losses: np.ndarray) -> float:
    """The share of its moves that go up."""
    return float((np.diff(smoothed(losses)) > 0).mean())


def of_all(seen: list[bool]) -> str:
    """The verdict where something was seen in all runs, in some, or in none."""
    return HOLDS if all(seen) else MIXED if any(seen) else NOT


def straighter(one: list[float], other: list[float]) -> str:
    """The verdict on "one goes directly, and the other does not", by `directness` of each seed."""
    verdict = compared(one, other, less=False)
    return NOT if verdict == HOLDS and min(one) < DIRECT else verdict


def processors(record: Record, *runs: str) -> str:
    """A note where runs that are compared were made on several processors."""
    made = {one.get("machine") for run in runs for one in record.runs[run].values()}
    several = len(made) > 1
    return " (made on two processors: not the same roundings, so like other seeds)" * several
