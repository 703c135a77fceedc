"""From a run folder to images: save, load and use the generators of a run.

A run keeps up to three: the weights of its last step, their moving average where the recipe asks
for one, and the best of those that were scored while it trained. A run that ships has only the
first; see `ganlib.runs.pretrained`.
"""

import zipfile
from typing import Any

import numpy as np

from ganlib.errors import GanlibError
from ganlib.files import atomic
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder

MOST = 1_000_000  # images at a time: all are held in memory
HOW = {
    "last": "train it until its first checkpoint",
    "average": "train with --ema to have one",
    "best": "it is kept where training is scored, from the first score on",
}
"""How a run gets a generator, by its weights."""


def save_network(network: Any, run: RunFolder, name: str, weights: str = "last") -> None:
    """Write a network of Keras's own layers, with "last", "average" or "best" weights."""
    with atomic(run.network_file(name, weights)) as partial:
        network.save(partial)


def check_generator(run: RunFolder, weights: str = "last") -> None:
    """Raise `GanlibError` where a run lacks this generator; TensorFlow is not needed for that."""
    if run.network_file("generator", weights).is_file():
        return
    if weights == "last" and run.shipped_file("generator").is_file():
        return
    kind, how = "generator yet" if weights == "last" else f"{weights} generator", HOW[weights]
    if run.generated.is_file():
        kind, how = "weights, only images", "train its recipe to have some"
    raise GanlibError(f"{run.path} has no {kind}: {how}")


def load_generator(run: RunFolder, weights: str = "last") -> Any:
    """A generator of the run, a ``keras.Model`` in float32; damaged or missing: `GanlibError`."""
    check_generator(run, weights)
    return load_network(run, "generator", weights)


def load_network(run: RunFolder, name: str, weights: str = "last") -> Any:
    """Any network of the run, as `load_generator` loads its generator."""
    file = run.network_file(name, weights)
    if not file.is_file():
        return pretrained.load(run, name)
    from ganlib.startup import keras

    try:
        return keras.models.load_model(file, compile=False, safe_mode=True)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise GanlibError(f"{file} is damaged: resume the run to write it anew") from error


def load_system(run: RunFolder, weights: str = "last") -> Any:
    """The run's system with its saved generator alone, ready to `draw` and `generate`."""
    networks = {"generator": load_generator(run, weights)}
    return run.recipe.system(networks=networks, training=False)


def sample(
    run: RunFolder, count: int, seed: int = 0, weights: str = "last", **given: Any
) -> np.ndarray:
    """`count` images from a run's generator, uint8 (N, H, W, C), the same for the same seed.

    `given` are parts of the latent to hold fixed, such as labels or codes.
    """
    from ganlib.figures import to_uint8

    if not 1 <= count <= MOST:
        raise GanlibError(f"count must be from 1 to {MOST:,}, not {count:,}")
    system = load_system(run, weights)
    inputs = system.draw(np.random.default_rng([seed, 2]), count, **given)
    return to_uint8(system.generate(inputs))
