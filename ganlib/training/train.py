"""Training: a recipe and a data set in, a run folder out."""

import contextlib
import functools
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganlib import devices
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.recipes import Recipe
from ganlib.rules import check, maybe
from ganlib.runs.folder import RunFolder
from ganlib.runs.networks import networks_are_intact
from ganlib.runs.schema import RECORD, check_budget
from ganlib.startup import keras
from ganlib.systems import latents
from ganlib.training import callbacks as cb
from ganlib.training import scoring
from ganlib.training.display import NotebookDisplay, ProgressBar
from ganlib.training.live import LivePage
from ganlib.training.loop import Loop
from ganlib.training.record import Data, check_data, check_same, data_sets, new_record

SAMPLES = 64  # images in a sample grid
WIDE = dict(columns=16, scale=3)  # the same on a page: over its width, and not too high
LARGE = dict(columns=8, scale=4)  # for a beamer
GIVEN = {"seed": maybe(RECORD["seed"]), "score_every": RECORD["score_every?"]}
DISPLAYS = ("bar", "notebook", "live", "none")


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
    data : training images, from `ganlib.datasets.load`, or several sets of them by name
    output : the run folder; one that holds a run already is refused, unless `resume`
    epochs, minutes, steps : the budget from the run's start on; the first one used up ends the run.
        By default the recipe's, or a resumed run's own.
    seed : seed of weights, order of images and noise; 0 by default
    precision : "auto", "float32", "bfloat16" or "float16", see `ganlib.training.precision`
    strategy : "none", "mirrored" or "multiworker", see `ganlib.devices.make_strategy`
    resume : go on from the newest checkpoint that is intact. On the same machine, training on its
        CPU, the weights equal those of an uninterrupted run bit for bit.
    callbacks : Keras callbacks of your own
    display : "bar" (a progress bar on standard error), "notebook" (a live picture), "live" (a bar,
        and a large picture in the browser) or "none"
    score_every : epochs between two scores, 0 for none, see `ganlib.training.scoring`; by default a
        resumed run's own, else as often as 2 % of the time allows, where a judge ships for the data

    Returns
    -------
    The run folder. Ctrl-C ends training early and in good order: ``record["status"]`` is then
    "interrupted". What cannot be done raises `GanlibError` with one sentence.
    """
    budget = {"epochs": epochs, "minutes": minutes, "steps": steps}
    if any(value is not None for value in budget.values()):
        check_budget(budget)
    check({"seed": seed, "score_every": score_every}, GIVEN)
    if strategy == "multiworker" and (minutes or (recipe.minutes and not (epochs or steps))):
        raise GanlibError("with strategy multiworker give --epochs: workers' clocks differ")
    if display not in DISPLAYS:
        raise GanlibError(f"unknown display {display!r}; choose one of {', '.join(DISPLAYS)}")
    distribution = devices.make_strategy(strategy)
    chief = devices.is_chief(distribution)
    run = RunFolder.existing(output) if resume else RunFolder(output)
    with run.locked() if chief else contextlib.nullcontext():
        if resume:
            check_same(run, recipe, data, seed, precision, strategy)
            record = run.record
        elif run.record_file.exists() or run.checkpoints.exists() or run.samples.exists():
            raise GanlibError(
                f"{run.path} holds a run already, or what is left of one: go on with it "
                "(--resume), or choose another --output"
            )
        else:
            record = new_record(recipe, data, seed, precision, strategy)
        check_data(recipe, data)
        count = min(map(len, data_sets(data).values()))
        if count < recipe.batch_size and not recipe.fitted:
            print(
                f"ganlib: the data set has fewer images, {count:,}, than a batch of "
                f"{recipe.batch_size:,}, so each step sees them all: choose a smaller --batch-size "
                "for more steps, or add images",
                file=sys.stderr,
            )
        if any(budget.values()):
            record["budget"] = budget
        done_before = record.get("status") == "finished"
        record["status"] = "running"
        record["strategy"]["replicas"] = distribution.num_replicas_in_sync
        if score_every is not None:
            if score_every and record["data"]["name"] not in judges.names():
                raise GanlibError(
                    f"no judge ships for {record['data']['name']}, so training on it cannot be "
                    "scored: leave score_every out"
                )
            record["score_every"] = score_every
        loop = Loop(run, recipe, data, record, distribution)
        if resume:
            loop.restore()
        loop.progress.started = time.monotonic()
        if done_before and loop.progress.fraction >= 1.0 and networks_are_intact(run):
            limits = record["budget"].items()
            spent = " or ".join(f"{most:,} {name}" for name, most in limits if most)
            raise GanlibError(
                f"{run.path} has already used up its {spent}: give a larger --epochs or --minutes "
                "to go on"
            )
        loop.train([*callbacks, *_own_callbacks(loop, display)] if chief else [])
    return run


def _own_callbacks(loop: Loop, display: str) -> list[keras.callbacks.Callback]:
    run, record, system = loop.run, loop.record, loop.system
    rng = np.random.default_rng([record["seed"], 1])
    given, columns = latents.arranged(system.latent, rng)
    columns = columns or system.columns
    count = len(next(iter(given.values()), range(SAMPLES)))
    inputs = system.draw(rng, count, **system.conditions(loop.data, count) | given)
    conditions = system.conditions(loop.data, scoring.IMAGES)
    more_inputs = system.draw(rng, scoring.IMAGES, **conditions)
    synthetic = record["data"]["synthetic"]
    grids = cb.SampleGrids(
        run, inputs, caption="SYNTHETIC data" if synthetic else "", columns=columns
    )
    stand_in = "SYNTHETIC stand-in for " if synthetic else ""
    title = f"{loop.recipe.title} on {stand_in}{record['data']['name']}"
    own: list[keras.callbacks.Callback] = [grids]
    if display == "notebook":
        own.append(NotebookDisplay(functools.partial(grids.shown, **WIDE)))
    elif display != "none":
        own.append(ProgressBar())
    if isinstance(loop.data, Dataset) and loop.data.name in judges.names():
        every = record.get("score_every")
        if every is None and display == "live":
            every = 1  # a hall wants to see it
        own.append(scoring.Scores(run, record, loop.data, more_inputs, every))
    if display == "live":  # it shows the scores
        own.append(LivePage(functools.partial(grids.shown, **LARGE), title))
    # The tables come after those whose measurements they write; the pictures need the tables.
    return [*own, cb.TensorBoard(run), cb.Tables(run), cb.Pictures(run, title)]
