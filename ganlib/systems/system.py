"""The seam: what every system is to the loop, the lessons, the benchmarks and the tests."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ganlib.models.layers import plain_copy
from ganlib.startup import tf
from ganlib.systems import latents
from ganlib.systems.latents import Inputs, Latent
from ganlib.systems.replicas import own_rows

Batch = dict[str, tf.Tensor]
Logs = dict[str, tf.Tensor]
AT_ONCE = 500  # images that are generated at a time


class System:
    """Networks, optimisers and a train step; a new kind overrides `update` and `log_keys`.

    Parameters
    ----------
    networks : name to ``keras.Model``; the one called "generator" makes the images
    optimizers : name of a network to the Keras optimiser that trains it; none are needed to
        generate
    latent : what the generator starts from, see `ganlib.systems.latents`
    seed : of everything that is drawn in steps; what step i draws depends on (seed, i) alone
    jit_compile : compile with XLA: worth it on a GPU, about half the speed on a CPU
    """

    log_keys: tuple[str, ...] = ()
    """Names of the float32 scalars that a step returns."""
    columns = 0
    """Of a grid of what `shown` returns, where its rows belong together; 0: any number."""

    def __init__(
        self,
        networks: Mapping[str, Any],
        optimizers: Mapping[str, Any],
        *,
        latent: Latent,
        seed: int = 0,
        jit_compile: bool = False,
    ) -> None:
        self.networks, self.optimizers = dict(networks), dict(optimizers)
        self.latent, self.seed, self.jit_compile = dict(latent), seed, jit_compile
        self._copies: dict[str, Any] = {}
        for name, optimizer in self.optimizers.items():
            optimizer.build(self.trained_by(name))
        # Nothing here needs AutoGraph, whose translation takes time.
        self._one = tf.function(self.update, jit_compile=jit_compile, autograph=False)
        self._step = self.compiled(self.update)
        self._many: Any = None

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        """One step on one replica, within a ``tf.function``: change the variables, return logs."""
        raise NotImplementedError

    def step(self, batch: Batch, index: int) -> Logs:
        """Train on one batch; `index` counts the steps from 0. Float32 scalars of `log_keys`.

        A batch holds, for example, "images", float (B, H, W, C) in [-1, 1], and "labels", int64
        (B,).
        """
        return self._step(batch, tf.constant(index, tf.int64))

    def many(self, batch: Batch, index: int, batch_size: int) -> Logs:
        """Steps `index`, `index` + 1, … on one device, in one call; float32 vectors of their logs.

        The way from call to call costs time, which counts for small networks: see
        ``benchmarks/tried.py --idea one-step-calls``. The steps stay the same, to rounding. The
        batch holds several of `batch_size`, one after the other; the last one may be smaller.
        """
        if self._many is None:
            specs = {k: tf.TensorSpec((None, *v.shape[1:]), v.dtype) for k, v in batch.items()}
            numbers = (tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.int32))
            self._many = tf.function(
                self._updates, input_signature=(specs, *numbers), autograph=False
            )
        return self._many(batch, tf.constant(index, tf.int64), tf.constant(batch_size))

    def _updates(self, batch: Batch, first: tf.Tensor, batch_size: tf.Tensor) -> Logs:
        def one(number: tf.Tensor) -> Logs:
            own = slice(number * batch_size, (number + 1) * batch_size)
            part = {name: rows[own] for name, rows in batch.items()}
            return self._one(part, first + tf.cast(number, tf.int64))

        count = tf.shape(next(iter(batch.values())))[0]
        steps, logs = tf.range(-(-count // batch_size)), dict.fromkeys(self.log_keys, tf.float32)
        return tf.map_fn(one, steps, fn_output_signature=logs, parallel_iterations=1)

    def compiled(self, update: Callable[[Batch, tf.Tensor], Logs]) -> Callable[..., Logs]:
        """`update` as a ``tf.function`` that runs on every replica and sums the replicas' logs."""
        strategy = tf.distribute.get_strategy()

        @tf.function(jit_compile=self.jit_compile, autograph=False)
        def run(batch: Batch, index: tf.Tensor) -> Logs:
            logs = strategy.run(update, args=(batch, index))
            return {key: strategy.reduce("SUM", value, axis=None) for key, value in logs.items()}

        return run

    def trained_by(self, optimizer: str) -> list[Any]:
        """The variables that an optimiser changes: those of the network of its name."""
        return self.networks[optimizer].trainable_variables

    def apply(self, tape: tf.GradientTape, loss: tf.Tensor, optimizer: str) -> None:
        """One step of an optimiser on a loss that its ``scale_loss`` scaled inside the tape.

        The optimiser undoes the scaling, which float16 needs, and sums gradients over replicas.
        """
        variables = self.trained_by(optimizer)
        gradients = tape.gradient(loss, variables)
        self.optimizers[optimizer].apply_gradients(zip(gradients, variables, strict=True))

    def seed_of(self, index: tf.Tensor, stream: int = 0) -> tf.Tensor:
        """Seed for what step `index` draws; each `stream`, from 0 to 3, is independent."""
        return tf.stack([tf.constant(self.seed, tf.int64), 4 * index + stream])

    def latent_of(self, images: tf.Tensor, index: tf.Tensor, stream: int = 0) -> Batch:
        """The latent of step `index` by part, one row for each image of this replica."""
        seed = self.seed_of(index, stream)
        return own_rows(lambda count: latents.draw_in_step(self.latent, seed, count), images)

    def make(self, inputs: Mapping[str, Any], training: bool, generator: Any = None) -> Any:
        """Images of the generator; a latent of one part goes in alone, several by their names."""
        alone = next(iter(inputs.values())) if len(inputs) == 1 else dict(inputs)
        return (generator or self.networks["generator"])(alone, training=training)

    @property
    def variables(self) -> dict[str, Any]:
        """All that training changes, by name: weights, moving statistics, seeds, optimisers."""
        found = {
            f"{name}/{number:03d}_{variable.name}": variable
            for name, network in self.networks.items()
            for number, variable in enumerate(network.variables)
        }
        # By number alone: Keras puts counted layer names into those of an optimiser's variables.
        for name, optimizer in self.optimizers.items():
            for number, variable in enumerate(optimizer.variables):
                found[f"{name}_optimizer/{number:03d}"] = variable
        return found

    def draw(self, rng: np.random.Generator, count: int, **given: Any) -> Inputs:
        """What `generate` takes: drawn by the latent, but for the parts that are given."""
        return latents.draw(self.latent, rng, count, **given)

    def conditions(self, data: Any, count: int) -> dict[str, Any]:
        """What `draw` should be given for `count` images like the data's, such as their labels."""
        return latents.like(self.latent, data, count)

    def generate(self, inputs: Mapping[str, np.ndarray], generator: Any = None) -> np.ndarray:
        """Images, float32 (N, H, W, C) in [-1, 1], of this or another generator from N rows."""
        parts = []
        for start in range(0, len(next(iter(inputs.values()))), AT_ONCE):
            rows = {name: values[start : start + AT_ONCE] for name, values in inputs.items()}
            parts.append(tf.cast(self.make(rows, False, generator), tf.float32).numpy())
        return np.concatenate(parts)

    def shown(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """The images of a grid for these inputs: those of `generate`, or others beside them."""
        return self.generate(inputs)

    def plain(self, name: str, use: str = "last") -> Any:
        """A network as it is now, in float32 and of Keras's own layers; one copy for each `use`."""
        key = f"{name} {use}"
        if key not in self._copies:
            self._copies[key] = plain_copy(self.networks[name])
        self._copies[key].set_weights(self.networks[name].get_weights())
        return self._copies[key]

    def averaged(self) -> Any:
        """The generator with the moving average of its weights, which its optimiser keeps.

        Statistics of batch normalisation are moving averages already, and copied.
        """
        average = self.plain("generator", "average")
        self.optimizers["generator"].finalize_variable_values(average.trainable_variables)
        return average

    @property
    def keeps_average(self) -> bool:
        """Whether the generator's optimiser keeps a moving average of its weights."""
        optimizer = self.optimizers.get("generator")
        return getattr(getattr(optimizer, "inner_optimizer", optimizer), "use_ema", False)
