"""Arrays as users have them, made uniform where they have one meaning.

What has several meanings, or none, is refused in a sentence with the line of numpy that mends it.
"""

import math
from collections.abc import Sequence

import numpy as np

from ganlib.errors import DataError

Labels = np.ndarray | None
CHUNK = 4096  # images at a time: what is computed between is larger than they are
ROUND = ".round().clip(0, 255).astype(np.uint8)"


def uniform(
    images: np.ndarray, labels: Labels, shape: tuple[int, ...] | None, classes: int, owner: str
) -> tuple[np.ndarray, Labels]:
    """Return uint8 images (N, H, W, C) and int64 labels (N,), or None.

    Parameters
    ----------
    shape : height, width, channels; None where any will do, with one channel or three
    classes : labels run from 0 to below it; 0 where any number from 0 on will do
    owner : the data set's name, for the sentences

    Raises
    ------
    DataError : a clause for the caller's sentence, which names the file
    """
    if images.dtype.kind not in "biuf":
        raise DataError(f"images are {images.dtype} where numbers from 0 to 255 belong")
    images = _arranged(images, shape or _own_shape(images), owner)
    if len(images) == 0:
        raise DataError("it holds no images: use the complete file")
    images = np.ascontiguousarray(_bytes(images))
    return images, None if labels is None else _numbers(labels, len(images), classes, owner)


def by(shape: Sequence[int]) -> str:
    """Write a shape as people do: 28×28×1."""
    return "×".join(str(length) for length in shape)


def _own_shape(images: np.ndarray) -> tuple[int, ...]:
    """What an array of a user's own data set says of its images' shape."""
    if images.ndim == 3:
        return (*images.shape[1:], 1)
    if images.ndim == 4 and (images.shape[3] in (1, 3)) != (images.shape[1] in (1, 3)):
        channels_last = images.shape[3] in (1, 3)
        return images.shape[1:] if channels_last else (*images.shape[2:], images.shape[1])
    raise DataError(
        f"images of shape {images.shape} are not N×H×W, N×H×W×1 or N×H×W×3: "
        "images.reshape(-1, height, width, channels) makes them so"
    )


def _arranged(images: np.ndarray, shape: tuple[int, ...], owner: str) -> np.ndarray:
    """Axes in the order (N, H, W, C)."""
    height, width, channels = shape
    sides = images.shape
    if sides[1:] == shape:
        return images
    if channels == 1 and sides[1:] == (height, width):
        return images[..., np.newaxis]
    if channels == 1 and sides[1:] in ((height * width,), (height * width, 1)):
        return images.reshape(-1, *shape)
    if sides[1:] == (channels, height, width):
        return images.transpose(0, 2, 3, 1)
    if sides[:3] == shape:  # MATLAB's
        return np.moveaxis(images, 3, 0) if images.ndim == 4 else _mend(images, shape, owner, 1)
    if channels == 1 and images.ndim == 3 and sides[:2] == (height, width):
        return np.moveaxis(images, 2, 0)[..., np.newaxis]
    if channels == 1 and sides[1:] == (height, width, 3):
        starts = range(0, len(images), CHUNK)
        parts = (images[start : start + CHUNK] for start in starts)
        if all((part == part[..., :1]).all() for part in parts):
            return images[..., :1]
    return _mend(images, shape, owner)


def _mend(images: np.ndarray, shape: tuple[int, ...], owner: str, ndim: int = 0) -> np.ndarray:
    """Raise DataError, with the line that mends the shape where there is one."""
    height, width, channels = shape
    sides, to = images.shape, ", ".join(map(str, shape))
    flat = math.prod(shape)
    advice = (
        "is this another data set? A folder of another name may hold images of any one size: "
        f"load that name, not {owner}"
    )
    if ndim or sides in (shape, (height, width)):
        advice = f"if it is one image, save images.reshape(1, {to})"
    elif sides[1:] == (flat,):
        advice = (
            f"save images.reshape(-1, {to}), or, if each channel comes as a whole, "
            f"images.reshape(-1, {channels}, {height}, {width}).transpose(0, 2, 3, 1)"
        )
    elif sides[:1] == (flat,) and images.ndim == 2:
        advice = f"if each column is an image, save images.T.reshape(-1, {to})"
    elif sides[1:] == (height, width, 4):
        advice = "save images[..., :3], without transparency, and see what this then says"
        if channels == 3:
            advice = "save images[..., :3], without transparency"
    elif channels == 1 and sides[1:] in ((height, width, 3), (3, height, width)):
        order = "" if sides[3] == 3 else ".transpose(0, 2, 3, 1)"
        grey = f"(images{order} @ [0.299, 0.587, 0.114])"
        advice = f"they are in colour, so save {grey}{ROUND}"
    elif channels == 3 and sides[1:] in ((height, width), (height, width, 1)):
        advice = f"they are grey, so save np.repeat(images.reshape(-1, {height}, {width}, 1), 3, 3)"
    raise DataError(f"images of shape {sides} are not N×{by(shape)}, as {owner} has them: {advice}")


def _bytes(images: np.ndarray) -> np.ndarray:
    """Values as uint8 from 0 to 255."""
    low, high, kind = images.min(), images.max(), images.dtype.kind
    if kind == "b":
        return images.astype(np.uint8) * np.uint8(255)
    span = f"images are {images.dtype} in [{low:g}, {high:g}] where 0 to 255 belongs"
    if kind != "f" and high == 1 and low in (0, 1):
        raise DataError(
            f"{span}: if 1 is white, save (images * 255).astype(np.uint8); if they were floats in "
            f"[0, 1] before they became whole numbers, save (floats * 255){ROUND} instead"
        )
    if kind != "f":
        if low < 0 or high > 255:
            scale = "(images / 257)" if low >= 0 and 4095 < high < 65536 else "images"
            if low == -1 and high <= 1:
                scale = "((images + 1) * 127.5)"
            elif scale == "images":
                scale = "((images - images.min()) / np.ptp(images.astype(float)) * 255)"
            raise DataError(f"{span}: save {scale}{ROUND}")
        return images if images.dtype == np.uint8 else images.astype(np.uint8)
    if not np.isfinite([low, high]).all():
        raise DataError(
            f"images are {images.dtype}, and some are NaN or infinite: find out why; "
            "np.nan_to_num(images, posinf=0, neginf=0) sets those to 0"
        )
    factor, shift = (255.0, 0.0) if low >= 0 and high <= 1 else (127.5, 1.0)
    if low >= 0 and high > 1:
        factor, shift = 1.0, 0.0
    if high > 255 or low < -1 or (low < 0 and not (low <= -0.5 and 0.5 <= high <= 1)):
        lowest = "images.min()"
        raise DataError(
            f"{span}: undo what was done to them; if their order is all that counts, save "
            f"((images - {lowest}) / (images.max() - {lowest}) * 255){ROUND}"
        )
    result = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), CHUNK):
        part = (images[start : start + CHUNK].astype(np.float64) + shift) * factor
        result[start : start + CHUNK] = part.round().clip(0, 255)
    return result


def _numbers(labels: np.ndarray, count: int, classes: int, owner: str) -> np.ndarray:
    """One whole number for each image."""
    given = f"{count:,} images but labels of shape {labels.shape} and type {labels.dtype}"
    if labels.ndim == 2 and labels.shape in ((count, 1), (1, count)):
        labels = labels.reshape(count)
    if labels.ndim == 2 and len(labels) == count and labels.dtype.kind in "biuf":
        if not (np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()):
            raise DataError(f"{given}, not one-hot: labels.argmax(axis=1) takes the largest column")
        labels = labels.argmax(axis=1)
    if labels.shape != (count,):
        raise DataError(
            f"{given}: one label per image belongs there, so use labels and images of one file"
        )
    if labels.dtype.kind in "SU":
        try:
            labels = np.array([int(label) for label in labels.tolist()])
        except ValueError:
            raise DataError(
                f"{given}, which are words: save np.unique(labels, return_inverse=True)[1], their "
                "numbers in alphabetical order"
            ) from None
    if (
        labels.dtype.kind == "f"
        and (labels == np.floor(labels)).all()
        and np.isfinite(labels).all()
    ):
        labels = np.clip(labels, -1, 2**53).astype(np.int64)
    if labels.dtype.kind not in "biu":
        raise DataError(f"{given}: labels.round().astype(int) would make them whole numbers")
    # Compared before the cast, which would wrap large unsigned numbers into small ones.
    outside = (labels < 0) | (labels >= (classes or 2**31))
    if outside.any():
        position = int(np.argmax(outside))
        advice = f"use the labels of {owner}"
        if classes and labels.min() == 1 and labels.max() == classes:
            advice = f"labels % {classes} counts {classes} as 0, labels - 1 counts from 0"
        raise DataError(
            f"label {labels[position]} at position {position:,} is not in 0 to "
            f"{(classes or 2**31) - 1}: {advice}"
        )
    return labels.astype(np.int64)
