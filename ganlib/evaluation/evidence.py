"""What the doctor looks at: a generator's images, its data and its losses, as a few numbers."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.distance import pdist, squareform

from ganlib import datasets
from ganlib.datasets import Dataset
from ganlib.errors import DataNotFound, GanlibError
from ganlib.evaluation import judges
from ganlib.evaluation.metrics.checkerboards import stride_peak, unevenness
from ganlib.evaluation.metrics.frechet import frechet_distance
from ganlib.evaluation.metrics.memorisation import nearest_distances
from ganlib.evaluation.metrics.modes import modes
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import load_system
from ganlib.runs.tables import Row
from ganlib.systems import KINDS, latents

COUNT = 1_000  # images, generated and real
LOOKED_UP = 300  # of them, whose nearest training image is looked up


@dataclass(frozen=True)
class Evidence:
    """Losses, and numbers of images; what could not be measured is missing from `numbers`.

    Attributes
    ----------
    steps : rows as in a run's steps.csv
    scores : (epoch, Fréchet distance) on the way, as in history.csv
    objective : of the discriminator, a name in `ganlib.systems.OBJECTIVES`
    images : real images that were seen in training
    numbers : see `measured`
    """

    steps: Sequence[Row] = ()
    scores: Sequence[tuple[float, float]] = ()
    objective: str | None = None
    images: int = 0
    diverged: bool = False
    numbers: Mapping[str, float] = field(default_factory=dict)

    def part(self, key: str, start: float, end: float = 1.0) -> np.ndarray:
        """A column of the steps, from one share of the training to another."""
        column = np.array([row[key] for row in self.steps if key in row], np.float64)
        return column[int(start * len(column)) : max(1, round(end * len(column)))]


Make = Callable[[Any, bool], np.ndarray]
judge_of = functools.cache(judges.load)
"""The judge of a set, loaded once: a lesson examines many generators."""


def measured(
    make: Make, noise: Any, train: Dataset | None = None, test: Dataset | None = None
) -> dict[str, float]:
    """Numbers of a generator's images, and of how they compare with real ones.

    Parameters
    ----------
    make : from noise, and the flag ``training``, to images, float (N, H, W, C)
    noise : about 1,000 rows of what the generator starts from
    train, test : real images; without them only what needs none is measured
    """
    raw, batch = (np.asarray(make(noise, flag), np.float64) for flag in (False, True))
    numbers = {"finite": float(np.isfinite(raw).all())}
    if not numbers["finite"]:
        return numbers
    fake = np.clip(np.rint(127.5 * raw + 127.5), 0, 255).astype(np.uint8)
    numbers |= {
        "flag": float(np.abs(raw - batch).mean() / max(raw.std(), batch.std(), 1e-9)),
        **_of_pixels(raw),
    } | _spread("fake", fake)
    if isinstance(noise, np.ndarray):
        numbers |= {"noise_size": noise.shape[1], "noise_spread": float(noise.std(axis=0).mean())}
    if train is None or test is None:
        return numbers
    chosen = np.linspace(0, len(test) - 1, min(COUNT, len(test))).astype(int)
    real = test.images[chosen]
    of_real = _of_pixels(real / 127.5 - 1.0)
    numbers |= {f"real_{key}": value for key, value in of_real.items()} | _spread("real", real)
    near, held_out = (
        nearest_distances(images[:: max(1, len(images) // LOOKED_UP)][:LOOKED_UP], train.images)
        for images in (fake, real)
    )
    numbers["nearest"], numbers["real_nearest"] = float(np.median(near)), float(np.median(held_out))
    numbers["copied"] = float((near <= np.quantile(held_out, 0.01)).mean())
    return numbers | (_judged(fake, real, train.name) if train.name in judges.names() else {})


def _of_pixels(images: np.ndarray) -> dict[str, float]:
    """What images in [-1, 1] have in themselves."""
    return {
        "contrast": float(images.std(axis=(1, 2, 3)).mean()),
        "darkest": float(np.quantile(images, 0.01)),
        "brightest": float(np.quantile(images, 0.99)),
        "mean": float(images.mean()),
        "white": float((images > 0.95).mean()),
        "peak": stride_peak(images),
        "uneven": unevenness(images),
    }


def _spread(name: str, images: np.ndarray) -> dict[str, float]:
    """How far apart images are in pixels from 0 to 1: two of them, and the nearest two."""
    rows = images[:500].reshape(len(images[:500]), -1) / 255.0
    distances = pdist(rows)
    table = squareform(distances)
    np.fill_diagonal(table, np.inf)
    nearest = table.min(axis=1)
    return {f"{name}_apart": float(distances.mean()), f"{name}_twin": float(np.median(nearest))}


def _judged(fake: np.ndarray, real: np.ndarray, name: str) -> dict[str, float]:
    """Classes and Fréchet distances, also that of noise, by the set's judge."""
    judge = judge_of(name)
    noise = np.random.default_rng(0).integers(0, 256, real.shape, np.uint8)
    seen, true, worst = judge(fake), judge(real), judge(noise)
    distances = {
        "frechet": frechet_distance(true.features, seen.features),
        "noise_frechet": frechet_distance(true.features, worst.features),
    }
    if judge.puzzled:
        return distances
    shares = np.bincount(seen.probabilities.argmax(axis=1)) / len(fake)
    return distances | {
        "modes": modes(seen.probabilities, threshold=0.5),
        "real_modes": modes(true.probabilities, threshold=0.5),
        "largest_class": float(shares.max()),
    }


def of_run(run: RunFolder, data_dir: str | Path | None = None) -> Evidence:
    """The evidence of a run folder; real images are compared with where they are at hand."""
    record, recipe = run.record, run.recipe
    if KINDS[recipe.kind].sets:
        raise GanlibError(f"{run.path} is a run of a translation, which the doctor does not know")
    about, history = record["data"], run.history
    numbers: dict[str, float] = {}
    train: Dataset | None
    test: Dataset | None
    diverged = record.get("status") == "diverged"
    if not diverged or run.network_file("generator").is_file():
        try:
            shape, stand_in = recipe.image_shape, "always" if about["synthetic"] else "never"
            train, test = (
                datasets.load(about["name"], split, data_dir, stand_in, shape[-1], shape[:2])
                for split in (about.get("split", "train"), "test")
            )
        except DataNotFound:
            train = test = None
        system = load_system(run)
        given = latents.like(recipe.latent, train, COUNT) if train is not None else {}
        inputs = system.draw(np.random.default_rng([0, 2]), COUNT, **given)
        noise = inputs["noise"] if list(inputs) == ["noise"] else inputs
        numbers = measured(lambda z, flag: _made(system, inputs, flag), noise, train, test)
    return Evidence(
        run.steps,
        [(row["epoch"], row["frechet"]) for row in history if "frechet" in row],
        recipe.objective,
        record.get("progress", {}).get("images", 0),
        diverged,
        numbers,
    )


def _made(system: Any, inputs: Any, training: bool) -> np.ndarray:
    """Images in one batch; what a call in training does to moving averages is taken back."""
    generator = system.networks["generator"]
    kept = generator.get_weights()
    try:
        return np.asarray(system.make(inputs, training), np.float32)
    finally:
        generator.set_weights(kept)
