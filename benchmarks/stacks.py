"""Stacked MNIST: three digits as the red, green and blue of one image, a thousand modes.

Metz et al. 2017, section 3.3.1, https://arxiv.org/abs/1611.02163; Srivastava et al. 2017, section
4.2, https://arxiv.org/abs/1705.07761. A GAN that drops digits shows it here a hundredfold.
"""

import os
from dataclasses import replace

import numpy as np

from ganlib import datasets
from ganlib.datasets import Dataset
from ganlib.errors import DataError, GanlibError

NAME = "mnist_stacked"
CHANNELS = 3
MODES = 1_000


def load(
    split: str = "train",
    data_dir: str | os.PathLike[str] | None = None,
    stand_in: str = "never",
    seed: int = 0,
) -> Dataset:
    """As many stacks as MNIST has images in the split; arguments as for `ganlib.datasets.load`."""
    return stacked(datasets.load("mnist", split, data_dir, stand_in), seed=seed)


def stacked(digits: Dataset, count: int | None = None, seed: int = 0) -> Dataset:
    """Images, uint8 (N, H, W, 3), of three digits drawn with replacement.

    Labels, int64 (N,), are 100 red + 10 green + blue. `count` is N, by default as many as there are
    digits. Digits in colour or without labels are a `DataError`.
    """
    if digits.labels is None or digits.images.shape[-1] != 1:
        raise DataError(f"{digits.name} cannot be stacked: it needs labels and one channel")
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, len(digits), (count or len(digits), CHANNELS))
    images = np.moveaxis(digits.images[chosen][..., 0], 1, -1)
    labels = codes(digits.labels[chosen])
    origin = f"{digits.origin}, stacked with seed {seed}"
    return replace(digits, name=NAME, images=images, labels=labels, origin=origin)


def codes(classes: np.ndarray) -> np.ndarray:
    """Classes of the channels, (N, 3), as numbers from 0 to 999, int64 (N,)."""
    return np.asarray(classes, np.int64) @ np.array([100, 10, 1])


def found(codes: np.ndarray, modes: int = MODES) -> int:
    """Number of modes with at least one image; `codes` are whole numbers (N,) below `modes`.

    Metz et al. 2017, section 3.3.1, https://arxiv.org/abs/1611.02163.
    """
    return int((_counts(codes, modes) > 0).sum())


def divergence(codes: np.ndarray, modes: int = MODES) -> float:
    """KL(generated ‖ uniform) in nats of the shares of modes (same source).

    0 where all are equally frequent, log `modes` where there is one. N images that are drawn evenly
    have about (`modes` - 1) / 2N, as a sample is never even.
    """
    shares = _counts(codes, modes) / len(codes)
    held = shares[shares > 0]
    return float((held * np.log(held * modes)).sum())


def _counts(codes: np.ndarray, modes: int) -> np.ndarray:
    codes = np.asarray(codes)
    if codes.ndim != 1 or not len(codes) or codes.min() < 0 or codes.max() >= modes:
        raise GanlibError(f"codes must be a row of whole numbers from 0 to {modes - 1:,}")
    return np.bincount(codes, minlength=modes)
