"""Lesson 17: what a conditional GAN draws, class by class."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from scipy.ndimage import maximum_filter

from ganlib import figures
from ganlib.evaluation.metrics.intervals import Score
from ganlib.evaluation.scores import aligned
from ganlib.lessons.charts import WIDTH, _legible
from ganlib.lessons.references import ROOT
from ganlib.startup import tf
from ganlib.systems import KINDS
from ganlib.systems.conditional import Conditional
from ganlib.systems.system import Batch


class NamesTheClass(Conditional):
    """A conditional GAN whose discriminator may also name the class: an AC-GAN.

    The discriminator returns its score and a logit for each class, (B, 1 + classes). Both networks
    get the cross-entropy of the class besides their loss: the discriminator for real images, the
    generator for its own. With the score alone, (B, 1), it is a `Conditional`.

    Odena et al. 2017, equations 2 and 3, https://arxiv.org/abs/1610.09585; there the discriminator
    learns from the classes of generated images, too.
    """

    def __init__(self, *networks: Any, **options: Any) -> None:
        super().__init__(*networks, **options)
        told = self.objective
        self.objective = replace(
            told,
            real=lambda scores: told.real(scores[:, :1]) - tf.reduce_sum(scores[:, 1:], axis=1),
            fake=lambda scores: told.fake(scores[:, :1]),
            boundary=None,  # two numbers are not right or wrong
            generator=lambda scores: (
                told.generator(scores[:, :1]) - tf.reduce_sum(scores[:, 1:], axis=1)
            ),
        )

    def scores(self, images: tf.Tensor, given: Batch | None = None) -> tf.Tensor:
        """The score, and where classes are named the log-probability of the label: (B, 1 or 2)."""
        outputs = super().scores(images, given)
        if outputs.shape[1] == 1:
            return outputs
        assert given is not None
        named = tf.gather(tf.nn.log_softmax(outputs[:, 1:]), given["labels"], batch_dims=1)
        return tf.stack([outputs[:, 0], named], axis=1)


KIND = "names-the-class"
KINDS[KIND] = replace(KINDS["conditional"], system=f"{__name__}:NamesTheClass")
BRIGHT, DARK = 127, 64  # of 255
AROUND = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]])[None, :, :, None]


def record() -> Mapping[str, Any]:
    """What ``benchmarks/control.py`` measured."""
    return json.loads((ROOT / "benchmarks" / "control.json").read_text(encoding="utf-8"))


def table(names: Sequence[str], *keys: str) -> str:
    """Numbers of the record: a row for each recipe, a column for each key, all seeds in a cell."""
    kept = record()
    rows = [["", *keys]]
    for name in names:
        runs = [kept["real"]] if name == "real" else list(kept["runs"][name].values())
        cells = [
            ", ".join(f"{run[key]:.4g}" if key in run else "–" for run in runs) for key in keys
        ]
        rows.append([name, *cells])
    return aligned(rows)


def passes() -> Figure:
    """Do images come nearer to those that were trained on, the longer a cGAN trains?

    Left, of 2,000 images after each number of passes, how many are nearer to the training images
    than to as many others that were never seen, with 95 % intervals; the dotted line is chance.
    Right, some images after each number of passes, and the training images that are nearest.
    """
    kept = record()["passes"]
    scores = {int(n): Score.from_json(one["nearer to seen"]) for n, one in kept["times"].items()}
    scores[0] = Score.from_json(kept["held out"]["nearer to seen"])
    figure = Figure(figsize=(WIDTH, 4.4), dpi=100, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.9))
    for count, score in scores.items():
        value, colour = 100 * score.value, "black" if count else "0.5"
        margin = [[value - 100 * score.low], [100 * score.high - value]]
        left.errorbar([count], [value], margin, fmt="o", capsize=4, color=colour)
        left.annotate(f"{value:.0f}", (count, value), (7, 6), textcoords="offset points")
    left.axhline(50, color="black", linewidth=1, linestyle=":")
    left.set(xticks=sorted(scores), xlabel=f"passes over {kept['seen']:,} images", ylim=(0, 100))
    left.set_xticklabels(["real" if n == 0 else str(n) for n in sorted(scores)])
    left.set_ylabel("% nearer to a training image")
    left.margins(x=0.15)
    right.imshow(figures.read(ROOT / "figures" / "passes.png"))
    right.axis("off")
    return _legible(figure)


def rows(images: np.ndarray, classes: int = 10, title: str = "") -> Image.Image:
    """Images, one row a class: they come class by class, uint8 or float (N, H, W, C)."""
    picture = figures.grid(images, len(images) // classes, 2, title)
    return figures.described(picture, f"{title or 'images'}: a row for each of {classes} classes")


def white_spots(images: np.ndarray) -> np.ndarray:
    """Isolated bright pixels in each image: above 127, and all eight around are below 64.

    Images uint8 (N, H, W, C); what is outside of an image is black. Whole numbers (N,).
    """
    around = maximum_filter(images, footprint=AROUND, mode="constant")
    return ((images > BRIGHT) & (around < DARK)).sum(axis=(1, 2, 3))


def shares(groups: Mapping[str, Sequence[Sequence[float]]]) -> Figure:
    """Class shares in per cent, a panel for each group; a dot for each seed, a bar for the mean."""
    figure = Figure(figsize=(WIDTH, 3.8), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    for axis, (name, lists) in zip(axes, groups.items(), strict=True):
        percent = 100 * np.atleast_2d(lists)
        places = np.arange(percent.shape[1])
        axis.bar(places, percent.mean(axis=0), color="0.85", edgecolor="0.6")
        for seed in percent:
            axis.plot(places, seed, "o", markersize=6, alpha=0.75)
        axis.axhline(100 / len(places), color="black", linewidth=1, linestyle=":")
        axis.set(title=name, xlabel="digit that the judge sees", xticks=places)
    axes[0].set_ylabel("% of the images")
    return _legible(figure)


def confusion(labels: np.ndarray, seen: np.ndarray, classes: int = 10) -> np.ndarray:
    """How often each label, in rows, was seen as each class, in columns: (classes, classes)."""
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, seen), 1)
    return counts


def confusions(groups: Mapping[str, np.ndarray], ylabel: str = "digit asked for") -> Figure:
    """What a row stands for against what the judge sees, in per cent of each row; a panel each."""
    figure = Figure(figsize=(WIDTH, 4.9), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(groups), squeeze=False)[0]
    for axis, (name, counts) in zip(axes, groups.items(), strict=True):
        percent = 100 * counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
        axis.imshow(percent, cmap="Blues", vmin=0, vmax=100)
        for (row, column), value in np.ndenumerate(percent):
            if value >= 0.5:
                colour = "white" if value > 50 else "black"
                axis.text(column, row, f"{value:.0f}", ha="center", va="center", color=colour)
        axis.set(title=name, xlabel="digit that the judge sees", ylabel=ylabel)
        axis.set(xticks=range(len(counts)), yticks=range(len(counts)))
    return _legible(figure)
