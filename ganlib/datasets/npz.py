"""Read images and labels from .npz archives, with no way in for pickled objects."""

import math
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganlib.errors import DataError

HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_arrays(paths: Sequence[Path], images: str, labels: str) -> tuple[np.ndarray, np.ndarray]:
    """Read two named arrays of one archive.

    Parameters
    ----------
    paths : the archive, as the only element
    images, labels : the names of the two arrays in it

    Returns
    -------
    images, labels : as stored; dtypes and shapes are the caller's to judge

    Raises
    ------
    DataError
        If the file is no intact archive, lacks an array, or holds pickled objects.
    """
    (path,) = paths
    try:
        with zipfile.ZipFile(path) as archive:
            stored = {member.removesuffix(".npy") for member in archive.namelist()}
            missing = [key for key in (images, labels) if key not in stored]
            if missing:
                raise DataError(
                    f"{path} lacks {_quoted(missing)} (it holds {_quoted(sorted(stored))}): save "
                    f"it with np.savez_compressed(file, {images}=..., {labels}=...)"
                )
            return _read_array(archive, images, path), _read_array(archive, labels, path)
    except zipfile.BadZipFile as error:
        raise DataError(
            f"{path} is not an intact .npz archive ({error}): save or download it again"
        ) from None
    except (zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path} cannot be unpacked ({error}): save it again") from None
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}): check its permissions"
        ) from None


def explain_dtype(images: np.ndarray) -> str:
    """Say what is wrong with images that are not uint8, and how to convert them."""
    problem = f"images are {images.dtype} where uint8 from 0 to 255 belongs"
    if images.dtype.kind != "f" or images.size == 0:
        return f"{problem}: save them as uint8"
    low, high = float(images.min()), float(images.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        return f"{problem}, and some are NaN or infinite: repair them, then save them as uint8"
    scaled = "images"
    if -1 <= low < 0 and high <= 1:
        scaled = "((images + 1) * 127.5)"
    elif 0 <= low and high <= 1:
        scaled = "(images * 255)"
    return (
        f"{problem}: they lie in [{low:g}, {high:g}], so save "
        f"{scaled}.round().clip(0, 255).astype(np.uint8)"
    )


def _read_array(archive: zipfile.ZipFile, key: str, path: Path) -> np.ndarray:
    member = archive.getinfo(f"{key}.npy")
    try:
        with archive.open(member) as stream:
            version = np.lib.format.read_magic(stream)
            shape, _, dtype = HEADER_READERS[version](stream)
            held = member.file_size - stream.tell()
    except (ValueError, KeyError):
        raise DataError(
            f'{path}: "{key}" is not a plain numpy array: save it with np.savez_compressed'
        ) from None
    if dtype.hasobject:
        raise DataError(
            f'{path}: "{key}" is an object array, which only unpickling could read and which may '
            "hide a program: save it as numbers, such as uint8"
        )
    # numpy allocates what the header promises before it reads, so the promise is checked first.
    if math.prod(shape) * dtype.itemsize != held:
        raise DataError(
            f'{path}: "{key}" announces shape {shape} of {dtype}, but there are {held:,} bytes: '
            "save it again"
        )
    with archive.open(member) as stream:
        return np.lib.format.read_array(stream, allow_pickle=False)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names) or "nothing"
