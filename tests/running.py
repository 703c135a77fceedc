"""Interrupting runs and comparing them, for the tests that resume."""

import os
import signal

import numpy as np

from ganlib.runs.folder import RunFolder
from ganlib.startup import keras
from ganlib.training import checkpoints


def weights_of(run: RunFolder) -> dict[str, np.ndarray]:
    """Everything that training changes, from the newest checkpoint."""
    return checkpoints.read(checkpoints.list_newest_first(run.checkpoints)[0])[0]


def assert_same_run(one: RunFolder, other: RunFolder) -> None:
    mine, others = weights_of(one), weights_of(other)
    assert mine.keys() == others.keys()
    for name, array in mine.items():
        np.testing.assert_array_equal(array, others[name], err_msg=name)
    timeless = [
        [{k: v for k, v in row.items() if k != "seconds"} for row in run.history]
        for run in (one, other)
    ]
    assert timeless[0] == timeless[1]


class StopAt(keras.callbacks.Callback):
    """Sends Ctrl-C's signal while the given step is under way."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.progress.step == self.step - 1:
            os.kill(os.getpid(), signal.SIGINT)
