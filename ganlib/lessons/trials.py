"""A trial: change a GAN, train it for a few hundred steps, and see whether it got better."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ganlib import datasets, figures
from ganlib.datasets import Dataset
from ganlib.lessons.budget import steps as allowed
from ganlib.recipes import Recipe
from ganlib.runs.tables import Row

STEPS = 600
IMAGES = 2_000  # to score; fewer than in a run's scores.json, so the two must not be compared
COLUMNS = 16


@dataclass(frozen=True)
class Trial:
    """What a recipe's generator draws after a few steps.

    Attributes
    ----------
    images : uint8, (2000, H, W, C)
    frechet : their Fréchet distance to the test images; less is better
    steps : the losses on the way, rows as in a run's steps.csv
    synthetic : whether the training images were drawn by a program
    """

    images: np.ndarray
    frechet: float
    steps: list[Row]
    synthetic: bool

    def __str__(self) -> str:
        return f"Fréchet distance {self.frechet:.1f}" + " (SYNTHETIC data)" * self.synthetic


def trial(recipe: Recipe, data: Dataset, steps: int = STEPS, seed: int = 0) -> Trial:
    """Train a recipe for some steps, without a run folder that stays, and score 2,000 images.

    The number of steps is fixed, not the time: the result is the same on a slow machine. It is
    smaller where `ganlib.lessons.steps` says so.

    Parameters
    ----------
    data : training images of a set for which a judge ships, such as "mnist"
    """
    from ganlib.runs.sampling import sample
    from ganlib.training.train import train

    with tempfile.TemporaryDirectory() as folder:
        output, budget = Path(folder) / "trial", allowed(steps)
        run = train(recipe, data, output, steps=budget, seed=seed, display="none", score_every=0)
        images, rows = sample(run, IMAGES, seed), run.steps
    return Trial(images, frechet(images, data), rows, data.synthetic)


def with_options(recipe: Recipe, part: str, changes: Mapping[str, Mapping[str, Any]]) -> Recipe:
    """The recipe with other options of its "networks" or its "optimizers".

    Parameters
    ----------
    changes : name of a network to the options that change, such as ``{"learning_rate": 1e-3}``
    """
    changed = {
        name: replace(own, options={**own.options, **changes.get(name, {})})
        for name, own in getattr(recipe, part).items()
    }
    fields: dict[str, Any] = {part: changed}
    return replace(recipe, **fields)


def frechet(images: np.ndarray, data: Dataset) -> float:
    """Fréchet distance of images, uint8 (N, H, W, C), to the test images that belong to `data`."""
    from ganlib.evaluation import judges
    from ganlib.evaluation.metrics.frechet import frechet_distance

    stand_in = "always" if data.synthetic else "never"
    test = datasets.load(data.name, "test", stand_in=stand_in, channels=data.images.shape[-1])
    judge = judges.load(data.name)
    return frechet_distance(judge(test.images).features, judge(images).features)


def sheet(trials: Mapping[str, Trial], rows: int = 2) -> Image.Image:
    """Images of each trial, rows of 16, under its name and its score."""
    return figures.stacked(
        [
            figures.grid(one.images[: rows * COLUMNS], COLUMNS, caption=f"{name}: {one}")
            for name, one in trials.items()
        ]
    )


def checkerboard(images: np.ndarray) -> float:
    """How unevenly pixels vary at even and odd rows and columns: most over least, 1 for evenly.

    Images (N, H, W, C) of any scale; four pixels at each border do not count.
    """
    power = np.var(np.asarray(images, np.float32), axis=(0, 3))[4:-4, 4:-4]
    parts = [power[i::2, j::2].mean() for i in (0, 1) for j in (0, 1)]
    return float(max(parts) / min(parts))
