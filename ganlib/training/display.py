"""What a user sees while a run trains, as Keras callbacks: a bar, or a picture in a notebook."""

import time
from collections.abc import Callable
from typing import Any

from PIL import Image
from tqdm import tqdm

from ganlib import devices
from ganlib.startup import keras

RENEW_SECONDS = 5.0


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
            self.bar.set_postfix(_losses(logs), refresh=False)
        self.bar.set_description_str(f"epoch {int(progress.epoch) + 1}", refresh=False)
        self.bar.update(min(100.0, 100.0 * progress.fraction) - self.bar.n)

    def close(self) -> None:
        """Leave the terminal tidy, also after an error: the loop calls it in any case."""
        if self.bar is not None:
            self.bar.close()


class NotebookDisplay(keras.callbacks.Callback):
    """In a notebook: the picture that `draw` makes, renewed every few seconds, and one line."""

    def __init__(self, draw: Callable[[], Image.Image]) -> None:
        super().__init__()
        self.draw = draw
        self._latest: dict[str, str] = {}
        self._due = 0.0
        self._handles: list[Any] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._latest = _losses(logs) or self._latest
        if time.monotonic() >= self._due:
            self._show()
            self._due = time.monotonic() + RENEW_SECONDS

    def on_train_end(self, logs: Any = None) -> None:
        self._show()

    def _show(self) -> None:
        from IPython.display import Pretty, display

        outputs = [self.draw(), Pretty(self._line())]
        if not self._handles:
            self._handles = [display(output, display_id=True) for output in outputs]
        for handle, output in zip(self._handles, outputs, strict=True):
            if handle is not None:  # outside a notebook there is nothing to renew
                handle.update(output)

    def _line(self) -> str:
        progress = self.model.progress
        left = max(0.0, progress.seconds * (1.0 / max(progress.fraction, 1e-9) - 1.0))
        parts = [f"epoch {progress.epoch:.2f}", f"{progress.images:,} images", f"{left:.0f} s left"]
        return " · ".join(parts + [f"{name} {value}" for name, value in self._latest.items()])


def _losses(logs: dict[str, Any]) -> dict[str, str]:
    return {name: f"{value:.3f}" for name, value in logs.items() if name.endswith("loss")}
