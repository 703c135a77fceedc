"""Ideas for a quicker step, each against the step as it is: what is kept, and what did not help.

    python benchmarks/tried.py [--idea NAME …] [--rounds 9] [--seconds 1] [--json FILE]

Both sides of an idea train the same networks on the same images in one process and take turns; what
counts is the ratio of their speeds within a round. Above 1 the idea is quicker. Ideas that ganlib
uses are measured the other way round, with the idea taken out. The machine should be quiet.
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from throughput import noise_images

from ganlib import devices, recipes
from ganlib.datasets import Dataset
from ganlib.datasets.batches import batches
from ganlib.evaluation.tables import median_and_range
from ganlib.models.layers import BatchNormalization, Dropout
from ganlib.recipes import Recipe
from ganlib.startup import keras, tf
from ganlib.systems.gan import Simultaneous
from ganlib.systems.replicas import global_batch_size
from ganlib.systems.system import Batch, Logs
from ganlib.training.precision import precision_for

RECIPES = ("mnist-baseline", "mnist-express", "mnist-nn")
IMAGES = 5_120
Run = Callable[[int], None]


class AtOnce(Simultaneous):
    """Real and generated images go through the discriminator as one batch of twice the size."""

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        images = batch["images"]
        size = global_batch_size(images)
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fakes = self.make(self.latent_of(images, index), training=True)
            scores = self.scores(tf.concat([tf.cast(images, fakes.dtype), fakes], axis=0))
            count = tf.shape(images)[0]
            real, fake = scores[:count], scores[count:]
            logs = self.discriminator_logs(real, fake, size)
            logs["g_loss"] = tf.reduce_sum(self.objective.generator(fake)) / size
        self.apply(g_tape, logs["g_loss"], "generator")
        self.apply(d_tape, logs["d_loss"], "discriminator")
        return logs


class SharedGradient(Simultaneous):
    """One way back through the discriminator for both networks.

    Without batch norm in the discriminator, both losses have the same gradient at a generated
    image, but for a factor: for the non-saturating pair, ``-exp(-logit)``.
    """

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        images = batch["images"]
        size = global_batch_size(images)
        with tf.GradientTape(persistent=True) as tape:
            fakes = self.make(self.latent_of(images, index), training=True)
            real, fake = self.scores(images), self.scores(fakes)
            logs = self.discriminator_logs(real, fake, size)
        logs["g_loss"] = tf.reduce_sum(self.objective.generator(fake)) / size
        own, made = self.trained_by("discriminator"), self.trained_by("generator")
        *d_gradients, back = tape.gradient(logs["d_loss"], [*own, fakes])
        factor = tf.reshape(-tf.exp(-tf.maximum(fake, -60.0)), [-1, 1, 1, 1])
        back = tf.cast(factor * tf.cast(back, tf.float32), fakes.dtype)
        g_gradients = tape.gradient(fakes, made, output_gradients=back)
        self.optimizers["generator"].apply_gradients(zip(g_gradients, made, strict=True))
        self.optimizers["discriminator"].apply_gradients(zip(d_gradients, own, strict=True))
        return logs


class FusedAdam(keras.optimizers.Adam):
    """Adam as one operation for each variable, instead of a dozen."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        time_step = tf.cast(self.iterations + 1, tf.float32)
        place = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].value.handle,
            v=self._velocities[place].value.handle,
            beta1_power=tf.pow(self.beta_1, time_step),
            beta2_power=tf.pow(self.beta_2, time_step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


class FusedSGD(keras.optimizers.SGD):
    """Gradient descent as one operation for each variable."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        tf.raw_ops.ResourceApplyGradientDescent(
            var=variable.handle, alpha=tf.cast(learning_rate, tf.float32), delta=gradient
        )


def trainer(
    recipe: Recipe,
    kind: type = Simultaneous,
    optimizers: Any = keras.optimizers,
    jit_compile: bool = False,
    precision: str | None = None,
) -> Run:
    """A function that trains so many steps."""
    with devices.precision_policy(precision or precision_for(recipe)):
        system = kind(
            recipe.build(),
            {n: getattr(optimizers, o.name)(**o.options) for n, o in recipe.optimizers.items()},
            objective=recipe.objective,
            latent=recipe.latent,
            jit_compile=jit_compile,
        )
    together, size = recipe.steps_per_execution, recipe.batch_size
    images = noise_images(recipe.image_shape, IMAGES)
    data = Dataset("noise", "train", images, None, "synthetic", "a benchmark")
    stream = iter(batches(data, size, 0, together=together))
    done = 0

    def run(count: int) -> None:
        nonlocal done
        for _ in range(0, count, together):
            if together > 1:
                system.many(next(stream), done, size)
            else:
                system.step(next(stream), done)
            done += together

    return run


def traced(run: Run, recipe: Recipe) -> Run:
    """Trace a trainer's step now."""
    run(2 * recipe.steps_per_execution)
    return run


def as_in_keras(quicker: Any) -> Callable[[Recipe], Run]:
    """A trainer with Keras's own operations in place of one of `ganlib.models.layers`."""

    def make(recipe: Recipe) -> Run:
        with mock.patch.object(quicker, "call", quicker.__base__.call):
            return traced(trainer(recipe), recipe)

    return make


class Fused:
    """The fused optimisers by Keras's names."""

    Adam, SGD = FusedAdam, FusedSGD


def one_by_one(recipe: Recipe) -> Recipe:
    return dataclasses.replace(recipe, steps_per_execution=1)


IDEAS: dict[str, tuple[str, Callable[[Recipe], Run]]] = {
    "float32": ("taken out: 16 bits", lambda r: trainer(r, precision="float32")),
    "keras-batch-norm": ("taken out: fused batch norm", as_in_keras(BatchNormalization)),
    "keras-dropout": ("taken out: 16-bit dropout", as_in_keras(Dropout)),
    "one-step-calls": ("taken out: several steps in a call", lambda r: trainer(one_by_one(r))),
    "fused-updates": ("optimisers as one operation", lambda r: trainer(r, optimizers=Fused)),
    "at-once": ("real and generated images in one batch", lambda r: trainer(r, AtOnce)),
    "shared-slope": ("one way back for both networks", lambda r: trainer(r, SharedGradient)),
    "xla": ("XLA, both in float32", lambda r: trainer(r, jit_compile=True, precision="float32")),
}


def compare(recipe: Recipe, name: str, rounds: int, seconds: float) -> list[float]:
    """Speed of the idea over the step as it is, round by round."""
    base_precision = "float32" if name == "xla" else None
    sides = [trainer(recipe, precision=base_precision), IDEAS[name][1](recipe)]
    return taking_turns(sides, recipe, rounds, seconds)


def taking_turns(sides: Sequence[Run], recipe: Recipe, rounds: int, seconds: float) -> list[float]:
    """Speed of the second over that of the first, round by round."""
    for run in sides:
        traced(run, recipe)
    together = recipe.steps_per_execution
    start = time.perf_counter()
    sides[0](together)
    steps_in_block = max(1, round(seconds / (time.perf_counter() - start))) * together
    ratios = []
    for number in range(rounds):
        taken = [0.0, 0.0]
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            start = time.perf_counter()
            sides[side](steps_in_block)
            taken[side] = time.perf_counter() - start
        ratios.append(taken[0] / taken[1])
    return ratios


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--idea", nargs="+", choices=IDEAS, default=list(IDEAS))
    parser.add_argument("--recipe", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a block")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    ideas = {name: IDEAS[name][0] for name in options.idea}
    record: dict[str, Any] = {"ideas": ideas, "recipes": {}}
    for recipe in map(recipes.get, options.recipe):
        print(f"\n{recipe.name}, {options.rounds} rounds: speed of the idea / of the step as it is")
        found = record["recipes"][recipe.name] = {}
        for name in options.idea:
            ratios = compare(recipe, name, options.rounds, options.seconds)
            found[name] = ratios
            print(f"{name:<16} {IDEAS[name][0]:<46} {median_and_range(ratios)}", flush=True)
            keras.utils.clear_session()
    if options.json:
        record |= devices.describe()
        options.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
