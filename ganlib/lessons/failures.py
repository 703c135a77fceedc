"""Lesson 15: one small GAN, and a way to break it for every failure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.datasets import Dataset
from ganlib.evaluation import doctor
from ganlib.evaluation.evidence import COUNT, Evidence, measured
from ganlib.runs.tables import Row
from ganlib.startup import keras, tf
from ganlib.systems import losses

layers = keras.layers
Noise = Callable[[int], Any]
SIZE = 32


def normal(count: int, size: int = SIZE) -> Any:
    """Noise as it should be: new at each call, `size` numbers for each image."""
    return tf.random.normal((count, size))


def scaled(images: np.ndarray) -> np.ndarray:
    """Images, uint8, as they should be: float32 from -1 to 1."""
    return images.astype(np.float32) / 127.5 - 1.0


def dense_generator(size: int = SIZE, activation: str = "tanh", norm: bool = True) -> keras.Model:
    """Two dense layers, with batch normalisation or without; images (28, 28, 1)."""
    hidden: list[Any] = []
    for units in (128, 256):
        hidden += [layers.Dense(units), *[layers.BatchNormalization(momentum=0.9)] * norm]
        hidden += [layers.LeakyReLU(0.1)]
    last = [layers.Dense(28 * 28, activation=activation), layers.Reshape((28, 28, 1))]
    return keras.Sequential([layers.Input((size,)), *hidden, *last])


def conv_generator(kernel_size: int = 4, last: int = 2) -> keras.Model:
    """Two transposed convolutions to 28 × 28 pixels, the last one with this stride, 2 or 4."""
    same: dict[str, Any] = {"padding": "same"}
    return keras.Sequential(
        [
            layers.Input((SIZE,)),
            layers.Dense(7 * 7 * 32),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(0.1),
            layers.Reshape((7, 7, 32)),
            layers.Conv2DTranspose(16, 4, strides=4 // last, **same),
            layers.BatchNormalization(momentum=0.9),
            layers.LeakyReLU(0.1),
            layers.Conv2DTranspose(1, kernel_size, strides=last, activation="tanh", **same),
        ]
    )


def discriminator() -> keras.Model:
    """Two strided convolutions, a dense layer, and a logit."""
    halved: dict[str, Any] = {"strides": 2, "padding": "same"}
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(16, 4, **halved),
            layers.LeakyReLU(0.1),
            layers.Conv2D(32, 4, **halved),
            layers.LeakyReLU(0.1),
            layers.Flatten(),
            layers.Dense(128),
            layers.LeakyReLU(0.1),
            layers.Dense(1),
        ]
    )


@dataclass(frozen=True)
class Patient:
    """A trained generator, the noise that it was fed, and what training said on the way."""

    generator: Any
    noise: Noise
    rows: list[Row]
    objective: str
    images: int

    def draw(self, count: int = 64, training: bool = False) -> np.ndarray:
        """Images, float32 (N, 28, 28, 1)."""
        return np.asarray(self.generator(self.noise(count), training=training))

    def evidence(self, train: Dataset, test: Dataset) -> Evidence:
        """What the doctor sees."""
        keras.utils.set_random_seed(1)
        noise, kept = np.asarray(self.noise(COUNT)), self.generator.get_weights()
        numbers = measured(
            lambda z, flag: np.asarray(self.generator(z, training=flag)), noise, train, test
        )
        self.generator.set_weights(kept)
        return Evidence(
            self.rows, (), self.objective, self.images, doctor.not_finite(self.rows), numbers
        )


def train(
    images: np.ndarray,
    steps: int = 600,
    seed: int = 0,
    *,
    make: Callable[[], Any] = dense_generator,
    noise: Noise = normal,
    loss: str = "non_saturating",
    rates: tuple[float, float] = (3e-3, 5e-4),
    turns: tuple[int, int] = (1, 1),
    training: bool = True,
    clip: float | None = None,
    batch: int = 32,
    after: Any = None,
) -> Patient:
    """Train a small GAN on images, float32 (N, 28, 28, 1): generator and discriminator in turn.

    Parameters
    ----------
    rates : of the generator's Adam and the discriminator's
    turns : steps of the generator and of the discriminator in each round
    training : the flag with which the generator is called in training; it should be True
    clip : bound of a critic's weights
    """
    keras.utils.set_random_seed(seed)
    G, D = make(), discriminator()
    objective = losses.get(loss)
    G_adam, D_adam = (keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for rate in rates)
    G_adam.build(G.trainable_variables)
    D_adam.build(D.trainable_variables)
    data = tf.constant(images)

    @tf.function
    def step() -> Any:
        for _ in range(turns[1]):
            real = tf.gather(data, tf.random.uniform((batch,), 0, len(images), tf.int32))
            with tf.GradientTape() as tape:
                on_real, on_fake = D(real), D(G(noise(batch), training=training))
                d_loss = tf.reduce_mean(objective.discriminator(on_real, on_fake))
            D_adam.apply(tape.gradient(d_loss, D.trainable_variables))
            for weight in D.trainable_variables if clip else []:
                weight.assign(tf.clip_by_value(weight, -clip, clip))
        for _ in range(turns[0]):
            with tf.GradientTape() as tape:
                score = D(G(noise(batch), training=training))
                g_loss = tf.reduce_mean(objective.generator(score))
            G_adam.apply(tape.gradient(g_loss, G.trainable_variables))
        right = tf.reduce_mean(tf.cast(on_real > 0, "float32"))
        wrong = tf.reduce_mean(tf.cast(on_fake <= 0, "float32"))
        return d_loss, g_loss, right, wrong

    rows = []
    for number in range(steps):
        values = step()
        if number % 10 == 9:
            keys = ("d_loss", "g_loss", "real_accuracy", "fake_accuracy")
            rows.append({"step": number + 1} | dict(zip(keys, map(float, values), strict=True)))
    return Patient(G, noise, rows, loss, steps * turns[1] * batch)
