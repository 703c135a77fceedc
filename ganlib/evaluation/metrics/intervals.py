"""A score with its uncertainty: the bootstrap (Efron 1979).

How much would a score change, had other images been drawn? The images at hand stand for all that
could have been: draw from them again and again, with replacement, and see how much it changes.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ganlib.errors import DataError, GanlibError
from ganlib.evaluation.metrics import checks

NORMAL_95 = 1.96
"""Standard deviations to either side that hold 95 % of a normal distribution."""


@dataclass(frozen=True)
class Score:
    """A metric on `count` generated images and its 95 % interval.

    Where a metric has a range, the interval may pass its ends.
    """

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        """Such as ``3.21 (3.05 to 3.37)``, to two digits of the distance from low to value."""
        return f"{self.plain()} ({self._rounded(self.low)} to {self._rounded(self.high)})"

    def plain(self) -> str:
        """The value alone, such as ``3.21``."""
        return self._rounded(self.value)

    def short(self) -> str:
        """Such as ``3.21 ± 0.16``."""
        return f"{self.plain()} ± {self._rounded((self.high - self.low) / 2)}"

    def _rounded(self, number: float) -> str:
        margin = max(self.high - self.value, self.value - self.low)
        if margin == 0 or not math.isfinite(margin):
            return f"{number:.4g}"
        text = f"{number:.{min(4, max(0, 1 - math.floor(math.log10(margin))))}f}"
        return text.removeprefix("-") if float(text) == 0 else text

    def overlaps(self, other: "Score") -> bool:
        """Whether the intervals share a point.

        Where they do not, the scores differ by more than the choice of images explains. What
        another training would give takes several seeds.
        """
        return self.low <= other.high and other.low <= self.high

    def widened(self, margin: float) -> "Score":
        """The score with a second, independent cause of uncertainty, itself ± `margin`."""
        below = math.hypot(self.value - self.low, margin)
        above = math.hypot(self.high - self.value, margin)
        return Score(self.value, self.value - below, self.value + above, self.count)

    def to_json(self) -> dict[str, float | int]:
        """The fields as a dict that ``json.dumps`` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Score":
        """The inverse of `to_json`; a `GanlibError` unless all four are finite numbers."""
        try:
            score = cls(**record)
            if all(math.isfinite(number) for number in asdict(score).values()):
                return score
        except TypeError:  # a key too many or too few, or no number
            pass
        raise GanlibError(
            f"a score needs numbers for value, low, high, count, not {record!r}: compute it anew"
        )


def bootstrap(
    statistic: Callable[..., float],
    *arrays: np.ndarray,
    count: int | None = None,
    replicates: int = 100,
    seed: int = 0,
) -> Score:
    """Compute a statistic and how far it would move if other rows had been drawn.

    The interval is value ± 1.96 · standard deviation of the replicates. Their percentiles, which
    are used more often, do not do here: a distance grows when rows are drawn twice, so that every
    replicate of the Fréchet distance is above the value. The bias moves all replicates alike and
    leaves their spread about the same.

    Parameters
    ----------
    statistic : takes the arrays and returns a number
    arrays : rows are drawn again from each array on its own; what belongs together row by row goes
        in as columns of one array; at least two rows
    count : generated images behind the score; by default the rows of the last array
    replicates : how often to draw again, at least 2
    """
    checks.at_least(replicates, "replicates", 2)
    if min(len(array) for array in arrays) < 2:
        raise DataError("an interval needs at least 2 rows in every array: give more images")
    rng = np.random.default_rng(seed)
    value = float(statistic(*arrays))
    drawn = [
        statistic(*(array[rng.integers(len(array), size=len(array))] for array in arrays))
        for _ in range(replicates)
    ]
    margin = NORMAL_95 * float(np.std(drawn, ddof=1))
    images = len(arrays[-1]) if count is None else count
    return Score(value, value - margin, value + margin, images)
