"""What a run writes while it trains, as Keras callbacks: grids, film, tables, TensorBoard.

They work on what the loop hands them as ``self.model``, a `ganlib.training.loop.Watched`. Batch
logs are given every `ganlib.training.loop.LOG_EVERY` steps only, so that a GPU is not made to wait
at each one.
"""

import math
from typing import Any

import numpy as np
from PIL import Image

from ganlib import figures
from ganlib.runs.folder import RunFolder
from ganlib.runs.tables import append_row, write_table
from ganlib.startup import keras, tf
from ganlib.systems.latents import Inputs
from ganlib.training.progress import diverged

FRAMES = 24  # grids within a run, beside those at the ends of epochs


class NaNGuard(keras.callbacks.Callback):
    """Stop with a sentence when a loss is NaN or infinite; the last checkpoint stays."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__()
        self.run = run

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        for name, value in (logs or {}).items():
            if not math.isfinite(value):
                raise diverged(self.model.progress, name, self.run)


class SampleGrids(keras.callbacks.Callback):
    """A grid of images from fixed inputs after every epoch, and some in between.

    Parameters
    ----------
    run
        Grids are written to its ``samples/``.
    inputs
        What the system generates from, see `ganlib.systems.system.System.draw`.
    caption
        Written above every grid.
    """

    def __init__(self, run: RunFolder, inputs: Inputs, caption: str = "") -> None:
        super().__init__()
        self.run, self.inputs, self.caption = run, inputs, caption
        self._frame = -1

    def draw(self) -> Image.Image:
        """The grid as the generator makes it now."""
        images = self.model.system.generate(self.inputs)
        if not np.isfinite(images).all():
            raise diverged(self.model.progress, "a generated image", self.run)
        return figures.grid(images, caption=self.caption)

    def _write(self) -> None:
        progress = self.model.progress
        file = self.run.grid_file(*divmod(progress.step, progress.steps_per_epoch))
        file.parent.mkdir(exist_ok=True)
        self.draw().save(file)
        self._frame = int(FRAMES * progress.fraction)

    def on_train_begin(self, logs: Any = None) -> None:
        self._frame = int(FRAMES * self.model.progress.fraction)
        if self.model.progress.step == 0:
            self._write()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if int(FRAMES * self.model.progress.fraction) > self._frame:
            self._write()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._write()

    def on_train_end(self, logs: Any = None) -> None:
        self._write()


class Pictures(keras.callbacks.Callback):
    """When training ends: the film of the grids, samples.gif, and the loss curves, losses.png."""

    def __init__(self, run: RunFolder, title: str) -> None:
        super().__init__()
        self.run, self.title = run, title

    def on_train_end(self, logs: Any = None) -> None:
        figures.write_gif(self.run.gif, [np.asarray(Image.open(path)) for path in self.run.grids])
        keys = [key for key in self.model.system.log_keys if key in ("d_loss", "g_loss")]
        keys = keys or list(self.model.system.log_keys)
        figure = figures.loss_curves({self.title: self.run.steps}, keys, title=self.title)
        figure.savefig(self.run.losses)


class Tables(keras.callbacks.Callback):
    """history.csv, one row for each epoch, and steps.csv, the losses every few steps.

    Metrics that other callbacks add to an epoch's logs are written too: give this one last.
    """

    def __init__(self, run: RunFolder) -> None:
        super().__init__()
        self.run = run
        self.history: list[dict[str, Any]] = []
        self.columns: list[str] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.columns = ["step", "images", *self.model.system.log_keys]
        done = self.model.progress.step
        whole = done // self.model.progress.steps_per_epoch
        self.history = [row for row in self.run.history if row["epoch"] in range(1, whole + 1)]
        steps = [row for row in self.run.steps if row["step"] <= done]
        write_table(
            self.run.steps_file, steps, self.columns
        )  # without what the resumed run repeats

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if logs:  # written before the checkpoint that counts on it
            append_row(self.run.steps_file, self._place() | _rounded(logs), self.columns)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        row = {"epoch": self.model.progress.epoch} | self._place()
        row["seconds"] = round(self.model.progress.seconds, 2)
        if row["epoch"] % 1 == 0:
            row["epoch"] = int(row["epoch"])
        self.history.append(row | _rounded(logs or {}))
        write_table(self.run.history_file, self.history)

    def on_train_end(self, logs: Any = None) -> None:
        if logs:
            self.on_epoch_end(-1, logs)

    def _place(self) -> dict[str, Any]:
        return {"step": self.model.progress.step, "images": self.model.progress.images}


def _rounded(logs: dict[str, Any]) -> dict[str, float]:
    return {key: float(f"{float(value):.6g}") for key, value in logs.items()}


class TensorBoard(keras.callbacks.Callback):
    """Scalars and sample grids for TensorBoard, after every epoch, against images seen."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__()
        self.run = run
        self.writer: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        self.writer = tf.summary.create_file_writer(str(self.run.logs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        with self.writer.as_default(step=self.model.progress.images):
            for name, value in (logs or {}).items():
                tf.summary.scalar(name, value)
            if self.run.grids:
                picture = np.asarray(Image.open(self.run.last_grid))
                tf.summary.image("samples", picture.reshape(1, *picture.shape[:2], -1))

    def on_train_end(self, logs: Any = None) -> None:
        if logs:
            self.on_epoch_end(-1, logs)
        self.writer.close()
