"""Ways of training the same networks, as a user would type them: what the benchmarks compare.

Each contestant is made from a recipe, uint8 images (N, H, W, C) and a precision. ``run(steps)``
trains and returns the last step's losses, (d_loss, g_loss); its first calls trace. After
``generate(noise)``, noise (N, latent_dim), there are float32 images (N, H, W, C) in [-1, 1].

`Side` puts a contestant into a process of its own: own thread pools, own peak memory. This module
imports neither TensorFlow nor PyTorch until a contestant needs it, so no process holds both.
"""

import contextlib
import importlib.metadata
import importlib.util
import multiprocessing
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import devices
from ganlib.recipes import Network, Optimizer, Recipe

AT_ONCE = 500  # images that are generated at a time
LayerSpec = dict[str, Any]


def in_parts(generate: Callable[[np.ndarray], Any], noise: np.ndarray) -> np.ndarray:
    """Images for much noise, `AT_ONCE` at a time."""
    parts = [noise[i : i + AT_ONCE] for i in range(0, len(noise), AT_ONCE)]
    return np.concatenate([np.asarray(generate(part), np.float32) for part in parts])


class KerasContestant:
    """What those with Keras networks share: Keras's own layers."""

    def __init__(self, recipe: Recipe, images: np.ndarray, precision: str, seed: int = 0) -> None:
        from ganlib.models.layers import plain_copy
        from ganlib.startup import keras

        keras.utils.set_random_seed(seed)
        self.recipe, self.images, self.seed, self.precision = recipe, images, seed, precision
        with devices.precision_policy(precision):
            policy = keras.config.dtype_policy().name
            built = {name: plain_copy(n, policy) for name, n in recipe.build().items()}
            self.generator, self.discriminator = built["generator"], built["discriminator"]
            self.g_optimizer = recipe.optimizers["generator"].build()
            self.d_optimizer = recipe.optimizers["discriminator"].build()
            self.prepare()

    def prepare(self) -> None:
        """Set up step and data, from ``self``'s networks and optimisers."""
        raise NotImplementedError

    def run(self, steps: int) -> tuple[float, float]:
        """Train so many steps."""
        raise NotImplementedError

    def generate(self, noise: np.ndarray) -> np.ndarray:
        """Generated images."""
        from ganlib.startup import tf

        return in_parts(lambda z: tf.cast(self.generator(z, training=False), tf.float32), noise)

    def cross_entropy(self) -> Any:
        """The loss for what the discriminator gives: logits, or probabilities."""
        from ganlib.startup import keras

        linear = self.discriminator.layers[-1].activation is keras.activations.linear
        return keras.losses.BinaryCrossentropy(from_logits=linear)


class Tutorial(KerasContestant):
    """https://www.tensorflow.org/tutorials/generative/dcgan as it stands."""

    def prepare(self) -> None:
        from ganlib.startup import tf

        generator, discriminator = self.generator, self.discriminator
        g_optimizer, d_optimizer = self.g_optimizer, self.d_optimizer
        cross_entropy = self.cross_entropy()
        noise_dim, batch_size = generator.input_shape[-1], self.recipe.batch_size
        g_optimizer.build(generator.trainable_variables)
        d_optimizer.build(discriminator.trainable_variables)

        scaled = (self.images.astype("float32") - 127.5) / 127.5
        dataset = tf.data.Dataset.from_tensor_slices(scaled).shuffle(60000).batch(batch_size)

        @tf.function
        def train_step(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            noise = tf.random.normal([batch_size, noise_dim])
            with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
                generated_images = generator(noise, training=True)
                real_output = discriminator(images, training=True)
                fake_output = discriminator(generated_images, training=True)
                gen_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
                real_loss = cross_entropy(tf.ones_like(real_output), real_output)
                fake_loss = cross_entropy(tf.zeros_like(fake_output), fake_output)
                disc_loss = real_loss + fake_loss
            weights = generator.trainable_variables
            gradients = gen_tape.gradient(gen_loss, weights)
            g_optimizer.apply_gradients(zip(gradients, weights, strict=True))
            weights = discriminator.trainable_variables
            gradients = disc_tape.gradient(disc_loss, weights)
            d_optimizer.apply_gradients(zip(gradients, weights, strict=True))
            return disc_loss, gen_loss

        def batches() -> Iterator[tf.Tensor]:
            while True:  # epoch after epoch
                yield from dataset

        self.train_step, self.stream = train_step, batches()

    def run(self, steps: int) -> tuple[float, float]:
        for _ in range(steps):
            d_loss, g_loss = self.train_step(next(self.stream))
        return float(d_loss), float(g_loss)


class TutorialWithOneDNN(Tutorial):
    """The same, and TensorFlow computes with oneDNN on every processor, as in ganlib."""


class KerasFit(KerasContestant):
    """A Keras model with a ``train_step`` of its own, and ``fit``.

    https://keras.io/examples/generative/dcgan_overriding_train_step/

    Compiled with Keras's defaults, which mean XLA where there is a GPU. As in the example, the
    discriminator sees real and generated images as one batch, and the generator learns from fresh
    noise.
    """

    def prepare(self) -> None:
        from ganlib.startup import keras, tf

        class GAN(keras.Model):
            def __init__(self, discriminator: Any, generator: Any, latent_dim: int) -> None:
                super().__init__()
                self.discriminator, self.generator = discriminator, generator
                self.latent_dim = latent_dim

            def compile(self, d_optimizer: Any, g_optimizer: Any, loss_fn: Any) -> None:
                super().compile()
                self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
                self.d_loss_metric = keras.metrics.Mean(name="d_loss")
                self.g_loss_metric = keras.metrics.Mean(name="g_loss")

            @property
            def metrics(self) -> list[Any]:
                return [self.d_loss_metric, self.g_loss_metric]

            def train_step(self, real_images: tf.Tensor) -> dict[str, tf.Tensor]:
                batch_size = tf.shape(real_images)[0]
                noise = tf.random.normal((batch_size, self.latent_dim))
                generated = tf.cast(self.generator(noise, training=True), real_images.dtype)
                combined = tf.concat([generated, real_images], axis=0)
                labels = tf.concat([tf.zeros((batch_size, 1)), tf.ones((batch_size, 1))], axis=0)
                with tf.GradientTape() as tape:
                    d_loss = self.loss_fn(labels, self.discriminator(combined, training=True))
                weights = self.discriminator.trainable_weights
                self.d_optimizer.apply_gradients(
                    zip(tape.gradient(d_loss, weights), weights, strict=True)
                )
                noise = tf.random.normal((batch_size, self.latent_dim))
                with tf.GradientTape() as tape:
                    fake = self.discriminator(self.generator(noise, training=True), training=True)
                    g_loss = self.loss_fn(tf.ones((batch_size, 1)), fake)
                weights = self.generator.trainable_weights
                self.g_optimizer.apply_gradients(
                    zip(tape.gradient(g_loss, weights), weights, strict=True)
                )
                self.d_loss_metric.update_state(d_loss)
                self.g_loss_metric.update_state(g_loss)
                return {m.name: m.result() for m in self.metrics}

        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.gan = GAN(self.discriminator, self.generator, self.generator.input_shape[-1])
        self.gan.compile(self.d_optimizer, self.g_optimizer, self.cross_entropy())
        scaled = self.images.astype("float32") / 127.5 - 1.0
        # Each call of fit fills the buffer anew: Keras's own 1024 keeps that short.
        dataset = tf.data.Dataset.from_tensor_slices(scaled).shuffle(1024)
        dataset = dataset.batch(self.recipe.batch_size).repeat()
        # A block is a call of fit here, a whole training elsewhere; at its end tf.data may wait for
        # its tuner's next round, for as long again as it has run. So there is no tuner.
        options = tf.data.Options()
        options.autotune.enabled = False
        self.dataset = dataset.with_options(options)

    def run(self, steps: int) -> tuple[float, float]:
        history = self.gan.fit(
            self.dataset, steps_per_epoch=steps, shuffle=False, verbose=0
        ).history
        return float(history["d_loss"][-1]), float(history["g_loss"][-1])


class Ganlib:
    """ganlib's system and pipeline, as `ganlib.training.loop` runs them."""

    def __init__(self, recipe: Recipe, images: np.ndarray, precision: str, seed: int = 0) -> None:
        from ganlib.datasets import Dataset
        from ganlib.datasets.batches import batches

        self.recipe, self.done = recipe, 0
        self.system = recipe.system(seed=seed, precision=precision)
        self.generator, self.discriminator = self.system.networks.values()
        data = Dataset("made up", "train", images, None, "synthetic", "a benchmark")
        together = recipe.steps_per_execution
        self.stream = iter(batches(data, recipe.batch_size, seed=seed, together=together))

    def run(self, steps: int) -> tuple[float, float]:
        """Train so many steps: a multiple of ``steps_per_execution``, as are those of an epoch."""
        end = self.done + steps
        while self.done < end:
            batch = next(self.stream)
            if self.recipe.steps_per_execution == 1:
                logs = self.system.step(batch, self.done)
                self.done += 1
            else:
                logs = self.system.many(batch, self.done, self.recipe.batch_size)
                self.done += len(logs["d_loss"])
        return float(np.ravel(logs["d_loss"])[-1]), float(np.ravel(logs["g_loss"])[-1])

    def generate(self, noise: np.ndarray) -> np.ndarray:
        """Generated images."""
        return self.system.generate({"noise": noise})


class Torch:
    """The same networks and optimisers in plain PyTorch.

    Images are kept as uint8 and taken by a random permutation, without a DataLoader: the quickest
    plain way. The step is that of PyTorch's own DCGAN example,
    https://docs.pytorch.org/tutorials/beginner/dcgan_faces_tutorial.html.

    Parameters
    ----------
    networks
        What `plain_layers` returns; by default computed here, which loads TensorFlow too.
    channels_last
        Memory format of images and kernels.
    frozen
        Leaner than the example: in the generator's step the discriminator's weights get no
        gradients, as in TensorFlow.
    """

    def __init__(
        self,
        recipe: Recipe,
        images: np.ndarray,
        precision: str,
        seed: int = 0,
        networks: tuple[list[LayerSpec], list[LayerSpec]] | None = None,
        channels_last: bool = False,
        frozen: bool = False,
    ) -> None:
        import torch

        self.torch, self.frozen = torch, frozen
        torch.manual_seed(seed)
        layout = torch.channels_last if channels_last else torch.contiguous_format
        generator, discriminator = networks or plain_layers(recipe)
        self.latent_dim = generator[0]["inputs"][-1]
        self.generator = torch_network(generator).to(memory_format=layout)
        self.discriminator = torch_network(discriminator, logits=True).to(memory_format=layout)
        self.images = torch.tensor(images).permute(0, 3, 1, 2).contiguous(memory_format=layout)
        self.layout, self.batch_size = layout, recipe.batch_size
        self.autocast = (
            (lambda: torch.autocast("cpu", torch.bfloat16))
            if precision == "bfloat16"
            else contextlib.nullcontext
        )
        self.g_optimizer = torch_optimizer(recipe.optimizers["generator"], self.generator)
        self.d_optimizer = torch_optimizer(recipe.optimizers["discriminator"], self.discriminator)
        self.loss = torch.nn.BCEWithLogitsLoss()
        self.stream = self.batches()

    def batches(self) -> Iterator[Any]:
        """Epoch after epoch of float batches (B, C, H, W) in [-1, 1]."""
        while True:
            order = self.torch.randperm(len(self.images))
            for chosen in order.split(self.batch_size):
                batch = self.images[chosen].contiguous(memory_format=self.layout)
                yield batch.float().div_(127.5).sub_(1.0)

    def loss_of(self, images: Any, label: float) -> Any:
        """Cross-entropy of the discriminator's logits, all with the same label."""
        logits = self.discriminator(images).float()
        return self.loss(logits, self.torch.full_like(logits, label))

    def step(self, real: Any) -> tuple[Any, Any]:
        """The discriminator's step, then the generator's on the same fakes."""
        with self.autocast():
            fakes = self.generator(self.torch.randn(len(real), self.latent_dim))
            d_loss = self.loss_of(real, 1.0) + self.loss_of(fakes.detach(), 0.0)
        self.d_optimizer.zero_grad()
        d_loss.backward()
        self.d_optimizer.step()
        if self.frozen:
            self.discriminator.requires_grad_(False)
        with self.autocast():
            g_loss = self.loss_of(fakes, 1.0)
        self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()
        self.discriminator.requires_grad_(True)
        return d_loss, g_loss

    def run(self, steps: int) -> tuple[float, float]:
        """Train so many steps."""
        for _ in range(steps):
            d_loss, g_loss = self.step(next(self.stream))
        return d_loss.item(), g_loss.item()

    def generate(self, noise: np.ndarray) -> np.ndarray:
        """Generated images."""

        def images(z: np.ndarray) -> Any:
            with self.torch.no_grad(), self.autocast():
                return self.generator(self.torch.from_numpy(z)).float().permute(0, 2, 3, 1).numpy()

        self.generator.eval()
        made = in_parts(images, noise)
        self.generator.train()
        return made


def plain_layers(recipe: Recipe) -> tuple[list[LayerSpec], list[LayerSpec]]:
    """Both networks as lists of plain values: kind, configuration and shapes of every layer."""
    generator, discriminator = (
        [
            {
                "kind": type(layer).__name__,
                "inputs": tuple(layer.input.shape[1:]),
                "outputs": tuple(layer.output.shape[1:]),
                **layer.get_config(),
            }
            for layer in network.layers
            if type(layer).__name__ != "InputLayer"
        ]
        for network in recipe.build().values()
    )
    return generator, discriminator


def torch_network(specs: list[LayerSpec], logits: bool = False) -> Any:
    """A ``torch.nn.Sequential`` of these layers; with `logits` without the last activation.

    Flatten and Reshape order the values channels first, which for weights drawn by lot is the same
    network. Where a strided convolution's padding is not symmetrical in TensorFlow, it is here.
    """
    from torch import nn

    modules: list[Any] = []
    for spec in specs:
        modules += _torch_layer(nn, spec)
        activation = spec.get("activation", "linear")
        if activation != "linear" and not (logits and spec is specs[-1]):
            modules.append({"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU}[activation]())
    for module in modules:  # as Keras does it: Glorot's uniform distribution, and zeros
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return nn.Sequential(*modules)


def _torch_layer(nn: Any, spec: LayerSpec) -> list[Any]:
    kind, channels, outputs = spec["kind"], spec["inputs"][-1], spec["outputs"]
    bias = spec.get("use_bias")
    if kind == "Activation":  # `torch_network` adds it
        return []
    if kind == "Dense":
        return [nn.Linear(channels, outputs[-1], bias=bias)]
    if kind in ("Conv2D", "Conv2DTranspose"):
        (size, _), (stride, _), filters = spec["kernel_size"], spec["strides"], outputs[-1]
        if kind == "Conv2D":
            padding = (size - 1) // 2 if stride > 1 else "same"
            return [nn.Conv2d(channels, filters, size, stride, padding, bias=bias)]
        padding = (size - 1) // 2
        rest = stride + 2 * padding - size
        return [
            nn.ConvTranspose2d(
                channels, filters, size, stride, padding, output_padding=rest, bias=bias
            )
        ]
    if kind == "BatchNormalization":
        norm = nn.BatchNorm2d if len(spec["inputs"]) == 3 else nn.BatchNorm1d
        return [norm(channels, eps=spec["epsilon"], momentum=1.0 - spec["momentum"])]
    if kind == "Reshape":
        height, width, depth = outputs
        return [nn.Unflatten(1, (depth, height, width))]
    simple: dict[str, Callable[[], Any]] = {
        "LeakyReLU": lambda: nn.LeakyReLU(spec["negative_slope"]),
        "ReLU": nn.ReLU,
        "Dropout": lambda: nn.Dropout(spec["rate"]),
        "MaxPooling2D": lambda: nn.MaxPool2d(spec["pool_size"]),
        "Flatten": nn.Flatten,
    }
    return [simple[kind]()]


def torch_optimizer(optimizer: Optimizer, network: Any) -> Any:
    """The optimiser with the same name and rate, and Keras's defaults for the rest."""
    from torch import optim

    options = dict(optimizer.options)
    rate = options.pop("learning_rate")
    if optimizer.name == "Adam":
        betas = options.pop("beta_1", 0.9), options.pop("beta_2", 0.999)
        options = {"betas": betas, "eps": 1e-7, **options}
    elif optimizer.name == "RMSprop":
        options = {"alpha": options.pop("rho", 0.9), "eps": 1e-7, **options}
    return getattr(optim, optimizer.name)(network.parameters(), lr=rate, **options)


def describe() -> dict[str, Any]:
    """Machine and versions, PyTorch's too."""
    described = devices.describe()
    if torch_is_here():
        described["versions"]["torch"] = importlib.metadata.version("torch")
    return described


def torch_is_here() -> bool:
    """Whether PyTorch is installed; it is not imported."""
    return importlib.util.find_spec("torch") is not None


@dataclass(frozen=True)
class WideNetwork:
    """`network` with `width` times as many channels between its ends; for a recipe's networks."""

    network: Network
    width: float

    def build(self, image_shape: tuple[int, int, int]) -> Any:
        """The network, a ``keras.Sequential``."""
        from ganlib.startup import keras

        ends = (1, image_shape[-1])
        config = self.network.build(image_shape).get_config()
        for layer in config["layers"]:
            layer.pop("build_config", None)  # the shapes of before
            own = layer["config"]
            for key in ("filters", "units"):
                if own.get(key, 1) not in ends:
                    own[key] = round(self.width * own[key])
            if "target_shape" in own:
                *place, channels = own["target_shape"]
                own["target_shape"] = (*place, round(self.width * channels))
        return keras.Sequential.from_config(config)


class Side:
    """A contestant in a process of its own; only one of them should work at a time.

    Parameters
    ----------
    kind
        A contestant's class.
    recipe, precision, options
        What it is made from.
    images
        Makes the images, in that process; a function that can be pickled.
    """

    def __init__(
        self,
        kind: type,
        recipe: Recipe,
        images: Callable[[], np.ndarray],
        precision: str,
        **options: Any,
    ) -> None:
        if kind is Torch and "networks" not in options:
            options["networks"] = plain_layers(recipe)
        self.losses = (float("nan"), float("nan"))
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        arguments = (theirs, kind, recipe, images, precision, options)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self._answer()

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a method of the contestant."""
        self._pipe.send((method, arguments))
        return self._answer()

    def run(self, steps: int) -> float:
        """Train so many steps; the seconds that took. The last losses are then in `losses`."""
        seconds, self.losses = self.call("run", steps)
        return seconds

    def memory(self) -> float:
        """The process's peak resident memory so far, in MB."""
        return self.call("memory")

    def generate(self, noise: np.ndarray) -> np.ndarray:
        """Generated images, float32 (N, H, W, C)."""
        return self.call("generate", noise)

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self._pipe.send(None)
        self._process.join()
        self._pipe.close()

    def _answer(self) -> Any:
        try:
            failed, result = self._pipe.recv()
        except EOFError:
            raise RuntimeError("a contestant's process has died") from None
        if failed:
            raise RuntimeError(f"in a contestant's process:\n{result}")
        return result


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Nothing reaches the standard error stream, not even from C++."""
    saved = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def peak_memory() -> float:
    """This process's peak resident memory so far, in MB."""
    try:
        # Linux passes a parent's peak on to getrusage in its children, but not to this.
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024.0
    except (OSError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)


def _serve(
    pipe: Any,
    kind: type,
    recipe: Recipe,
    images: Callable[[], np.ndarray],
    precision: str,
    options: dict[str, Any],
) -> None:
    """What runs in a side's process: make the contestant, then do what is asked for."""
    try:
        if issubclass(kind, Tutorial | KerasFit):
            # ganlib turns off a pass of TensorFlow's that fails, loudly and without consequence;
            # here it is as everybody finds it, only silent. TensorFlow has all threads, and
            # oneDNN only where it takes it of itself, so it comes before ganlib's settings.
            os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
            os.environ["TF_NUM_INTRAOP_THREADS"] = "0"
            os.environ.pop("TF_ENABLE_ONEDNN_OPTS", None)
            if issubclass(kind, TutorialWithOneDNN):
                os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
            with silent():
                import tensorflow as tf

            tf.config.optimizer.set_experimental_options({"remapping": True})
        contestant = kind(recipe, images(), precision, **options)
        pipe.send((False, None))
        while (request := pipe.recv()) is not None:
            method, arguments = request
            if method == "run":
                start = time.perf_counter()
                losses = contestant.run(*arguments)
                answer: Any = time.perf_counter() - start, losses
            elif method == "memory":
                answer = peak_memory()
            else:
                answer = getattr(contestant, method)(*arguments)
            pipe.send((False, answer))
    except EOFError:  # whoever asked is gone
        pass
    except Exception:
        with contextlib.suppress(OSError):
            pipe.send((True, traceback.format_exc()))
