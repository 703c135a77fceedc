"""Training: a recipe and a data set in, a run folder out."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import devices
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder
from ganlib.startup import keras
from ganlib.systems import latents, pca
from ganlib.training import callbacks as cb
from ganlib.training import scoring
from ganlib.training.loop import Loop
from ganlib.training.record import checked_budget, new_record, resumed_record

SAMPLES = 64  # images in a sample grid


def train(
    recipe: Recipe,
    data: Dataset,
    output: str | Path,
    *,
    epochs: float | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    precision: str = "auto",
    strategy: str = "none",
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    display: str = "bar",
    score_every: int | None = None,
) -> RunFolder:
    """Train a recipe and leave a run folder; one without a discriminator is fitted in one go.

    Parameters
    ----------
    recipe
        A value of `ganlib.recipes`, or a ``dataclasses.replace`` of one.
    data
        Training images, from `ganlib.datasets.load`.
    output
        The run folder. One that holds a run already is refused, unless `resume`.
    epochs, minutes
        The budget, counted from the run's start also when it is resumed; the first one used up
        ends the run. With neither, the recipe's budget; a resumed run's own.
    seed
        Seed of weights, order of images and noise; 0 by default.
    precision
        "auto", "float32", "bfloat16" or "float16", see `ganlib.devices.choose_precision`.
    strategy
        "none", "mirrored" or "multiworker", see `ganlib.devices.make_strategy`.
    resume
        Go on from the newest checkpoint that is intact. On the same machine, training on its CPU,
        the weights equal those of an uninterrupted run bit for bit.
    callbacks
        Keras callbacks of your own.
    display
        "bar" (a progress bar on standard error), "notebook" (a live picture) or "none".
    score_every
        Epochs between two scores of the generator, see `ganlib.training.scoring`; 0: none; by default
        as often as 2 % of the time allows, where a judge ships for the data. A resumed run keeps its
        own.

    Returns
    -------
    The run folder. Ctrl-C ends training early and in good order: ``record["status"]`` is then
    "interrupted".

    Raises
    ------
    GanlibError
        In one sentence: a folder in use, a budget that makes no sense, data that do not fit, a
        loss that is not finite, a checkpoint that cannot be used.
    """
    budget = checked_budget(epochs, minutes)
    if recipe.discriminator is None:
        pca.refuse(
            recipe,
            {
                "resume": resume,
                "precision": precision not in ("auto", "float32"),
                "strategy": strategy != "none",
                "score_every": bool(score_every),
            },
        )
        return pca.fit(recipe, data, output, seed=seed)
    if strategy == "multiworker" and (minutes or (recipe.minutes and not epochs)):
        raise GanlibError("with strategy multiworker give --epochs: workers' clocks differ")
    distribution = devices.make_strategy(strategy)
    chief = devices.is_chief(distribution)
    run = RunFolder.existing(output) if resume else RunFolder(output)
    with run.locked() if chief else contextlib.nullcontext():
        make_record = resumed_record if resume else new_record
        record = make_record(run, recipe, data, budget, seed, precision, strategy)
        done_before = resume and run.record.get("status") == "finished"
        record["strategy"]["replicas"] = distribution.num_replicas_in_sync
        if score_every is not None:
            if score_every and data.name not in judges.names():
                raise GanlibError(
                    f"no judge ships for {data.name}, so training on it cannot be scored: leave "
                    "score_every out"
                )
            record["score_every"] = score_every
        loop = Loop(run, recipe, data, record, distribution, chief)
        if resume:
            loop.restore()
        loop.progress.started = time.monotonic()
        if done_before and loop.progress.fraction >= 1.0:
            raise GanlibError(
                f"{run.path} has already used up its {loop.progress.budget}: give a larger "
                "--epochs or --minutes to go on"
            )
        loop.train([*callbacks, *_own_callbacks(loop, display)] if chief else [])
    return run


def _own_callbacks(loop: Loop, display: str) -> list[keras.callbacks.Callback]:
    run = loop.run
    rng = np.random.default_rng([loop.record["seed"], 1])
    noise, more_noise = (
        latents.draw(loop.recipe.latent, rng, count, loop.step.latent_dim)
        for count in (SAMPLES, scoring.IMAGES)
    )
    grids = cb.SampleGrids(run, noise, caption="SYNTHETIC data" if loop.data.synthetic else "")
    shown: dict[str, Any] = {
        "bar": cb.ProgressBar,
        "notebook": lambda: cb.NotebookDisplay(grids.draw),
        "none": keras.callbacks.Callback,
    }
    if display not in shown:
        raise GanlibError(f"unknown display {display!r}; choose one of {', '.join(shown)}")
    quality_tracker = scoring.QualityTracker(
        run,
        loop.recipe,
        loop.record,
        loop.data.name,
        loop.data.images,
        more_noise,
        averaged=loop.averaged if loop.recipe.ema else None,
        every=loop.record.get("score_every"),
    )
    kind = "SYNTHETIC stand-in for " if loop.data.synthetic else ""
    title = f"{loop.recipe.title} on {kind}{loop.data.name}"
    # The guard comes first, so that nothing is drawn from broken weights; the tables come after
    # those whose measurements they write; the film needs the tables.
    return [
        cb.NaNGuard(run),
        grids,
        shown[display](),
        *([quality_tracker] if loop.data.name in judges.names() else []),
        cb.TensorBoard(run),
        cb.Tables(run),
        cb.Pictures(run, title),
    ]
