"""Colour images to greyscale, by the standard luma weights."""

import numpy as np

WEIGHTS = (299, 587, 114)
"""Red, green and blue in thousandths: luma as in ITU-R BT.601."""
CHUNK = 1024  # images at a time: what is computed between is four times as large


def to_grayscale(images: np.ndarray) -> np.ndarray:
    """Turn uint8 images (N, H, W, 3) into (N, H, W, 1): 0.299 R + 0.587 G + 0.114 B, rounded."""
    result = np.empty((*images.shape[:3], 1), np.uint8)
    for start in range(0, len(images), CHUNK):
        part = images[start : start + CHUNK].astype(np.int32) @ np.array(WEIGHTS, np.int32)
        result[start : start + CHUNK, ..., 0] = (part + 500) // 1000
    return result
