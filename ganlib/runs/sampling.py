"""From a run folder to images: save, load and use a trained generator.

A run keeps up to three: the weights of its last step, their moving average where the recipe asks
for one, and the best of those that were scored while it trained.
"""

import zipfile
from typing import Any

import numpy as np

from ganlib import devices, figures
from ganlib.systems import latents
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.runs.folder import RunFolder
from ganlib.startup import keras

MOST = 1_000_000  # images at a time: all are held in memory


def save_generator(recipe: Recipe, generator: Any, run: RunFolder, weights: str = "last") -> None:
    """Write a generator in float32, in one piece, whatever precision it was trained in.

    Parameters
    ----------
    weights
        Which of the run's generators this is: "last", "average" or "best".
    """
    with devices.precision_policy("float32"):
        copy = recipe.generator.build(recipe.image_shape)
    copy.set_weights(generator.get_weights())
    partial = run.path / "partial.keras"
    try:
        copy.save(partial)
        partial.replace(run.generators[weights])
    finally:
        partial.unlink(missing_ok=True)


def load_generator(run: RunFolder, weights: str = "last") -> Any:
    """A generator of the run, a float32 ``keras.Sequential``.

    One that is not there, or damaged, raises `GanlibError`.
    """
    file = run.generators[weights]
    if not file.is_file():
        why = {
            "last": "train it until its first checkpoint",
            "average": "train with --ema to have one",
            "best": "it is kept where training is scored, from the first score on",
        }
        kind = "generator yet" if weights == "last" else f"{weights} generator"
        if run.generated.is_file():
            kind, why = "weights, only images", {weights: "train its recipe to have some"}
        raise GanlibError(f"{run.path} has no {kind}: {why[weights]}")
    try:
        return keras.models.load_model(file, compile=False, safe_mode=True)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise GanlibError(f"{file} is damaged: resume the run to write it anew") from error


def sample(
    run: RunFolder, count: int, seed: int = 0, batch_size: int = 500, weights: str = "last"
) -> np.ndarray:
    """`count` images from a run's generator, uint8 (N, H, W, C), the same for the same seed."""
    if not 1 <= count <= MOST:
        raise GanlibError(f"count must be from 1 to {MOST:,}, not {count:,}")
    generator = load_generator(run, weights)
    rng = np.random.default_rng([seed, 2])
    noise = latents.draw(run.recipe.latent, rng, count, generator.input_shape[-1])
    parts = [
        figures.to_uint8(generator(noise[i : i + batch_size], training=False).numpy())
        for i in range(0, count, batch_size)
    ]
    return np.concatenate(parts)
