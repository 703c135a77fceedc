"""Scores while training: the generator's Fréchet distance now and then, and the best one kept.

`image-generation` saw "a satisfactory result at a certain epoch" followed by "a drop in the
performance": whoever keeps only the last generator may keep a bad one.
"""

import sys
import time
from typing import Any

import numpy as np

from ganlib import figures
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.evaluation.metrics.frechet import distance_between, mean_and_covariance
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import save_network
from ganlib.systems.latents import Inputs
from ganlib.training.callbacks import RunCallback

IMAGES = 1000  # generated for each score
REAL = 2000  # training images to compare them with
SHARE = 0.02  # of training time, spent on scores
ASKED = 10.0  # seconds, and half of the time, for scores after so many epochs as were asked for
FIRST_COST = 2.0  # seconds, a guess at the first score's cost, judge and real images included


class Scores(RunCallback):
    """Adds ``frechet`` to an epoch's logs, and ``frechet_average`` where there is an average.

    The Fréchet distance of 1,000 images from fixed inputs to 2,000 training images: it compares the
    epochs of one run. It is larger than what `evaluate` finds with 10,000 images.

    Parameters
    ----------
    run, record : keep the best generator so far, and in "best" which one that is
    data : training images, of a data set for which a judge ships
    inputs : what `IMAGES` images are generated from
    every : epochs between two scores; by default as often as `SHARE` of the training time allows
    """

    spent = 0.0  # seconds, in this session
    _cost = FIRST_COST
    _judge: Any = None
    _real: tuple[np.ndarray, np.ndarray]

    def __init__(
        self,
        run: RunFolder,
        record: dict[str, Any],
        data: Dataset,
        inputs: Inputs,
        every: int | None = None,
    ) -> None:
        super().__init__(run)
        self.record, self.data, self.inputs, self.every = record, data, inputs, every

    def on_train_begin(self, logs: Any = None) -> None:
        self._began = self.model.progress.seconds

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self._due():
            return
        started = time.monotonic()
        try:
            logs.update(self.scores())
        except GanlibError as error:  # a damaged judge must not cost a run
            self.every = 0
            print(f"ganlib: no more scores while training: {error}", file=sys.stderr)
        self._cost = time.monotonic() - started
        self.spent += self._cost

    def scores(self) -> dict[str, float]:
        """Score the generator, and its average; keep the better one if none was as good before."""
        if self._judge is None:
            self._judge = judges.load(self.data.name)
            chosen = np.linspace(0, len(self.data) - 1, REAL).astype(int)
            self._real = self._statistics(self.data.images[chosen])
        system = self.model.system
        generators = {"frechet": system.plain("generator")}
        scores = {"frechet": self._distance(system.generate(self.inputs))}
        if system.keeps_average:
            average = generators["frechet_average"] = system.averaged()
            scores["frechet_average"] = self._distance(system.generate(self.inputs, average))
        name = min(scores, key=scores.__getitem__)
        if scores[name] < self.record.get("best", {}).get("frechet", np.inf):
            save_network(generators[name], self.run, "generator", "best")
            self.record["best"] = {
                "frechet": round(scores[name], 4),
                "epoch": round(self.model.progress.epoch, 4),
                "weights": "last" if name == "frechet" else "average",
            }
            self.run.write_record(self.record)
        return scores

    def _due(self) -> bool:
        progress = self.model.progress
        if self.every is not None:
            asked = self.every > 0 and progress.epoch % self.every == 0
            return asked and self.spent <= ASKED + (progress.seconds - self._began) / 2
        return self.spent + self._cost <= SHARE * (progress.seconds - self._began)

    def _distance(self, images: np.ndarray) -> float:
        return distance_between(*self._real, *self._statistics(figures.to_uint8(images)))

    def _statistics(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return mean_and_covariance(self._judge(images).features)
