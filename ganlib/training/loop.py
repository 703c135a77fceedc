"""The loop itself: networks, step and progress of one session of a run."""

import functools
import math
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ganlib import devices
from ganlib.datasets import Dataset
from ganlib.datasets.batches import batches, steps_per_epoch
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import save_generator
from ganlib.startup import keras, tf
from ganlib.systems import losses
from ganlib.systems.gan import STEPS
from ganlib.training import callbacks as cb
from ganlib.training import checkpoints
from ganlib.training.interrupts import Interrupt, interrupts
from ganlib.training.progress import Means, Progress, TrainingDiverged, diverged
from ganlib.training.record import check_shapes

LOG_EVERY = 20  # steps between two readings of the losses
SAVE_EVERY_SECONDS = 60.0


class GAN(keras.Model):
    """Both networks as one Keras model: what callbacks see as ``self.model``.

    Calling it generates: noise (B, latent_dim) to images (B, H, W, C) in [-1, 1].
    """

    def __init__(self, generator: Any, discriminator: Any, progress: Progress) -> None:
        super().__init__(name="gan")
        self.generator = generator
        self.discriminator = discriminator
        self.progress = progress
        self.stop_training = False
        self.built = True

    def call(self, noise: Any, training: bool = False) -> Any:
        return self.generator(noise, training=training)

    def generate(self, noise: np.ndarray) -> np.ndarray:
        """Generated images, float32 (N, H, W, C) in [-1, 1], for a small batch of noise."""
        return tf.cast(self(noise), tf.float32).numpy()


class Loop:
    """Networks, step and progress of one session of a run."""

    def __init__(
        self,
        run: RunFolder,
        recipe: Recipe,
        data: Dataset,
        record: dict[str, Any],
        distribution: Any,
        chief: bool,
    ) -> None:
        self.run, self.recipe, self.data, self.record = run, recipe, data, record
        self.distribution, self.chief = distribution, chief
        steps = steps_per_epoch(len(data), recipe.batch_size)
        self.progress = Progress(steps, len(data), recipe.batch_size, **record["budget"])
        self.means = Means()
        self.average: Any = None
        keras.utils.set_random_seed(record["seed"])
        with devices.precision_policy(record["precision"]), distribution.scope():
            generator, discriminator = recipe.build()
            check_shapes(recipe, generator, discriminator, data)
            if distribution.num_replicas_in_sync > 1:
                devices.synchronize_batch_norm(generator, discriminator)
            assert (
                recipe.objective and recipe.generator_optimizer and recipe.discriminator_optimizer
            )
            average: dict[str, Any] = {}
            if recipe.ema:
                average = {"use_ema": True, "ema_momentum": recipe.ema}
                self.average = recipe.generator.build(recipe.image_shape)
            self.optimizers = [
                recipe.generator_optimizer.build(**average),
                recipe.discriminator_optimizer.build(),
            ]
            if record["precision"] == "float16":
                self.optimizers = [keras.optimizers.LossScaleOptimizer(o) for o in self.optimizers]
            self.step = STEPS[recipe.step](
                generator,
                discriminator,
                losses.get(recipe.objective),
                *self.optimizers,
                latent=recipe.latent,
                seed=record["seed"],
                jit_compile=devices.worth_compiling(distribution),
                **recipe.step_options,
            )
            # Under a strategy each step is cut into the replicas' parts, and runs by itself.
            alone = distribution.num_replicas_in_sync == 1
            self.steps_per_execution = recipe.steps_per_execution if alone else 1
            self.learning_rates = [
                float(tf.convert_to_tensor(o.learning_rate)) for o in self.optimizers
            ]
            self.gan = GAN(generator, discriminator, self.progress)
            self.gan.optimizer = self.optimizers[0]

    @property
    def variables(self) -> list[Any]:
        """All that training changes, seeds of dropout included, in a fixed order."""
        owners = [self.gan.generator, self.gan.discriminator, *self.optimizers]
        return [variable for owner in owners for variable in owner.variables]

    def averaged(self) -> Any:
        """The generator with the moving average of its weights.

        Statistics of batch normalisation are moving averages already, and copied.
        """
        raw = self.gan.generator
        for own, now in zip(self.average.variables, raw.variables, strict=True):
            own.assign(now)
        self.optimizers[0].finalize_variable_values(self.average.trainable_variables)
        return self.average

    def restore(self) -> None:
        """Go back to the newest checkpoint that is intact, and tell of damaged ones."""
        found = checkpoints.list_newest_first(self.run.checkpoints)
        for path in found:
            try:
                state = checkpoints.restore(path, self.variables)
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

    def save(self) -> None:
        """Write checkpoint, generator and record; whatever fails, the older ones stay."""
        if not self.chief:
            return
        progress, variables = self.progress, self.variables
        if not all(np.isfinite(np.asarray(v)).all() for v in variables):
            raise diverged(progress, "a weight", self.run)
        state = {
            "step": progress.step,
            "seconds": progress.seconds,
            "sums": self.means.sums,
            "counts": self.means.counts,
        }
        checkpoints.save(self.run.checkpoints, progress.step, variables, state)
        save_generator(self.recipe, self.gan.generator, self.run)
        if self.average is not None:
            save_generator(self.recipe, self.averaged(), self.run, "average")
        self.record["progress"] = {
            "epochs": round(progress.epoch, 4),
            "steps": progress.step,
            "images": progress.images,
            "seconds": round(progress.seconds, 1),
        }
        self.run.write_record(self.record)

    def train(self, callbacks: Sequence[keras.callbacks.Callback]) -> None:
        """Train until the budget is used up, or somebody asks to stop; then save."""
        hooks = keras.callbacks.CallbackList(
            callbacks,
            model=self.gan,
            epochs=math.ceil(self.progress.epochs or 0),
            steps=self.progress.steps_per_epoch,
            verbose=0,
        )
        if self.chief:
            self.run.write_record(self.record)
        try:
            with interrupts() as interrupt:
                hooks.on_train_begin()
                # A run may have been stopped after its last step, before its pictures.
                if self.progress.fraction < 1.0:
                    self._steps(hooks, interrupt)
                done = self.progress.fraction >= 1.0 or not interrupt.requested
                self.save()
                within_epoch = self.progress.step % self.progress.steps_per_epoch
                hooks.on_train_end(self.means.result() if within_epoch else {})
                # Last of all: what is called finished has its pictures too.
                self.record["status"] = "finished" if done else "interrupted"
                if self.chief:
                    self.run.write_record(self.record)
        except TrainingDiverged:
            self.run.write_record(self.record | {"status": "diverged"})
            raise
        finally:
            for callback in callbacks:
                if isinstance(callback, cb.ProgressBar):
                    callback.close()

    def _steps(self, hooks: Any, interrupt: Interrupt) -> None:
        """The loop itself."""
        progress = self.progress
        window: list[dict[str, Any]] = []
        save_due = time.monotonic() + SAVE_EVERY_SECONDS
        first_step = progress.step
        for images in self._batches():
            index = progress.step % progress.steps_per_epoch
            if index == 0 or progress.step == first_step:
                hooks.on_epoch_begin(int(progress.epoch))
            hooks.on_train_batch_begin(index)
            self._set_learning_rates()
            logged = progress.step // LOG_EVERY
            window.append(self._execute(images))

            epoch_done = progress.step % progress.steps_per_epoch == 0
            stop = interrupt.requested or self.gan.stop_training or progress.fraction >= 1.0
            logs: dict[str, float] = {}
            if epoch_done or stop or progress.step // LOG_EVERY > logged:
                logs, window = self._read(window), []
            hooks.on_train_batch_end((progress.step - 1) % progress.steps_per_epoch, logs)
            if epoch_done:
                means, self.means = self.means.result(), Means()
                hooks.on_epoch_end(int(progress.epoch) - 1, means)
            if stop or (epoch_done and self.gan.stop_training):
                return
            if epoch_done or (logs and time.monotonic() >= save_due):
                self.save()
                save_due = time.monotonic() + SAVE_EVERY_SECONDS

    def _execute(self, images: Any) -> dict[str, Any]:
        """One step, or as many as the images are batches for; the logs of each."""
        progress = self.progress
        if self.steps_per_execution == 1:
            logs = self.step(images, progress.step)
            progress.step += 1
            return logs
        size = self.recipe.batch_size
        logs = self.step.many(images[: progress.steps_left * size], progress.step, size)
        progress.step += len(logs["d_loss"])
        return logs

    def _set_learning_rates(self) -> None:
        if self.recipe.schedule == "linear":
            left = max(0.0, 1.0 - self.progress.fraction)
            for optimizer, rate in zip(self.optimizers, self.learning_rates, strict=True):
                optimizer.learning_rate = left * rate

    def _read(self, window: list[dict[str, Any]]) -> dict[str, float]:
        """Fetch the logs of the last steps, add them to the epoch's, and return their means."""
        recent = Means()
        for logs in window:
            for key, values in logs.items():
                for value in np.ravel(values):
                    recent.add({key: float(value)})
                    self.means.add({key: float(value)})
        return recent.result()

    def _batches(self) -> Any:
        make = functools.partial(
            batches,
            self.data.images,
            self.recipe.batch_size,
            self.record["seed"],
            first_step=self.progress.step,
            together=self.steps_per_execution,
        )
        replicas = self.distribution.num_replicas_in_sync
        if replicas == 1:
            return make()

        def of_worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
            own = replicas // context.num_input_pipelines
            first = context.input_pipeline_id * own
            return make(shards=replicas, first_shard=first, own_shards=own)

        return self.distribution.distribute_datasets_from_function(of_worker)
