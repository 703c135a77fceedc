"""How far a run is, and how it is doing."""

import math
import time
from dataclasses import dataclass, field

from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder
from ganlib.training import checkpoints


@dataclass
class Progress:
    """How far a run is: steps done, seconds spent, and its budget, over all sessions."""

    steps_per_epoch: int
    image_count: int
    batch_size: int
    epochs: float | None = None
    minutes: float | None = None
    steps: int | None = None
    step: int = 0
    seconds_before: float = 0.0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Training time so far, in seconds, over all sessions."""
        return self.seconds_before + time.monotonic() - self.started

    @property
    def epoch(self) -> float:
        """Epochs done, with fractions."""
        return self.step / self.steps_per_epoch

    @property
    def within_epoch(self) -> int:
        """Steps done of an epoch that has begun; 0 where one has just ended."""
        return self.step % self.steps_per_epoch

    @property
    def images(self) -> int:
        """Real images seen."""
        whole = self.step // self.steps_per_epoch
        return whole * self.image_count + self.within_epoch * self.batch_size

    @property
    def limits(self) -> list[float]:
        """The budget in epochs and the one in steps, both as a number of steps."""
        epochs = self.epochs and self.epochs * self.steps_per_epoch
        return [limit for limit in (epochs, self.steps) if limit is not None]

    @property
    def steps_left(self) -> int:
        """Steps that the budget in epochs or steps still allows, an epoch's at most."""
        left = min([self.steps_per_epoch, *(math.ceil(limit) - self.step for limit in self.limits)])
        return max(1, left)

    @property
    def fraction(self) -> float:
        """Share of the budget that is used up; 1 or more: done."""
        shares = [self.step / limit for limit in self.limits]
        if self.minutes is not None:
            shares.append(self.seconds / (60.0 * self.minutes))
        return max(shares)


@dataclass
class Means:
    """Running means of logs, resumable at any step."""

    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, key: str, value: float) -> None:
        """Take in one value of a step's logs."""
        self.sums[key] = self.sums.get(key, 0.0) + value
        self.counts[key] = self.counts.get(key, 0) + 1

    def result(self) -> dict[str, float]:
        """The mean of every key over the steps that had it."""
        return {key: self.sums[key] / self.counts[key] for key in self.sums}


class TrainingDiverged(GanlibError):
    """A loss, a weight or an image is no longer a finite number."""

    def __init__(self, progress: Progress, what: str, run: RunFolder) -> None:
        kept = checkpoints.list_newest_first(run.checkpoints)
        last = (
            f"the last good checkpoint is kept in {run.checkpoints}"
            if kept
            else "no checkpoint was saved yet"
        )
        super().__init__(
            f"training stopped at step {progress.step} (epoch {progress.epoch:.2f}): {what} is not "
            f"a finite number; {last}; try another --seed, or --precision float32"
        )
