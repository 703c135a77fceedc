"""Lesson 14: the reports' GANs at a quarter of their width, one change at a time, and watched.

`RUNS` names each. All are trained by the rules of `svhn-express`: batches of 32, Adam with rate
0.003 for the generator and 0.001 for the discriminator, both falling to zero, `STEPS` steps of the
discriminator. A `Watch` looks at the generator on the way.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ganlib import datasets, figures, recipes
from ganlib.datasets import Dataset
from ganlib.evaluation import judges
from ganlib.evaluation.metrics.frechet import frechet_distance
from ganlib.evaluation.metrics.modes import modes
from ganlib.lessons.codes import stroke_width
from ganlib.lessons.turns import in_turn
from ganlib.models.layers import logits
from ganlib.recipes import Network, Recipe
from ganlib.runs.folder import RunFolder
from ganlib.runs.tables import Row
from ganlib.startup import keras, tf
from ganlib.systems.losses import OBJECTIVES
from ganlib.training.progress import TrainingDiverged
from ganlib.training.train import train

layers = keras.layers
Shape = tuple[int, int, int]
STEPS = 1_000
LOOKS = 10  # at the generator, evenly spread
IMAGES = 1_000  # of a look
THIN = 4  # times fewer channels and units than the report's
CLIP = 0.03  # of a critic a quarter as wide; the published 0.01 is for a wider one


def generator(
    image_shape: Shape,
    kernel: int | tuple[int, int] = 5,
    batch_norm: bool = True,
    more: bool = False,
) -> keras.Sequential:
    """`ganlib.models.final_project.generator`, thinner; `more` adds a convolution at half the side.

    Its dense layer has a bias, which the report's has not; the batch norm behind takes it away.
    """
    height, width, channels = image_shape
    side, first = (height // 4, width // 4), 256 // THIN
    options = {"padding": "same", "use_bias": not batch_norm}

    def after(layer: Any) -> list[Any]:
        normal = [layers.BatchNormalization()] if batch_norm else []
        return [layer, *normal, layers.LeakyReLU(negative_slope=0.3)]

    stack = [layers.Input((100,)), *after(layers.Dense(side[0] * side[1] * first))]
    stack += [layers.Reshape((*side, first))]
    stack += after(layers.Conv2DTranspose(first // 2, kernel, **options))
    stack += after(layers.Conv2DTranspose(first // 4, kernel, strides=2, **options))
    if more:
        stack += after(layers.Conv2DTranspose(first // 4, kernel, **options))
    options["use_bias"] = False
    last = layers.Conv2DTranspose(channels, kernel, strides=2, activation="tanh", **options)
    return keras.Sequential([*stack, last])


def mnist_discriminator(
    image_shape: Shape, pooled: bool = False, more: bool = False, sigmoid: bool = False
) -> keras.Sequential:
    """`dcgan_discriminator` or, `pooled` and with `sigmoid`, `modified_discriminator`, thinner."""
    stack = [layers.Input(image_shape)]
    for filters in (64 // THIN, 128 // THIN):
        stack += [layers.Conv2D(filters, 5, strides=2, padding="same")]
        stack += [layers.LeakyReLU(negative_slope=0.3), layers.Dropout(0.3)]
        stack += [layers.MaxPooling2D(2)] * pooled
    if more:
        stack += [layers.Conv2D(128 // THIN, 5, padding="same")]
        stack += [layers.LeakyReLU(negative_slope=0.3), layers.Dropout(0.3)]
    last = layers.Dense(1, activation="sigmoid" if sigmoid else None)
    return keras.Sequential([*stack, layers.Flatten(), last])


def svhn_discriminator(
    image_shape: Shape,
    more: bool = False,
    sigmoid: bool = False,
    dense: int = 2,
    pooling: str = "Max",
) -> keras.Sequential:
    """`svhn_discriminator`, with `more` `svhn_modified_discriminator`, thinner.

    `dense` hidden dense layers, of two or, with `more`, three.
    """
    stack = [layers.Input(image_shape)]
    for number, (filters, kernel) in enumerate([(32, 7), (64, 5), (128, 3), (64, 2)][: 3 + more]):
        stack += [layers.BatchNormalization()] * (number > 0)
        stack += [layers.Conv2D(filters // THIN, kernel, padding="same")]
        stack += [layers.LeakyReLU(negative_slope=0.3)]
        stack += [getattr(layers, f"{pooling}Pooling2D")(2)]
    stack += [layers.Flatten()]
    for units in [1024, 512, 216][: dense + more]:
        stack += [layers.Dense(units // THIN), layers.LeakyReLU(negative_slope=0.3)]
    return keras.Sequential([*stack, layers.Dense(1, activation="sigmoid" if sigmoid else None)])


def recipe(
    data: str,
    of_g: Mapping[str, Any] | None = None,
    of_d: Mapping[str, Any] | None = None,
    discriminator: Callable[..., Any] | None = None,
    rate: float = 1.0,
    d_rate: float = 1.0,
    **changes: Any,
) -> Recipe:
    """One of the report's GANs, thin, by the quick rules.

    Parameters
    ----------
    data : "mnist" or "svhn"
    of_g, of_d : options of the networks' builders
    rate, d_rate : factors of both learning rates, and of the discriminator's alone
    changes : fields of the recipe
    """
    quick = recipes.get("svhn-express")
    own = mnist_discriminator if data == "mnist" else svhn_discriminator
    optimizers = {
        name: replace(
            one,
            options={
                **one.options,
                "learning_rate": one.options["learning_rate"]
                * rate
                * (d_rate if name == "discriminator" else 1.0),
            },
        )
        for name, one in quick.optimizers.items()
    }
    networks = {
        "generator": Network(generator, dict(of_g or {})),
        "discriminator": Network(discriminator or own, dict(of_d or {})),
    }
    return replace(
        recipes.get(f"{data}-baseline"),
        networks=networks,
        optimizers=optimizers,
        schedule=quick.schedule,
        batch_size=quick.batch_size,
        **{"steps_per_execution": 1, **changes},
    )


def critic(data: str, **changes: Any) -> Recipe:
    """The Wasserstein GAN: the MNIST discriminator as critic for both sets, as in the report."""
    turns = in_turn(*changes.pop("turns", (5, 1)))
    options = turns.pop("options") | {"clip": CLIP}
    kind: dict[str, Any] = {"objective": "wasserstein", "options": options, **turns}
    return recipe(data, discriminator=mnist_discriminator, **kind, **changes)


def _of(data: str) -> dict[str, Recipe]:
    """What is asked of both data sets."""
    deep: dict[str, Any] = {"pooled": True, "sigmoid": True} if data == "mnist" else {"more": True}
    return {
        f"{data} gan": recipe(data),
        f"{data} modified": recipe(data, {"kernel": 3}, deep),
        f"{data} wgan": critic(data),
        f"{data} gan, saturating": recipe(data, objective="minimax"),
        f"{data} gan, kernel 3": recipe(data, {"kernel": 3}),
        f"{data} gan, a layer more in D": recipe(data, of_d={"more": True}),
        f"{data} gan, rate x 10": recipe(data, rate=10.0),
    }


RUNS: dict[str, Recipe] = {
    **_of("mnist"),
    "mnist gan, a layer more in G": recipe("mnist", {"more": True}),
    "mnist gan, sigmoid": recipe("mnist", of_d={"sigmoid": True}),
    "mnist gan, no batch norm in G": recipe("mnist", {"batch_norm": False}),
    "mnist wgan, a layer more in G": critic("mnist", of_g={"more": True}),
    "mnist wgan, no batch norm in G": critic("mnist", of_g={"batch_norm": False}),
    "mnist wgan, rate x 10": critic("mnist", rate=10.0),
    "mnist gan, D's rate x 4": recipe("mnist", d_rate=4.0),
    "mnist gan, D's rate / 4": recipe("mnist", d_rate=0.25),
    "mnist wgan, D's rate x 4": critic("mnist", d_rate=4.0),
    "mnist wgan, D's rate / 4": critic("mnist", d_rate=0.25),
    "mnist gan, D:G 1:2": recipe("mnist", **in_turn(1, 2)),
    "mnist gan, D:G 2:1": recipe("mnist", **in_turn(2)),
    "mnist gan, D:G 5:1": recipe("mnist", **in_turn(5)),
    "mnist wgan, D:G 1:2": critic("mnist", turns=(1, 2)),
    "mnist wgan, D:G 1:1": critic("mnist", turns=(1, 1)),
    "mnist wgan, D:G 2:1": critic("mnist", turns=(2, 1)),
    **_of("svhn"),
    "svhn gan, sigmoid": recipe("svhn", of_d={"sigmoid": True}),
    "svhn gan, no batch norm in G": recipe("svhn", {"batch_norm": False}),
    "svhn gan, average pooling": recipe("svhn", of_d={"pooling": "Average"}),
    "svhn gan, one dense layer": recipe("svhn", of_d={"dense": 0}),
}


class Watch(keras.callbacks.Callback):
    """Looks at the generator `LOOKS` times, and keeps a row of numbers of each look in `rows`.

    The columns: step; Fréchet distance of `IMAGES` images; the share of black images; classes that
    the judge is sure to see; contrast; sharpness; of the generator's loss, the norm of the gradient
    at the generator's noise, the mean of 64, for the saturating and the non-saturating loss.
    """

    def __init__(self, data: Dataset, test: np.ndarray) -> None:
        super().__init__()
        self.judge, self.real = judges.load(data.name), test
        self.rows: list[Row] = []
        self.images = np.zeros((16, *data.images.shape[1:]), np.uint8)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        progress = self.model.progress
        if progress.step >= (len(self.rows) + 1) * STEPS // LOOKS:
            inputs = self.model.system.draw(np.random.default_rng(1), IMAGES)
            images = self.model.system.generate(inputs)
            if np.isfinite(images).all():  # else the loop ends the run
                self.images = figures.to_uint8(images)
                self.rows.append({"step": progress.step, **self.look()})

    def look(self) -> dict[str, float]:
        """The numbers of the generator as it is now."""
        system, seen = self.model.system, self.judge(self.images)
        return {
            "frechet": round(frechet_distance(self.real, seen.features), 3),
            "modes": modes(seen.probabilities),
            **of_images(self.images),
            **self.pulls(system),
        }

    def pulls(self, system: Any) -> dict[str, float]:
        """Norms of gradients at the noise."""
        noise = tf.constant(system.draw(np.random.default_rng(2), 64)["noise"])
        found = {}
        for name in ("minimax", "non_saturating"):
            with tf.GradientTape() as tape:
                tape.watch(noise)
                fakes = system.make({"noise": noise}, training=True)
                fake = logits(system.networks["discriminator"](fakes, training=False))
                loss = tf.reduce_sum(OBJECTIVES[name].generator(fake))
            norms = tf.norm(tape.gradient(loss, noise), axis=1)
            found[f"pull, {name}"] = float(f"{float(tf.reduce_mean(norms)):.3g}")
        return found


def of_images(images: np.ndarray) -> dict[str, float]:
    """Numbers that need no judge.

    Black is an image whose brightest pixel is below 64 of 255. Sharpness is the mean difference of
    neighbouring pixels over the standard deviation of an image's pixels.
    """
    pixels = images.astype(np.float32)
    spread = pixels.std(axis=(1, 2, 3))
    steps = [np.abs(np.diff(pixels, axis=axis)).mean(axis=(1, 2, 3)) for axis in (1, 2)]
    return {
        "black": float((pixels.max(axis=(1, 2, 3)) < 64).mean()),
        "contrast": round(float(spread.mean()), 2),
        "sharpness": round(float(np.mean(sum(steps) / 2 / np.maximum(spread, 1))), 4),
    }


def load(name: str) -> tuple[Dataset, np.ndarray]:
    """The training images of a run's data set, and what the judge makes of the test images."""
    wanted = RUNS[name]
    data, test = (datasets.load(wanted.dataset, split, channels=1) for split in ("train", "test"))
    return data, judges.load(data.name)(test.images).features


def measure(
    name: str, seed: int, data: Dataset, real: np.ndarray
) -> tuple[dict[str, Any], np.ndarray]:
    """Train a run: what was seen, and its last images, uint8 (1000, H, W, 1).

    ``diverged`` says whether a loss or an image was not finite.
    """
    watch = Watch(data, real)
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(f"{folder}/run")
        quiet: dict[str, Any] = {"display": "none", "score_every": 0, "callbacks": [watch]}
        try:
            train(RUNS[name], data, run.path, steps=STEPS, seed=seed, **quiet)
            diverged = False
        except TrainingDiverged:
            diverged = True
        if not diverged and run.record["status"] != "finished":
            raise KeyboardInterrupt
        steps = run.steps
    losses = {
        key: [round(float(row[key]), 5) for row in steps]
        for key in ("d_loss", "d_loss_real", "g_loss", "fake_accuracy", "real_accuracy")
        if steps and key in steps[0]
    }
    found = {"looks": watch.rows, "losses": losses, "diverged": diverged}
    if "mnist" in name and len(watch.images):
        found["stroke"] = round(float(np.mean(stroke_width(watch.images))), 3)
    return found, watch.images
