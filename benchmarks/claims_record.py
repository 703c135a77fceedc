"""Each claim of the reports as a function of what was measured: a verdict, and its numbers.

The rules are fixed before the runs:

* One set of seeds is *better* than another when every one of its seeds is. For three seeds against
  three, chance does that in one case of twenty.
* A GAN *fails* when its images are as far from the real ones as those of principal components,
  which draw strokes and no digits (`PCA`), or when a loss is no longer finite.
* A trend, or a relation, is one when the rank correlation is at least 0.5 in every seed.
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
HOLDS, NOT, MIXED = "holds", "does not hold", "not decided"
RELATED = 0.5
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
    """

    report: str
    where: str
    sentence: str
    lesson: str
    decide: Callable[[Record], Finding]

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
