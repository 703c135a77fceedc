"""CycleGAN: two generators that translate two sets of images into each other, without pairs.

Zhu et al. 2017, https://arxiv.org/abs/1703.10593; `review`, section 2.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ganlib.errors import GanlibError
from ganlib.models.layers import logits
from ganlib.startup import tf
from ganlib.systems import losses
from ganlib.systems.latents import Inputs
from ganlib.systems.pool import Pool
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
    columns = 16

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
        self.cycle, self.identity = cycle, identity
        shape = networks["generator"].output_shape[1:]
        self.pools = {name: Pool(pool, shape) for name in (SIDES if pool and optimizers else ())}
        super().__init__(networks, optimizers, **options)

    @property
    def variables(self) -> dict[str, Any]:
        pools: dict[str, Any] = {}
        for name, pool in self.pools.items():
            pools |= {f"pool/{name}": pool.images, f"pool/{name}_count": pool.count}
        return super().variables | pools

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        size = global_batch_size(batch["source"])
        fakes, logs = self.generators_update(batch, size)
        with tf.GradientTape(persistent=True) as tape:
            each, scaled = [], {}
            for number, (name, (_, discriminator)) in enumerate(SIDES.items()):
                shown = fakes[name]
                if self.pools:
                    seeds = (self.seed_of(index, 2 * number + stream) for stream in (0, 1))
                    shown = self.pools[name](shown, *seeds)
                real, fake = (self.scores(discriminator, x) for x in (batch[name], shown))
                each.append(tf.reduce_sum(self.objective.discriminator(real, fake)) / size)
                scaled[discriminator] = self.optimizers[discriminator].scale_loss(each[-1])
        for name, loss in scaled.items():
            self.apply(tape, loss, name)
        return logs | {"d_loss": tf.add_n(each)}

    def generators_update(self, batch: Batch, size: tf.Tensor) -> tuple[Batch, Logs]:
        """One step of both generators; the translations that they made, by set."""

        def distance(one: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
            each = tf.abs(tf.cast(one, tf.float32) - tf.cast(other, tf.float32))
            return tf.reduce_sum(losses.per_image(each)) / size

        fakes, (g_loss, cycle, identity) = {}, [tf.zeros(())] * 3
        with tf.GradientTape() as tape:
            for name, other in (("target", "source"), ("source", "target")):
                generator, discriminator = SIDES[name]
                forth, back = self.networks[generator], self.networks[SIDES[other][0]]
                fakes[name] = forth(batch[other], training=True)
                scores = self.scores(discriminator, fakes[name])
                g_loss += tf.reduce_sum(self.objective.generator(scores)) / size
                cycle += distance(back(fakes[name], training=True), batch[other])
                if self.identity:
                    identity += distance(forth(batch[name], training=True), batch[name])
            total = g_loss + self.cycle * cycle + self.identity * identity
            scaled = self.optimizers["generator"].scale_loss(total)
        self.apply_together(tape, scaled, [generator for generator, _ in SIDES.values()])
        return fakes, {"g_loss": g_loss, "cycle_loss": cycle, "identity_loss": identity}

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

    def shown(
        self, inputs: Mapping[str, np.ndarray], order: Sequence[str] = ("generator", "back")
    ) -> np.ndarray:
        """Three rows for each `columns` images: as they were, translated, and translated back."""
        stops = [inputs["images"]]
        for name in order:
            stops.append(self.translate(stops[-1], name))
        wide = min(len(stops[0]), self.columns)
        missing = [(0, -len(stops[0]) % wide), (0, 0), (0, 0), (0, 0)]
        stops = [np.pad(stop, missing, constant_values=-1.0) for stop in stops]
        starts = range(0, len(stops[0]), wide)
        return np.concatenate([stop[i : i + wide] for i in starts for stop in stops])
