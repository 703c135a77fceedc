"""Quality while training: a score of the generator now and then, and the best one kept.

`image-generation` saw "a satisfactory result at a certain epoch" followed by "a drop in the
performance": whoever keeps only the last generator may keep a bad one.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ganlib import figures
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.evaluation.judges.judge import Judge
from ganlib.evaluation.metrics.frechet import distance_between, mean_and_covariance
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import save_generator
from ganlib.startup import keras

IMAGES = 1000  # generated for each score
REAL = 2000  # training images that they are held against
SHARE = 0.02  # of training time, spent on scores
FIRST_COST = 2.0  # seconds that the first score is taken to cost, judge and real images included
BATCH = 250


class QualityTracker(keras.callbacks.Callback):
    """Adds ``frechet`` to an epoch's logs, and ``frechet_average`` where there is an average.

    The Fréchet distance of 1,000 images from fixed noise to 2,000 training images: for one run's
    epochs beside each other. It is larger than what `evaluate` finds with 10,000 images.

    Parameters
    ----------
    run, recipe
        The best generator so far is written to the run.
    record
        The run's record; its "best" says which generator that is, and is written with it.
    judge
        Name of a shipped judge.
    training_images
        uint8 (N, H, W, C).
    noise
        `IMAGES` latents, float32 (N, latent_dim).
    averaged
        Returns the generator with averaged weights; None where there is none.
    every
        Epochs between two scores; None: as often as `SHARE` of the training time allows, the first
        one after 100 seconds.
    """

    def __init__(
        self,
        run: RunFolder,
        recipe: Recipe,
        record: dict[str, Any],
        judge: str,
        training_images: np.ndarray,
        noise: np.ndarray,
        averaged: Callable[[], Any] | None = None,
        every: int | None = None,
    ) -> None:
        super().__init__()
        self.run, self.recipe, self.record, self.judge_name = run, recipe, record, judge
        self.training_images, self.noise = training_images, noise
        self.averaged, self.every = averaged, every
        self.spent = 0.0  # seconds, in this session
        self._began = 0.0
        self._broken = False
        self._judge: Judge | None = None
        self._real: tuple[np.ndarray, np.ndarray]
        self._cost = FIRST_COST

    def on_train_begin(self, logs: Any = None) -> None:
        self._began = self.model.progress.seconds

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._broken or not self._due():
            return
        started = time.monotonic()
        try:
            logs.update(self.scores())
        except GanlibError as error:  # a damaged judge must not cost a run
            self._broken = True
            print(f"ganlib: no more scores while training: {error}", file=sys.stderr)
        self._cost = time.monotonic() - started
        self.spent += self._cost

    def on_train_end(self, logs: Any = None) -> None:
        if logs:  # the run ends within an epoch
            self.on_epoch_end(-1, logs)

    def scores(self) -> dict[str, float]:
        """Score the generator, and its average; keep the better one if none was as good before."""
        if self._judge is None:
            self._judge = judges.load(self.judge_name)
            chosen = np.linspace(0, len(self.training_images) - 1, REAL).astype(int)
            self._real = self._statistics(self.training_images[chosen])
        generators = {"frechet": self.model.generator}
        if self.averaged is not None:
            generators["frechet_average"] = self.averaged()
        scores = {name: self._distance(generator) for name, generator in generators.items()}
        name = min(scores, key=scores.__getitem__)
        if scores[name] < self.record.get("best", {}).get("frechet", np.inf):
            save_generator(self.recipe, generators[name], self.run, "best")
            self.record["best"] = {
                "frechet": round(scores[name], 4),
                "epoch": round(self.model.progress.epoch, 4),
                "weights": "last" if name == "frechet" else "average",
            }
            self.run.write_record(self.record)
        return scores

    def _due(self) -> bool:
        if self.every is not None:
            return self.every > 0 and self.model.progress.epoch % self.every == 0
        session = self.model.progress.seconds - self._began
        return self.spent + self._cost <= SHARE * session

    def _distance(self, generator: Any) -> float:
        parts = [self.noise[i : i + BATCH] for i in range(0, len(self.noise), BATCH)]
        made = [np.asarray(generator(part, training=False), np.float32) for part in parts]
        images = figures.to_uint8(np.concatenate(made))
        return distance_between(*self._real, *self._statistics(images))

    def _statistics(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        assert self._judge is not None
        return mean_and_covariance(self._judge(images).features)
