"""Pictures of lesson 16: ten classes of clothes, accuracy over time, and clothes with names."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from ganlib import figures
from ganlib.lessons.charts import POINTS, WIDTH
from ganlib.lessons.quiz import FRAME, RIGHT, WRONG
from ganlib.lessons.references import ROOT
from ganlib.runs.folder import RunFolder

COLUMNS, SCALE = 8, 3
KINDS = ("top", "trousers", "top", "dress", "top", "shoe", "top", "shoe", "bag", "shoe")
"""What a class is more coarsely, by its label."""
REAL, FAKE = "#0077bb", "#cc3311"


def classes(
    images: np.ndarray, labels: np.ndarray, names: Sequence[str], rows: int = 3
) -> Image.Image:
    """A column for each class: its number and name, and its first images.

    Parameters
    ----------
    images, labels : uint8 (N, H, W, 1) and (N,)
    names : of the classes, by label
    """
    columns = [
        figures.captioned(
            figures.grid(images[labels == label][:rows], 1, SCALE), f"{label} {name}", 12
        )
        for label, name in enumerate(names)
    ]
    return figures.row(columns, gap=6)


def over_time(run: RunFolder, parts: int = 20) -> tuple[list[float], list[float], list[float]]:
    """Epochs seen, and the mean real and fake accuracy, in equal parts of a run's training."""
    rows = np.array_split(np.array(run.steps, dtype=object), parts)
    size = run.record["data"]["images"]
    real, fake = (
        [float(np.mean([row[key] for row in part])) for part in rows]
        for key in ("real_accuracy", "fake_accuracy")
    )
    return [part[-1]["images"] / size for part in rows], real, fake


def accuracies(panels: Mapping[str, tuple[Any, Any, Any]], xlabel: str) -> Figure:
    """How many images a discriminator gets right over its training; the dashed line is one half.

    Parameters
    ----------
    panels : title to places on the x axis, and the shares of real and of generated images, each of
        shape (N,) or, with a line for each seed, (seeds, N)
    """
    figure = Figure(figsize=(WIDTH, 4.0), dpi=100, layout="constrained")
    row = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for axis, (title, (x, real, fake)) in zip(row, panels.items(), strict=True):
        for name, colour, shares in (("real", REAL, real), ("generated", FAKE, fake)):
            for number, line in enumerate(np.atleast_2d(shares)):
                label = name if number == 0 else None
                axis.plot(x, line, color=colour, linewidth=2.5, alpha=0.8, label=label)
        axis.axhline(0.5, color="0.3", linestyle="--", linewidth=1.5)
        axis.set(ylim=(0, 1.02))
        axis.set_title(title, fontsize=POINTS)
        axis.set_xlabel(xlabel, fontsize=POINTS)
        axis.tick_params(labelsize=POINTS - 1.5)
        axis.grid(alpha=0.3)
    row[0].set_ylabel("share that D gets right", fontsize=POINTS)
    row[0].legend(fontsize=POINTS - 1, loc="lower right")
    return figure


def answers(name: str) -> dict[str, Any]:
    """What a person saw in 64 images of a shipped run, and the judge's labels.

    ``benchmarks/readability.py`` made the record: "seed", "answers", as texts, and "labels".
    """
    file = ROOT / "figures" / "readability" / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def agreement(answers: Sequence[str], labels: Sequence[int]) -> dict[str, int]:
    """How many answers, a label or "?" each, name the label's "class", and how many its "kind"."""
    named = [(int(a), label) for a, label in zip(answers, labels, strict=True) if a != "?"]
    return {
        "class": sum(a == label for a, label in named),
        "kind": sum(KINDS[a] == KINDS[label] for a, label in named),
    }


def named(
    images: np.ndarray, answers: Sequence[str], labels: Sequence[int], names: Sequence[str]
) -> Image.Image:
    """Numbered images under what a person called them, framed in green where the judge agrees.

    Where it does not, the frame is red, and the judge's word stands below the image.
    """
    tiles = []
    for number, (image, answer, label) in enumerate(
        zip(images, answers, labels, strict=True), start=1
    ):
        agreed = answer == str(label)
        tile = figures.grid(image[None], 1, SCALE, gap=0).convert("RGB")
        tile = ImageOps.expand(tile, FRAME, RIGHT if agreed else WRONG)
        said = "?" if answer == "?" else names[int(answer)]
        below = Image.new("RGB", (tile.width + 12, 1), "white")
        below = figures.captioned(below, "" if agreed else f"judge: {names[label]}")
        tiles.append(figures.stacked([figures.captioned(tile, f"{number} {said}"), below], gap=0))
    rows = [figures.row(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    agree = agreement(answers, labels)["class"]
    text = f"{len(tiles)} images that a person named; the judge agrees on {agree}"
    return figures.described(figures.stacked(rows), text)
