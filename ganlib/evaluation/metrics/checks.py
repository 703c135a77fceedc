"""What every metric asks of its arrays; what does not fit is a `DataError` of one sentence.

Each function returns the array that the metric computes with and does not change its argument.
`name` is the argument's name, for the error; `least` the fewest images that will do.
"""

from typing import Any

import numpy as np

from ganlib.errors import DataError

SUM_TOLERANCE = 1e-3
"""How far a row of probabilities may be from 1: a softmax in half precision rounds that much."""


def features(array: Any, name: str, least: int = 1) -> np.ndarray:
    """A judge's features, finite, (N, D); as float64."""
    return _table(array, name, "features", least)


def probabilities(array: Any, name: str, least: int = 1) -> np.ndarray:
    """A judge's class probabilities, (N, K) in [0, 1], each row with the sum 1; as float64."""
    table = _table(array, name, "probabilities", least)
    if table.min() < 0 or np.abs(table.sum(axis=1) - 1).max() > SUM_TOLERANCE:
        raise DataError(
            f"{name} must be in [0, 1], and those of an image add up to 1: give the judge's "
            "softmax, not its logits"
        )
    return table


def images(array: Any, name: str, least: int = 1) -> np.ndarray:
    """Images: uint8, shape (N, H, W, C)."""
    pixels = _array(array, name, "images")
    shaped = pixels.ndim == 4 and 0 not in pixels.shape[1:] and len(pixels) >= least
    if pixels.dtype != np.uint8 or not shaped:
        raise DataError(
            f"{name} is {_kind(pixels)}: give uint8 images (N, H, W, C), at least {least:,}; "
            "`ganlib.figures.to_uint8` makes them from a generator's [-1, 1]"
        )
    return pixels


def labels(array: Any, name: str, count: int) -> np.ndarray:
    """Class labels: integers, shape (count,), one for each image."""
    numbers = _array(array, name, "labels")
    if numbers.dtype.kind not in "iu" or numbers.shape != (count,):
        raise DataError(
            f"{name} is {_kind(numbers)}: give integers, one for each of {count:,} images"
        )
    return numbers


def distances(array: Any, name: str) -> np.ndarray:
    """Distances: finite, at least 0, shape (N,), N ≥ 1; as float64."""
    numbers = _array(array, name, "distances")
    if numbers.ndim != 1 or not len(numbers) or not (0 <= numbers.min() <= numbers.max() < np.inf):
        raise DataError(
            f"{name} is {_kind(numbers)}: give finite distances (N,) of at least 0, as "
            "`nearest_distances` returns them"
        )
    return numbers.astype(np.float64)


def same_shape(first: np.ndarray, second: np.ndarray, names: tuple[str, str]) -> None:
    """Raise `DataError` unless the rows (images) of two arrays have one shape."""
    if first.shape[1:] != second.shape[1:]:
        raise DataError(
            f"{names[0]} has shape {first.shape} and {names[1]} has {second.shape}, which differ "
            "in more than the number of rows: use the same judge, or images of one size"
        )


def at_least(value: int, name: str, least: int) -> None:
    """Raise `DataError` unless `value` is a whole number of at least `least`."""
    if not isinstance(value, int | np.integer) or value < least:
        raise DataError(f"{name} is {value!r}: choose a whole number of at least {least}")


def fraction(value: float, name: str) -> None:
    """Raise `DataError` unless 0 < value ≤ 1."""
    if not 0 < value <= 1:
        raise DataError(f"{name} is {value!r}: choose a number above 0 and at most 1")


def _array(array: Any, name: str, content: str) -> np.ndarray:
    try:
        numbers = np.asarray(array)
    except ValueError:
        numbers = np.empty(0, object)
    if numbers.dtype.kind not in "biuf":
        raise DataError(f"{name} is not an array of numbers: give {content} as a numpy array")
    return numbers


def _table(array: Any, name: str, content: str, least: int) -> np.ndarray:
    table = _array(array, name, content)
    shaped = table.ndim == 2 and table.shape[1] > 0 and len(table) >= least
    if not (shaped and np.isfinite(table).all()):
        raise DataError(
            f"{name} is {_kind(table)}: give finite {content}, a row for each of at least {least} "
            "image(s)"
        )
    return table.astype(np.float64, copy=False)


def _kind(array: np.ndarray) -> str:
    holes = "" if np.isfinite(array).all() else ", with NaN or infinity"
    return f"{array.dtype} of shape {array.shape}{holes}"
