"""Networks of a run, saved and loaded.

A run folder may come from anybody, and from another version of Keras. So a saved network is built
from the run's recipe, and only its weights are read: no file says what is built. Only where the
recipe's builder is a function that is not registered (see `ganlib.recipes.builders`) does Keras
build what the file describes, in safe mode.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.errors import GanlibError, first_line, shown
from ganlib.files import atomic, check_archive
from ganlib.recipes import builders
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder


def save_network(network: Any, run: RunFolder, name: str, weights: str = "last") -> None:
    """Write a network of Keras's own layers, with "last", "average" or "best" weights."""
    with atomic(run.network_file(name, weights)) as partial:
        network.save(partial)


def load_network(run: RunFolder, name: str, weights: str = "last") -> Any:
    """Any network of the run, a ``keras.Model`` in float32; damaged or missing: `GanlibError`."""
    file, recipe = run.network_file(name, weights), run.recipe
    if not file.is_file():
        return pretrained.load(run, name)
    if name not in recipe.networks:
        raise GanlibError(f"the recipe in {run.record_file} has no network {name!r}")
    known = builders.known(builder := recipe.networks[name].builder)
    built = recipe.plain(name) if known else None
    remedy = "resume the run to write it anew"
    if not known:
        remedy += f", or register {shown(builder)}, if another version of Keras wrote it"
    with readable(file, remedy):
        check_archive(file)
        if built is not None:
            for weight in built.weights:
                weight.assign(np.full(weight.shape, np.nan))  # until the file's takes its place
            built.load_weights(file)
        else:
            from ganlib.startup import keras

            built = keras.models.load_model(file, compile=False, safe_mode=True)
        if not all(np.isfinite(weight).all() for weight in built.get_weights()):
            raise ValueError("a weight is not a finite number")
        if name == "generator":
            recipe.check_generator(built)
    return built


def networks_are_intact(run: RunFolder) -> bool:
    """Whether the files of all networks are there, and whole as archives."""
    try:
        for name in run.recipe.networks:
            check_archive(run.network_file(name))
    except Exception:  # whatever a zip's reader raises
        return False
    return True


@contextmanager
def readable(file: Path, remedy: str) -> Iterator[None]:
    """Turn whatever Keras, HDF5 and zip raise on a bad file into one sentence that names it."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Skipping")  # what was left out shows as NaN
            yield
    except Exception as error:  # of any kind: RecursionError, zlib.error, those of TensorFlow …
        reason = first_line(error)
        if "safe_mode" in str(error) or "Lambda" in reason or "unsafe" in reason:
            raise GanlibError(
                f"{file} holds Python code (a Lambda layer), which is never run: build the network "
                "from layers without code, or register its builder"
            ) from error
        raise GanlibError(
            f"{file} is damaged, or is no network of this run's recipe ({reason}): {remedy}"
        ) from error
