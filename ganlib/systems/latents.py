"""What a generator starts from: the latent, a few named parts such as noise, codes and labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.errors import GanlibError

KINDS = ("normal", "uniform", "one_hot", "label")


@dataclass(frozen=True)
class Part:
    """One part of a latent.

    Attributes
    ----------
    kind
        "normal": `size` numbers from N(0, 1). "uniform": `size` numbers from U(-1, 1).
        "one_hot": one of `size` categories, as a vector. "label": the same, as a number.
    size
        Numbers or categories, at least 1.
    """

    kind: str
    size: int

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise GanlibError(f"unknown latent {self.kind!r}; choose one of {', '.join(KINDS)}")
        if type(self.size) is not int or self.size < 1:
            raise GanlibError(f"a latent's size is a whole number above 0, not {self.size!r}")


Latent = Mapping[str, Part]
Inputs = dict[str, np.ndarray]


def draw(latent: Latent, rng: np.random.Generator, count: int, **given: Any) -> Inputs:
    """Draw the inputs of a generator.

    Parameters
    ----------
    latent
        Name to part, in the order in which they are drawn.
    rng
        Where random numbers come from.
    count
        Number of rows.
    given
        Name of a part to its values, in place of random ones: rows of numbers, or for "one_hot"
        and "label" the numbers of the categories.

    Returns
    -------
    Name to array: float32 (count, size), or int64 (count,) for "label".

    Raises
    ------
    GanlibError
        If a name is unknown, or values have another shape or lie outside.
    """
    if unknown := sorted(set(given) - set(latent)):
        raise GanlibError(
            f"the latent has no part {unknown[0]!r}; its parts are {', '.join(latent) or 'none'}"
        )
    return {
        name: _checked(name, part, given[name], count)
        if name in given
        else _drawn(part, rng, count)
        for name, part in latent.items()
    }


def _drawn(part: Part, rng: np.random.Generator, count: int) -> np.ndarray:
    if part.kind == "normal":
        return rng.standard_normal((count, part.size)).astype(np.float32)
    if part.kind == "uniform":
        return rng.uniform(-1.0, 1.0, (count, part.size)).astype(np.float32)
    return _categories(part, rng.integers(part.size, size=count))


def _categories(part: Part, numbers: np.ndarray) -> np.ndarray:
    if part.kind == "label":
        return numbers.astype(np.int64)
    return np.eye(part.size, dtype=np.float32)[numbers]


def _checked(name: str, part: Part, values: Any, count: int) -> np.ndarray:
    array = np.asarray(values)
    if part.kind in ("normal", "uniform"):
        if array.shape != (count, part.size):
            raise GanlibError(f"{name} has shape {array.shape}, not {(count, part.size)}")
        return array.astype(np.float32)
    if array.shape != (count,) or array.dtype.kind not in "iu":
        raise GanlibError(f"{name} is not a list of {count} whole numbers")
    if count and not 0 <= array.min() <= array.max() < part.size:
        raise GanlibError(f"{name} goes from 0 to {part.size - 1}, not to {array.max()}")
    return _categories(part, array)


def draw_in_step(latent: Latent, seed: Any, count: Any) -> dict[str, Any]:
    """The same within a ``tf.function``: tensors that depend on the seed alone.

    Parameters
    ----------
    seed
        Two integers, int64 (2,).
    count
        Number of rows, int32 scalar.
    """
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
