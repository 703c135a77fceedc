"""Pictures of lesson 01: a GAN of five numbers on a line, and a game of two numbers.

Such a GAN is a row (a, b, w0, w1, w2). The generator is ``a z + b``, the discriminator a sigmoid of
``w0 + w1 x + w2 x²``. Real data are normal with mean 1 and deviation 1.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from scipy.special import expit
from scipy.stats import norm

from ganlib.lessons.animations import frames, movie, still
from ganlib.lessons.canvas import BLUE, GREEN, GREY, ORANGE

MEAN, STD = 1.0, 1.0
SEEN = np.linspace(-6.0, 6.0, 401)  # the part of the line that pictures show
LINE = np.linspace(-14.0, 14.0, 2001)  # and that sums run over
B, A = np.linspace(-4.0, 3.0, 57), np.linspace(0.02, 2.6, 53)  # the plane of all generators
POINTS = 12.5
ARROW = 1.3  # units of the line for a gradient of 1
LEVELS = (0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, np.log(2))
NEAR = 0.02  # of the divergence: p_g looks like p_data


def discriminator(row: Sequence[float] | np.ndarray, x: np.ndarray) -> np.ndarray:
    """D(x) of a GAN at places x."""
    *_, w0, w1, w2 = row
    return expit(w0 + w1 * x + w2 * x**2)


def divergence(a: Any, b: Any) -> np.ndarray:
    """Jensen-Shannon divergence of p_data and of the generators ``a z + b``; shapes as a and b."""
    a, b = (np.asarray(number, float)[..., None] for number in (a, b))
    a = np.maximum(np.abs(a), 0.02)
    logs = norm.logpdf(LINE, MEAN, STD), norm.logpdf(LINE, b, a)
    middle = np.logaddexp(*logs) - np.log(2)
    terms = sum(np.exp(log) * (log - middle) for log in logs)
    return np.clip(terms.sum(axis=-1) * (LINE[1] - LINE[0]) / 2, 0, np.log(2))


def first_near(path: np.ndarray) -> int | None:
    """The round from which on the divergence stays below `NEAR`; None if it does not."""
    far = np.flatnonzero(divergence(path[:, 0], path[:, 1]) > NEAR)
    start = int(far[-1]) + 1 if len(far) else 0
    return start if start < len(path) else None


def film(path: np.ndarray, rounds: Sequence[int], samples: int = 10) -> Any:
    """A training as a film: densities, D(x), the samples' gradients, and the way of (b, a).

    Parameters
    ----------
    path : rows of five numbers, one for each round
    rounds : which of them to show
    """
    text = "film of a GAN of five numbers: p_data, p_g and D(x), the samples with their gradients, "
    figure = _stage()
    pictures = frames(figure, lambda number: _now(figure, path, number, samples), rounds)
    return movie(pictures, text + "and the way of the generator through the plane of b and a")


def moment(path: np.ndarray, number: int, samples: int = 10) -> Figure:
    """One frame of the `film`: the GAN after so many rounds."""
    figure = _stage()
    _now(figure, path, number, samples)
    return figure


def _stage() -> Figure:
    """What stands still in a film: real data, axes, the plane of all generators."""
    figure = Figure(figsize=(10, 4.9), dpi=100)
    left: Axes = figure.add_axes((0.065, 0.115, 0.515, 0.79))
    right: Axes = figure.add_axes((0.71, 0.115, 0.28, 0.79))
    left.fill_between(SEEN, norm.pdf(SEEN, MEAN, STD), color=GREEN, alpha=0.35, linewidth=0)
    left.axhline(0.5, color=ORANGE, linewidth=1, linestyle=":")
    left.axhline(0, color=GREY, linewidth=0.8)
    names = {"real data: $p_{data}$": GREEN, "generated: $p_g$": BLUE}
    for line, (text, colour) in enumerate((names | {"discriminator: $D(x)$": ORANGE}).items()):
        style: Any = {"transform": left.transAxes, "color": colour, "fontsize": POINTS}
        left.text(0.98, 0.98 - 0.065 * line, text, ha="right", va="top", weight="bold", **style)
    left.set(xlim=(SEEN[0], SEEN[-1]), ylim=(-0.38, 1.5), yticks=(0, 0.5, 1))
    left.set_xlabel("x; below 0: samples and their gradients", fontsize=POINTS)
    left.set_ylabel("density; probability D(x)", fontsize=POINTS)
    left.tick_params(labelsize=POINTS - 1)
    _ground(right)
    return figure


def _now(figure: Figure, path: np.ndarray, number: int, samples: int) -> list[Artist]:
    """What moves: p_g, D, and under them samples of the generator with their gradients."""
    left, right = figure.axes
    a, b, _, w1, w2 = row = path[number]
    own = np.minimum(norm.pdf(SEEN, b, max(abs(a), 1e-3)), 1.4)
    places = norm.ppf((np.arange(samples) + 0.5) / samples)  # the noise, evenly
    x, height = a * places + b, -0.12 - 0.22 * np.arange(samples) / samples
    gradient = (1 - discriminator(row, x)) * (w1 + 2 * w2 * x)
    length = np.clip(ARROW * gradient, -2.5, 2.5)
    arrows: dict[str, Any] = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.006}
    style: Any = {"fontsize": POINTS + 2, "va": "bottom"}
    return [
        left.fill_between(SEEN, own, color=BLUE, alpha=0.35, linewidth=0),
        *left.plot(SEEN, discriminator(row, SEEN), color=ORANGE, linewidth=3),
        left.quiver(x, height, length, 0 * x, color=BLUE, headwidth=5, **arrows),
        *left.plot(x, height, "o", color=BLUE, markersize=5, markeredgecolor="white"),
        left.text(SEEN[0], 1.53, f"round {number}", **style),
        *_way(right, path[: number + 1]),
        right.text(B[0], A[-1] + 0.05, f"b = {b:.2f},  a = {a:.2f}", **style),
    ]


_PLANE = divergence(*np.meshgrid(A, B, indexing="ij"))
"""The divergence of every generator of the plane: (A, B)."""


def _ground(axes: Axes) -> None:
    """The plane of b and a: dark where p_g is like p_data, with a star where they are equal."""
    axes.contourf(B, A, _PLANE, LEVELS, cmap="YlGn_r", vmin=-0.15, vmax=0.75)
    axes.plot(MEAN, STD, "*", color="white", markersize=22, markeredgecolor=GREY)
    axes.set(xlim=(B[0], B[-1]), ylim=(0, A[-1]))
    axes.set_xlabel("b: where", fontsize=POINTS)
    axes.set_ylabel("a: how wide", fontsize=POINTS)
    axes.tick_params(labelsize=POINTS - 1)


def _way(axes: Axes, path: np.ndarray, every: int = 25) -> list[Artist]:
    """The way of a generator through that plane, a dot for each `every` rounds."""
    a, b = np.abs(path[:, 0]), path[:, 1]
    return [
        *axes.plot(b, a, color=BLUE, linewidth=1.8),
        *axes.plot(b[::every], a[::every], "o", color=BLUE, markersize=4.5),
        *axes.plot(b[-1], a[-1], "o", color=BLUE, markersize=10, markeredgecolor="white"),
    ]


def panel(runs: Mapping[tuple[str, str], np.ndarray]) -> Image.Image:
    """The ways of many trainings, and the rounds from which on their p_g is near p_data.

    Parameters
    ----------
    runs : (name of the row, name of the column) to rows of five numbers
    """
    return still(_panel(runs))


def _panel(runs: Mapping[tuple[str, str], np.ndarray]) -> Figure:
    rows, columns = (list(dict.fromkeys(key[i] for key in runs)) for i in (0, 1))
    figure = Figure(figsize=(10, 0.6 + 2.75 * len(rows)), dpi=100, layout="constrained")
    every = figure.subplots(len(rows), len(columns), sharex=True, sharey=True, squeeze=False)
    for (row, column), path in runs.items():
        i, j = rows.index(row), columns.index(column)
        axes = every[i, j]
        _ground(axes)
        _way(axes, path)
        near = first_near(path)
        text = "not near" if near is None else f"near: round {near}"
        axes.text(-3.8, 2.35, text, fontsize=POINTS - 0.5, weight="bold")
        axes.set(xlabel="b" * (i == len(rows) - 1), ylabel=f"{row}\na" * (j == 0))
        if i == 0:
            axes.set_title(column, fontsize=POINTS)
    words = [f"{row}, {column}: {first_near(path)}" for (row, column), path in runs.items()]
    figure.set_label("ways of generators; rounds until they are near: " + "; ".join(words))
    return figure


def beside_best(
    rows: Mapping[str, np.ndarray], best: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> Figure:
    """D(x) of GANs beside the best D for their generator, a panel for each.

    Parameters
    ----------
    rows : name to five numbers
    best : the densities of data and generator at places x to the best D there
    """
    figure = Figure(figsize=(10, 4.0), dpi=100, layout="constrained")
    panels = figure.subplots(1, len(rows), sharey=True, squeeze=False)[0]
    for axes, (name, row) in zip(panels, rows.items(), strict=True):
        p, q = norm.pdf(SEEN, MEAN, STD), norm.pdf(SEEN, row[1], abs(row[0]))
        for density, colour, label in ((p, GREEN, "$p_{data}$"), (q, BLUE, "$p_g$")):
            axes.fill_between(SEEN, density, color=colour, alpha=0.35, linewidth=0, label=label)
        axes.plot(SEEN, discriminator(row, SEEN), color=ORANGE, linewidth=3.5, label="learned D")
        axes.plot(SEEN, best(p, q), color="black", linewidth=1.8, linestyle="--", label="best D")
        axes.set_title(name, fontsize=POINTS)
        axes.set_xlabel("x", fontsize=POINTS)
        axes.set(ylim=(0, 1.05), xlim=(SEEN[0], SEEN[-1]))
        axes.tick_params(labelsize=POINTS - 1)
    figure.axes[0].set_ylabel("density; probability D(x)", fontsize=POINTS)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, fontsize=POINTS)
    return figure


def circles(paths: Mapping[str, np.ndarray], every: int = 2) -> Any:
    """A film of the game x·y: the way of both players, a panel for each of two rules.

    Parameters
    ----------
    paths : name to places (rounds + 1, 2), all as long
    every : so many rounds from frame to frame
    """
    ends = range(1, len(next(iter(paths.values()))) + 1, every)
    figure = _arena(paths)
    pictures = frames(figure, lambda end: _players(figure, paths, end), ends)
    text = "film of the game x times y, which x makes small and y makes large: "
    return movie(pictures, text + ", ".join(paths), 80_000)


def _arena(paths: Mapping[str, np.ndarray], half: float = 3.2) -> Figure:
    """What stands still: where both gradients point, and the middle."""
    figure = Figure(figsize=(10, 5.1), dpi=100)
    x, y = np.meshgrid(*[np.linspace(-half, half, 9)] * 2)
    for number in range(len(paths)):
        axes: Axes = figure.add_axes((0.065 + 0.5 * number, 0.12, 0.42, 0.8))
        axes.quiver(x, y, -y, x, color="0.75", width=0.004, scale=60)
        axes.plot(0, 0, "*", color=GREEN, markersize=20, markeredgecolor="white")
        axes.set(xlim=(-half, half), ylim=(-half, half))
        axes.set_xlabel("x, makes x·y small", fontsize=POINTS)
        axes.set_ylabel("y, makes x·y large", fontsize=POINTS)
        axes.tick_params(labelsize=POINTS - 1)
    return figure


def _players(figure: Figure, paths: Mapping[str, np.ndarray], end: int) -> list[Artist]:
    """The first `end` places of each path."""
    found: list[Artist] = []
    for axes, (name, path) in zip(figure.axes, paths.items(), strict=True):
        text = f"{name}, round {end - 1}: {np.hypot(*path[end - 1]):.2f} from the middle"
        style: Any = {"transform": axes.transAxes, "fontsize": POINTS + 1}
        found += axes.plot(*path[:end].T, ".-", color=ORANGE, linewidth=1.5, markersize=6)
        found += axes.plot(*path[end - 1], "o", color=ORANGE, markersize=13, markeredgecolor="w")
        found += [axes.text(0, 1.02, text, **style)]
    return found


def by_tensorflow(
    d_gradient: Callable[..., np.ndarray], arrows: Callable[..., np.ndarray]
) -> list[tuple[str, bool]]:
    """Claims for a check: gradients written by hand are those that TensorFlow finds.

    Parameters
    ----------
    d_gradient : (w, x, fake) to the gradient of the discriminator's gain for its three weights
    arrows : (w, fake) to the derivative of log D at each fake
    """
    from ganlib.startup import tf

    rng = np.random.default_rng(0)
    w, x, fake = np.array([0.3, -0.5, 0.2]), rng.normal(1, 1, 64), rng.normal(-3, 0.5, 64)
    weights, points = tf.Variable(w), tf.Variable(fake)
    with tf.GradientTape(persistent=True) as tape:
        real_score, score = (weights[0] + weights[1] * t + weights[2] * t**2 for t in (x, points))
        gain = tf.reduce_mean(tf.math.log_sigmoid(real_score) + tf.math.log_sigmoid(-score))
        fooled = tf.reduce_sum(tf.math.log_sigmoid(score))
    return [
        ("D's gradient", np.allclose(d_gradient(w, x, fake), tape.gradient(gain, weights))),
        ("the arrows", np.allclose(arrows(w, fake), tape.gradient(fooled, points))),
    ]
