"""Pictures of lesson 12: a judge's verdicts, clouds of features, balls, copies, who sees what."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch
from PIL import Image

from ganlib import figures
from ganlib.evaluation.judges.judge import Judge
from ganlib.evaluation.metrics.intervals import NORMAL_95, Score
from ganlib.evaluation.metrics.memorisation import nearest
from ganlib.evaluation.metrics.registry import METRICS
from ganlib.evaluation.scores import Evaluation, Scores, aligned
from ganlib.lessons.references import recorded

WIDTH = 10  # inches, at 100 pixels each
REAL, FAKE = "0.45", "tab:red"
WORSE, BETTER, EQUAL = (0.13, 0.40, 0.67), (0.84, 0.38, 0.30), (1.0, 1.0, 1.0)
PALEST_WORSE, PALEST_BETTER = 0.15, 0.4  # red is rarer and means more


def verdicts(
    judge: Judge, kinds: Mapping[str, np.ndarray], columns: int = 8, title: str = ""
) -> Figure:
    """The first images of each kind, uint8 (N, H, W, C), under the class that a judge sees."""
    figure = Figure(figsize=(WIDTH, 0.2 + 1.42 * len(kinds)), dpi=100, layout="constrained")
    lines = figure.subplots(len(kinds), columns, squeeze=False)
    for line, (kind, images) in zip(lines, kinds.items(), strict=True):
        judged = judge(images[:columns]).probabilities
        for axis, image, p in zip(line, images[:columns], judged, strict=True):
            axis.imshow(image, cmap="gray", vmin=0, vmax=255)
            axis.set_title(f"{p.argmax()}: {p.max():.0%}", fontsize=14)
            axis.set(xticks=[], yticks=[])
        line[0].set_ylabel(kind, fontsize=13)
    if title:
        figure.suptitle(title, fontsize=13)
    return figure


def clouds(reference: np.ndarray, samples: Mapping[str, np.ndarray], title: str = "") -> Figure:
    """Features in the two directions in which those of real images vary most.

    An ellipse holds two standard deviations of the Gaussian with the same mean and covariance.

    Parameters
    ----------
    reference : features of real images, (N, D), grey in each panel
    samples : name to features, (M, D)
    """
    centre = reference.mean(axis=0)
    plane = np.linalg.svd(reference - centre, full_matrices=False)[2][:2].T
    angle = np.linspace(0, 2 * np.pi, 100)
    figure = Figure(figsize=(WIDTH, 3.4), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(samples), sharex=True, sharey=True, squeeze=False)[0]
    for axis, (name, features) in zip(axes, samples.items(), strict=True):
        for label, colour, cloud in (("real", REAL, reference), (name, FAKE, features)):
            points = (cloud - centre) @ plane
            root = np.linalg.cholesky(np.cov(points.T) + 1e-9 * np.eye(2))
            ring = points.mean(axis=0) + 2 * np.transpose([np.cos(angle), np.sin(angle)]) @ root.T
            axis.plot(*points[:400].T, ".", color=colour, markersize=2.5, alpha=0.6)
            axis.plot(*ring.T, color=colour, linewidth=2.5, label=label)
        axis.set_title(name, fontsize=13, color=FAKE)
        axis.set_xlabel("first direction", fontsize=12)
        axis.tick_params(labelsize=11)
    axes[0].set_ylabel("second direction", fontsize=12)
    figure.suptitle(title or "features: real images in grey, samples in red", fontsize=13)
    return figure


def balls(real: np.ndarray, fake: np.ndarray, k: int = 3) -> Figure:
    """Precision and recall of points in the plane, (N, 2) and (M, 2): whose balls hold whom.

    A ball reaches from a point to its `k`-th nearest neighbour of the same kind.
    """
    figure = Figure(figsize=(WIDTH, 4.4), dpi=100, layout="constrained")
    both = np.concatenate([real, fake])
    low, high = both.min(axis=0) - 2, both.max(axis=0) + 2
    sides = {
        "precision: generated points in real balls": (real, fake, REAL, FAKE),
        "recall: real points in generated balls": (fake, real, FAKE, "black"),
    }
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    for axis, (title, (centres, asked, colour, dots)) in zip(axes, sides.items(), strict=True):
        for point in centres:
            radius = np.sort(np.linalg.norm(centres - point, axis=1))[k]
            axis.add_patch(Circle(tuple(point), radius, alpha=0.13, color=colour, linewidth=0))
        axis.plot(*asked.T, ".", color=dots, markersize=7)
        axis.set(aspect="equal", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        axis.set_title(title, fontsize=13)
        axis.set_xlabel("first feature", fontsize=12)
        axis.set_ylabel("second feature", fontsize=12)
    return figure


def trade(paths: Mapping[str, Mapping[float, tuple[float, float]]], count: int) -> Figure:
    """Recall and precision of a generator whose dials are turned.

    Bars show how far precision would move with other images, as a share of `count` images does.

    Parameters
    ----------
    paths : name of a dial to its settings, and each setting to recall and precision; all dials
        begin at the same place
    """
    figure = Figure(figsize=(WIDTH, 5), dpi=100, layout="constrained")
    axis = figure.subplots()
    sides = itertools.cycle([("top", -5), ("bottom", 5)])
    for (name, path), (side, up) in zip(paths.items(), sides, strict=False):
        recall, precision = np.transpose(list(path.values()))
        margins = NORMAL_95 * np.sqrt(precision * (1 - precision) / count)
        line, *_ = axis.errorbar(
            recall, precision, margins, fmt="o-", linewidth=2.5, elinewidth=0.8, label=name
        )
        for setting, point in list(path.items())[1:]:
            style: Any = {"color": line.get_color(), "fontsize": 13, "ha": "right", "va": side}
            axis.annotate(f"{setting:g}", point, (-5, up), textcoords="offset points", **style)
    start = next(iter(next(iter(paths.values())).values()))
    axis.plot(*start, "o", color="black", markersize=12, zorder=3)
    axis.set_xlabel("recall (variety)", fontsize=13)
    axis.set_ylabel("precision (quality)", fontsize=13)
    axis.tick_params(labelsize=12)
    axis.margins(x=0.1)
    axis.grid(alpha=0.3)
    figure.legend(fontsize=13, loc="outside upper center", ncols=len(paths))
    return figure


def by_size(
    measure: Callable[[np.ndarray, np.ndarray], float],
    real: np.ndarray,
    sets: Mapping[str, np.ndarray],
    sizes: Sequence[int],
    draws: int = 20,
) -> dict[str, list[float]]:
    """Mean of a measure between real features and so many of each set's, for each size.

    Parameters
    ----------
    measure : takes the real features, (N, D), and those that were drawn, (size, D)
    sets : name to features, (M, D), M at least the largest size
    draws : how often a size is drawn, without replacement
    """
    rng = np.random.default_rng(0)

    def drawn(found: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
        # A kernel distance takes as many real images as there are others: other ones each time.
        return rng.permutation(real), rng.permutation(found)[:size]

    return {
        name: [
            float(np.mean([measure(*drawn(found, size)) for _ in range(draws)])) for size in sizes
        ]
        for name, found in sets.items()
    }


def by_seed(name: str, metric: str = "frechet") -> list[Score]:
    """A score of each recorded run of a recipe, one for each seed, with its interval."""
    runs = recorded(name)
    return [Evaluation.read(run.scores_file).generators["last"][metric] for run in runs]


def spreads(groups: Mapping[str, Sequence[Score]]) -> str:
    """A table: what other images would change in the scores of a group, and what other seeds do."""
    table = [["", "half an interval", "deviation over seeds"]]
    for name, seeds in groups.items():
        half = np.mean([score.high - score.low for score in seeds]) / 2
        spread = np.std([score.value for score in seeds], ddof=1)
        table.append([name, f"{half:16.2f}", f"{spread:20.2f}"])
    return aligned(table)


def beside_nearest(
    images: np.ndarray, training_images: np.ndarray, name: str, columns: int = 12
) -> Image.Image:
    """The first images, uint8 (N, H, W, C), and under each its nearest training image."""
    _, places = nearest(images[:columns], training_images)
    both = np.concatenate([images[:columns], training_images[places]])
    return figures.grid(both, columns, caption=f"{name}; below: nearest training images")


def reactions(table: Mapping[str, Scores], patient: str, real: str) -> dict[str, dict[str, float]]:
    """How each metric takes each sample, compared with the `patient`: by metric, then by sample.

    0: their intervals overlap. Above 0, up to 1: worse, as a share of the metric's largest change.
    Below 0: better. A metric that should be as real images have it gets worse with its distance
    from theirs.
    """
    found = {}
    for metric in METRICS:
        if metric.key not in table[patient]:
            continue
        own = {name: scores[metric.key] for name, scores in table.items()}
        badness = _badness(metric.better, own[real].value)
        changes = {
            name: 0.0
            if score.overlaps(own[patient])
            else badness(score.value) - badness(own[patient].value)
            for name, score in own.items()
            if name not in (patient, real)
        }
        largest = max(map(abs, changes.values())) or 1.0
        found[metric.key] = {name: change / largest for name, change in changes.items()}
    return found


def sensitivity(table: Mapping[str, Scores], patient: str, real: str, title: str = "") -> Figure:
    """Which metric sees which fault: a row for each metric, a column for each sample.

    Parameters
    ----------
    table : sample to its scores; the samples with a fault, the patient and real images
    patient : the sample without a fault; the colours compare with it as `reactions` does
    real : the sample of real images
    """
    found = reactions(table, patient, real)
    labels = [metric.label for metric in METRICS if metric.key in found]
    names = [real, patient, *(name for name in table if name not in (real, patient))]
    figure = Figure(figsize=(WIDTH, 0.9 + 0.4 * len(found)), dpi=100, layout="constrained")
    axis = figure.subplots()
    colours = [[_shade(row.get(name)) for name in names] for row in found.values()]
    axis.imshow(np.array(colours), aspect="auto")
    for line, key in enumerate(found):
        for column, name in enumerate(names):
            dark = abs(found[key].get(name, 0.0)) > 0.6
            text = _short(table[name][key].value)
            colour = "white" if dark else "black"
            style: Any = {"ha": "center", "va": "center", "fontsize": 12.5, "color": colour}
            axis.text(column, line, text, **style)
    axis.set_xticks(range(len(names)), [name.replace(" ", "\n") for name in names], fontsize=12)
    axis.set_yticks(range(len(labels)), labels, fontsize=12)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.axvline(1.5, color="black", linewidth=1.5)
    axis.set_xlabel(title, fontsize=12)
    meaning = {
        f"worse than {patient}: seen": WORSE,
        "intervals overlap: not seen": EQUAL,
        f"better than {patient}: fooled": BETTER,
    }
    patches = [Patch(facecolor=c, edgecolor="0.6", label=text) for text, c in meaning.items()]
    figure.legend(handles=patches, loc="outside lower center", ncols=3, fontsize=12)
    return figure


def _badness(better: str, real: float) -> Callable[[float], float]:
    """A number that grows as a score gets worse."""
    if better == "real":
        return lambda value: abs(value - real)
    return lambda value: value if better == "lower" else -value


def _shade(change: float | None) -> tuple[float, ...]:
    """A colour for a reaction; light grey for what is only there to compare with."""
    if change is None:
        return (0.95, 0.95, 0.95)
    if change == 0:
        return EQUAL
    colour, palest = (WORSE, PALEST_WORSE) if change > 0 else (BETTER, PALEST_BETTER)
    share = palest + (1 - palest) * abs(change)
    return tuple(1 - share * (1 - part) for part in colour)


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.2f}"
