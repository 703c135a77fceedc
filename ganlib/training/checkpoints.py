"""Atomic checkpoints: a file is either complete and checked, or it does not count.

A checkpoint is one .npz (no pickles): every variable by its place, and a small JSON record. The
zip format carries a CRC for each array, so that a damaged file is found out when it is read.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.errors import GanlibError

KEEP = 2


class DamagedCheckpoint(GanlibError):
    """A checkpoint cannot be read, or does not fit the networks."""


def save(folder: Path, step: int, variables: Sequence[Any], state: Mapping[str, Any]) -> Path:
    """Write ``step_<step>.npz`` so that a crash at any moment leaves the old files intact.

    Parameters
    ----------
    folder
        Made if need be; only the newest `KEEP` checkpoints stay in it.
    variables
        Keras or TensorFlow variables, in a fixed order.
    state
        What else a resumed run needs, fit for JSON.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {f"variable_{i:04d}": np.asarray(v) for i, v in enumerate(variables)}
    arrays["state"] = np.array(json.dumps(dict(state)))
    path = folder / f"step_{step:08d}.npz"
    partial = path.with_suffix(".partial")
    try:
        with open(partial, "wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    for old in list_newest_first(folder)[KEEP:]:
        old.unlink(missing_ok=True)
    return path


def list_newest_first(folder: Path) -> list[Path]:
    """The complete checkpoints of a folder, by step."""
    return sorted(folder.glob("step_*.npz"), reverse=True)


def read(path: Path) -> tuple[list[np.ndarray], dict[str, Any]]:
    """All arrays and the state of one checkpoint; anything amiss raises `DamagedCheckpoint`."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            state = json.loads(str(archive["state"]))
            names = [f"variable_{i:04d}" for i in range(len(archive.files) - 1)]
            return [archive[name] for name in names], state
    except Exception as error:  # a damaged zip can fail in any part of the reader
        raise DamagedCheckpoint(f"checkpoint {path.name} is damaged ({error})") from error


def restore(path: Path, variables: Sequence[Any]) -> dict[str, Any]:
    """Assign a checkpoint to the variables, all or none, and return its state."""
    arrays, state = read(path)
    shapes = [tuple(v.shape) for v in variables]
    if [a.shape for a in arrays] != shapes:
        raise DamagedCheckpoint(f"checkpoint {path.name} does not fit the recipe's networks")
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
    return state
