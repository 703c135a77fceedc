"""Atomic checkpoints: a file is either complete and checked, or it does not count.

A checkpoint is one .npz (no pickles): every variable by its name, and a small JSON record. Its zip
format has a CRC for each array, which shows damage.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.errors import GanlibError, first_line
from ganlib.files import atomic, check_archive, numbered
from ganlib.rules import GROUP, check, number, whole

KEEP = 2
RULES = {"step": whole(0, 10**12), "seconds": number(0, 10**12), "sums": GROUP, "counts": GROUP}
STATE = "state"


class DamagedCheckpoint(GanlibError):
    """A checkpoint cannot be read, or does not fit the networks."""


def save(folder: Path, step: int, variables: Mapping[str, Any], state: Mapping[str, Any]) -> Path:
    """Write ``step_<step>.npz`` so that a crash at any moment leaves the old files intact.

    `variables` are those of a `ganlib.systems.system.System`; `state`, fit for JSON, is what else a
    resumed run needs. The newest `KEEP` checkpoints stay in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {name: np.asarray(value) for name, value in variables.items()}
    arrays[STATE] = np.array(json.dumps(dict(state)))
    path = folder / f"step_{step:08d}.npz"
    with atomic(path) as partial, open(partial, "wb") as file:
        np.savez(file, **arrays)
    for old in list_newest_first(folder)[KEEP:]:
        old.unlink(missing_ok=True)
    return path


def list_newest_first(folder: Path) -> list[Path]:
    """The complete checkpoints of a folder, by step."""
    return numbered(folder, r"step_(\d+)\.npz")[::-1]


def read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """All arrays and the state of one checkpoint; anything amiss raises `DamagedCheckpoint`."""
    try:
        check_archive(path)
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        state = json.loads(str(arrays.pop(STATE)))
        check(state, RULES)
        for name, rule in (("sums", number(-math.inf, math.inf)), ("counts", whole(1))):
            check(state[name], dict.fromkeys(state[name], rule))
        if odd := [name for name, array in arrays.items() if array.dtype.kind not in "fiuVb"]:
            raise ValueError(f"{odd[0]} holds no numbers")
        return arrays, state
    except Exception as error:  # a damaged zip can fail in any part of the reader
        reason = first_line(error)
        raise DamagedCheckpoint(f"checkpoint {path.name} is damaged ({reason})") from error


def restore(path: Path, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Assign a checkpoint to the variables, all or none, and return its state."""
    arrays, state = read(path)
    kept = {(name, array.shape) for name, array in arrays.items()}
    wanted = {(name, tuple(variable.shape)) for name, variable in variables.items()}
    if kept != wanted:
        odd, _ = min(kept ^ wanted)
        raise DamagedCheckpoint(
            f"checkpoint {path.name} does not fit the recipe's networks: {odd} is missing or has "
            "another shape"
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return state
