"""Two bells on a line: what each loss leaves of a generator's gradient if D is the best possible.

The real data are a bell at 0, the generated data a bell at θ, both of width 1. θ is all that this
generator can change. On a line the best discriminator for each loss is known, so nothing is trained
here and nothing is random. Lesson 03 writes the same by hand.
"""

from collections.abc import Callable

import numpy as np

X = np.linspace(-16.0, 16.0, 3201)
DX = X[1] - X[0]
NUDGE = 1e-3  # of θ, for its derivative
NO_EARTH = 1e-14  # below that nothing has to be moved


def bell(place: float) -> np.ndarray:
    """The normal density around `place` with standard deviation 1, at each of `X`."""
    return np.exp(-((X - place) ** 2) / 2) / np.sqrt(2 * np.pi)


def hill(name: str, theta: float) -> np.ndarray:
    """The generator's loss for an image at each of `X`, with the best discriminator for that loss.

    Parameters
    ----------
    name : of the loss, as in `ganlib.systems.OBJECTIVES`
    """
    return HILLS[name](theta)


def _logit(theta: float) -> np.ndarray:
    """log p(x) - log q(x): the best logit for the cross-entropy."""
    return ((X - theta) ** 2 - X**2) / 2


def _least_squares(theta: float) -> np.ndarray:
    share = np.exp(-np.logaddexp(0.0, -_logit(theta)))  # p / (p + q) is the best
    return (share - 1) ** 2 / 2


def _wasserstein(theta: float) -> np.ndarray:
    to_move = np.cumsum(bell(0.0) - bell(theta)) * DX
    critic = -np.cumsum(np.sign(np.where(np.abs(to_move) < NO_EARTH, 0.0, to_move))) * DX
    return critic[len(X) // 2] - critic  # 0 at 0: any constant will do


HILLS: dict[str, Callable[[float], np.ndarray]] = {
    "minimax": lambda theta: -np.logaddexp(0.0, _logit(theta)),
    "non_saturating": lambda theta: np.logaddexp(0.0, -_logit(theta)),
    "least_squares": _least_squares,
    "wasserstein": _wasserstein,
    "hinge": lambda theta: -np.sign(_logit(theta)),
}


def gradient(heights: np.ndarray, theta: float) -> float:
    """The derivative by θ of a hill's mean height over the generated data; the hill stays."""
    moved = (bell(theta + NUDGE) - bell(theta - NUDGE)) / (2 * NUDGE)
    return float(moved @ heights * DX)


def descent(name: str, start: float, steps: int = 120, rate: float = 0.1) -> list[float]:
    """The places θ of a generator that follows its loss, one more than there are steps."""
    places = [start]
    for _ in range(steps):
        theta = places[-1]
        places.append(theta - rate * gradient(hill(name, theta), theta))
    return places
