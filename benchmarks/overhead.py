"""What ganlib costs: its train step against the same step written by hand, in one run.

    python benchmarks/overhead.py [--recipe mnist-baseline] [--rounds 9] [--steps 12]

Both sides train the recipe's own networks in float32 on the same images: the bare side is the
TensorFlow tutorial's two-tape ``tf.function`` over a plain ``tf.data`` pipeline, the other one
ganlib's step over ganlib's pipeline. Blocks of steps alternate, so that a machine whose speed
drifts slows both down; what counts is the ratio within each round. Prints a table, writes JSON
with ``--json FILE``. Other work on the machine widens the spread: look at it.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ganlib import devices, objectives, recipes
from ganlib.datasets.pipeline import batches
from ganlib.models.logits import logits
from ganlib.startup import keras, tf
from ganlib.steps import STEPS


def bare_loop(recipe: recipes.Recipe, images: np.ndarray) -> Callable[[int], None]:
    """The tutorial's step and pipeline, as one would type them."""
    generator, discriminator = recipe.build()
    optimizers = recipe.generator_optimizer.build(), recipe.discriminator_optimizer.build()
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    latent_dim = generator.input_shape[-1]

    @tf.function
    def step(batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        noise = tf.random.normal([tf.shape(batch)[0], latent_dim])
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fakes = generator(noise, training=True)
            real = logits(discriminator, batch, training=True)
            fake = logits(discriminator, fakes, training=True)
            g_loss = cross_entropy(tf.ones_like(fake), fake)
            d_loss = cross_entropy(tf.ones_like(real), real)
            d_loss += cross_entropy(tf.zeros_like(fake), fake)
        for tape, loss, network, optimizer in zip(
            (g_tape, d_tape), (g_loss, d_loss), (generator, discriminator), optimizers, strict=True
        ):
            variables = network.trainable_variables
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return d_loss, g_loss

    for network, optimizer in zip((generator, discriminator), optimizers, strict=True):
        optimizer.build(network.trainable_variables)
    scaled = (images.astype("float32") - 127.5) / 127.5
    stream = tf.data.Dataset.from_tensor_slices(scaled).shuffle(len(scaled)).repeat()
    stream = iter(stream.batch(recipe.batch_size).prefetch(2))

    def run(steps: int) -> None:
        for _ in range(steps):
            step(next(stream))

    return run


def ganlib_loop(recipe: recipes.Recipe, images: np.ndarray) -> Callable[[int], None]:
    """ganlib's step and pipeline."""
    step = STEPS[recipe.step](
        *recipe.build(),
        objectives.get(recipe.objective),
        recipe.generator_optimizer.build(),
        recipe.discriminator_optimizer.build(),
        **recipe.step_options,
    )
    stream = iter(batches(images, recipe.batch_size, seed=0))
    done = 0

    def run(steps: int) -> None:
        nonlocal done
        for _ in range(steps):
            step(next(stream), done)
            done += 1

    return run


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="mnist-baseline", help="one with the simultaneous step")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=12, help="steps in a block")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    recipe = recipes.get(options.recipe)
    if recipe.step != "simultaneous":
        parser.error(f"{recipe.name} does not train with the tutorial's step")

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (20 * recipe.batch_size, *recipe.image_shape), dtype=np.uint8)
    with devices.precision_policy("float32"):
        sides = {"bare": bare_loop(recipe, images), "ganlib": ganlib_loop(recipe, images)}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for run in sides.values():
        run(3)  # tracing
    for number in range(options.rounds):
        order = list(sides) if number % 2 == 0 else list(sides)[::-1]
        for name in order:
            start = time.perf_counter()
            sides[name](options.steps)
            seconds[name].append(time.perf_counter() - start)

    ratios = [g / b for g, b in zip(seconds["ganlib"], seconds["bare"], strict=True)]
    block = options.steps * recipe.batch_size
    print(f"{recipe.name}, float32, batch {recipe.batch_size}, {options.rounds} rounds")
    for name, times in seconds.items():
        rates = [block / t for t in times]
        print(
            f"{name:<8} images/s: median {statistics.median(rates):6.0f}, "
            f"{min(rates):.0f} to {max(rates):.0f}"
        )
    print(
        f"time of ganlib / bare, round by round: median {statistics.median(ratios):.3f}, "
        f"{min(ratios):.3f} to {max(ratios):.3f}"
    )
    if options.json:
        record = {"recipe": recipe.name, "seconds": seconds, "ratios": ratios, **devices.describe()}
        options.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
