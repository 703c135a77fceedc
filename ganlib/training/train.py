"""Training: a recipe and a data set in, a run folder out."""

import contextlib
import time
from collections.abc import Mapping, Sequence
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
from ganlib.training import callbacks as cb
from ganlib.training import display as shown
from ganlib.training import scoring
from ganlib.training.loop import Loop
from ganlib.training.record import Data, check_data, checked_budget, new_record, resumed_record

SAMPLES = 64  # images in a sample grid
DISPLAYS = ("bar", "notebook", "none")


def train(
    recipe: Recipe,
    data: Data,
    output: str | Path,
    *,
    epochs: float | None = None,
    minutes: float | None = None,
    steps: int | None = None,
    seed: int | None = None,
    precision: str = "auto",
    strategy: str = "none",
    resume: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    display: str = "bar",
    score_every: int | None = None,
) -> RunFolder:
    """Train a recipe and leave a run folder.

    Parameters
    ----------
    recipe
        A recipe of `ganlib.recipes`, or one of your own.
    data
        Training images, from `ganlib.datasets.load`; for systems that need several sets, a mapping
        of names to them.
    output
        The run folder. One that holds a run already is refused, unless `resume`.
    epochs, minutes, steps
        The budget, counted from the run's start also when it is resumed; the first one used up
        ends the run. With none, the recipe's budget; a resumed run's own.
    seed
        Seed of weights, order of images and noise; 0 by default.
    precision
        "auto", "float32", "bfloat16" or "float16", see `ganlib.training.precision`.
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
        Epochs between two scores of the generator, see `ganlib.training.scoring`; 0: none. By
        default as often as 2 % of the time allows, where a judge ships for the data. A resumed run
        keeps its own.

    Returns
    -------
    The run folder. Ctrl-C ends training early and in good order: ``record["status"]`` is then
    "interrupted".

    Raises
    ------
    GanlibError
        In one sentence: a folder in use, an impossible budget, data that do not fit, a loss that is
        not finite, a checkpoint that cannot be used.
    """
    budget = checked_budget(epochs, minutes, steps)
    if strategy == "multiworker" and (minutes or (recipe.minutes and not (epochs or steps))):
        raise GanlibError("with strategy multiworker give --epochs: workers' clocks differ")
    if display not in DISPLAYS:
        raise GanlibError(f"unknown display {display!r}; choose one of {', '.join(DISPLAYS)}")
    distribution = devices.make_strategy(strategy)
    chief = devices.is_chief(distribution)
    run = RunFolder.existing(output) if resume else RunFolder(output)
    with run.locked() if chief else contextlib.nullcontext():
        make_record = resumed_record if resume else new_record
        record = make_record(run, recipe, data, budget, seed, precision, strategy)
        check_data(recipe, data)
        done_before = resume and run.record.get("status") == "finished"
        record["strategy"]["replicas"] = distribution.num_replicas_in_sync
        if score_every is not None:
            if score_every and record["data"]["name"] not in judges.names():
                raise GanlibError(
                    f"no judge ships for {record['data']['name']}, so training on it cannot be "
                    "scored: leave score_every out"
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
    run, record, system = loop.run, loop.record, loop.system
    rng = np.random.default_rng([record["seed"], 1])
    inputs, more_inputs = (
        system.draw(rng, count, **system.conditions(loop.data, count))
        for count in (SAMPLES, scoring.IMAGES)
    )
    synthetic = record["data"]["synthetic"]
    grids = cb.SampleGrids(run, inputs, caption="SYNTHETIC data" if synthetic else "")
    displays: Mapping[str, Any] = {
        "bar": shown.ProgressBar,
        "notebook": lambda: shown.NotebookDisplay(grids.draw),
        "none": keras.callbacks.Callback,
    }
    scores = []
    if isinstance(loop.data, Dataset) and loop.data.name in judges.names():
        images, every = loop.data.images, record.get("score_every")
        scores = [scoring.Scores(run, record, loop.data.name, images, more_inputs, every)]
    stand_in = "SYNTHETIC stand-in for " if synthetic else ""
    title = f"{loop.recipe.title} on {stand_in}{record['data']['name']}"
    # The guard comes first, so that nothing is drawn from broken weights; the tables come after
    # those whose measurements they write; the film needs the tables.
    return [
        cb.NaNGuard(run),
        grids,
        displays[display](),
        *scores,
        cb.TensorBoard(run),
        cb.Tables(run),
        cb.Pictures(run, title),
    ]
