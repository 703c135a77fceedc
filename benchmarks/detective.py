"""Why does a GAN fail when one number of one layer changes? Evidence, suspect by suspect.

    python benchmarks/detective.py [--seeds 0 1 2] [--steps 300] [--json benchmarks/detective.json]
        [--picture figures/detective.png]

The small GAN of lesson 15 on MNIST ends in a transposed convolution with stride 4. With a kernel of
4 it works; with a kernel of 3 it fails. Measured on the way: the discriminator's accuracy, and the
norm of the generator's gradient, at its weights and at its images. In the end: the discriminator's
filters, and its saliency, |∂D/∂x|, by pixel. The test of the story: the same GAN again, but in real
and in generated images the discriminator sees the pixels that a kernel of 3 leaves out as black.
figures/DETECTIVE.md tells what was found.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ganlib import datasets, devices, figures
from ganlib.lessons import failures, trials
from ganlib.startup import keras, tf
from ganlib.systems import losses

CASES = {"kernel 4": (4, False), "kernel 3": (3, False), "kernel 3, gaps hidden": (3, True)}
"""Kernel of the last layer, and whether its gaps are hidden from the discriminator."""
BATCH, RATES, EVERY = 32, (3e-3, 5e-4), 10
COUNT = 500  # images whose saliency is averaged


def gaps(kernel: int) -> np.ndarray:
    """Pixels of the image that no kernel of the last layer reaches, bool (28, 28)."""
    layer = keras.layers.Conv2DTranspose(
        1, kernel, 4, padding="same", kernel_initializer="ones", use_bias=False
    )
    return np.asarray(layer(tf.ones((1, 7, 7, 1))))[0, ..., 0] == 0


def investigate(data: tf.Tensor, kernel: int, hidden: bool, steps: int, seed: int) -> dict:
    """Train, and return the evidence: rows on the way, networks, saliency, images."""
    keras.utils.set_random_seed(seed)
    generator, opponent = failures.conv_generator(kernel, 4), failures.discriminator()
    objective = losses.get("non_saturating")
    adams = [keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for rate in RATES]
    for adam, network in zip(adams, (generator, opponent), strict=True):
        adam.build(network.trainable_variables)
    gap = gaps(kernel)
    shown = tf.constant(~gap if hidden else np.ones_like(gap), tf.float32)[None, ..., None]

    def score(images: Any) -> Any:
        return opponent(shown * images + (shown - 1.0))  # black, -1, where it is hidden

    @tf.function
    def step() -> Any:
        real = tf.gather(data, tf.random.uniform((BATCH,), 0, len(data), tf.int32))
        with tf.GradientTape() as tape:
            on_real = score(real)
            on_fake = score(generator(failures.normal(BATCH), training=True))
            loss = tf.reduce_mean(objective.discriminator(on_real, on_fake))
        adams[1].apply(tape.gradient(loss, opponent.trainable_variables))
        weights = generator.trainable_variables
        with tf.GradientTape(persistent=True) as tape:
            images = generator(failures.normal(BATCH), training=True)
            loss = tf.reduce_mean(objective.generator(score(images)))
        by_weights = tape.gradient(loss, weights)
        adams[0].apply(by_weights)
        right = tf.reduce_mean(tf.cast(tf.concat([on_real > 0, on_fake <= 0], 0), tf.float32))
        return right, tf.linalg.global_norm(by_weights), tf.norm(tape.gradient(loss, images))

    rows = []
    for number in range(steps):
        values = [float(value) for value in step()]
        if number % EVERY == EVERY - 1:
            rows.append(dict(zip(("accuracy", "at_weights", "at_images"), values, strict=True)))
    fakes = generator(failures.normal(COUNT), training=False)
    with tf.GradientTape() as tape:
        tape.watch(fakes)
        scores = score(fakes)
    saliency = np.abs(np.asarray(tape.gradient(scores, fakes))[..., 0]).mean(axis=0)
    return {
        "rows": rows,
        "saliency": saliency,
        "filters": np.asarray(opponent.layers[0].kernel)[:, :, 0],
        "images": np.asarray(shown * fakes + (shown - 1.0)),
        "generator": generator,
        "gap": gap,
    }


def main() -> None:
    """Investigate each case with each seed, record and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    train = datasets.load("mnist", "train")
    data = tf.constant(failures.scaled(train.images))
    gap = gaps(3)
    cases: dict[str, list[dict[str, Any]]] = {name: [] for name in CASES}
    first: dict[str, dict] = {}
    for seed in options.seeds:
        for name, (kernel, hidden) in CASES.items():
            seen = investigate(data, kernel, hidden, options.steps, seed)
            first.setdefault(name, seen)
            drawn = np.asarray(seen["generator"](failures.normal(1000), training=False))
            end = seen["rows"][-len(seen["rows"]) // 5 :]
            cases[name].append(
                {
                    "seed": seed,
                    "frechet": round(float(trials.frechet(figures.to_uint8(drawn), train)), 1),
                    "accuracy": round(float(np.mean([r["accuracy"] for r in end])), 3),
                    "at_images": round(float(np.mean([r["at_images"] for r in end])), 4),
                    "at_weights": round(float(np.mean([r["at_weights"] for r in end])), 4),
                    "saliency_in_gaps": round(
                        float(seen["saliency"][gap].sum() / seen["saliency"].sum()), 3
                    ),
                    "rows": [{k: round(v, 5) for k, v in row.items()} for row in seen["rows"]],
                }
            )
            print(name, {k: v for k, v in cases[name][-1].items() if k != "rows"}, flush=True)
    if options.json:
        record = {
            "machine": devices.describe(),
            "data": train.describe(),
            "steps": options.steps,
            "batch": BATCH,
            "gaps": round(float(gap.mean()), 3),
            "cases": cases,
        }
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if options.picture:
        figures.save(draw(first), options.picture)


def draw(first: dict[str, dict]) -> Figure:
    """A row for each case, images, filters and saliency; the curves of all under them."""
    figure = Figure(figsize=(10, 10.4), dpi=100, layout="constrained")
    axes = figure.subplots(len(first) + 1, 3, height_ratios=[1] * len(first) + [0.9])
    for row, (name, seen) in zip(axes, first.items(), strict=False):
        kernels = seen["filters"]
        tiles = np.pad(np.moveaxis(kernels, -1, 0), [(0, 0), (0, 1), (0, 1)], constant_values=0)
        board = tiles.reshape(4, 4, *tiles.shape[1:]).transpose(0, 2, 1, 3).reshape(20, 20)
        row[0].imshow(figures.grid(seen["images"][:25], 5, 3).convert("RGB"))
        row[0].set_title(f"{name}: what D sees", fontsize=11)
        row[1].imshow(board, cmap="RdBu_r", vmin=-abs(board).max(), vmax=abs(board).max())
        row[1].set_title("D's first filters", fontsize=11)
        row[2].imshow(seen["saliency"], cmap="magma")
        row[2].set_title("where D looks: |∂D/∂x|", fontsize=11)
        for axis in row:
            axis.set_axis_off()
    names = {
        "accuracy": "share that D gets right",
        "at_images": "|gradient| at G's images",
        "at_weights": "|gradient| at G's weights",
    }
    for axis, (key, label) in zip(axes[-1], names.items(), strict=True):
        for name, seen in first.items():
            values = [row[key] for row in seen["rows"]]
            axis.plot(EVERY * np.arange(1, len(values) + 1), values, label=name, linewidth=2)
        axis.set(xlabel="step", yscale="linear" if key == "accuracy" else "log")
        axis.set_title(label, fontsize=11)
        axis.grid(alpha=0.3)
    axes[-1][2].legend(fontsize=9, loc="lower left")
    return figure


if __name__ == "__main__":
    main()
