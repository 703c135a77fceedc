"""The train steps: a batch of real images in, a dict of scalar tensors out.

A step owns two networks, two optimisers and one objective. `Simultaneous` is the TensorFlow
tutorial's scheme, `Alternating` the original algorithm's, with k discriminator (or critic) steps
for one generator step, weight clipping and gradient penalty. Both run unchanged on one device and
under a ``tf.distribute`` strategy: losses are averaged over the *global* batch.
"""

from collections.abc import Callable
from typing import Any

from ganlib.models.forward import forward
from ganlib.models.logits import logits
from ganlib.startup import keras, tf
from ganlib.systems.losses import Objective

Logs = dict[str, tf.Tensor]


def global_batch_size(images: tf.Tensor) -> tf.Tensor:
    """Number of images over all replicas, float32 scalar."""
    count = tf.cast(tf.shape(images)[0], tf.float32)
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return count
    return context.all_reduce(tf.distribute.ReduceOp.SUM, count)


def latent_noise(
    seed: tf.Tensor, images: tf.Tensor, latent_dim: int, latent: str = "normal"
) -> tf.Tensor:
    """Noise (B, latent_dim), one row for each image of the batch: N(0, I), or uniform in [-1, 1).

    Two devices see together what one device would see alone.

    Parameters
    ----------
    seed
        Two integers: the same pair gives the same noise, whatever ran before.
    images
        The batch, for its size only; the last batch of an epoch may be smaller.
    """
    if latent == "uniform":
        return own_rows(
            lambda rows: tf.random.stateless_uniform((rows, latent_dim), seed, -1.0, 1.0), images
        )
    return own_rows(lambda rows: tf.random.stateless_normal((rows, latent_dim), seed), images)


def own_rows(draw: Callable[[tf.Tensor], tf.Tensor], images: tf.Tensor) -> tf.Tensor:
    """Draw rows for the global batch and keep those of this replica's images.

    The batch is cut as `ganlib.datasets.batches.batches` cuts it, also where it does not divide.
    """
    context = tf.distribute.get_replica_context()
    replicas, replica = context.num_replicas_in_sync, context.replica_id_in_sync_group
    batch = tf.cast(global_batch_size(images), tf.int32)
    return draw(batch)[replica * batch // replicas : (replica + 1) * batch // replicas]


class TrainStep:
    """What both schemes share: networks, noise, losses and their logs.

    Parameters
    ----------
    generator, discriminator
        Networks: noise (B, latent_dim) to images, images to one logit per image.
    objective
        A pair of losses, see `ganlib.systems.losses`.
    generator_optimizer, discriminator_optimizer
        Keras optimisers; built here, before the first step is traced.
    latent
        What the noise is drawn from, see `ganlib.systems.latents`.
    seed
        Seed of the noise; the noise of step i depends on (seed, i) alone.
    jit_compile
        Compile with XLA: worth it on a GPU, about half the speed on a CPU.

    Calling a step with ``(images, index)``, images float (B, H, W, C) in [-1, 1] and index the
    number of the step from 0, updates the networks and returns a dict of float32 scalars. `many`
    takes several steps at once.
    """

    def __init__(
        self,
        generator: keras.Sequential,
        discriminator: keras.Sequential,
        objective: Objective,
        generator_optimizer: keras.optimizers.Optimizer,
        discriminator_optimizer: keras.optimizers.Optimizer,
        *,
        latent: str = "normal",
        seed: int = 0,
        jit_compile: bool = False,
    ) -> None:
        self.generator = generator
        self.discriminator = discriminator
        self.objective = objective
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        self.latent_dim = generator.input_shape[-1]
        self.latent = latent
        self.seed = seed
        self.jit_compile = jit_compile
        generator_optimizer.build(generator.trainable_variables)
        discriminator_optimizer.build(discriminator.trainable_variables)
        # Nothing here needs AutoGraph, whose translation takes time.
        self._one = tf.function(self.update, jit_compile=jit_compile, autograph=False)
        whole_numbers = (tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.int32))
        pictures = tf.TensorSpec((None, *discriminator.input_shape[1:]))
        self._many = tf.function(
            self._many_updates, input_signature=(pictures, *whole_numbers), autograph=False
        )

    def __call__(self, images: Any, index: int) -> Logs:
        raise NotImplementedError

    def update(self, images: tf.Tensor, index: tf.Tensor) -> Logs:
        """One step on one replica, for use within a ``tf.function``."""
        raise NotImplementedError

    def many(self, images: tf.Tensor, index: int, batch_size: int) -> Logs:
        """Steps `index`, `index` + 1, … on one device, in one call of TensorFlow.

        The way from call to call costs time, which counts for small networks: see
        ``benchmarks/tried.py --idea one-step-calls``. The steps stay the same, to rounding.

        Parameters
        ----------
        images
            Batches one after the other, (N, H, W, C); the last one may be smaller.
        index
            Number of the first step.
        batch_size
            Images in a batch.

        Returns
        -------
        The logs of all these steps, as float32 vectors.
        """
        return self._many(images, tf.constant(index, tf.int64), tf.constant(batch_size))

    def _many_updates(self, images: tf.Tensor, first: tf.Tensor, batch_size: tf.Tensor) -> Logs:
        def one(number: tf.Tensor) -> Logs:
            batch = images[number * batch_size : (number + 1) * batch_size]
            return self._one(batch, first + tf.cast(number, tf.int64))

        judged = () if self.objective.boundary is None else ("real_accuracy", "fake_accuracy")
        return tf.map_fn(
            one,
            tf.range(-(-tf.shape(images)[0] // batch_size)),
            fn_output_signature=dict.fromkeys(("d_loss", "g_loss", *judged), tf.float32),
            parallel_iterations=1,
        )

    def stream_seed(self, index: tf.Tensor, stream: int) -> tf.Tensor:
        """Seed for step `index`; each `stream`, 0 to 3, is drawn independently."""
        return tf.stack([tf.constant(self.seed, tf.int64), 4 * index + stream])

    def noise(self, images: tf.Tensor, index: tf.Tensor, stream: int = 0) -> tf.Tensor:
        """Noise (B, latent_dim) for step `index`."""
        return latent_noise(self.stream_seed(index, stream), images, self.latent_dim, self.latent)

    def compiled(self, update: Callable[[tf.Tensor, tf.Tensor], Logs]) -> Callable[..., Logs]:
        """`update` as a ``tf.function`` that runs on every replica and sums the replicas' logs."""
        strategy = tf.distribute.get_strategy()

        @tf.function(jit_compile=self.jit_compile, autograph=False)
        def run(images: tf.Tensor, index: tf.Tensor) -> Logs:
            logs = strategy.run(update, args=(images, index))
            return {key: strategy.reduce("SUM", value, axis=None) for key, value in logs.items()}

        return lambda images, index: run(images, tf.constant(index, tf.int64))

    def judgements(self, real: tf.Tensor, fake: tf.Tensor, batch: tf.Tensor) -> Logs:
        """Share of real and of generated images judged rightly; nothing for a critic."""
        boundary = self.objective.boundary
        if boundary is None:
            return {}
        return {
            "real_accuracy": tf.reduce_sum(tf.cast(real > boundary, tf.float32)) / batch,
            "fake_accuracy": tf.reduce_sum(tf.cast(fake <= boundary, tf.float32)) / batch,
        }


def apply_gradients(
    tape: tf.GradientTape,
    loss: tf.Tensor,
    network: keras.Sequential,
    optimizer: keras.optimizers.Optimizer,
) -> None:
    """One optimiser step on a loss that ``optimizer.scale_loss`` scaled inside the tape.

    The optimiser undoes the scaling (float16 needs it) and sums the gradients over replicas.
    """
    variables = network.trainable_variables
    gradients = tape.gradient(loss, variables)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))


class Simultaneous(TrainStep):
    """Both networks learn from the same generated batch, at the same time.

    The scheme of https://www.tensorflow.org/tutorials/generative/dcgan and so of the GANs of
    `final-project`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._update = self.compiled(self.update)

    def __call__(self, images: Any, index: int) -> Logs:
        return self._update(images, index)

    def update(self, images: tf.Tensor, index: tf.Tensor) -> Logs:
        """One step of both networks on one replica."""
        batch = global_batch_size(images)
        noise = self.noise(images, index)
        with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fakes = forward(self.generator.layers, noise, training=True)
            real = logits(self.discriminator, images, training=True)
            fake = logits(self.discriminator, fakes, training=True)
            d_loss = tf.reduce_sum(self.objective.discriminator(real, fake)) / batch
            g_loss = tf.reduce_sum(self.objective.generator(fake)) / batch
            d_scaled = self.discriminator_optimizer.scale_loss(d_loss)
            g_scaled = self.generator_optimizer.scale_loss(g_loss)
        apply_gradients(generator_tape, g_scaled, self.generator, self.generator_optimizer)
        apply_gradients(
            discriminator_tape, d_scaled, self.discriminator, self.discriminator_optimizer
        )
        return {"d_loss": d_loss, "g_loss": g_loss, **self.judgements(real, fake, batch)}


class Alternating(TrainStep):
    """`n_critic` steps of the discriminator, then one of the generator, on fresh noise.

    Goodfellow et al. 2014, algorithm 1 (k is `n_critic`); Arjovsky et al. 2017, algorithm 1.

    Parameters
    ----------
    n_critic
        Discriminator (critic) steps, each on a batch of its own, for one generator step.
    clip
        Every trainable weight of the critic is clipped to [-clip, clip] after its step; None: not.
    gradient_penalty
        Weight of ``(|grad f| - 1)²`` between real and generated images; 0: none. Gulrajani et
        al. 2017, equation 3, https://arxiv.org/abs/1704.00028. Needs a critic without batch norm.
    """

    def __init__(
        self,
        *args: Any,
        n_critic: int = 1,
        clip: float | None = None,
        gradient_penalty: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.n_critic = n_critic
        self.clip = clip
        self.gradient_penalty = gradient_penalty
        self._critic_update = self.compiled(self.critic_update)
        self._generator_update = self.compiled(self.generator_update)

    def __call__(self, images: Any, index: int) -> Logs:
        logs = self._critic_update(images, index)
        if (index + 1) % self.n_critic == 0:
            logs.update(self._generator_update(images, index))
        return logs

    def update(self, images: tf.Tensor, index: tf.Tensor) -> Logs:
        logs = self.critic_update(images, index)
        due = (index + 1) % self.n_critic == 0
        loss = tf.cond(
            due, lambda: self.generator_update(images, index)["g_loss"], lambda: tf.constant(0.0)
        )
        return logs | {"g_loss": loss}

    def many(self, images: tf.Tensor, index: int, batch_size: int) -> Logs:
        logs = super().many(images, index, batch_size)
        generator_steps = slice(-(index + 1) % self.n_critic, None, self.n_critic)
        return logs | {"g_loss": logs["g_loss"][generator_steps]}

    def critic_update(self, images: tf.Tensor, index: tf.Tensor) -> Logs:
        """One step of the discriminator or critic on one replica."""
        batch = global_batch_size(images)
        noise = self.noise(images, index)
        fakes = forward(self.generator.layers, noise, training=True)
        with tf.GradientTape() as tape:
            real = logits(self.discriminator, images, training=True)
            fake = logits(self.discriminator, fakes, training=True)
            d_loss = tf.reduce_sum(self.objective.discriminator(real, fake)) / batch
            total = d_loss
            if self.gradient_penalty:
                norms = self.gradient_norms(images, fakes, index)
                total += self.gradient_penalty * tf.reduce_sum(tf.square(norms - 1.0)) / batch
            scaled = self.discriminator_optimizer.scale_loss(total)
        apply_gradients(tape, scaled, self.discriminator, self.discriminator_optimizer)
        if self.clip is not None:
            for weight in self.discriminator.trainable_variables:
                weight.assign(tf.clip_by_value(weight, -self.clip, self.clip))
        return {"d_loss": d_loss, **self.judgements(real, fake, batch)}

    def generator_update(self, images: tf.Tensor, index: tf.Tensor) -> Logs:
        """One step of the generator on one replica; `images` gives the batch size only."""
        batch = global_batch_size(images)
        noise = self.noise(images, index, stream=1)
        with tf.GradientTape() as tape:
            fakes = forward(self.generator.layers, noise, training=True)
            fake = logits(self.discriminator, fakes, training=True)
            g_loss = tf.reduce_sum(self.objective.generator(fake)) / batch
            scaled = self.generator_optimizer.scale_loss(g_loss)
        apply_gradients(tape, scaled, self.generator, self.generator_optimizer)
        return {"g_loss": g_loss}

    def gradient_norms(self, images: tf.Tensor, fakes: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
        """|grad f| at a random point between each real and its generated image, shape (B,)."""
        fakes = tf.cast(fakes, images.dtype)
        seed = self.stream_seed(index, stream=2)
        share = own_rows(
            lambda rows: tf.random.stateless_uniform((rows, 1, 1, 1), seed, dtype=images.dtype),
            images,
        )
        between = share * images + (1.0 - share) * fakes
        with tf.GradientTape() as tape:
            tape.watch(between)
            scores = logits(self.discriminator, between, training=True)
        gradients = tf.cast(tape.gradient(scores, between), tf.float32)
        # ε keeps the square root's slope finite where the gradient vanishes.
        return tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3]) + 1e-12)


STEPS: dict[str, type[TrainStep]] = {"simultaneous": Simultaneous, "alternating": Alternating}
