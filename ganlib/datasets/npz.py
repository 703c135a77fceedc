"""Read images and labels from .npz archives, with no way in for pickled objects."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ganlib.datasets.intact import intact
from ganlib.errors import DataError


def read(paths: Sequence[Path], images: str, labels: str) -> tuple[np.ndarray, np.ndarray]:
    """Read two arrays of one archive, given their names; dtypes and shapes are not checked here."""
    (path,) = paths
    # Not np.load, which also takes a bare array or a pickle.
    with (
        intact(path, "an .npz archive"),
        path.open("rb") as file,
        np.lib.npyio.NpzFile(file) as archive,
    ):
        if missing := {images, labels} - set(archive.files):
            raise DataError(
                f"{path} lacks {_quoted(missing)} (it holds {_quoted(archive.files)}): save it "
                f"with np.savez_compressed(file, {images}=..., {labels}=...)"
            )
        try:
            return np.asarray(archive[images]), np.asarray(archive[labels])
        except ValueError as error:
            if "allow_pickle" not in str(error):
                raise
            raise DataError(
                f"{path} holds Python objects, which are never unpickled: save numbers, such as "
                "uint8 images"
            ) from None


def explain_dtype(images: np.ndarray) -> str:
    """Say what is wrong with images that are not uint8, and how to convert them."""
    problem = f"images are {images.dtype} where uint8 from 0 to 255 belongs"
    if images.dtype.kind != "f" or images.size == 0:
        return f"{problem}: save them as uint8"
    low, high = images.min(), images.max()
    if not np.isfinite([low, high]).all():
        return f"{problem}, and some are NaN or infinite: repair them, then save them as uint8"
    scaled = "((images + 1) * 127.5)" if low < 0 else "(images * 255)"
    if low < -1 or high > 1:
        scaled = "images"
    rounded = f"{scaled}.round().clip(0, 255).astype(np.uint8)"
    return f"{problem}: they lie in [{low:g}, {high:g}], so save {rounded}"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names)) or "nothing"
