"""From a run folder to images: save, load and use the generators of a run.

A run keeps up to three: the weights of its last step, their moving average where the recipe asks
for one, and the best of those that were scored while it trained. A run that ships has only the
first; see `ganlib.runs.pretrained`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder
from ganlib.runs.networks import load_network, save_network

__all__ = [
    "check_generator",
    "load_generator",
    "load_network",
    "load_system",
    "sample",
    "save_network",
]

TOGETHER = 10_000  # images in floats
MOST = 1_000_000  # images at a time: all are held in memory
HOW = {
    "last": "train it until its first checkpoint",
    "average": "train with --ema to have one",
    "best": "it is kept where training is scored, from the first score on",
}
"""How a run gets a generator, by its weights."""


def check_generator(run: RunFolder, weights: str = "last") -> None:
    """Raise `GanlibError` where a run lacks this generator; TensorFlow is not needed for that."""
    if run.network_file("generator", weights).is_file():
        return
    if weights == "last" and run.shipped_file("generator").is_file():
        return
    kind, how = "generator yet" if weights == "last" else f"{weights} generator", HOW[weights]
    if run.generated.is_file():
        kind, how = "weights, only images", "train its recipe to have some"
    elif weights == "last" and "progress" in run.record:  # it was trained, and had one
        raise GanlibError(
            f"{run.network_file('generator')} is missing, or no file: put it back under this name, "
            "or resume the run to write it anew"
        )
    raise GanlibError(f"{run.path} has no {kind}: {how}")


def load_generator(run: RunFolder, weights: str = "last") -> Any:
    """A generator of the run, a ``keras.Model`` in float32; damaged or missing: `GanlibError`."""
    check_generator(run, weights)
    return load_network(run, "generator", weights)


def load_system(
    run: RunFolder, weights: str = "last", names: Sequence[str] = ("generator",)
) -> Any:
    """The run's system with these saved networks alone, ready to `draw` and `generate`."""
    networks = {"generator": load_generator(run, weights)}
    networks |= {name: load_network(run, name) for name in names if name != "generator"}
    return run.recipe.system(networks=networks, training=False)


def sample(
    run: RunFolder, count: int, seed: int = 0, weights: str = "last", **given: Any
) -> np.ndarray:
    """`count` images from a run's generator, uint8 (N, H, W, C), the same for the same seed.

    `given` are parts of the latent to hold fixed, such as labels or codes.
    """
    from ganlib.figures import to_uint8
    from ganlib.startup import tf

    if not 1 <= count <= MOST:
        raise GanlibError(f"count must be from 1 to {MOST:,}, not {count:,}")
    system = load_system(run, weights)
    try:
        inputs = system.draw(np.random.default_rng([seed, 2]), count, **given)
        parts = [  # as bytes at once: floats take four times the memory
            to_uint8(
                system.generate({name: rows[i : i + TOGETHER] for name, rows in inputs.items()})
            )
            for i in range(0, count, TOGETHER)
        ]
        return np.concatenate(parts)
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        raise GanlibError(
            f"{count:,} images of {run.path} do not fit into memory: ask for fewer"
        ) from error
