"""Read images and labels from .npz archives, with no way in for pickled objects."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ganlib.datasets.arrays import Labels
from ganlib.datasets.intact import LARGEST, intact
from ganlib.datasets.places import File
from ganlib.errors import DataError

IMAGES = ("images", "image", "imgs", "x", "X", "data", "arr_0")
LABELS = ("labels", "label", "y", "Y", "target", "targets", "arr_1")


def read(files: Sequence[File], split: str, own: bool) -> tuple[np.ndarray, Labels]:
    """Read two arrays of an archive that is the split's own, or holds all splits (``x_train`` …).

    Dtypes and shapes are not checked here.
    """
    path, *more = files
    if more:  # KMNIST's, one for each
        return read([path], split, own)[0], read(more, split, own)[0]
    images: tuple[str, ...] = (f"x_{split}", f"X_{split}", f"{split}_images")
    labels: tuple[str, ...] = (f"y_{split}", f"Y_{split}", f"{split}_labels")
    if own:
        images, labels = IMAGES + images, LABELS + labels
    # Not np.load, which also takes a bare array or a pickle.
    with (
        intact(path, "an .npz archive"),
        path.open("rb") as file,
        np.lib.npyio.NpzFile(file) as archive,
    ):
        if (name := _one(images, archive, path)) is None:
            raise DataError(
                f'{path} lacks "{images[0]}" (it holds {_quoted(archive.files)}): save it with '
                f"np.savez_compressed(file, {images[0]}=..., {labels[0]}=...)"
            )
        label = _one(labels, archive, path)
        others = {n for n in archive.files if not n.lower().startswith("x") and "images" not in n}
        if label is None and (others := others - {name}):
            raise DataError(
                f'{path} lacks "{labels[0]}", but holds {_quoted(others)}: call the labels '
                f"{labels[0]}, or leave all but the images out"
            )
        try:
            return _array(archive, name), None if label is None else _array(archive, label)
        except ValueError as error:
            if "allow_pickle" not in str(error):
                raise
            advice = "which are never unpickled: save numbers, such as uint8 images"
            raise DataError(f"{path} holds Python objects, {advice}") from None


def _one(names: Sequence[str], archive: Any, path: File) -> str | None:
    """The name that the archive holds: the usual one, or the only one of the others."""
    held = [name for name in names if name in archive.files]
    if len(held) > 1 and held[0] != names[0]:
        raise DataError(f"{path} holds {_quoted(held)}: keep the one that is meant")
    return held[0] if held else None


def _array(archive: Any, name: str) -> np.ndarray:
    """One array, once its header agrees with the archive's directory and memory's limit."""
    with archive.zip.open(f"{name}.npy") as member:
        np.lib.format.read_magic(member)
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        size = math.prod(shape) * dtype.itemsize
        stored = archive.zip.getinfo(f"{name}.npy").file_size - member.tell()
    if not dtype.hasobject and size != stored:
        raise EOFError(f"{name} announces {size:,} bytes and has {stored:,}")
    if size > LARGEST:
        raise MemoryError(f"{name} has {size:,} bytes, more than {LARGEST:,}")
    return np.asarray(archive[name])


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names)) or "nothing"
