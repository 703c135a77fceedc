"""Stacked digits: how many of the thousand modes are found, and how evenly."""

import numpy as np

from ganlib.errors import GanlibError

MODES = 1_000


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
