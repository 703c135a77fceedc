"""The ring of eight clusters while a GAN learns it: what D says, and where it sends the samples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image

from ganlib.lessons import ring
from ganlib.lessons.animations import frames, movie, still
from ganlib.lessons.canvas import BLUE, GREEN, ORANGE
from ganlib.startup import tf

HALF, RASTER = 1.75, 71  # of the square that is shown; places on its side
ARROWS, SHOWN = 60, 500  # samples whose gradient a film draws, and that it draws alone
LENGTH = 0.35  # units of the plane at most
POINTS = 12.5
LEVELS = np.linspace(0, 1, 8)
COLOURS = LinearSegmentedColormap.from_list("D", ["#c9d8e8", "#ffffff", "#f5cd9d"])
"""Of D: blue says generated, orange says real."""
SIDE = np.linspace(-HALF, HALF, RASTER, dtype=np.float32)


@dataclass(frozen=True)
class Moment:
    """A GAN of points in the plane, at one moment.

    Attributes
    ----------
    generated : points, (1000, 2)
    gradients : of log D at the first `ARROWS` of them: where the generator's loss sends them
    surface : D on a raster of the plane, (RASTER, RASTER)
    """

    round: int
    generated: np.ndarray
    gradients: np.ndarray
    surface: np.ndarray

    @property
    def found(self) -> int:
        """How many of the eight clusters are found."""
        return ring.covered(self.generated)

    @property
    def stray(self) -> float:
        """The share of the points that are near no cluster."""
        distances = np.linalg.norm(self.generated[:, None] - ring.CENTRES, axis=2)
        return float(np.mean(distances.min(axis=1) >= ring.NEAR))


def moment(
    generator: Callable[..., Any], discriminator: Callable[..., Any], latent: int, number: int = 0
) -> Moment:
    """Look at a GAN; the noise is the same each time.

    Parameters
    ----------
    generator : noise, float32 (B, latent), to points (B, 2)
    discriminator : points to logits (B, 1)
    number : of the round
    """
    noise = np.random.default_rng(1).standard_normal((1000, latent)).astype(np.float32)
    generated = np.asarray(generator(noise))
    some = tf.constant(generated[:ARROWS])
    with tf.GradientTape() as tape:
        tape.watch(some)
        score = -tf.reduce_sum(tf.nn.softplus(-discriminator(some)))
    raster = np.stack(np.meshgrid(SIDE, SIDE), axis=-1).reshape(-1, 2)
    surface = tf.sigmoid(discriminator(raster)).numpy().reshape(RASTER, RASTER)
    return Moment(number, generated, np.asarray(tape.gradient(score, some)), surface)


def watched(rounds: int, at: Sequence[int], seed: int = 0, **settings: float) -> list[Moment]:
    """Train the GAN of `ring` and look at it before these rounds, and at the end."""
    found: list[Moment] = []
    done = 0

    def one_round(gan: ring.RingGAN, batches: np.ndarray) -> None:
        nonlocal done
        if done in at:
            found.append(moment(gan.generator, gan.discriminator, ring.LATENT, done))
        ring.in_turn(gan, batches)
        done += 1

    gan = ring.train(rounds, one_round, seed, **settings)
    return [*found, moment(gan.generator, gan.discriminator, ring.LATENT, rounds)]


def film(moments: Sequence[Moment], max_bytes: int = 400_000) -> Any:
    """Moments as a film: on the left D and the gradients, on the right the points alone."""
    figure = Figure(figsize=(10, 5.3), dpi=100)
    left, right = (figure.add_axes((x, 0.1, 0.44, 0.83)) for x in (0.055, 0.545))
    for axes in (left, right):
        _square(axes)
    right.plot(*ring.CENTRES.T, "o", color="0.88", markersize=26)
    left.set_xlabel("x; orange: D says real, blue: generated", fontsize=POINTS)
    pictures = frames(
        figure, lambda number: _now(left, right, moments[number]), range(len(moments))
    )
    text = f"film of a GAN that learns eight clusters, from 0 to {moments[-1].round} rounds: the "
    return movie(pictures, text + "points that it makes run to the clusters", max_bytes)


def _now(left: Axes, right: Axes, now: Moment) -> list[Artist]:
    style: Any = {"fontsize": POINTS + 2, "va": "bottom"}
    return [
        *_scene(left, now),
        left.text(-HALF, HALF + 0.04, f"round {now.round:,}", **style),
        *right.plot(*now.generated[:SHOWN].T, ".", color=BLUE, markersize=4),
        right.text(-HALF, HALF + 0.04, f"{now.found} of {ring.CLUSTERS} clusters found", **style),
    ]


def panel(moments: Mapping[str, Moment]) -> Image.Image:
    """GANs side by side: D, the points, their gradients, and how many clusters they found."""
    return still(_panel(moments))


def _panel(moments: Mapping[str, Moment]) -> Figure:
    figure = Figure(figsize=(10, 0.95 + 9.4 / len(moments)), dpi=100, layout="constrained")
    row = figure.subplots(1, len(moments), sharey=True, squeeze=False)[0]
    for axes, (name, now) in zip(row, moments.items(), strict=True):
        _square(axes)
        axes.set(aspect="equal", ylabel="")
        _scene(axes, now)
        axes.set_title(
            f"{name}\n{now.found} of {ring.CLUSTERS}, {now.stray:.0%} stray", fontsize=POINTS
        )
    figure.axes[0].set_ylabel("y", fontsize=POINTS)
    return figure


def _square(axes: Axes) -> None:
    axes.set(xlim=(-HALF, HALF), ylim=(-HALF, HALF), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    axes.set_xlabel("x", fontsize=POINTS)
    axes.set_ylabel("y", fontsize=POINTS)
    axes.tick_params(labelsize=POINTS - 1)


def _scene(axes: Axes, now: Moment) -> list[Artist]:
    """D as colours, real points, and generated ones with their gradients."""
    real = ring.real_points(400, np.random.default_rng(0))
    points, size = now.generated[:ARROWS], np.linalg.norm(now.gradients, axis=1, keepdims=True)
    arrows = now.gradients * LENGTH / np.maximum(size, 3.0)  # longest for gradients from 3 on
    style: Any = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.005}
    return [
        axes.contourf(SIDE, SIDE, now.surface, LEVELS, cmap=COLOURS, antialiased=False),
        axes.contour(SIDE, SIDE, now.surface, [0.5], colors=ORANGE, linewidths=1.5),
        *axes.plot(*real.T, ".", color=GREEN, markersize=3),
        axes.quiver(*points.T, *arrows.T, color=BLUE, **style),
        *axes.plot(*points.T, "o", color=BLUE, markersize=4, markeredgecolor="white"),
    ]
