"""What an InfoGAN's codes mean, measured and drawn: lesson 18."""

import json
import tempfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from ganlib import datasets
from ganlib.datasets import Dataset
from ganlib.lessons.charts import POINTS, WIDTH
from ganlib.lessons.references import ROOT
from ganlib.lessons.trials import frechet, train_quietly
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder

FINER = 4  # times, before a stroke's width is taken
IMAGES = 2_000


def slant(images: np.ndarray) -> np.ndarray:
    """How far each digit leans to the right, in degrees, from moments of its ink: (N,).

    Images are uint8 (N, H, W, 1). The shear that would make a digit upright is the covariance of
    x and y over the variance of y.
    """
    ink = np.asarray(images[..., 0], np.float64)
    ink /= np.maximum(ink.sum(axis=(1, 2), keepdims=True), 1e-9)
    y, x = np.mgrid[: ink.shape[1], : ink.shape[2]]
    dx, dy = (axis - (ink * axis).sum((1, 2))[:, None, None] for axis in (x, y))
    shear = (ink * dx * dy).sum((1, 2)) / np.maximum((ink * dy**2).sum((1, 2)), 1e-9)
    return np.degrees(np.arctan(-shear))  # y grows downwards


def stroke_width(images: np.ndarray) -> np.ndarray:
    """The mean width of each digit's strokes in pixels, (N,), 0 for an image without ink.

    Across a stroke of width w the distance to its edge is w / 4 on average.
    """
    widths = np.zeros(len(images))
    for number, image in enumerate(images[..., 0]):
        ink = ndimage.zoom(image.astype(np.float32), FINER, order=1) > 127
        if ink.any():
            padded = np.pad(ink, 1)
            widths[number] = 4 * ndimage.distance_transform_edt(padded)[padded].mean() / FINER
    return widths


MEASURES = {"slant (degrees)": slant, "stroke width (pixels)": stroke_width}


def counted(categories: np.ndarray, digits: np.ndarray) -> np.ndarray:
    """How often each category, a row, is each digit, a column: whole numbers (10, 10)."""
    table = np.zeros((10, 10), int)
    np.add.at(table, (categories, digits), 1)
    return table


def matching(table: np.ndarray) -> np.ndarray:
    """A digit for each category, each digit once, so that most images are right: (10,).

    This is the assignment problem (Kuhn 1955, the Hungarian method).
    """
    return linear_sum_assignment(table, maximize=True)[1]


def error(table: np.ndarray) -> float:
    """The share of images that are not the digit of their category; see `matching`."""
    return 1 - table[np.arange(10), matching(table)].sum() / table.sum()


def loaded(run: RunFolder) -> Any:
    """The run's system with all its saved networks."""
    from ganlib.runs.networks import load_network

    networks = {name: load_network(run, name) for name in run.recipe.networks}
    return run.recipe.system(networks=networks, training=False)


def digits_in(images: np.ndarray) -> np.ndarray:
    """What the judge reads in images, uint8 (N, 28, 28, 1): whole numbers (N,)."""
    from ganlib.evaluation import judges

    return judges.load("mnist")(images).probabilities.argmax(axis=1)


def drawn(system: Any, count: int = IMAGES, seed: int = 0) -> tuple[dict[str, Any], np.ndarray]:
    """Random inputs of a generator with equally many of each category, and its images, uint8."""
    from ganlib.figures import to_uint8

    given = {"category": np.resize(np.arange(10), count)}
    inputs = system.draw(np.random.default_rng([seed, 3]), count, **given)
    return inputs, to_uint8(system.generate(inputs))


def correlations(numbers: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Of each code, (N, codes), with each of `MEASURES` of its image: (measures, codes).

    Images without ink are left out.
    """
    seen = images.any(axis=(1, 2, 3))
    found = [measure(images[seen]) for measure in MEASURES.values()]
    return np.corrcoef(np.vstack([*found, *numbers[seen].T]))[: len(found), len(found) :]


def scores(system: Any, test: Dataset) -> dict[str, float]:
    """What the codes of a trained system are worth.

    "generated" is the error of the categories of 2,000 generated images by the judge's digits,
    "real" that of the recogniser's categories by the labels of the test images, "slant 1" and so on
    the correlation with a code. Shares and correlations are rounded to four digits.
    """
    inputs, images = drawn(system)
    categories = inputs["category"].argmax(axis=1)
    pixels = test.images.astype(np.float32) / 127.5 - 1.0
    assert test.labels is not None
    guessed = system.recognise(pixels)["category"].argmax(axis=1)
    found = {
        "generated": error(counted(categories, digits_in(images))),
        "real": error(counted(guessed, test.labels)),
    }
    for name, row in zip(("slant", "width"), correlations(inputs["numbers"], images), strict=True):
        found |= {f"{name} {number}": value for number, value in enumerate(row, 1)}
    return {name: round(float(value), 4) for name, value in found.items()}


def measured(recipe: Recipe, data: Dataset, steps: int, seed: int) -> dict[str, float]:
    """Train an InfoGAN for some steps, keep nothing of it but `told_by`; for tools/seeds.py."""
    with tempfile.TemporaryDirectory() as folder:
        return told_by(train_quietly(recipe, data, folder, steps, seed), data)


def told_by(run: RunFolder, data: Dataset) -> dict[str, float]:
    """`scores` of a run, its last bounds in nats, and the Fréchet distance of 2,000 images."""
    system, last = loaded(run), run.steps[-1]
    test = datasets.load(data.name, "test", stand_in="always" if data.synthetic else "never")
    found = scores(system, test) | {"frechet": round(frechet(drawn(system)[1], data), 2)}
    nats = {name: round(float(last[f"information_{name}"]), 3) for name in system.codes}
    return found | nats


def kept(score: str) -> dict[str, list[float]]:
    """One of the recorded scores of each variant, by the variant's name, seed by seed."""
    file = ROOT / "figures" / "seeds" / "18_infogan.json"
    record = json.loads(file.read_text(encoding="utf-8"))[score]
    return {name: [scores[seed] for seed in sorted(scores)] for name, scores in record.items()}


def table(tables: Mapping[str, np.ndarray], ylabel: str = "category") -> Figure:
    """Tables of `counted`, one beside the other: categories in the order of their digits."""
    figure = Figure(figsize=(WIDTH, 0.6 + 4.6 * 2 / max(2, len(tables))), dpi=100)
    figure.set_layout_engine("constrained")
    for axis, (name, counts) in zip(
        figure.subplots(1, len(tables), squeeze=False)[0], tables.items(), strict=True
    ):
        order = np.argsort(matching(counts))
        shares = counts[order] / np.maximum(counts[order].sum(axis=1, keepdims=True), 1)
        axis.imshow(shares, "Blues", vmin=0, vmax=1)
        for (i, j), share in np.ndenumerate(shares):
            if share >= 0.01:
                ink = "white" if share > 0.6 else "black"
                axis.text(j, i, f"{100 * share:.0f}", ha="center", va="center", color=ink)
        axis.set_title(name, fontsize=POINTS)
        axis.set_xlabel("digit", fontsize=POINTS)
        axis.set_ylabel(ylabel, fontsize=POINTS)
        axis.set(xticks=range(10), yticks=range(10), yticklabels=order)
    return figure


def meanings(numbers: np.ndarray, images: np.ndarray) -> Figure:
    """Each measure of the images against each code, a dot for an image, with the correlation."""
    count = numbers.shape[1]
    figure = Figure(figsize=(WIDTH, 3.4 * len(MEASURES)), dpi=100, layout="constrained")
    rows = figure.subplots(len(MEASURES), count, sharex=True, sharey="row", squeeze=False)
    related = correlations(numbers, images)
    for row, (name, measure), values in zip(rows, MEASURES.items(), related, strict=True):
        found = measure(images)
        for number, axis in enumerate(row):
            axis.plot(numbers[:, number], found, ".", markersize=3, alpha=0.4)
            axis.set_title(f"correlation {values[number]:+.2f}", fontsize=POINTS)
            axis.set_ylabel(name if number == 0 else "", fontsize=POINTS)
            axis.grid(alpha=0.3)
    for number, axis in enumerate(rows[-1], 1):
        axis.set_xlabel(f"code {number}", fontsize=POINTS)
    return figure
