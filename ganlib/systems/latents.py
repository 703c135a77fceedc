"""What a generator starts from: the latent, a few named parts such as noise, codes and labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.errors import GanlibError, shown

LARGEST = 65_536  # numbers in a part
KINDS = ("normal", "uniform", "one_hot", "label")


@dataclass(frozen=True)
class Part:
    """One part of a latent.

    Attributes
    ----------
    kind : "normal": `size` numbers from N(0, 1). "uniform": `size` numbers from U(-1, 1).
        "one_hot": one of `size` categories, as a vector. "label": the same, as a number.
    size : numbers or categories, at least 1
    """

    kind: str
    size: int

    def __post_init__(self) -> None:
        if not (isinstance(self.kind, str) and self.kind in KINDS):
            raise GanlibError(
                f"unknown latent {shown(self.kind)}; choose one of {', '.join(KINDS)}"
            )
        if type(self.size) is not int or not 1 <= self.size <= LARGEST:
            raise GanlibError(
                f"a latent's size is a whole number above 0, {LARGEST:,} at most, not "
                f"{shown(self.size)}"
            )


Latent = Mapping[str, Part]
Inputs = dict[str, np.ndarray]


def draw(latent: Latent, rng: np.random.Generator, count: int, **given: Any) -> Inputs:
    """Draw `count` inputs of a generator; values that do not fit raise `GanlibError`.

    Parameters
    ----------
    latent : name to part, in the order in which they are drawn
    given : name of a part to its values, in place of random ones: rows of numbers, or for "one_hot"
        and "label" the numbers of the categories

    Returns
    -------
    Name to array: float32 (count, size), or int64 (count,) for "label".
    """
    if unknown := sorted(set(given) - set(latent)):
        raise GanlibError(
            f"the latent has no part {unknown[0]!r}; its parts are {', '.join(latent) or 'none'}"
        )
    inputs = {}
    for name, part in latent.items():
        if name in given:
            values = np.asarray(given[name])
            _check(name, part, values, count)
        elif part.kind == "normal":
            values = rng.standard_normal((count, part.size))
        elif part.kind == "uniform":
            values = rng.uniform(-1.0, 1.0, (count, part.size))
        else:
            values = rng.integers(part.size, size=count)
        if part.kind == "one_hot":
            values = np.eye(part.size)[values]
        inputs[name] = values.astype(np.int64 if part.kind == "label" else np.float32)
    return inputs


def _check(name: str, part: Part, values: np.ndarray, count: int) -> None:
    if part.kind in ("normal", "uniform"):
        if values.shape != (count, part.size):
            raise GanlibError(f"{name} has shape {values.shape}, not {(count, part.size)}")
    elif values.shape != (count,) or values.dtype.kind not in "iu":
        raise GanlibError(f"{name} is not a list of {count} whole numbers")
    elif count and not 0 <= values.min() <= values.max() < part.size:
        raise GanlibError(f"{name} goes from 0 to {part.size - 1}, not to {values.max()}")


def draw_in_step(latent: Latent, seed: Any, count: Any) -> dict[str, Any]:
    """The same within a ``tf.function``: `count` rows that depend on an int64 (2,) seed alone."""
    from ganlib.startup import tf

    drawn = {}
    for number, (name, part) in enumerate(latent.items()):
        own = seed + tf.constant([number << 40, 0], tf.int64)  # independent of the other parts
        if part.kind == "normal":
            drawn[name] = tf.random.stateless_normal((count, part.size), own)
        elif part.kind == "uniform":
            drawn[name] = tf.random.stateless_uniform((count, part.size), own, -1.0, 1.0)
        else:
            numbers = tf.random.stateless_uniform((count,), own, 0, part.size, tf.int64)
            drawn[name] = numbers if part.kind == "label" else tf.one_hot(numbers, part.size)
    return drawn
