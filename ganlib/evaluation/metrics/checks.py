"""What every metric asks of its arrays; errors are one sentence.

Each function returns the array that the metric computes with and does not change its argument.
`name` is the argument's name, for the error; `least` the fewest images that will do, by default 1.
What does not fit raises `DataError`: another shape or type, NaN or infinity, too few rows.
"""

from typing import Any

import numpy as np

from ganlib.errors import DataError

SUM_TOLERANCE = 1e-3
"""How far a row of probabilities may be from 1: a softmax in half precision rounds that much."""


def features(array: Any, name: str, least: int | None = None) -> np.ndarray:
    """A judge's features, numbers (N, D); float64 of the same shape is returned."""
    return _table(array, name, "features", least or 1)


def probabilities(array: Any, name: str, least: int | None = None) -> np.ndarray:
    """A judge's class probabilities, (N, K) in [0, 1], each row with the sum 1; as float64."""
    table = _table(array, name, "probabilities", least or 1)
    if table.min() < 0 or table.max() > 1 + SUM_TOLERANCE:
        raise DataError(
            f"{name} has values from {table.min():.3g} to {table.max():.3g}, but probabilities are "
            "in [0, 1]: give the judge's softmax, not its logits"
        )
    sums = table.sum(axis=1)
    worst = sums[np.abs(sums - 1).argmax()]
    if abs(worst - 1) > SUM_TOLERANCE:
        raise DataError(
            f"{name} has a row whose sum is {worst:.4g}, but the probabilities of an image add up "
            "to 1: give the judge's softmax"
        )
    return table


def images(array: Any, name: str, least: int | None = None) -> np.ndarray:
    """Images: uint8, shape (N, H, W, C)."""
    pixels = _array(array, name, "images")
    if pixels.dtype != np.uint8:
        raise DataError(
            f"{name} must be uint8 images in [0, 255], not {pixels.dtype}; "
            "`ganlib.figures.to_uint8` makes them from a generator's [-1, 1]"
        )
    if pixels.ndim != 4 or 0 in pixels.shape[1:]:
        raise DataError(
            f"{name} has shape {pixels.shape}, but images have shape (N, H, W, C): add the axis "
            "that is missing, such as the channel"
        )
    _enough(pixels, name, least or 1)
    return pixels


def labels(array: Any, name: str, count: int) -> np.ndarray:
    """Class labels: integers, shape (count,), one for each image."""
    numbers = _array(array, name, "labels")
    if numbers.dtype.kind not in "iu" or numbers.ndim != 1:
        raise DataError(
            f"{name} has type {numbers.dtype} and shape {numbers.shape}, but labels are integers "
            "of shape (N,): give the class number of each image"
        )
    if len(numbers) != count:
        raise DataError(
            f"{name} has {len(numbers):,} labels for {count:,} images: give one for each image"
        )
    return numbers


def distances(array: Any, name: str) -> np.ndarray:
    """Distances: numbers of at least 0, shape (N,), N ≥ 1; float64 is returned."""
    numbers = _array(array, name, "distances")
    if numbers.ndim != 1 or len(numbers) == 0 or numbers.dtype.kind not in "iuf":
        raise DataError(
            f"{name} has type {numbers.dtype} and shape {numbers.shape}, but distances are numbers "
            "of shape (N,): give one for each image"
        )
    if not (np.isfinite(numbers).all() and numbers.min() >= 0):
        raise DataError(
            f"{name} holds a negative value, NaN or infinity: give what `nearest_distances` returns"
        )
    return numbers.astype(np.float64)


def same_shape(first: np.ndarray, second: np.ndarray, names: tuple[str, str]) -> None:
    """Raise `DataError` unless the rows (images) of two arrays have one shape."""
    if first.shape[1:] != second.shape[1:]:
        raise DataError(
            f"{names[0]} has shape {first.shape} and {names[1]} has {second.shape}, which differ "
            "behind the first number: make both with the same judge or at the same image size"
        )


def same_length(first: np.ndarray, second: np.ndarray, names: tuple[str, str]) -> None:
    """Raise `DataError` unless two arrays have one row for each of the same images."""
    if len(first) != len(second):
        raise DataError(
            f"{names[0]} has {len(first):,} rows and {names[1]} has {len(second):,}: make both "
            "from the same images"
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
    if table.ndim != 2 or table.shape[1] == 0:
        raise DataError(
            f"{name} has shape {table.shape}, but {content} have one row for each image: give an "
            "array of two dimensions"
        )
    _enough(table, name, least)
    if not np.isfinite(table).all():
        raise DataError(
            f"{name} holds NaN or infinity: check the images and the judge that it comes from"
        )
    return table.astype(np.float64, copy=False)


def _enough(array: np.ndarray, name: str, least: int) -> None:
    if len(array) < least:
        raise DataError(
            f"{name} has {len(array)} image(s) and needs at least {least}: give more images"
        )
