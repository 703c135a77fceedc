"""What a run writes while it trains, as Keras callbacks: grids, film, tables, TensorBoard.

``self.model`` is a `ganlib.training.loop.Watched`. Batch logs come every `LOG_EVERY` steps only, so
that a GPU does not wait at each one. An epoch also ends where the run does.
"""

import sys
from collections import Counter
from typing import Any

import numpy as np
from PIL import Image

from ganlib import figures
from ganlib.errors import DataError
from ganlib.files import told
from ganlib.runs.folder import RunFolder
from ganlib.runs.tables import Row, append_row, write_table
from ganlib.startup import keras, tf
from ganlib.systems import latents
from ganlib.systems.latents import Inputs
from ganlib.training.progress import TrainingDiverged

FRAMES = 24  # grids within a run, beside those at the ends of epochs


class RunCallback(keras.callbacks.Callback):
    """A callback that writes into a run's folder."""

    def __init__(self, run: RunFolder) -> None:
        super().__init__()
        self.run = run


class SampleGrids(RunCallback):
    """A grid of images from fixed inputs with every checkpoint of an epoch, and some in between.

    `inputs` is what `ganlib.systems.system.System.draw` returned; `caption` is above every grid.
    `columns`, unless 0, is for inputs that come in rows.
    """

    def __init__(self, run: RunFolder, inputs: Inputs, caption: str = "", columns: int = 0) -> None:
        super().__init__(run)
        self.inputs, self.caption, self.columns = inputs, caption, columns
        self._frame = -1

    def shown(self, columns: int, scale: int) -> Image.Image:
        """The grid as a display shows it: with what its rows and columns are, if it has some."""
        legend = latents.legend(self.run.recipe.latent)
        picture = self.draw(columns, scale)
        return figures.captioned(picture, legend, 6 + 3 * scale) if legend else picture

    def draw(self, columns: int | None = None, scale: int = 2) -> Image.Image:
        """The grid as the generator makes it now; `columns` is for inputs that have none."""
        images = self.model.system.shown(self.inputs)
        if not np.isfinite(images).all():
            raise TrainingDiverged(self.model.progress, "a generated image", self.run)
        return figures.grid(images, self.columns or columns, scale, self.caption)

    def on_train_begin(self, logs: Any = None) -> None:
        self._frame = self._due_frame()
        if self.model.progress.step == 0:
            self._write()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._due_frame() > self._frame:
            self._write()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.model.keeping:
            self._write()

    def _write(self) -> None:
        progress = self.model.progress
        file = self.run.grid_file(*divmod(progress.step, progress.steps_per_epoch))
        picture = self.draw()
        with told(f"sample grid {file.name}"):
            file.parent.mkdir(exist_ok=True)
            figures.save(picture, file)
        self._frame = self._due_frame()

    def _due_frame(self) -> int:
        return int(FRAMES * self.model.progress.fraction)


class Pictures(RunCallback):
    """When training ends: the film of the grids, samples.gif, and the loss curves, losses.png."""

    def __init__(self, run: RunFolder, title: str) -> None:
        super().__init__(run)
        self.title = title

    def on_train_end(self, logs: Any = None) -> None:
        with told(self.run.gif.name):
            figures.write_gif(self.run.gif, self._frames())
        with told(self.run.losses.name):
            self._draw_losses()

    def _frames(self) -> list[np.ndarray]:
        """The grids that are intact and of the size that most have; others are told."""
        frames = {}
        for path in self.run.grids:
            try:
                frames[path] = np.asarray(figures.read(path))
            except DataError as error:
                print(f"ganlib: left out of the film: {error}", file=sys.stderr)
        shapes = Counter(frame.shape for frame in frames.values()).most_common(1)
        for path in [path for path, frame in frames.items() if frame.shape != shapes[0][0]]:
            print(f"ganlib: left out of the film: {path} has another size", file=sys.stderr)
            del frames[path]
        return list(frames.values())

    def _draw_losses(self) -> None:
        log_keys = list(self.model.system.log_keys)
        keys = [key for key in log_keys if key in ("d_loss", "g_loss")] or log_keys
        figure = figures.loss_curves({self.title: self.run.steps}, keys, title=self.title)
        figures.save(figure, self.run.losses)


class Tables(RunCallback):
    """history.csv, one row for each epoch, and steps.csv, the losses every few steps.

    Metrics that other callbacks add to an epoch's logs are written too: give this one last.
    """

    history: list[Row] = []
    columns: list[str]

    def on_train_begin(self, logs: Any = None) -> None:
        """Take the tables up without what a resumed run repeats."""
        self.columns = ["step", "images", *self.model.system.log_keys]
        progress = self.model.progress
        whole = range(1, progress.step // progress.steps_per_epoch + 1)
        self.history = [row for row in self.run.history if row["epoch"] in whole]
        steps = [row for row in self.run.steps if row["step"] <= progress.step]
        write_table(self.run.steps_file, steps, self.columns)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if logs:  # written before the checkpoint that counts on it
            append_row(self.run.steps_file, self._row(logs), self.columns)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        progress = self.model.progress
        number = progress.epoch if progress.within_epoch else int(progress.epoch)
        row = {"epoch": number} | self._row({}) | {"seconds": round(progress.seconds, 2)}
        self.history.append(row | self._row(logs))

    def flush(self) -> None:
        """Write the epochs' rows: the loop calls it before a checkpoint, and when it ends."""
        if self.history:
            write_table(self.run.history_file, self.history)

    def _row(self, logs: dict[str, Any]) -> Row:
        progress = self.model.progress
        rounded = {key: float(f"{float(value):.6g}") for key, value in logs.items()}
        return {"step": progress.step, "images": progress.images} | rounded


class TensorBoard(RunCallback):
    """Scalars and sample grids for TensorBoard, from epochs' ends, against images seen."""

    writer: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        with told("logs for TensorBoard"):
            self.run.logs.mkdir(exist_ok=True)  # TensorFlow would fail with more lines
            self.writer = tf.summary.create_file_writer(str(self.run.logs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self.model.keeping or self.writer is None:
            return
        with told("entry for TensorBoard"), self.writer.as_default(self.model.progress.images):
            for name, value in logs.items():
                tf.summary.scalar(name, value)
            picture = np.asarray(figures.read(self.run.last_grid))
            legend = latents.legend(self.run.recipe.latent)
            batch = picture.reshape(1, *picture.shape[:2], -1)
            tf.summary.image("samples", batch, description=legend)

    def on_train_end(self, logs: Any = None) -> None:
        if self.writer is not None:
            self.writer.close()
