"""From a run folder to images: save, load and use a trained generator."""

import zipfile
from typing import Any

import numpy as np

from ganlib import devices, figures
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.run_folder import RunFolder
from ganlib.startup import keras

MOST = 1_000_000  # images at a time: all are held in memory


def save_generator(recipe: Recipe, generator: Any, run: RunFolder) -> None:
    """Write generator.keras in float32, in one piece, whatever precision it was trained in."""
    with devices.precision_policy("float32"):
        copy = recipe.generator.build(recipe.image_shape)
    copy.set_weights(generator.get_weights())
    partial = run.path / "partial.keras"
    try:
        copy.save(partial)
        partial.replace(run.generator_file)
    finally:
        partial.unlink(missing_ok=True)


def load_generator(run: RunFolder) -> Any:
    """The run's generator, a float32 ``keras.Sequential``; none or a damaged one: GanlibError."""
    if not run.generator_file.is_file():
        raise GanlibError(f"{run.path} has no generator yet: train it until its first checkpoint")
    try:
        return keras.models.load_model(run.generator_file, compile=False, safe_mode=True)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise GanlibError(
            f"{run.generator_file} is damaged: resume the run to write it anew"
        ) from error


def sample(run: RunFolder, count: int, seed: int = 0, batch_size: int = 500) -> np.ndarray:
    """`count` images from a run's generator, uint8 (N, H, W, C), the same for the same seed."""
    if not 1 <= count <= MOST:
        raise GanlibError(f"count must be from 1 to {MOST:,}, not {count:,}")
    generator = load_generator(run)
    rng = np.random.default_rng([seed, 2])
    noise = rng.standard_normal((count, generator.input_shape[-1])).astype(np.float32)
    parts = [
        figures.to_uint8(generator(noise[i : i + batch_size], training=False).numpy())
        for i in range(0, count, batch_size)
    ]
    return np.concatenate(parts)
