"""CycleGAN: two generators that translate two sets of images into each other, without pairs.

Zhu et al. 2017, https://arxiv.org/abs/1703.10593; `review`, section 2.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganlib.errors import GanlibError
from ganlib.models.layers import logits
from ganlib.startup import keras, tf
from ganlib.systems import losses
from ganlib.systems.latents import Inputs
from ganlib.systems.replicas import global_batch_size
from ganlib.systems.system import Batch, Logs, System

SIDES = {"target": ("generator", "discriminator"), "source": ("back", "back_discriminator")}
"""The set that is made: the network that makes its images, and the one that tells them apart."""


class CycleGAN(System):
    """Both generators learn together, then both discriminators, from a batch of each set.

    A batch holds "source" and "target", float (B, H, W, C) in [-1, 1], of one shape; the last
    batch of an epoch may hold fewer of both.

    Parameters
    ----------
    networks, optimizers : "generator" makes target images of source images, "back" source images of
        target images; "discriminator" knows targets, "back_discriminator" sources, with logits of
        shape (B, 1), or (B, h, w, 1) for patches. An optimiser for each
    objective : a name in `ganlib.systems.losses.OBJECTIVES`; the paper's is "least_squares"
    cycle : λ, weight of the distance between an image and its translation back, section 3.2
    identity : weight of the distance between an image and what the generator of its own set makes
        of it, section 5.2; 0: none
    pool : translations that are kept to show the discriminators older ones too, section 4; 0: none
    options : as for `System`
    """

    log_keys = ("d_loss", "g_loss", "cycle_loss", "identity_loss")

    def __init__(
        self,
        networks: Any,
        optimizers: Any,
        *,
        objective: str = "least_squares",
        cycle: float = 10.0,
        identity: float = 5.0,
        pool: int = 50,
        **options: Any,
    ) -> None:
        self.objective = losses.get(objective)
        if pool and tf.distribute.get_strategy().num_replicas_in_sync > 1:
            raise GanlibError("a pool is for one device: train with pool=0, or on one")
        self.cycle, self.identity, self.pool = cycle, identity, pool
        shape = networks["generator"].output_shape[1:]
        self.pools = {
            name: keras.Variable(np.zeros((pool, *shape), np.float32), trainable=False, name=name)
            for name in (SIDES if pool and optimizers else ())
        }
        self.pooled = keras.Variable(0, dtype="int64", trainable=False, name="pooled")
        super().__init__(networks, optimizers, **options)

    @property
    def variables(self) -> dict[str, Any]:
        own = {f"pool/{name}": kept for name, kept in self.pools.items()}
        return super().variables | (own | {"pool/count": self.pooled} if own else {})

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        size = global_batch_size(batch["source"])
        fakes, logs = self.generators_update(batch, size)
        with tf.GradientTape(persistent=True) as tape:
            each, scaled = [], {}
            for number, (name, (_, discriminator)) in enumerate(SIDES.items()):
                shown = self.from_pool(name, fakes[name], index, number)
                real, fake = (self.scores(discriminator, x) for x in (batch[name], shown))
                each.append(tf.reduce_sum(self.objective.discriminator(real, fake)) / size)
                scaled[discriminator] = self.optimizers[discriminator].scale_loss(each[-1])
        for name, loss in scaled.items():
            self.apply(tape, loss, name)
        if self.pools:
            self.pooled.assign_add(tf.cast(size, tf.int64))
        return logs | {"d_loss": tf.add_n(each)}

    def generators_update(self, batch: Batch, size: tf.Tensor) -> tuple[Batch, Logs]:
        """One step of both generators; the translations that they made, by set."""
        first, second = (self.networks[generator] for generator, _ in SIDES.values())
        source, target = batch["source"], batch["target"]

        def distance(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
            each = tf.abs(tf.cast(one, tf.float32) - tf.cast(other, tf.float32))
            return tf.reduce_sum(losses.per_image(each)) / size

        with tf.GradientTape() as tape:
            fakes = {
                "target": first(source, training=True),
                "source": second(target, training=True),
            }
            fooled = [
                tf.reduce_sum(self.objective.generator(self.scores(discriminator, fakes[name])))
                for name, (_, discriminator) in SIDES.items()
            ]
            logs = {
                "g_loss": tf.add_n(fooled) / size,
                "cycle_loss": distance(second(fakes["target"], training=True), source)
                + distance(first(fakes["source"], training=True), target),
                "identity_loss": tf.zeros(()),
            }
            if self.identity:
                logs["identity_loss"] = distance(first(target, training=True), target) + distance(
                    second(source, training=True), source
                )
            total = (
                logs["g_loss"]
                + self.cycle * logs["cycle_loss"]
                + self.identity * logs["identity_loss"]
            )
            scaled = self.optimizers["generator"].scale_loss(total)
        self.apply_together(tape, scaled, [generator for generator, _ in SIDES.values()])
        return fakes, logs

    def apply_together(self, tape: tf.GradientTape, loss: tf.Tensor, names: Sequence[str]) -> None:
        """One step of several optimisers on one loss, on one way back; the first one scaled it."""
        gradients = iter(tape.gradient(loss, [v for name in names for v in self.trained_by(name)]))
        first = self.optimizers[names[0]].scale_loss(1.0)
        for name in names:
            ratio = self.optimizers[name].scale_loss(1.0) / first  # 1, but for float16
            own = self.trained_by(name)
            self.optimizers[name].apply_gradients([(ratio * next(gradients), v) for v in own])

    def scores(self, discriminator: str, images: tf.Tensor) -> tf.Tensor:
        """A discriminator's logits in training, float32."""
        return logits(self.networks[discriminator](images, training=True))

    def from_pool(self, name: str, fakes: tf.Tensor, index: tf.Tensor, stream: int) -> tf.Tensor:
        """Half of the images changed for older ones, which they replace; the first fill the pool.

        Section 4, after Shrivastava et al. 2017, https://arxiv.org/abs/1612.07828.
        """
        if not self.pools:
            return fakes
        kept, begun = self.pools[name], tf.cast(self.pooled.value, tf.int32)
        fakes, filling = tf.cast(fakes, tf.float32), begun < self.pool
        most = tf.minimum(tf.shape(fakes)[0], self.pool)  # of a larger batch, the first ones
        shuffled = tf.random.experimental.stateless_shuffle(
            tf.range(self.pool), self.seed_of(index, 2 * stream)
        )
        coins = tf.random.stateless_uniform((most, 1, 1, 1), self.seed_of(index, 2 * stream + 1))
        places = tf.where(filling, (begun + tf.range(most)) % self.pool, shuffled[:most])
        older, newer = tf.gather(kept.value, places), fakes[:most]
        changed = tf.logical_and(coins < 0.5, tf.logical_not(filling))
        written = tf.where(tf.logical_or(changed, filling), newer, older)
        kept.assign(tf.tensor_scatter_nd_update(kept.value, places[:, None], written))
        return tf.concat([tf.where(changed, older, newer), fakes[most:]], axis=0)

    def draw(self, rng: np.random.Generator, count: int, **given: Any) -> Inputs:
        """The images to be translated, float32 (`count`, H, W, C) in [-1, 1]; nothing is drawn."""
        if "images" not in given:
            raise GanlibError("a translation starts from images: give some, in [-1, 1]")
        return {"images": given["images"]}

    def conditions(self, data: Any, count: int) -> dict[str, Any]:
        images = data["source"].images[:count]
        return {"images": images.astype(np.float32) / 127.5 - 1.0}

    def translate(self, images: np.ndarray, generator: str = "generator") -> np.ndarray:
        """Images of one set as images of the other, float32 (N, H, W, C) in [-1, 1]."""
        return self.generate({"images": images}, self.networks[generator])
