"""What happens beside the training itself, as Keras callbacks.

They work on what the loop hands them as ``self.model``. Batch logs are given every
`ganlib.training.loop.LOG_EVERY` steps only, so that a GPU is not made to wait at each one.
"""

import math
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from ganlib import figures
from ganlib.figures import write_gif
from ganlib.runs.folder import RunFolder, write_table
from ganlib.startup import keras, tf
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
    """A grid of generated images at fixed noise after every epoch, and some in between.

    Parameters
    ----------
    run
        Grids are written to its ``samples/``.
    noise
        Float array (N, latent_dim).
    caption
        Written above every grid.
    """

    def __init__(self, run: RunFolder, noise: np.ndarray, caption: str = "") -> None:
        super().__init__()
        self.run = run
        self.noise = noise
        self.caption = caption
        self._frame = -1

    def draw(self) -> Image.Image:
        """The grid as the generator makes it now."""
        images = self.model.generate(self.noise)
        if not np.isfinite(images).all():
            raise diverged(self.model.progress, "a generated image", self.run)
        return figures.grid(images, caption=self.caption)

    def _write(self) -> None:
        progress = self.model.progress
        epoch, step = divmod(progress.step, progress.steps_per_epoch)
        self.run.samples.mkdir(exist_ok=True)
        self.draw().save(self.run.samples / sample_name(epoch, step))
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


def sample_name(epoch: int, step: int = 0) -> str:
    """File name of the grid after `epoch` epochs and `step` steps; names sort by time."""
    return f"epoch_{epoch:04d}.png" if step == 0 else f"epoch_{epoch:04d}_step_{step:06d}.png"


class Pictures(keras.callbacks.Callback):
    """When training ends: the film of the grids, and the loss curves."""

    def __init__(self, run: RunFolder, title: str) -> None:
        super().__init__()
        self.run = run
        self.title = title

    def on_train_end(self, logs: Any = None) -> None:
        frames = [
            np.asarray(Image.open(path)) for path in sorted(self.run.samples.glob("epoch_*.png"))
        ]
        write_gif(self.run.gif, frames)
        figure = figures.loss_curves({self.title: self.run.steps}, title=self.title)
        figure.savefig(self.run.losses)


class Tables(keras.callbacks.Callback):
    """history.csv, one row for each epoch, and steps.csv, the losses every few steps.

    Metrics that other callbacks add to an epoch's logs are written too: give this one last.
    """

    def __init__(self, run: RunFolder) -> None:
        super().__init__()
        self.run = run
        self.history: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []

    def on_train_begin(self, logs: Any = None) -> None:
        done = self.model.progress.step
        whole = done // self.model.progress.steps_per_epoch
        self.history = [row for row in self.run.history if row["epoch"] in range(1, whole + 1)]
        self.steps = [row for row in self.run.steps if row["step"] <= done]

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if logs:
            self.steps.append(self._place() | _rounded(logs))
            write_table(self.run.steps_file, self.steps)  # before the checkpoint that counts on it

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
        images = self.model.progress.images
        with self.writer.as_default(step=images):
            for name, value in (logs or {}).items():
                tf.summary.scalar(name, value)
            latest = max(self.run.samples.glob("epoch_*.png"), default=None)
            if latest is not None:
                picture = np.asarray(Image.open(latest))
                tf.summary.image("samples", picture.reshape(1, *picture.shape[:2], -1))

    def on_train_end(self, logs: Any = None) -> None:
        if logs:
            self.on_epoch_end(-1, logs)
        self.writer.close()


class ProgressBar(keras.callbacks.Callback):
    """A bar with the time left and the losses (tqdm), on standard error."""

    def __init__(self) -> None:
        super().__init__()
        self.bar: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        self.bar = tqdm(
            total=100.0,
            initial=100.0 * min(1.0, self.model.progress.fraction),
            bar_format="{desc} {percentage:3.0f}% |{bar:24}| {elapsed}<{remaining}{postfix}",
            # A log file gets a line now and then, a terminal a lively bar.
            mininterval=0.2 if sys.stderr and sys.stderr.isatty() else 15.0,
        )

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        progress = self.model.progress
        if logs:
            losses = {k: f"{v:.3f}" for k, v in logs.items() if k.endswith("loss")}
            self.bar.set_postfix(losses, refresh=False)
        self.bar.set_description_str(f"epoch {int(progress.epoch) + 1}", refresh=False)
        self.bar.update(min(100.0, 100.0 * progress.fraction) - self.bar.n)

    def on_train_end(self, logs: Any = None) -> None:
        self.close()

    def close(self) -> None:
        """Leave the terminal tidy, also after an error."""
        if self.bar is not None:
            self.bar.close()


class NotebookDisplay(keras.callbacks.Callback):
    """In a notebook: one picture, renewed while training goes on, and one line under it.

    Parameters
    ----------
    draw
        Makes the picture; see `SampleGrids.draw`.
    every_seconds
        Time between two renewals.
    """

    def __init__(self, draw: Callable[[], Image.Image], every_seconds: float = 5.0) -> None:
        super().__init__()
        self.draw = draw
        self.every_seconds = every_seconds
        self._losses = ""
        self._due = 0.0
        self._handles: list[Any] = []

    def _line(self) -> str:
        progress = self.model.progress
        left = progress.seconds * (1.0 / max(progress.fraction, 1e-9) - 1.0)
        return (
            f"epoch {progress.epoch:.2f} · {progress.images:,} images · "
            f"{max(left, 0.0):.0f} s left{self._losses}"
        )

    def _show(self) -> None:
        from IPython.display import Pretty, display

        outputs = [self.draw(), Pretty(self._line())]
        if not self._handles:
            self._handles = [display(output, display_id=True) for output in outputs]
        for handle, output in zip(self._handles, outputs, strict=True):
            if handle is not None:  # outside a notebook there is nothing to renew
                handle.update(output)
        self._due = time.monotonic() + self.every_seconds

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if logs:
            losses = [f"{k} {v:.3f}" for k, v in logs.items() if k.endswith("loss")]
            self._losses = " · " + " · ".join(losses)
        if time.monotonic() >= self._due:
            self._show()

    def on_train_end(self, logs: Any = None) -> None:
        self._show()
