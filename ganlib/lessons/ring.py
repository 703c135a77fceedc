"""A GAN on a page: eight clusters of points on a circle, two small dense networks.

It trains in seconds and needs no data, so an exercise can ask for a change and count what it does.
A generator that has collapsed finds one cluster; one that has learnt finds all eight.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ganlib.lessons.budget import steps
from ganlib.startup import keras, tf

CLUSTERS, SPREAD, LATENT, BATCH = 8, 0.05, 8, 128
NEAR = 3 * SPREAD  # of a centre: nearly all real points are
SHARE = 0.02  # of 1,000 points that a generator needs near a centre to have found it
SETTINGS = {"g_rate": 1e-3, "d_rate": 1e-3, "beta_1": 0.5}
_ANGLES = 2 * np.pi * np.arange(CLUSTERS) / CLUSTERS
CENTRES = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)


def real_points(count: int, rng: np.random.Generator) -> np.ndarray:
    """Points of the data: float32 (count, 2), from a cluster chosen at random each."""
    centres = CENTRES[rng.integers(0, CLUSTERS, count)]
    return (centres + SPREAD * rng.standard_normal((count, 2))).astype(np.float32)


def covered(points: np.ndarray) -> int:
    """How many of the eight clusters points (N, 2) cover."""
    distances = np.linalg.norm(points[:, None] - CENTRES, axis=2)
    nearest = distances.argmin(axis=1)[distances.min(axis=1) < NEAR]
    return int((np.bincount(nearest, minlength=CLUSTERS) >= SHARE * len(points)).sum())


class RingGAN:
    """Two networks, two Adam optimisers and a step for each; losses as for images.

    Attributes
    ----------
    done : a letter for each step: "D" or "G"
    drawn : the noise of each step, float32 (128, 8)
    """

    def __init__(self, seed: int = 0, **settings: float) -> None:
        settings = SETTINGS | settings
        keras.utils.set_random_seed(seed)
        self.generator, self.discriminator = _network(LATENT, 2), _network(2, 1)
        optimizers = []
        for network, rate in ((self.generator, "g_rate"), (self.discriminator, "d_rate")):
            optimizer = keras.optimizers.Adam(settings[rate], beta_1=settings["beta_1"])
            optimizer.build(network.trainable_variables)
            optimizers.append(optimizer)
        self._g_optimizer, self._d_optimizer = optimizers
        self._steps = {"D": tf.function(self._d_step), "G": tf.function(self._g_step)}
        self.done, self.drawn = "", list[Any]()

    def noise(self) -> tf.Tensor:
        """Fresh noise: float32 (128, 8), standard normal."""
        return tf.random.normal((BATCH, LATENT))

    def update_d(self, real: np.ndarray, noise: tf.Tensor) -> None:
        """One step of the discriminator on real points (128, 2) and on generated ones."""
        self._note("D", noise)
        self._steps["D"](real, noise)

    def update_g(self, noise: tf.Tensor) -> None:
        """One step of the generator, with the non-saturating loss."""
        self._note("G", noise)
        self._steps["G"](noise)

    @property
    def always_fresh(self) -> bool:
        """Whether no two steps had the same noise."""
        return len({noise.numpy().tobytes() for noise in self.drawn}) == len(self.drawn)

    @property
    def found(self) -> int:
        """How many clusters the generator covers."""
        return covered(self.points())

    def points(self, count: int = 1000) -> np.ndarray:
        """Generated points, float32 (count, 2), from the same noise each time."""
        noise = np.random.default_rng(1).standard_normal((count, LATENT))
        return self.generator(noise.astype(np.float32)).numpy()

    def _note(self, which: str, noise: tf.Tensor) -> None:
        self.done += which
        self.drawn.append(noise)

    def _d_step(self, real: tf.Tensor, noise: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            scores = self.discriminator(real), self.discriminator(self.generator(noise))
            loss = tf.reduce_mean(tf.nn.softplus(-scores[0]) + tf.nn.softplus(scores[1]))
        variables = self.discriminator.trainable_variables
        self._d_optimizer.apply(tape.gradient(loss, variables), variables)

    def _g_step(self, noise: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            scores = self.discriminator(self.generator(noise))
            loss = tf.reduce_mean(tf.nn.softplus(-scores))
        variables = self.generator.trainable_variables
        self._g_optimizer.apply(tape.gradient(loss, variables), variables)


def in_turn(gan: RingGAN, batches: np.ndarray) -> None:
    """One step of the discriminator, then one of the generator, each on fresh noise."""
    gan.update_d(batches[0], gan.noise())
    gan.update_g(gan.noise())


def train(
    rounds: int, one_round: Callable[..., None] = in_turn, seed: int = 0, **settings: float
) -> RingGAN:
    """Train a new GAN.

    Parameters
    ----------
    rounds : fewer where `ganlib.lessons.steps` makes fewer steps
    one_round : called with the GAN and three batches of real points, float32 (3, 128, 2)
    settings : "g_rate" and "d_rate", the learning rates; "beta_1", Adam's momentum
    """
    gan, rng = RingGAN(seed, **settings), np.random.default_rng(seed)
    for _ in range(steps(rounds)):
        one_round(gan, real_points(3 * BATCH, rng).reshape(3, BATCH, 2))
    return gan


def picture(gan: RingGAN) -> Figure:
    """Real points and generated ones, and in grey the eight centres."""
    panels = {"real": real_points(1000, np.random.default_rng(0)), "generated": gan.points()}
    figure = Figure(figsize=(10, 5.2), dpi=100, layout="constrained")
    for axes, (name, points) in zip(figure.subplots(1, 2), panels.items(), strict=True):
        axes.plot(*CENTRES.T, "o", color="0.85", markersize=24)
        axes.plot(*points.T, ".", markersize=3)
        axes.set(aspect="equal", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), xlabel="x", ylabel="y")
        axes.set_title(f"{name}: {covered(points)} of {CLUSTERS} clusters", fontsize=14)
    return figure


def _network(inputs: int, outputs: int) -> Any:
    hidden = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    return keras.Sequential([keras.layers.Input((inputs,)), *hidden, keras.layers.Dense(outputs)])
