"""InfoGAN: a GAN whose images must tell the codes that they were made from.

Chen et al. 2016, https://arxiv.org/abs/1606.03657; equation 4 of `review`.
"""

from typing import Any

import numpy as np

from ganlib.errors import GanlibError
from ganlib.models.layers import logits
from ganlib.startup import keras, tf
from ganlib.systems import wobble as wobbles
from ganlib.systems.bounds import BOUNDS
from ganlib.systems.gan import GAN
from ganlib.systems.latents import NOISE, Part
from ganlib.systems.replicas import global_batch_size, own_rows
from ganlib.systems.system import AT_ONCE, Batch, Logs


class InfoGAN(GAN):
    """All networks learn from the same batch, at the same time.

    The recogniser reads the codes, all parts of the latent but "noise", from what the
    discriminator's last layer takes. So the two share a trunk, which is part of the discriminator:
    each weight is in one network, and one optimiser trains it. Generator and trunk maximise the
    weighted bounds beside their GAN losses, as in equation 6; the recogniser itself maximises the
    bounds whatever their weights are, so that they are measured without being used, too.

    Parameters
    ----------
    networks, optimizers : "recogniser" too, from features (B, F) to guesses: for each code in
        turn, logits (B, size) of a category, or means and deviations (B, 2·size) of numbers
    lambda_category, lambda_numbers : weights of the bounds of both kinds of code; 0: not used
    wobble : from 0 to 1: the category has to be read from images that are slanted, turned, resized,
        moved and widened at random, see `ganlib.systems.wobble`; 0: from the images as they are
    """

    def __init__(
        self,
        networks: Any,
        optimizers: Any,
        *,
        lambda_category: float = 1.0,
        lambda_numbers: float = 0.1,
        wobble: float = 0.0,
        **options: Any,
    ) -> None:
        self.wobble = wobble
        self.weights = {"one_hot": lambda_category, "uniform": lambda_numbers}
        self.codes: dict[str, Part] = {n: p for n, p in options["latent"].items() if n != NOISE}
        if not self.codes or (wrong := {p.kind for p in self.codes.values()} - set(BOUNDS)):
            kinds = " or ".join(BOUNDS)
            has = min(wrong) if self.codes else "no codes"
            raise GanlibError(f"the codes of an InfoGAN are {kinds}, and this latent has {has}")
        self.sizes = [p.size * (1 + (p.kind == "uniform")) for p in self.codes.values()]
        if "discriminator" in networks and "recogniser" in networks:
            critic, reader = networks["discriminator"], networks["recogniser"]
            features = critic.layers[-1].input
            takes, gives = (shape[1:] for shape in (reader.input_shape, reader.output_shape))
            if (takes, gives) != (tuple(features.shape[1:]), (sum(self.sizes),)):
                raise GanlibError(
                    f"the recogniser takes {takes} and gives {gives}: it needs to take the "
                    f"features {tuple(features.shape[1:])} and to give {(sum(self.sizes),)}"
                )
            self._trunk_and_score = keras.Model(critic.input, [features, critic.output])
        super().__init__(networks, optimizers, **options)

    @property
    def log_keys(self) -> tuple[str, ...]:  # type: ignore[override]
        """Those of a GAN, and the bound of each code in nats."""
        return (*super().log_keys, *(f"information_{name}" for name in self.codes))

    def read(self, images: tf.Tensor, training: bool) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """The discriminator's logits, and the recogniser's guess of each code, float32."""
        features, score = self._trunk_and_score(images, training=training)
        guesses = tf.cast(self.networks["recogniser"](features, training=training), tf.float32)
        return logits(score), dict(zip(self.codes, tf.split(guesses, self.sizes, 1), strict=True))

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        images = batch["images"]
        size = global_batch_size(images)
        latent = self.latent_of(images, index)
        with tf.GradientTape(persistent=True) as tape:
            fakes = self.make(latent, training=True)
            real, (fake, guesses) = self.scores(images), self.read(fakes, training=True)
            logs = self.discriminator_logs(real, fake, size)
            logs["g_loss"] = tf.reduce_sum(self.objective.generator(fake)) / size
            if self.wobble:
                moves = own_rows(lambda rows: wobbles.draw(self.seed_of(index, 1), rows), images)
                _, moved = self.read(wobbles.wobble(fakes, moves, self.wobble), training=True)
                guesses |= {n: moved[n] for n, p in self.codes.items() if p.kind == "one_hot"}
            told = tf.constant(0.0)
            used = tf.constant(0.0)
            for name, part in self.codes.items():
                each = BOUNDS[part.kind](latent[name], guesses[name])
                logs[f"information_{name}"] = bound = tf.reduce_sum(each) / size
                told, used = told + bound, used + self.weights[part.kind] * bound
            totals = {
                "generator": logs["g_loss"] - used,
                "discriminator": logs["d_loss"] - used,
                "recogniser": -told,
            }
            scaled = {n: self.optimizers[n].scale_loss(total) for n, total in totals.items()}
        for name, total in scaled.items():
            self.apply(tape, total, name)
        return logs

    def recognise(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """What the recogniser reads from images, floats in [-1, 1]: float32 by name.

        Probabilities (N, size) of a category, and means (N, size) of numbers.
        """
        parts: dict[str, list[np.ndarray]] = {name: [] for name in self.codes}
        for start in range(0, len(images), AT_ONCE):
            _, guesses = self.read(images[start : start + AT_ONCE], training=False)
            for name, part in self.codes.items():
                guess = guesses[name]
                own = tf.nn.softmax(guess) if part.kind == "one_hot" else guess[:, : part.size]
                parts[name].append(own.numpy())
        return {name: np.concatenate(rows) for name, rows in parts.items()}
