"""Arrays as users have them, made uniform where they have one meaning.

What has several meanings, or none, is refused in a sentence with the line of numpy that mends it.
"""

import math
from collections.abc import Sequence

import numpy as np

from ganlib.errors import DataError

Labels = np.ndarray | None
CHUNK = 4096  # images at a time: what is computed between is larger than they are
DARK = 31  # of 255: the largest value of images that are hardly to be seen
LUMA = (299, 587, 114)
"""Red, green and blue in thousandths, as in ITU-R BT.601."""
ROUND = ".round().clip(0, 255).astype(np.uint8)"


def uniform(
    images: np.ndarray, labels: Labels, shape: tuple[int, ...], classes: int, owner: str
) -> tuple[np.ndarray, Labels]:
    """Return uint8 images (N, H, W, C) and int64 labels (N,), or None, of the set `owner`.

    `shape` is height, width and channels; zeros where any will do, with one channel or three.
    Labels run from 0 to below `classes`; 0 where any number from 0 on will do. A DataError is a
    clause for the caller's sentence, which names the file.
    """
    if images.dtype.kind not in "biuf":
        raise DataError(f"images are {images.dtype} where numbers from 0 to 255 belong")
    if not any(shape):
        shape = images.shape[1:] if images.ndim == 4 else (*images.shape[1:], 1)
        if len(shape) == 3 and shape[2] not in (1, 3) and shape[0] in (1, 3):
            shape = (*shape[1:], shape[0])
        if len(shape) != 3 or shape[2] not in (1, 3):
            raise DataError(
                f"images of shape {images.shape} are not N×H×W, N×H×W×1 or N×H×W×3: "
                "images.reshape(-1, height, width, channels) makes them so"
            )
    images = _arranged(images, shape, owner)
    if images.size == 0:
        raise DataError("it holds no images: use the complete file")
    images = np.ascontiguousarray(_bytes(images))
    return images, None if labels is None else _numbers(labels, len(images), classes, owner)


def to_grayscale(images: np.ndarray) -> np.ndarray:
    """Turn uint8 images (N, H, W, 3) into (N, H, W, 1): 0.299 R + 0.587 G + 0.114 B, rounded."""
    result = np.empty((*images.shape[:3], 1), np.uint8)
    for start in range(0, len(images), CHUNK):
        part = images[start : start + CHUNK].astype(np.int32) @ np.array(LUMA, np.int32)
        result[start : start + CHUNK, ..., 0] = (part + 500) // 1000
    return result


def by(shape: Sequence[int]) -> str:
    """Write a shape as people do: 28×28×1."""
    return "×".join(str(length) for length in shape)


def _arranged(images: np.ndarray, shape: tuple[int, ...], owner: str) -> np.ndarray:
    """Axes in the order (N, H, W, C)."""
    height, width, channels = shape
    sides, grey = images.shape, channels == 1
    if sides[1:] == shape or (
        grey and sides[1:] in (shape[:2], (height * width,), (height * width, 1))
    ):
        return images.reshape(-1, *shape)
    if sides[1:] == (channels, height, width):
        return images.transpose(0, 2, 3, 1)
    if images.ndim == 4 and sides[:3] == shape:  # MATLAB's
        return np.moveaxis(images, 3, 0)
    if grey and images.ndim == 3 and sides[:2] == shape[:2] and sides != shape:
        return np.moveaxis(images, 2, 0)[..., np.newaxis]
    if grey and sides[1:] == (height, width, 3):
        parts = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
        if all((part == part[..., :1]).all() for part in parts):
            return images[..., :1]
    to, flat = ", ".join(map(str, shape)), math.prod(shape)
    advice = (
        "is this another data set? A folder of another name may hold images of any one size: "
        f"load that name, not {owner}"
    )
    if sides in (shape, shape[:2]):
        advice = f"if it is one image, save images.reshape(1, {to})"
    elif sides[1:] == (flat,):
        advice = (
            f"save images.reshape(-1, {to}), or, if each channel comes as a whole, "
            f"images.reshape(-1, {channels}, {height}, {width}).transpose(0, 2, 3, 1)"
        )
    elif sides[:1] == (flat,) and images.ndim == 2:
        advice = f"if each column is an image, save images.T.reshape(-1, {to})"
    elif sides[1:] == (height, width, 4):
        advice = "save images[..., :3], without transparency"
    elif grey and sides[1:] in ((height, width, 3), (3, height, width)):
        order = "" if sides[3] == 3 else ".transpose(0, 2, 3, 1)"
        advice = f"they are in colour, so save (images{order} @ [0.299, 0.587, 0.114]){ROUND}"
    elif channels == 3 and sides[1:] in (shape[:2], (height, width, 1)):
        advice = f"they are grey, so save np.repeat(images.reshape(-1, {height}, {width}, 1), 3, 3)"
    raise DataError(f"images of shape {sides} are not N×{by(shape)}, as {owner} has them: {advice}")


def _bytes(images: np.ndarray) -> np.ndarray:
    """Values as uint8 from 0 to 255."""
    parts = (images[start : start + CHUNK] for start in range(0, len(images), CHUNK))
    if images.dtype == np.uint8 and any(part.max() > 1 for part in parts):
        return images  # the first part decides for most: a set on a disk is not read for this
    low, high, whole = images.min(), images.max(), images.dtype.kind != "f"
    if images.dtype.kind == "b":
        return images.astype(np.uint8) * np.uint8(255)
    span = f"images are {images.dtype} in [{low:g}, {high:g}] where 0 to 255 belongs"
    if not np.isfinite([low, high]).all():
        raise DataError(
            f"images are {images.dtype}, and some are NaN or infinite: find out why; "
            "np.nan_to_num(images, posinf=0, neginf=0) sets those to 0"
        )
    if whole and high == 1 and low >= 0:
        raise DataError(
            f"{span}: if 1 is white, save (images * 255).astype(np.uint8); if they were floats in "
            f"[0, 1] before they became whole numbers, save (floats * 255){ROUND} instead"
        )
    if not whole:  # float32 goes a little beyond what it should reach
        low, high = float(f"{low:g}"), float(f"{high:g}")
    if low >= 0 and high <= 255 and (whole or high <= 1 or high > DARK):
        factor, shift = (1.0, 0.0) if whole or high > 1 else (255.0, 0.0)
    elif not whole and -1 <= low < -0.5 and 0.5 < high <= 1:
        factor, shift = 127.5, 1.0
    else:
        undone = "((images - images.min()) / np.ptp(images.astype(float)) * 255)"
        if whole and low == -1 and high <= 1:
            undone = "((images + 1) * 127.5)"
        elif whole and low >= 0 and 4095 < high < 65536:
            undone = "(images / 257)"
        raise DataError(
            f"{span}: undo what was done to them; if you know no better, save {undone}{ROUND}"
        )
    if whole:
        return images.astype(np.uint8, copy=False)
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
    if labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels % 1 == 0).all():
        labels = labels.clip(-1, 2**53).astype(np.int64)
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
