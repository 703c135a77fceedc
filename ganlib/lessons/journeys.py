"""Lesson 19: images on their way to another set and back, drawn and counted."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.figure import Figure

from ganlib import figures
from ganlib.datasets import Dataset
from ganlib.evaluation import translation
from ganlib.evaluation.scores import aligned
from ganlib.lessons.canvas import BLUE, GREEN, GREY, ORANGE, Canvas
from ganlib.lessons.charts import WIDTH, _legible
from ganlib.lessons.references import ROOT

PIXELS, SIDE, ROW = 1000, 118, 120  # of the drawing; an image's side; how far down they are
RED = "#b5485d"
BACK = ("generator", "back")


class Translator(Protocol):
    """Two generators: "generator" makes images of the target, "back" those of the source."""

    def translate(self, images: np.ndarray, generator: str = "generator") -> np.ndarray:
        """Images of shape (N, H, W, C) in [-1, 1], translated; the result has the same form."""


class Unchanged:
    """The control: a translator that leaves every image as it is."""

    def translate(self, images: np.ndarray, generator: str = "generator") -> np.ndarray:
        return images


def translators(name: str) -> Any:
    """The system of a CycleGAN that ships, with both its generators."""
    from ganlib.lessons.references import reference
    from ganlib.runs.sampling import load_system

    return load_system(reference(name), names=BACK)


def loop(stops: Sequence[np.ndarray], names: tuple[str, str]) -> Figure:
    """One image on its way there and back, the networks between, and the losses.

    Parameters
    ----------
    stops : the image, translated, and translated back, (H, W, C) each, as `figures.grid` takes them
    names : of the two sets
    """
    canvas = Canvas(PIXELS, SIDE)
    centres = (95, 500, 905)
    for x, stop in zip(centres, stops, strict=True):
        pixels = figures.to_uint8(stop).repeat(3 if stop.shape[-1] == 1 else 1, axis=-1)
        edges = (x - SIDE / 2, x + SIDE / 2, ROW + SIDE / 2, ROW - SIDE / 2)
        canvas.axes.imshow(pixels, extent=edges, aspect="auto", interpolation="nearest")
    words = (f"x, from {names[0]}", f"G(x), to look like {names[1]}", "F(G(x)), to be x again")
    for x, text in zip(centres, words, strict=True):
        canvas.text(x, ROW + SIDE / 2 + 16, text, 12, color=GREY)
    for x, name in ((295, "G"), (705, "F")):
        canvas.panel(x - 42, ROW - 32, x + 42, ROW + 32, BLUE)
        canvas.text(x, ROW, name, 17, color=BLUE, weight="bold")
        canvas.arrow([(x - 140, ROW), (x - 46, ROW)], BLUE)
        canvas.arrow([(x + 46, ROW), (x + 140, ROW)], BLUE)
    canvas.arrow([(905, 54), (905, 24), (95, 24), (95, 56)], RED)
    canvas.text(500, 40, "cycle loss: the distance between the two, pixel by pixel", 12, color=RED)
    canvas.arrow([(500, 206), (500, 236)], ORANGE)
    canvas.panel(380, 242, 620, 292, ORANGE)
    canvas.text(500, 267, "D: real, or translated?", 13, color=ORANGE, weight="bold")
    canvas.text(200, 267, f"real {names[1]}", 12, color=GREEN)
    canvas.arrow([(300, 267), (374, 267)], GREEN)
    canvas.text(770, 267, "GAN loss: G wants “real”", 12, color=ORANGE)
    alt = f"An image of {names[0]} goes through G and looks like {names[1]}, then through F and "
    return canvas.finish(304, alt + "should be itself again. D sees G's images and real ones.")


def round_trip(
    translator: Translator, images: np.ndarray, first: str = "generator"
) -> list[np.ndarray]:
    """Images as they are, translated by the first generator, and back by the other; float32.

    Parameters
    ----------
    images : bytes of shape (N, H, W, C), as a `Dataset` holds them
    first : "generator" or "back"
    """
    start = images / np.float32(127.5) - 1
    there = translator.translate(start, first)
    (second,) = set(BACK) - {first}
    return [start, there, translator.translate(there, second)]


def shares(
    translators: Mapping[str, Translator], data: Mapping[str, Dataset], count: int = 500
) -> str:
    """A table of the labels kept on each journey: a row for each journey, a column for each
    translator. See `ganlib.evaluation.translation.journeys`."""
    found = [translation.journeys(one, data, count) for one in translators.values()]
    rows = [
        [" → ".join(column[0].stops), *(f"{journey.kept.value:.1%}" for journey in column)]
        for column in zip(*found, strict=True)
    ]
    return aligned([["", *translators], *rows])


def record() -> dict[str, Any]:
    """What ``benchmarks/translation.py`` measured."""
    text = (ROOT / "benchmarks" / "translation.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def kept(measured: Mapping[str, Any], journeys: Sequence[str]) -> Figure:
    """The share of labels that are kept, a panel for each journey, a dot for each seed.

    Parameters
    ----------
    measured : one pair's part of `record`
    journeys : such as "mnist → svhn_cropped"
    """
    runs = measured["runs"]
    figure = Figure(figsize=(WIDTH, 1.9 + 0.5 * len(runs)), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(journeys), sharey=True, squeeze=False)[0]
    for axis, journey in zip(axes, journeys, strict=True):
        nothing = 100 * measured["nothing"][journey]
        least = 100.0
        for row, seeds in enumerate(runs.values()):
            values = [100 * one[journey] for one in seeds.values()]
            shifts = 0.14 * (np.arange(len(values)) - (len(values) - 1) / 2)
            axis.plot(values, row + shifts, "o", markersize=10, alpha=0.75)
            least = min(least, *values)
        least = 10 * np.floor(least / 10) - 2
        if nothing > least:
            axis.axvline(nothing, color="0.4", linestyle=":")
        axis.set(title=f"{journey}\n(images left as they are: {nothing:.0f} %)", xlim=(least, 101))
        axis.set(yticks=range(len(runs)), yticklabels=list(runs), ylim=(len(runs) - 0.5, -0.5))
        axis.set_xlabel("% of labels kept")
        axis.grid(alpha=0.3)
    return _legible(figure)


def paper(images: np.ndarray) -> np.ndarray:
    """The colour of an image's paper: its median in each channel. (N, H, W, C) to (N, C)."""
    return np.median(images, axis=(1, 2))


def paper_off(images: np.ndarray, originals: np.ndarray) -> float:
    """How far the colour of the paper is off, on average, of 255. Both are in [-1, 1]."""
    return float(np.abs(paper(images) - paper(originals)).mean() * 127.5)
