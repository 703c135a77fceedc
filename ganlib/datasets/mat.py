"""Read the MATLAB files in which SVHN's cropped digits are published.

Format (http://ufldl.stanford.edu/housenumbers/): ``X`` is 32×32×3×N uint8, ``y`` is N×1, with the
label 10 for the digit zero.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganlib.errors import DataError

CHUNK = 4096  # images that are turned round at a time
LARGEST_ZLIB_RATIO = 1032
"""Deflate cannot pack more than this many bytes into one, so a header may not promise more."""


def read(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Read one file of images and labels.

    Memory stays near the images' own size: they are turned from MATLAB's order of axes to N×H×W×C
    in place.

    Returns
    -------
    images : uint8, shape (N, H, W, C)
    labels : int64, shape (M,), with 0 for the digit zero, whether the file says 0 or 10; that M
        equals N is not checked here

    Raises
    ------
    DataError
        One sentence that names the file, what is wrong and what to do.
    """
    from scipy.io import loadmat  # here, because importing it takes as long as all the rest

    (path,) = paths
    _check_header(path)
    try:
        content = loadmat(path, variable_names=["X", "y"])
        images, labels = content["X"], content["y"]
    except Exception as error:  # scipy raises a dozen types, MemoryError among them
        raise _unreadable(path, error) from None
    return _images_first(images), _labels(labels, path)


def _check_header(path: Path) -> None:
    from scipy.io import whosmat

    try:
        variables = {name: (shape, kind) for name, shape, kind in whosmat(path)}
    except NotImplementedError:
        raise DataError(
            f"{path} is a MATLAB 7.3 (HDF5) file, which is not read here: save it in MATLAB with "
            "save(file, 'X', 'y', '-v7'), or use the official file."
        ) from None
    except Exception as error:
        raise _unreadable(path, error) from None
    missing = [name for name in ("X", "y") if name not in variables]
    if missing:
        raise DataError(
            f"{path} lacks {' and '.join(missing)} (it holds "
            f"{', '.join(variables) or 'nothing'}): download the official file again."
        )
    shape, kind = variables["X"]
    if kind != "uint8":
        raise DataError(f"{path}: X is {kind} where uint8 from 0 to 255 belongs: save it as uint8.")
    if len(shape) not in (3, 4):
        raise DataError(
            f"{path}: X has shape {shape}, not 32×32×3×N: download the official file again."
        )
    promised, size = math.prod(shape), path.stat().st_size
    if promised > size * LARGEST_ZLIB_RATIO:
        raise DataError(
            f"{path} announces {promised:,} bytes of images, which its {size:,} bytes cannot hold: "
            "download it again."
        )


def _unreadable(path: Path, error: Exception) -> DataError:
    if isinstance(error, PermissionError):
        return DataError(f"{path} may not be opened: check its permissions.")
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    return DataError(
        f"{path} cannot be read as a MATLAB file ({reason}): it may be cut off or damaged, so "
        "download it again."
    )


def _images_first(images: np.ndarray) -> np.ndarray:
    if images.ndim == 3:  # MATLAB drops a last axis of length 1
        images = images[..., np.newaxis]
    turned = np.ascontiguousarray(images.T)  # (N, C, W, H): how MATLAB's arrays lie in memory
    count, channels, width, height = turned.shape
    result = turned.reshape(count, height, width, channels)  # the same memory
    for start in range(0, count, CHUNK):
        part = turned[start : start + CHUNK].transpose(0, 3, 2, 1).copy()
        result[start : start + CHUNK] = part
    return result


def _labels(labels: np.ndarray, path: Path) -> np.ndarray:
    labels = labels.ravel()
    if labels.dtype.kind not in "iuf" or not np.array_equal(labels, np.floor(labels)):
        raise DataError(f"{path}: y holds other things than whole numbers: use the official file.")
    labels = labels.astype(np.int64)
    if (labels == 0).any() and (labels == 10).any():
        raise DataError(
            f"{path}: y holds both 0 and 10, and either stands for the digit zero: use the "
            "official file."
        )
    labels[labels == 10] = 0
    return labels
