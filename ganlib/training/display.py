"""What a user sees while a run trains, as Keras callbacks: a bar, or a picture in a notebook."""

import time
from collections.abc import Callable
from typing import Any

from PIL import Image
from tqdm import tqdm

from ganlib import devices, figures
from ganlib.startup import keras

PICTURE_SECONDS, LINE_SECONDS = 5.0, 1.0  # between two of each, in a notebook


class ProgressBar(keras.callbacks.Callback):
    """A bar with the time left and the losses (tqdm), on standard error."""

    bar: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        self.bar = tqdm(
            total=100.0,
            initial=100.0 * min(1.0, self.model.progress.fraction),
            bar_format="{desc} {percentage:3.0f}% |{bar:24}| {elapsed}<{remaining}{postfix}",
            mininterval=devices.bar_interval(),
        )

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        progress = self.model.progress
        if logs:
            self.bar.set_postfix(losses_of(logs), refresh=False)
        self.bar.set_description_str(f"epoch {int(progress.epoch) + 1}", refresh=False)
        self.bar.update(min(100.0, 100.0 * progress.fraction) - self.bar.n)

    def close(self) -> None:
        """Leave the terminal tidy, also after an error: the loop calls it in any case."""
        if self.bar is not None:
            self.bar.close()


class NotebookDisplay(keras.callbacks.Callback):
    """In a notebook: the picture that `draw` makes, renewed every few seconds, above a bar.

    Both are plain outputs, renewed in place: they need no widgets, and what a stored notebook keeps
    of them is the last picture and one line.
    """

    def __init__(self, draw: Callable[[], Image.Image]) -> None:
        super().__init__()
        self.draw = draw
        self._latest: dict[str, str] = {}
        self._due = {"picture": 0.0, "line": 0.0}
        self._handles: dict[str, Any] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        self._renew()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._latest = losses_of(logs or {}) or self._latest
        self._renew()

    def on_train_end(self, logs: Any = None) -> None:
        self._show("picture", _Shown(self.draw()))
        self._show("line", _Words(self._line(tqdm.format_interval(self.model.progress.seconds))))

    def _renew(self) -> None:
        if self._is_due("picture", PICTURE_SECONDS):
            self._show("picture", _Shown(self.draw()))
        if self._is_due("line", LINE_SECONDS):
            self._show("line", _Words(self._line(self._bar())))

    def _is_due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        due = now >= self._due[what]
        if due:
            self._due[what] = now + seconds
        return due

    def _show(self, what: str, output: Any) -> None:
        from IPython.display import display

        if what not in self._handles:
            self._handles[what] = display(output, display_id=True)
        elif self._handles[what] is not None:  # outside a notebook there is nothing to renew
            self._handles[what].update(output)

    def _bar(self) -> str:
        progress = self.model.progress
        return tqdm.format_meter(
            min(100.0, 100.0 * progress.fraction),
            100.0,
            progress.seconds,
            bar_format="{percentage:3.0f}% |{bar:30}| {remaining} left",
        )

    def _line(self, start: str) -> str:
        progress = self.model.progress
        parts = [start, f"epoch {progress.epoch:.2f}", f"{progress.images:,} images"]
        return " · ".join(parts + [f"{name} {value}" for name, value in self._latest.items()])


class _Shown:
    """A picture as a notebook shows it."""

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        return figures.as_png(self.picture)

    def __repr__(self) -> str:
        return figures.alt_of(self.picture)


class _Words(str):
    """A text that a notebook shows without quotation marks."""

    __repr__ = str.__str__


def losses_of(logs: dict[str, Any]) -> dict[str, str]:
    """The losses among a step's logs, as text."""
    return {name: f"{value:.3f}" for name, value in logs.items() if name.endswith("loss")}
