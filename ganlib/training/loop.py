"""The loop itself: a system, its batches and its progress, for one session of a run."""

import contextlib
import functools
import math
import sys
import time
from collections.abc import Iterator, Sequence
from threading import Event
from typing import Any

import numpy as np

from ganlib.datasets.batches import batches, steps_per_epoch
from ganlib.devices import is_chief
from ganlib.errors import GanlibError, first_line
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import save_network
from ganlib.startup import keras, tf
from ganlib.systems.system import Batch, Logs
from ganlib.training import checkpoints
from ganlib.training.interrupts import interrupts
from ganlib.training.progress import Means, Progress, TrainingDiverged
from ganlib.training.record import Data, data_sets

LOG_EVERY = 20  # steps between two readings of the losses
SAVE_EVERY_SECONDS = 60.0
ALWAYS_KEPT = 3  # epochs from a session's start that are kept however short they are
SHARE = 0.05  # of the time, at most, for checkpoints, where epochs are short


class Watched(keras.Model):
    """What callbacks see as ``self.model``: the system and how far its training is."""

    def __init__(self, system: Any, progress: Progress) -> None:
        super().__init__(name="system")
        self.system, self.progress = system, progress
        self.optimizer = next(iter(system.optimizers.values()), None)
        self.stop_training = False
        self.keeping = True  # whether the epoch that ends is kept: checkpoint, grid, TensorBoard
        self.built = True


class KeepClock:
    """When a run is kept: at the ends of epochs, as far as `SHARE` of the time allows, and between.

    So the work beside the training depends on the time that passes, and not on how short an epoch
    is.
    """

    def __init__(self) -> None:
        self._count, self._last, self._next = 0, time.monotonic(), 0.0

    @property
    def epoch_is_kept(self) -> bool:
        """Whether an epoch that ends now is kept."""
        return self._count < ALWAYS_KEPT or time.monotonic() >= self._next

    @property
    def is_late(self) -> bool:
        """Whether to save within an epoch."""
        return time.monotonic() >= self._last + SAVE_EVERY_SECONDS

    def kept(self, seconds: float) -> None:
        """Note that the run was kept, which took so long."""
        self._count, self._last = self._count + 1, time.monotonic()
        self._next = self._last + min(seconds / SHARE, SAVE_EVERY_SECONDS)


class Loop:
    """One session of a run: from the first batch, or from a checkpoint, to the end of its budget.

    `record` is the run's record so far, `distribution` a ``tf.distribute`` strategy.
    """

    def __init__(
        self, run: RunFolder, recipe: Recipe, data: Data, record: dict[str, Any], distribution: Any
    ) -> None:
        self.run, self.recipe, self.data, self.record = run, recipe, data, record
        self.distribution, self.chief = distribution, is_chief(distribution)
        count = len(next(iter(data_sets(data).values())))
        steps = steps_per_epoch(count, recipe.batch_size)
        self.progress = Progress(steps, count, recipe.batch_size, **record["budget"])
        self.means, self.resumed = Means(), False
        self.callbacks: Sequence[keras.callbacks.Callback] = ()
        with distribution.scope():
            self.system = recipe.system(seed=record["seed"], precision=record["precision"])
            self.watched = Watched(self.system, self.progress)
        # Under a strategy each step is cut into the replicas' parts, and runs by itself.
        alone = distribution.num_replicas_in_sync == 1 and len(data_sets(data)) == 1
        self.steps_per_execution = recipe.steps_per_execution if alone else 1
        optimizers = self.system.optimizers.values()
        self.learning_rates = [float(tf.convert_to_tensor(o.learning_rate)) for o in optimizers]

    def restore(self) -> None:
        """Go back to the newest checkpoint that is intact; name damaged ones on standard error."""
        self.resumed = True
        found = checkpoints.list_newest_first(self.run.checkpoints)
        for path in found:
            try:
                state = checkpoints.restore(path, self.system.variables)
            except checkpoints.DamagedCheckpoint as error:
                print(f"ganlib: {error}: trying the one before it", file=sys.stderr)
                continue
            self.progress.step = state["step"]
            self.progress.seconds_before = state["seconds"]
            self.means = Means(state["sums"], state["counts"])
            return
        if found:
            raise GanlibError(f"no checkpoint in {self.run.checkpoints} is intact: train anew")
        # Stopped before its first checkpoint: the seed has brought the run back to its start.
        if "progress" in self.record:
            print(
                f"ganlib: no checkpoint is left in {self.run.checkpoints}: the run starts anew",
                file=sys.stderr,
            )

    def save(self, networks: Sequence[str] = ("generator",)) -> None:
        """Write checkpoint, networks and record; whatever fails, the older ones stay."""
        if not self.chief:
            return
        progress, variables = self.progress, self.system.variables
        if not all(np.isfinite(np.asarray(v)).all() for v in variables.values()):
            raise TrainingDiverged(progress, "a weight", self.run)
        self._flush()
        state = {"step": progress.step, "seconds": progress.seconds, **vars(self.means)}
        checkpoints.save(self.run.checkpoints, progress.step, variables, state)
        for name in networks:
            save_network(self.system.plain(name), self.run, name)
        if self.system.keeps_average:
            save_network(self.system.averaged(), self.run, "generator", "average")
        self.record["progress"] = {
            "epochs": round(progress.epoch, 4),
            "steps": progress.step,
            "images": progress.images,
            "seconds": round(progress.seconds, 1),
        }
        self._write_record()

    def _flush(self) -> None:
        for callback in self.callbacks:
            getattr(callback, "flush", lambda: None)()

    def _write_record(self, **changes: str) -> None:
        self.record |= changes
        if self.chief:
            self.run.write_record(self.record)

    def train(self, callbacks: Sequence[keras.callbacks.Callback]) -> None:
        """Train until the budget is used up, or somebody asks to stop; then save."""
        progress, self.callbacks = self.progress, callbacks
        hooks = keras.callbacks.CallbackList(
            callbacks,
            model=self.watched,
            epochs=math.ceil(progress.epochs or 0),
            steps=progress.steps_per_epoch,
            verbose=0,
        )
        self._write_record()
        try:
            with interrupts() as stop_requested:
                hooks.on_train_begin()
                # A run may have been stopped after its last step, before its pictures.
                if progress.fraction < 1.0:
                    self._steps(hooks, stop_requested)
                done = progress.fraction >= 1.0 or not stop_requested.is_set()
                self.save(list(self.system.networks))
                means, self.watched.keeping = self.means.result(), True
                if progress.within_epoch:
                    hooks.on_epoch_end(int(progress.epoch), means)
                self._flush()
                hooks.on_train_end(means)
                # Last of all: what is called finished has its pictures too.
                self._write_record(status="finished" if done else "interrupted")
        except TrainingDiverged:
            self._flush()
            self._write_record(status="diverged")
            raise
        finally:
            for callback in callbacks:
                getattr(callback, "close", lambda: None)()

    def _steps(self, hooks: keras.callbacks.CallbackList, stop_requested: Event) -> None:
        """The loop itself."""
        progress = self.progress
        window: list[Logs] = []
        clock = KeepClock()
        first_step = progress.step
        for batch in self._batches():
            if progress.within_epoch == 0 or progress.step == first_step:
                hooks.on_epoch_begin(int(progress.epoch))
            hooks.on_train_batch_begin(progress.within_epoch)
            self._set_learning_rates()
            logged = progress.step // LOG_EVERY
            with self._first(progress.step == first_step):
                window.append(self._execute(batch))

            epoch_done = progress.within_epoch == 0
            stop = stop_requested.is_set() or self.watched.stop_training or progress.fraction >= 1.0
            logs: dict[str, float] = {}
            if epoch_done or stop or progress.step // LOG_EVERY > logged:
                logs, window = self._read(window), []
            hooks.on_train_batch_end((progress.step - 1) % progress.steps_per_epoch, logs)
            if epoch_done:
                means, self.means = self.means.result(), Means()
                self.watched.keeping = stop or clock.epoch_is_kept
                hooks.on_epoch_end(int(progress.epoch) - 1, means)
            if stop or (epoch_done and self.watched.stop_training):
                return
            if (epoch_done and self.watched.keeping) or (logs and clock.is_late):
                started = time.monotonic()
                self.save()
                clock.kept(time.monotonic() - started)

    @contextlib.contextmanager
    def _first(self, first: bool) -> Iterator[None]:
        """The first step of a resumed run shows whether its record's recipe can be trained."""
        try:
            yield
        except (TypeError, ValueError, AttributeError, tf.errors.OpError) as error:
            if not (first and self.resumed):
                raise
            raise GanlibError(
                f"the recipe in {self.run.record_file} cannot be trained ({first_line(error)})"
            ) from error

    def _execute(self, batch: Batch) -> Logs:
        """One step, or as many as there are batches in the batch; the logs of each."""
        progress = self.progress
        if self.steps_per_execution == 1:
            logs = self.system.step(batch, progress.step)
            progress.step += 1
            return logs
        size = self.recipe.batch_size
        batch = {name: rows[: progress.steps_left * size] for name, rows in batch.items()}
        logs = self.system.many(batch, progress.step, size)
        progress.step += max(len(values) for values in logs.values())
        return logs

    def _set_learning_rates(self) -> None:
        if self.recipe.schedule == "linear":
            left = max(0.0, 1.0 - self.progress.fraction)
            optimizers = self.system.optimizers.values()
            for optimizer, rate in zip(optimizers, self.learning_rates, strict=True):
                optimizer.learning_rate = left * rate

    def _read(self, window: list[Logs]) -> dict[str, float]:
        """Fetch the logs of the last steps, add them to the epoch's, and return their means."""
        recent = Means()
        for logs in window:
            for key, values in logs.items():
                for value in map(float, np.ravel(values)):
                    if not math.isfinite(value):
                        raise TrainingDiverged(self.progress, key, self.run)
                    recent.add(key, value)
                    self.means.add(key, value)
        return recent.result()

    def _batches(self) -> Any:
        where = {"first_step": self.progress.step, "together": self.steps_per_execution}
        make = functools.partial(
            batches, self.data, self.recipe.batch_size, self.record["seed"], **where
        )
        replicas = self.distribution.num_replicas_in_sync
        if replicas == 1:
            return make()

        def of_worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
            own = replicas // context.num_input_pipelines
            first = context.input_pipeline_id * own
            return make(shards=replicas, first_shard=first, own_shards=own)

        return self.distribution.distribute_datasets_from_function(of_worker)
