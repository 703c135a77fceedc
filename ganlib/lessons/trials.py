"""A trial: change a GAN, train it for a few hundred steps, and see whether it got better."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ganlib import figures, recipes
from ganlib.datasets import Dataset
from ganlib.evaluation.quick import frechet as frechet
from ganlib.lessons.budget import Interrupted
from ganlib.lessons.budget import steps as allowed
from ganlib.recipes import Recipe
from ganlib.recipes.vary import changed as changed
from ganlib.recipes.vary import vary
from ganlib.runs.folder import RunFolder
from ganlib.runs.tables import Row
from ganlib.systems import latents

STEPS = 600
IMAGES = 2_000  # to score; fewer than in a run's scores.json, so the two must not be compared
COLUMNS = 16
CLIP = 0.03  # of a small critic's weights; the published 0.01 is for a larger one


@dataclass(frozen=True)
class Trial:
    """What a recipe's generator draws after a few steps.

    Attributes
    ----------
    images : uint8, (2000, H, W, C)
    frechet : their Fréchet distance to the test images; less is better
    steps : the losses on the way, rows as in a run's steps.csv
    synthetic : whether the training images were drawn by a program
    labels : what a conditional generator was asked for, int64 (2000,), as frequent as in the data
    """

    images: np.ndarray
    frechet: float
    steps: list[Row]
    synthetic: bool
    labels: np.ndarray | None = None

    def __str__(self) -> str:
        return f"Fréchet distance {self.frechet:.1f}" + " (SYNTHETIC data)" * self.synthetic


def train_quietly(
    recipe: Recipe, data: Dataset | Mapping[str, Dataset], folder: str, steps: int, seed: int = 0
) -> RunFolder:
    """A run of so many steps in a folder, without a display or scores, to be measured.

    Raises
    ------
    Interrupted : it was stopped before its end; half a run would be measured as if it were whole
    """
    from ganlib.training.train import train

    output = Path(folder) / "run"
    run = train(recipe, data, output, steps=steps, seed=seed, display="none", score_every=0)
    if run.record["status"] != "finished":
        raise Interrupted  # the folder does not stay
    return run


def trial(recipe: Recipe, data: Dataset, steps: int = STEPS, seed: int = 0) -> Trial:
    """Train a recipe for some steps, without a run folder that stays, and score 2,000 images.

    The number of steps is fixed, not the time: the result is the same on a slow machine. It is
    smaller where `ganlib.lessons.steps` says so.

    Parameters
    ----------
    data : training images of a set for which a judge ships, such as "mnist"
    """
    from ganlib.runs.sampling import sample

    given = latents.like(recipe.latent, data, IMAGES)
    with tempfile.TemporaryDirectory() as folder:
        run = train_quietly(recipe, data, folder, allowed(steps), seed)
        images, rows = sample(run, IMAGES, seed, **given), run.steps
    return Trial(images, frechet(images, data), rows, data.synthetic, given.get("labels"))


def small_gan(loss: str, n_critic: int = 1, **options: Any) -> Recipe:
    """The networks, rates and batches of `mnist-express` with another loss.

    Parameters
    ----------
    loss : a name in `ganlib.systems.OBJECTIVES`; "wasserstein" clips the critic to 0.03
    n_critic : steps of the critic for one of the generator
    options : of both networks' builders, such as ``kernel_size=3``
    """
    recipe = recipes.get("mnist-express")
    recipe = changed(recipe, **dict.fromkeys(recipe.networks, options))
    recipe = replace(recipe, name=f"small-{loss}")
    clip = CLIP if loss == "wasserstein" else None
    return vary(recipe, objective=loss, n_critic=n_critic, clip=clip)


def sheet(trials: Mapping[str, Trial], rows: int = 2) -> Image.Image:
    """Images of each trial, rows of 16, under its name and its score."""
    return strips({f"{name}: {one}": one.images for name, one in trials.items()}, rows)


def strips(named: Mapping[str, np.ndarray], rows: int = 1) -> Image.Image:
    """The first images of each set, as `figures.grid` takes them, rows of 16, under its name."""
    count = rows * COLUMNS
    grids = [
        figures.captioned(figures.grid(images[:count], COLUMNS), name, 16)
        for name, images in named.items()
    ]
    return figures.stacked(grids, gap=4)


def checkerboard(images: np.ndarray) -> float:
    """How unevenly pixels vary at even and odd rows and columns: most over least, 1 for evenly.

    Images (N, H, W, C) of any scale; four pixels at each border do not count.
    """
    power = np.var(np.asarray(images, np.float32), axis=(0, 3))[4:-4, 4:-4]
    parts = [power[i::2, j::2].mean() for i in (0, 1) for j in (0, 1)]
    return float(max(parts) / min(parts))
