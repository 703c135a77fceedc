"""Trained networks that ship with the course: ``ganlib.pretrained("mnist-express")``.

A run in figures/ keeps its generator, and its discriminator where asked for, as an .npz: float16
weights by number and name, such as ``003_moving_mean``. Its record holds the checksum of each file
and the recipe that builds the network. Importing this module loads no TensorFlow.
"""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.errors import GanlibError, first_line, shown
from ganlib.files import atomic, check_archive
from ganlib.runs.folder import RunFolder
from ganlib.systems import KINDS

FIGURES = Path(__file__).resolve().parents[2] / "figures"
"""The folder of the runs that ship."""
PREFIX = "pretrained:"
LARGEST = 65_504.0  # of float16


def names() -> list[str]:
    """The runs that ship with a trained generator."""
    return sorted(file.parent.name for file in FIGURES.glob("*/generator.npz"))


def find(text: str | Path) -> RunFolder:
    """The shipped run for ``pretrained:NAME``, for other texts the run in that folder."""
    if not str(text).startswith(PREFIX):
        return RunFolder.existing(text)
    if (name := str(text).removeprefix(PREFIX)) in names():
        return RunFolder.existing(FIGURES / name)
    raise GanlibError(
        f"there is no trained generator {shown(name)}: choose one of {', '.join(names())}"
        if names()
        else f"{FIGURES} holds no trained generators: install ganlib with pip install -e from its "
        "repository"
    )


def pretrained(name: str, network: str = "generator") -> Any:
    """A trained network that ships with the course, a ``keras.Model`` in float32.

    Parameters
    ----------
    name : one of those that ``python -m ganlib pretrained`` lists
    network : "generator", or "discriminator" where that ships too

    Raises
    ------
    GanlibError : for an unknown name, and for a file that is missing or damaged
    """
    return load(find(PREFIX + name), network)


def load(run: RunFolder, network: str = "generator") -> Any:
    """A network that ships with a run, as `pretrained` returns it, built from the run's recipe."""
    file, recipe = run.shipped_file(network), run.recipe
    try:
        checksum = run.record["shipped"][network]["sha256"]
        recipe.networks[network]
    except (KeyError, TypeError):
        kept = ", ".join(run.record.get("shipped", {})) or "none"
        raise GanlibError(f"{run.path} has no {network}: its networks are {kept}") from None
    try:
        content = file.read_bytes()
        if hashlib.sha256(content).hexdigest() != checksum:
            raise ValueError("its sha256 is not the one in run.json")
        check_archive(file)
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = dict(archive)
        built = recipe.plain(network)
        for name, variable in _named(built).items():
            if name not in arrays:
                raise ValueError(f"the array {name} is missing")
            if arrays[name].shape != tuple(variable.shape):
                wanted = tuple(variable.shape)
                raise ValueError(f"{name} has shape {arrays[name].shape}, not {wanted}")
            if arrays[name].dtype.kind != "f" or not np.isfinite(arrays[name]).all():
                raise ValueError(f"{name} holds what is no finite number")
            variable.assign(arrays[name].astype(np.float32))
        if network == "generator":
            recipe.check_generator(built)
        return built
    except Exception as error:  # a damaged zip can fail in any part of the reader
        reason = "it is missing" if isinstance(error, FileNotFoundError) else first_line(error)
        raise GanlibError(
            f"{file} cannot be used ({reason}): restore it with git checkout -- {run.path}"
        ) from error


def save(network: Any, run: RunFolder, name: str = "generator") -> dict[str, Any]:
    """Write the file that `load` reads and return the record's entry for it.

    A weight that float16 cannot hold, and one that is not a number, raise `GanlibError`.
    """
    arrays = {key: np.asarray(variable) for key, variable in _named(network).items()}
    if wrong := [key for key, array in arrays.items() if not np.all(np.abs(array) <= LARGEST)]:
        raise GanlibError(
            f"the {name} of {run.path} cannot be stored as float16 ({wrong[0]} holds NaN or a "
            f"value beyond {LARGEST:,.0f}): train it again with smaller learning rates"
        )
    half: dict[str, Any] = {key: array.astype(np.float16) for key, array in arrays.items()}
    file = run.shipped_file(name)
    with atomic(file) as partial:
        np.savez_compressed(partial, **half)
    content = file.read_bytes()
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "parameters": sum(array.size for array in arrays.values()),
        "bytes": len(content),
    }


def facts(name: str) -> dict[str, Any]:
    """What the list of the trained generators says of one: plain values, fit for JSON."""
    run = find(PREFIX + name)
    record = run.record
    try:
        frechet = None
        if not KINDS[run.recipe.kind].sets:  # a translation has no Fréchet distance
            scores = json.loads(run.scores_file.read_text(encoding="utf-8"))
            frechet = float(scores["generators"]["last"]["frechet"]["value"])
        return {
            "name": name,
            "title": run.recipe.title,
            "data": record["data"]["name"] + (" (SYNTHETIC)" * record["data"]["synthetic"]),
            "images": record["progress"]["images"],
            "epochs": record["progress"]["epochs"],
            "frechet": frechet,
            "parameters": record["shipped"]["generator"]["parameters"],
            "bytes": run.shipped_file("generator").stat().st_size,
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GanlibError(
            f"{run.path} is damaged ({error}): restore it with git checkout -- {run.path}"
        ) from error


def _named(network: Any) -> dict[str, Any]:
    """The weights by number and name: layer names, which Keras counts, differ between sessions."""
    return {f"{number:03d}_{weight.name}": weight for number, weight in enumerate(network.weights)}
