"""A generator and a discriminator, trained at the same time or in turn."""

from typing import Any

from ganlib.models.layers import logits
from ganlib.startup import tf
from ganlib.systems import losses
from ganlib.systems.replicas import global_batch_size, own_rows
from ganlib.systems.system import Batch, Logs, System


class GAN(System):
    """What both schemes share.

    Parameters
    ----------
    networks, optimizers : "generator", from the latent to images, and "discriminator", from images
        to logits (B, 1), or (B, h, w, 1) for one that judges patches; an optimiser for each
    objective : a name in `ganlib.systems.losses.OBJECTIVES`
    mirror : whether half of the real images, drawn anew in each step, are mirrored left to right
    options : as for `System`
    """

    def __init__(
        self,
        networks: Any,
        optimizers: Any,
        *,
        objective: str = "non_saturating",
        mirror: bool = False,
        **options: Any,
    ) -> None:
        self.objective, self.mirror = losses.get(objective), mirror
        super().__init__(networks, optimizers, **options)

    @property
    def log_keys(self) -> tuple[str, ...]:  # type: ignore[override]
        """Losses, and the shares of images that a discriminator gets right; a critic has none."""
        keys = ("d_loss", "d_loss_real", "d_loss_fake", "g_loss")
        critic = self.objective.boundary is None
        return keys if critic else (*keys, "real_accuracy", "fake_accuracy")

    def real_images(self, batch: Batch, index: tf.Tensor) -> tf.Tensor:
        """The batch's images as the discriminator sees them in a step."""
        images = batch["images"]
        if not self.mirror:
            return images
        seed = self.seed_of(index, stream=3)
        drawn = own_rows(lambda rows: tf.random.stateless_uniform((rows, 1, 1, 1), seed), images)
        return tf.where(drawn < 0.5, images[:, :, ::-1], images)

    def latent_for(self, batch: Batch, index: tf.Tensor, stream: int = 0) -> Batch:
        """What the generator starts from in a step, one row for each image of the batch."""
        return self.latent_of(batch["images"], index, stream)

    def scores(self, images: tf.Tensor, given: Batch | None = None) -> tf.Tensor:
        """The discriminator's logits in training, float32.

        `given` is the batch or the latent that the images belong to: a conditional discriminator
        sees labels too.
        """
        return logits(self.networks["discriminator"](images, training=True))

    def discriminator_logs(self, real: tf.Tensor, fake: tf.Tensor, batch: tf.Tensor) -> Logs:
        """All of `log_keys` but the generator's loss; `batch` is the size of the global batch."""
        each = {"d_loss_real": self.objective.real(real), "d_loss_fake": self.objective.fake(fake)}
        if (boundary := self.objective.boundary) is not None:
            right = {"real_accuracy": real > boundary, "fake_accuracy": fake <= boundary}
            each |= {k: losses.per_image(tf.cast(v, tf.float32)) for k, v in right.items()}
        logs = {name: tf.reduce_sum(values) / batch for name, values in each.items()}
        return logs | {"d_loss": logs["d_loss_real"] + logs["d_loss_fake"]}


class Simultaneous(GAN):
    """Both networks learn from the same generated batch, at the same time.

    The scheme of https://www.tensorflow.org/tutorials/generative/dcgan and so of the GANs of
    `final-project`.
    """

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        images = self.real_images(batch, index)
        size = global_batch_size(images)
        latent = self.latent_for(batch, index)
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fakes = self.make(latent, training=True)
            real, fake = self.scores(images, batch), self.scores(fakes, latent)
            logs = self.discriminator_logs(real, fake, size)
            logs["g_loss"] = tf.reduce_sum(self.objective.generator(fake)) / size
            d_scaled = self.optimizers["discriminator"].scale_loss(logs["d_loss"])
            g_scaled = self.optimizers["generator"].scale_loss(logs["g_loss"])
        self.apply(g_tape, g_scaled, "generator")
        self.apply(d_tape, d_scaled, "discriminator")
        return logs


class Alternating(GAN):
    """`n_critic` steps of the discriminator, then one of the generator, on fresh noise.

    Goodfellow et al. 2014, algorithm 1 (k is `n_critic`); Arjovsky et al. 2017, algorithm 1.

    Parameters
    ----------
    n_critic : discriminator steps, each on a batch of its own, for one generator step
    clip : bound of the critic's trainable weights after each of its steps; None: no clipping
    gradient_penalty : weight of ``(|grad f| - 1)²`` between real and generated images; 0: none.
        Gulrajani et al. 2017, equation 3, https://arxiv.org/abs/1704.00028. Needs a critic without
        batch norm.
    r1, r2 : weights of ``|grad D|²/2`` at the real and at the generated images; 0: none.
        Mescheder et al. 2018, equations 9 and 10, https://arxiv.org/abs/1801.04406
    relativistic : the losses see each real image's logit less that of a generated one, and the
        other way round, so that D ranks pairs. Jolicoeur-Martineau 2018, section 4,
        https://arxiv.org/abs/1807.00734; with R1 and R2, Huang et al. 2024, section 2,
        https://arxiv.org/abs/2501.05441. A pair is counted once in `d_loss`, half of it as real,
        half as generated; the accuracies are the share of pairs in the right order.
    """

    def __init__(
        self,
        networks: Any,
        optimizers: Any,
        *,
        n_critic: int = 1,
        clip: float | None = None,
        gradient_penalty: float = 0.0,
        r1: float = 0.0,
        r2: float = 0.0,
        relativistic: bool = False,
        **options: Any,
    ) -> None:
        self.n_critic, self.clip, self.gradient_penalty = n_critic, clip, gradient_penalty
        self.r1, self.r2, self.relativistic = r1, r2, relativistic
        super().__init__(networks, optimizers, **options)
        self._critic_step = self.compiled(self.critic_update)
        self._generator_step = self.compiled(self.generator_update)

    def step(self, batch: Batch, index: int) -> Logs:
        number = tf.constant(index, tf.int64)
        logs = self._critic_step(batch, number)
        if (index + 1) % self.n_critic == 0:
            logs.update(self._generator_step(batch, number))
        return logs

    def many(self, batch: Batch, index: int, batch_size: int) -> Logs:
        logs = super().many(batch, index, batch_size)
        generator_steps = slice(-(index + 1) % self.n_critic, None, self.n_critic)
        return logs | {"g_loss": logs["g_loss"][generator_steps]}

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        logs = self.critic_update(batch, index)
        due = (index + 1) % self.n_critic == 0
        return logs | tf.cond(
            due, lambda: self.generator_update(batch, index), lambda: {"g_loss": tf.constant(0.0)}
        )

    def critic_update(self, batch: Batch, index: tf.Tensor) -> Logs:
        """One step of the discriminator or critic on one replica."""
        images = self.real_images(batch, index)
        size = global_batch_size(images)
        latent = self.latent_for(batch, index)
        fakes = self.make(latent, training=True)
        with tf.GradientTape() as tape:
            real, fake = self.scores(images, batch), self.scores(fakes, latent)
            if self.relativistic:
                real, fake = real - fake, fake - real
            logs = self.discriminator_logs(real, fake, size)
            if self.relativistic:
                logs |= {key: logs[key] / 2 for key in ("d_loss", "d_loss_real", "d_loss_fake")}
            total = logs["d_loss"]
            if self.gradient_penalty:
                norms = self.gradient_norms(images, fakes, index, batch)
                total += (
                    self.gradient_penalty * tf.reduce_sum(losses.gradient_penalty(norms)) / size
                )
            for weight, points, given in ((self.r1, images, batch), (self.r2, fakes, latent)):
                if weight:
                    squares = self.squared_norms(points, given)
                    total += weight * tf.reduce_sum(losses.zero_centred_penalty(squares)) / size
            scaled = self.optimizers["discriminator"].scale_loss(total)
        self.apply(tape, scaled, "discriminator")
        if self.clip is not None:
            for weight in self.trained_by("discriminator"):
                weight.assign(tf.clip_by_value(weight, -self.clip, self.clip))
        return logs

    def generator_update(self, batch: Batch, index: tf.Tensor) -> Logs:
        """One step of the generator on one replica.

        The images give the batch size only, unless the losses see pairs.
        """
        size = global_batch_size(batch["images"])
        latent = self.latent_for(batch, index, stream=1)
        with tf.GradientTape() as tape:
            fake = self.scores(self.make(latent, training=True), latent)
            if self.relativistic:
                fake -= self.scores(batch["images"], batch)
            g_loss = tf.reduce_sum(self.objective.generator(fake)) / size
            scaled = self.optimizers["generator"].scale_loss(g_loss)
        self.apply(tape, scaled, "generator")
        return {"g_loss": g_loss}

    def gradient_norms(
        self, images: tf.Tensor, fakes: tf.Tensor, index: tf.Tensor, given: Batch | None = None
    ) -> tf.Tensor:
        """|grad f| at a random point between each real and its generated image, shape (B,)."""
        dtype, seed = images.dtype, self.seed_of(index, stream=2)
        share = own_rows(
            lambda rows: tf.random.stateless_uniform((rows, 1, 1, 1), seed, dtype=dtype), images
        )
        between = share * images + (1.0 - share) * tf.cast(fakes, dtype)
        # ε keeps the square root's gradient finite where the gradient vanishes.
        return tf.sqrt(self.squared_norms(between, given) + 1e-12)

    def squared_norms(self, points: tf.Tensor, given: Batch | None = None) -> tf.Tensor:
        """|grad D|² by the pixels at each of some images, float32 (B,)."""
        with tf.GradientTape() as tape:
            tape.watch(points)
            scores = self.scores(points, given)
        gradients = tf.cast(tape.gradient(scores, points), tf.float32)
        return tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3])
