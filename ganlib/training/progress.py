"""How far a run is, and how it is doing."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder


@dataclass
class Progress:
    """How far a run is: steps done, seconds spent, and its budget.

    The budget is a number of epochs, of minutes or of steps, counted from the start of the run,
    also when it was resumed in between.
    """

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
    def images(self) -> int:
        """Real images seen."""
        epochs, rest = divmod(self.step, self.steps_per_epoch)
        return epochs * self.image_count + rest * self.batch_size

    @property
    def steps_left(self) -> int:
        """Steps that the budget in epochs or steps still allows, an epoch's at most."""
        most = [self.step + self.steps_per_epoch]
        if self.epochs is not None:
            most.append(math.ceil(self.epochs * self.steps_per_epoch))
        if self.steps is not None:
            most.append(self.steps)
        return max(1, min(most) - self.step)

    @property
    def fraction(self) -> float:
        """Share of the budget that is used up; 1 or more: done."""
        shares = []
        if self.epochs is not None:
            shares.append(self.step / (self.epochs * self.steps_per_epoch))
        if self.minutes is not None:
            shares.append(self.seconds / (60.0 * self.minutes))
        if self.steps is not None:
            shares.append(self.step / self.steps)
        return max(shares)

    @property
    def budget(self) -> str:
        """The budget in words."""
        parts = []
        if self.epochs is not None:
            parts.append(f"{self.epochs:g} epochs")
        if self.minutes is not None:
            parts.append(f"{self.minutes:g} minutes")
        if self.steps is not None:
            parts.append(f"{self.steps} step{'s' if self.steps > 1 else ''}")
        return " or ".join(parts)


@dataclass
class Means:
    """Running means of logs, resumable at any step."""

    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, logs: Mapping[str, float]) -> None:
        """Take in the logs of one step."""
        for key, value in logs.items():
            self.sums[key] = self.sums.get(key, 0.0) + value
            self.counts[key] = self.counts.get(key, 0) + 1

    def result(self) -> dict[str, float]:
        """The mean of every key over the steps that had it."""
        return {key: self.sums[key] / self.counts[key] for key in self.sums}


class TrainingDiverged(GanlibError):
    """A loss is no longer a finite number."""


def diverged(progress: Progress, what: str, run: RunFolder) -> TrainingDiverged:
    """The error for a number that is no longer finite."""
    return TrainingDiverged(
        f"training stopped at step {progress.step} (epoch {progress.epoch:.2f}): {what} is not a "
        f"finite number; the last good checkpoint is kept in {run.checkpoints}; try another "
        "--seed, or --precision float32"
    )
