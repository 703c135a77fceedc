"""What a trial costs and brings: a GAN of the chosen architecture, trained and scored at rungs."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import optuna

from ganlib.datasets import Dataset
from ganlib.datasets.batches import batches
from ganlib.evaluation.quick import frechet
from ganlib.figures import to_uint8
from ganlib.recipes import Recipe
from ganlib.search.spaces import Chosen, Space
from ganlib.search.study import STEPS, Objective, Plan
from ganlib.systems import latents

IMAGES = 2_000  # to score


def chosen_by(trial: optuna.Trial, space: Space) -> Chosen:
    """The architecture of a trial."""
    return space.complete(lambda name, choices: int(trial.suggest_categorical(name, choices)))


def scored(
    recipe: Recipe, data: Dataset, rungs: Sequence[int], seed: int = 0
) -> Iterator[tuple[int, float, float]]:
    """Train, and yield steps, Fréchet distance and CPU seconds of training at each rung.

    Parameters
    ----------
    data : training images of a set for which a judge ships
    rungs : steps, rising
    """
    from ganlib.startup import keras

    keras.backend.clear_session()
    system = recipe.system(seed=seed)
    together = recipe.steps_per_execution
    stream = iter(batches(data, recipe.batch_size, seed, together=together))
    given = latents.like(recipe.latent, data, IMAGES)
    inputs = system.draw(np.random.default_rng([seed, 2]), IMAGES, **given)
    done, seconds = 0, 0.0
    for rung in rungs:
        if done >= rung:  # several steps in one call went past it
            continue
        started = time.process_time()
        while done < rung:
            batch: Any = next(stream)
            if together > 1:
                system.many(batch, done, recipe.batch_size)
                done += -(-len(batch["images"]) // recipe.batch_size)
            else:
                system.step(batch, done)
                done += 1
        images = system.generate(inputs)
        seconds += time.process_time() - started
        finite = bool(np.isfinite(images).all())
        yield done, frechet(to_uint8(images), data) if finite else float("inf"), seconds


def trainings(recipe: Recipe, space: Space, data: Dataset) -> Objective:
    """The objective of a real search: train what was chosen, from the plan's seed."""

    def objective(trial: optuna.Trial, plan: Plan) -> float:
        made = space.applied(recipe, chosen_by(trial, space))
        score = float("inf")
        for steps, score, seconds in scored(made, data, plan.rungs, plan.seed):
            trial.set_user_attr(STEPS, steps)
            trial.set_user_attr("seconds", round(seconds, 3))
            trial.report(score, steps)
            if trial.should_prune():
                raise optuna.TrialPruned
        return score

    return objective
