"""What a generator starts from: the latent, a few named parts such as noise, codes and labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.errors import GanlibError, shown

LARGEST = 65_536  # numbers in a part
KINDS = ("normal", "uniform", "one_hot", "label")
CATEGORIES = KINDS[2:]
NOISE = "noise"  # the part that no row or column of a grid belongs to
ROWS, COLUMNS, WALK = 20, 16, 8  # of a grid: at most, where noise varies, where a code walks
ALIKE = 64  # images of a single category


@dataclass(frozen=True)
class Part:
    """One part of a latent.

    Attributes
    ----------
    kind : "normal": `size` numbers from N(0, 1). "uniform": `size` numbers from U(-1, 1).
        "one_hot": one of `size` categories, as a vector. "label": the same, as a number, and named
        "labels", as in a batch.
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


def arranged(
    latent: Latent, rng: np.random.Generator, count: int | None = None, **shown: Any
) -> tuple[Inputs, int]:
    """What `draw` should be given for a grid that shows what the parts do, and its columns.

    A row for each category. Along a row the codes, which are the other parts but the noise, walk
    from -1 to 1, one number at a time while the rest is 0, and the noise stays; without codes the
    noise varies, and is the same in every row.

    Parameters
    ----------
    count : images where only the noise varies along a row, rounded up to whole rows
    shown : name of a part to the categories to show, or to the numbers to walk through

    Returns
    -------
    Nothing and 0 columns for a latent of noise alone; 0 columns too where there is nothing to tell
    apart but noise.
    """
    if unknown := sorted(set(shown) - (set(latent) - {NOISE})):
        raise GanlibError(
            f"the generator takes no label or code {unknown[0]!r}: it takes {', '.join(latent)}"
        )
    kinds = [n for n, part in latent.items() if part.kind in CATEGORIES]
    codes = {n: part for n, part in latent.items() if n not in (NOISE, *kinds)}
    if not kinds and not codes:
        return {}, 0
    rows = {n: shown.get(n, np.arange(min(ROWS, latent[n].size))) for n in kinds[:1]}
    height = max(map(len, rows.values()), default=WALK)
    walks = {n: shown.get(n, np.linspace(-1.0, 1.0, WALK)) for n in codes}
    steps = [(n, k, x) for n, part in codes.items() for k in range(part.size) for x in walks[n]]
    columns = len(steps) or -(-(count or (COLUMNS * height if height > 1 else ALIKE)) // height)
    given = {n: np.repeat(np.asarray(values), columns) for n, values in rows.items()}
    given |= {n: np.zeros((height * columns, part.size)) for n, part in codes.items()}
    for column, (n, number, value) in enumerate(steps):
        given[n][column::columns, number] = value
    if NOISE in latent:
        noise = draw({NOISE: latent[NOISE]}, rng, height if codes else columns)[NOISE]
        given[NOISE] = np.repeat(noise, columns, 0) if codes else np.tile(noise, (height, 1))
    return given, columns if codes or height > 1 else 0


def legend(latent: Latent, **shown: Any) -> str:
    """What the rows and columns of an `arranged` grid are; "" for a latent of noise alone."""
    told: list[str] = []
    for name, part in latent.items():
        if part.kind in CATEGORIES and not told:
            values = shown.get(name, range(min(ROWS, part.size)))
            told = [f"rows: {name} {', '.join(map(str, values))}"]
    codes = [name for name, part in latent.items() if part.kind not in CATEGORIES and name != NOISE]
    ends = {n: (shown[n][0], shown[n][-1]) if n in shown else (-1, 1) for n in codes}
    return "; ".join(told + [f"columns: {n} from {a} to {b}" for n, (a, b) in ends.items()])


def like(latent: Latent, data: Any, count: int) -> dict[str, Any]:
    """The data's labels, evenly chosen, for `draw`; nothing for a latent without labels."""
    places = np.linspace(0, len(data) - 1, count).astype(int)
    return {n: data.labels[places] for n, part in latent.items() if part.kind == "label"}


def _check(name: str, part: Part, values: np.ndarray, count: int) -> None:
    if part.kind in ("normal", "uniform"):
        if values.shape != (count, part.size):
            raise GanlibError(f"{name} has shape {values.shape}, not {(count, part.size)}")
    elif values.shape != (count,) or values.dtype.kind not in "iu":
        raise GanlibError(f"{name} is not a list of {count} whole numbers")
    elif count and not 0 <= values.min() <= values.max() < part.size:
        wrong = values[(values < 0) | (values >= part.size)][0]
        raise GanlibError(f"{name} goes from 0 to {part.size - 1}, so there is no {wrong}")


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
