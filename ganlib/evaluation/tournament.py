"""Every discriminator against every generator: who takes part, and what is played.

The report `review` has such a table (its table 1, "cross validation"). A contestant is a finished
run with both networks. Images change hands as bytes, as they are saved. A discriminator says of
each whether it is real, in inference: batch norm with its moving averages, no dropout.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.datasets import Dataset, pairs
from ganlib.datasets.catalog import by
from ganlib.errors import GanlibError
from ganlib.evaluation.ratings import Table
from ganlib.figures import to_uint8
from ganlib.models.layers import logits
from ganlib.runs.folder import RunFolder
from ganlib.runs.networks import load_network
from ganlib.systems import KINDS, latents, losses

AT_ONCE = 500  # images that a discriminator sees at a time
SIDES = {"source": ("back", "back_discriminator"), "target": ("generator", "discriminator")}
"""The set whose images are made, of a pair, and the networks that make them and tell them apart."""


@dataclass(frozen=True)
class Contestant:
    """A generator and a discriminator that grew up together.

    Attributes
    ----------
    boundary : the logit above which an image counts as real, see `ganlib.systems.losses.Objective`
    system : what makes images, with the networks that are needed for that
    shape : of the images that its networks know: height, width, channels
    maker : the name of its generator
    discriminator : a ``keras.Model`` of images, or of a dict of "images" and "labels"
    starts : the data set of the images that a translation starts from; None for other systems
    """

    name: str
    boundary: float
    shape: tuple[int, int, int]
    system: Any
    maker: str
    discriminator: Any
    starts: Dataset | None = None

    def images(self, test: Dataset, count: int, seed: int) -> tuple[np.ndarray, Any]:
        """Images, uint8 (`count`, H, W, C), and the labels that were asked for, or None."""
        if self.starts is not None:
            given = {"images": self.starts.images[:count].astype(np.float32) / 127.5 - 1.0}
        else:
            given = latents.like(self.system.latent, test, count)
        inputs = self.system.draw(np.random.default_rng([seed, 2]), count, **given)
        made = self.system.generate(inputs, self.system.networks[self.maker])
        return to_uint8(made), given.get("labels")

    @property
    def needs_labels(self) -> bool:
        """Whether the discriminator sees labels too."""
        return len(self.discriminator.inputs) > 1

    def margins(self, images: np.ndarray, labels: np.ndarray | None = None) -> np.ndarray:
        """How far above its boundary the discriminator sets each image, float32 (N,).

        Parameters
        ----------
        images : uint8 (N, H, W, C); they get the channels that the discriminator takes
        labels : of a conditional discriminator, int64 (N,)
        """
        seen = pairs.fitted(images, self.shape, f"images for {self.name}")
        parts = []
        for start in range(0, len(seen), AT_ONCE):
            rows = slice(start, start + AT_ONCE)
            batch: Any = seen[rows].astype(np.float32) / 127.5 - 1.0
            if self.needs_labels:
                assert labels is not None
                batch = {"images": batch, "labels": labels[rows]}
            found = logits(self.discriminator(batch, training=False)).numpy()
            parts.append(found.reshape(len(found), -1).mean(axis=1))  # the mean over its patches
        return np.concatenate(parts) - np.float32(self.boundary)


def sides(run: RunFolder) -> dict[str, tuple[str, str]]:
    """The data sets whose images a run makes, each with its generator and its discriminator.

    A run without a discriminator, and one of a critic, raise `GanlibError`.
    """
    recipe, name = run.recipe, run.record["data"]["name"]
    if "discriminator" not in recipe.networks:
        raise GanlibError(f"{run.path} is a run of {recipe.name}, which has no discriminator")
    if recipe.objective is None or losses.get(recipe.objective).boundary is None:
        raise GanlibError(
            f"{run.path} has a critic: it sets no boundary between real and generated images"
        )
    if not KINDS[recipe.kind].sets:
        return {name: ("generator", "discriminator")}
    return dict(zip(name.split("+"), (SIDES[side] for side in pairs.NAMES), strict=True))


def common(runs: Sequence[RunFolder]) -> tuple[str, bool]:
    """The data set that most of the runs make images of, and whether it is the stand-in."""
    votes = Counter((name, run.record["data"]["synthetic"]) for run in runs for name in sides(run))
    return votes.most_common(1)[0][0]


def contestant(
    run: RunFolder, name: str, test: Dataset, data_dir: str | Path | None = None
) -> Contestant:
    """A run with its networks loaded; a foreign or damaged one raises `GanlibError`.

    Parameters
    ----------
    name : for the table
    test : test images of the tournament's data set; a run of another one is foreign
    data_dir : as for `ganlib.datasets.load`: a translation starts from test images of its own
    """
    about, recipe, can = run.record["data"], run.recipe, sides(run)
    stand_in = test.source == "synthetic"
    if test.name not in can or about["synthetic"] != stand_in:
        other, wanted = (
            one + " (SYNTHETIC)" * drawn
            for one, drawn in ((about["name"], about["synthetic"]), (test.name, stand_in))
        )
        raise GanlibError(f"{run.path} was trained on {other}, and this tournament is on {wanted}")
    if recipe.image_shape[:2] != test.images.shape[1:3]:
        own, wanted = (by(shape) for shape in (recipe.image_shape, test.images.shape[1:3]))
        raise GanlibError(f"{run.path} makes images of {own}, and this tournament has {wanted}")
    starts = None
    if KINDS[recipe.kind].sets:
        drawn = "always" if stand_in else "never"
        both = pairs.load(about["name"], "test", data_dir, drawn, recipe.image_shape)
        starts = next(one for one in both.values() if one.name != test.name)
    maker, teller = can[test.name]
    networks = {key: load_network(run, key) for key in {"generator", maker, teller}}
    system = recipe.system(networks=networks, training=False)
    boundary = losses.get(recipe.objective or "").boundary
    assert boundary is not None  # `sides` has seen to it
    return Contestant(name, boundary, recipe.image_shape, system, maker, networks[teller], starts)


def play(
    contestants: Sequence[Contestant], test: Dataset, count: int = 2_000, seed: int = 0
) -> tuple[Table, list[np.ndarray]]:
    """Show every discriminator the test images and those of every generator.

    Parameters
    ----------
    test : real images that nobody was trained on
    count : of real images, and of each generator's
    seed : of the generated images

    Returns
    -------
    What the discriminators said, and each generator's images, uint8 (count, H, W, C)
    """
    places = np.linspace(0, len(test) - 1, min(count, len(test))).astype(int)
    made = [one.images(test, count, seed) for one in contestants]
    labels = [asked for _, asked in made]
    real_labels = None if test.labels is None else test.labels[places]
    if any(one.needs_labels for one in contestants):
        from ganlib.evaluation.translation import classes

        labels = [classes(images, test.name) if asked is None else asked for images, asked in made]
    real = [one.margins(test.images[places], real_labels) for one in contestants]
    fake = [
        [one.margins(images, given) for (images, _), given in zip(made, labels, strict=True)]
        for one in contestants
    ]
    names = tuple(one.name for one in contestants)
    return Table(names, np.stack(real), np.array(fake)), [images for images, _ in made]
