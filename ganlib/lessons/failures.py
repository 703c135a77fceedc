"""Lesson 15: one small GAN, and a way to break it for every failure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from ganlib.datasets import Dataset
from ganlib.evaluation import doctor
from ganlib.evaluation.evidence import COUNT, Evidence, measured
from ganlib.figures import to_uint8
from ganlib.lessons.trials import strips
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
    scores: Sequence[tuple[float, float]] = ()

    def draw(self, count: int = 64, training: bool = False) -> np.ndarray:
        """Images, float32 (N, 28, 28, 1)."""
        return np.asarray(self.generator(self.noise(count), training=training))

    def shown(self, count: int = 64) -> np.ndarray:
        """Images as bytes; what is beyond the range is cut."""
        return to_uint8(np.clip(np.nan_to_num(self.draw(count)), -1.0, 1.0))

    def evidence(self, train: Dataset, test: Dataset) -> Evidence:
        """What the doctor sees."""
        keras.utils.set_random_seed(1)
        noise, kept = np.asarray(self.noise(COUNT)), self.generator.get_weights()
        numbers = measured(
            lambda z, flag: np.asarray(self.generator(z, training=flag)), noise, train, test
        )
        self.generator.set_weights(kept)
        return Evidence(
            self.rows,
            self.scores,
            self.objective,
            self.images,
            doctor.not_finite(self.rows),
            numbers,
        )


def look(train: Dataset, test: Dataset, **patients: Patient) -> Image.Image:
    """Print what the doctor says of each, its first finding, and show 32 of its images."""
    named = {}
    for name, patient in patients.items():
        seen = patient.evidence(train, test)
        found = doctor.examine(seen)
        words = f"{found[0].name}: {found[0].numbers}" if found else "no known failure"
        label = name.replace("_", " ")
        print(f"{label:<8} {words}")
        frechet = seen.numbers.get("frechet")
        score = "" if frechet is None else f", Fréchet distance {frechet:.0f}"
        named[f"{label}{score}{' (SYNTHETIC data)' * train.synthetic}"] = patient.shown(32)
    return strips(named, 2)


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
    late: float = 1.0,
    watch: Callable[[np.ndarray], float] | None = None,
    batch: int = 32,
) -> Patient:
    """Train a small GAN on images, float32 (N, 28, 28, 1): generator and discriminator in turn.

    Parameters
    ----------
    rates : of the generator's Adam and the discriminator's
    turns : steps of the generator and of the discriminator in each round
    training : the flag with which the generator is called in training; it should be True
    clip : bound of a critic's weights
    late : what the generator's rate is multiplied by after half of the steps
    watch : a score of images, uint8 (1000, 28, 28, 1), that is taken ten times on the way
    """
    keras.utils.set_random_seed(seed)
    generator, opponent = make(), discriminator()
    objective = losses.get(loss)
    generator_adam, discriminator_adam = (
        keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for rate in rates
    )
    generator_adam.build(generator.trainable_variables)
    discriminator_adam.build(opponent.trainable_variables)
    data = tf.constant(images)

    @tf.function
    def step() -> Any:
        for _ in range(turns[1]):
            real = tf.gather(data, tf.random.uniform((batch,), 0, len(images), tf.int32))
            with tf.GradientTape() as tape:
                fakes = generator(noise(batch), training=training)
                on_real, on_fake = opponent(real), opponent(fakes)
                d_loss = tf.reduce_mean(objective.discriminator(on_real, on_fake))
            discriminator_adam.apply(tape.gradient(d_loss, opponent.trainable_variables))
            if clip is not None:
                for weight in opponent.trainable_variables:
                    weight.assign(tf.clip_by_value(weight, -clip, clip))
        for _ in range(turns[0]):
            with tf.GradientTape() as tape:
                score = opponent(generator(noise(batch), training=training))
                g_loss = tf.reduce_mean(objective.generator(score))
            generator_adam.apply(tape.gradient(g_loss, generator.trainable_variables))
        right = tf.reduce_mean(tf.cast(on_real > 0, "float32"))
        wrong = tf.reduce_mean(tf.cast(on_fake <= 0, "float32"))
        return d_loss, g_loss, right, wrong

    rows, scores = [], []
    for number in range(steps):
        if number == steps // 2:
            generator_adam.learning_rate.assign(late * rates[0])
        values = step()
        if watch and number % (steps // 10) == steps // 10 - 1:
            drawn = np.asarray(generator(noise(1000), training=False))
            scores.append((number + 1.0, watch(to_uint8(drawn))))
        if number % 10 == 9:
            keys = ("d_loss", "g_loss", "real_accuracy", "fake_accuracy")
            rows.append({"step": number + 1} | dict(zip(keys, map(float, values), strict=True)))
    return Patient(generator, noise, rows, loss, steps * turns[1] * batch, scores)
