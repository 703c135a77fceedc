"""Every system of the reports as one frozen value.

A recipe is data: it names its data set, networks, objective and optimisers, and knows nothing of
the loop that trains it. It is written into every run's record and read back from there.
"""

import dataclasses
import difflib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ganlib.errors import GanlibError

Shape = tuple[int, int, int]  # height, width, channels
SCHEDULES = ("constant", "linear")


@dataclass(frozen=True)
class Network:
    """A builder in `ganlib.models`, as "module:function", and its options."""

    builder: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def build(self, image_shape: Shape) -> Any:
        """Build the network, a ``keras.Sequential``; this is when TensorFlow is loaded."""
        builder = pkgutil.resolve_name(f"ganlib.models.{self.builder}")
        return builder(image_shape, **self.options)


@dataclass(frozen=True)
class Optimizer:
    """A class of ``keras.optimizers`` and its options."""

    name: str = "Adam"
    options: Mapping[str, Any] = field(default_factory=lambda: {"learning_rate": 1e-4})

    def build(self, **options: Any) -> Any:
        """Build the optimiser; `options` go beside its own."""
        from ganlib.startup import keras

        return getattr(keras.optimizers, self.name)(**self.options, **options)


@dataclass(frozen=True)
class Recipe:
    """One system: what is trained, on what, and how.

    Attributes
    ----------
    name, title
        The name used on the command line, and one for headings.
    source
        Where the system is described: the report and its section or figure.
    dataset, image_shape
        A name for `ganlib.datasets.load`, and the height, width and channels that the networks
        are built for: one channel for greyscale, three for colour.
    discriminator
        None for what is fitted in one go and needs no judge, as a PCA is; then there is no
        objective and no optimiser either, and `step` names a fit of `ganlib.systems.pca.FITS`.
    step, step_options
        A train step of `ganlib.systems.gan.STEPS` and its keyword arguments.
    latent
        What z is drawn from, see `ganlib.systems.latents`.
    ema
        Decay, for each step of the generator, of an exponential moving average of its weights,
        kept beside them; 0: none, as in the reports.
    schedule
        How the learning rates go over the run's budget, be it epochs or minutes: "constant", or
        "linear" from the optimisers' own to nothing.
    batch_size, epochs
        The report's batch and budget.
    minutes
        A budget in place of `epochs`, for recipes that are meant for so much time.
    steps_per_execution
        Steps in one call of TensorFlow, as Keras names it: more than one for small networks. The
        steps stay the same, but for a learning rate that falls: it does so from call to call.
    notes
        What the source leaves open, and what was chosen.
    """

    name: str
    title: str
    source: str
    dataset: str
    image_shape: Shape
    generator: Network
    discriminator: Network | None
    objective: str | None = "non_saturating"
    generator_optimizer: Optimizer | None = Optimizer()
    discriminator_optimizer: Optimizer | None = Optimizer()
    step: str = "simultaneous"
    step_options: Mapping[str, Any] = field(default_factory=dict)
    schedule: str = "constant"
    batch_size: int = 256
    epochs: int | None = 100
    minutes: float | None = None
    steps_per_execution: int = 1
    latent: str = "normal"
    ema: float = 0.0
    notes: str = ""

    def __post_init__(self) -> None:
        if self.schedule not in SCHEDULES:
            raise GanlibError(
                f"unknown schedule {self.schedule!r}; choose one of {', '.join(SCHEDULES)}"
            )

    def build(self) -> tuple[Any, Any]:
        """Build generator and discriminator for the recipe's image shape; None for none."""
        judge = self.discriminator
        return self.generator.build(self.image_shape), judge and judge.build(self.image_shape)

    def with_channels(self, channels: int) -> "Recipe":
        """The same recipe for greyscale (1) or colour (3)."""
        return dataclasses.replace(self, image_shape=(*self.image_shape[:2], channels))

    def to_json(self) -> dict[str, Any]:
        """The recipe as plain dicts, lists and scalars."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Recipe":
        """The inverse of `to_json`; a record with missing or unknown fields raises GanlibError."""
        values = dict(record)
        try:
            for key in ("generator", "discriminator"):
                for name, kind in ((key, Network), (f"{key}_optimizer", Optimizer)):
                    values[name] = values[name] and kind(**values[name])
            # Runs of the first version, which knew no other shape, do not name it.
            height, width, channels = values.get("image_shape", (28, 28, 1))
            values["image_shape"] = (int(height), int(width), int(channels))
            values["batch_size"] = int(values["batch_size"])
            if min(*values["image_shape"], values["batch_size"]) < 1:
                raise ValueError("a size below 1")
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise GanlibError(
                f"the record holds no recipe that this version understands ({error})"
            ) from error


_MNIST_BASELINE = Recipe(
    name="mnist-baseline",
    title="MNIST baseline DCGAN",
    source="final-project, section 3.1; tensorflow.org/tutorials/generative/dcgan",
    dataset="mnist",
    image_shape=(28, 28, 1),
    generator=Network("final_project:generator"),
    discriminator=Network("final_project:dcgan_discriminator"),
)

_WGAN_NOTES = (
    "The report says only that the loss is the Wasserstein distance; n_critic 5 and "
    "clipping to 0.01 are the published values (Arjovsky et al. 2017, algorithm 1). "
    "With the report's Adam and batch, small budgets show no digits:"
)
_MNIST_WGAN = dataclasses.replace(
    _MNIST_BASELINE,
    name="mnist-wgan",
    title="MNIST Wasserstein GAN",
    source="final-project, section 3.3; Arjovsky et al. 2017, algorithm 1",
    objective="wasserstein",
    step="alternating",
    step_options={"n_critic": 5, "clip": 0.01},
    notes=f"{_WGAN_NOTES} see mnist-wgan-rmsprop.",
)
_RMSPROP = Optimizer("RMSprop", {"learning_rate": 3e-4})

_SGD = Optimizer("SGD", {"learning_rate": 0.1})
_NN_NOTES = (
    "The report names the networks' sizes and SGD, and leaves rate, batch, activations and the "
    "generator's loss open; lesson 13 shows what a rate of 0.5 does."
)

_SVHN_BASELINE = Recipe(
    name="svhn-baseline",
    title="SVHN baseline DCGAN",
    source="final-project, section 3.4, figures 9 and 10",
    dataset="svhn_cropped",
    image_shape=(32, 32, 1),
    generator=Network("final_project:generator"),
    discriminator=Network("final_project:svhn_discriminator"),
)

_SVHN_WGAN = dataclasses.replace(
    _MNIST_WGAN,
    name="svhn-wgan",
    title="SVHN Wasserstein GAN",
    source="final-project, section 3.6; Arjovsky et al. 2017, algorithm 1",
    dataset="svhn_cropped",
    image_shape=(32, 32, 1),
    notes=f"{_WGAN_NOTES} see svhn-wgan-gp.",
)
_PENALTY_ADAM = Optimizer("Adam", {"learning_rate": 5e-4, "beta_1": 0.0})

_EXPRESS_ADAM = Optimizer("Adam", {"learning_rate": 3e-3, "beta_1": 0.0, "beta_2": 0.99})
_MNIST_EXPRESS = Recipe(
    name="mnist-express",
    title="MNIST express DCGAN",
    source=(
        "ours, after Radford et al. 2016 (DCGAN), Shi et al. 2016 (pixel shuffle), Heusel et al. "
        "2017 (two learning rates)"
    ),
    dataset="mnist",
    image_shape=(28, 28, 1),
    generator=Network("express:generator"),
    discriminator=Network("express:discriminator"),
    generator_optimizer=_EXPRESS_ADAM,
    discriminator_optimizer=Optimizer("Adam", {**_EXPRESS_ADAM.options, "learning_rate": 5e-4}),
    schedule="linear",
    batch_size=64,
    epochs=None,
    minutes=1.0,
    steps_per_execution=20,
    notes=(
        "Made for one minute on two cores, or whatever time is given: small networks, many steps, "
        "and learning rates that fall to nothing over the budget. What each choice is worth: "
        "benchmarks/ablation.py."
    ),
)

_ALL = (
    _MNIST_BASELINE,
    dataclasses.replace(
        _MNIST_BASELINE,
        name="mnist-modified",
        title="MNIST modified DCGAN",
        source="final-project, section 3.2, figures 7 and 8",
        generator=Network("final_project:generator", {"kernel_size": 3}),
        discriminator=Network("final_project:modified_discriminator"),
    ),
    _MNIST_WGAN,
    dataclasses.replace(
        _MNIST_WGAN,
        name="mnist-wgan-rmsprop",
        title="MNIST Wasserstein GAN with RMSprop",
        source="final-project, section 3.3; Arjovsky et al. 2017, algorithm 1 and section 4",
        generator_optimizer=_RMSPROP,
        discriminator_optimizer=_RMSPROP,
        batch_size=32,
        epochs=20,
        notes=(
            "Ours: the report's WGAN with the optimiser of Arjovsky et al. 2017, who found "
            "training unstable with momentum, and with many small steps. Rate and batch are "
            "chosen for two minutes on two cores; benchmarks/variants.py shows what each "
            "choice does."
        ),
    ),
    Recipe(
        name="mnist-nn",
        title="MNIST GAN(NN)",
        source="image-generation, section 4.2",
        dataset="mnist",
        image_shape=(28, 28, 1),
        generator=Network("image_generation:nn_generator"),
        discriminator=Network("image_generation:nn_discriminator"),
        generator_optimizer=_SGD,
        discriminator_optimizer=_SGD,
        batch_size=64,
        steps_per_execution=20,
        notes=_NN_NOTES,
    ),
    _MNIST_EXPRESS,
    dataclasses.replace(
        _MNIST_EXPRESS,
        name="svhn-express",
        title="SVHN express DCGAN",
        dataset="svhn_cropped",
        image_shape=(32, 32, 1),
        generator=Network("express:generator", {"units": 0}),
        discriminator_optimizer=_EXPRESS_ADAM,
        batch_size=32,
        notes=(
            "The settings of mnist-express without the generator's hidden dense layer, with one "
            "learning rate and half the batch. Look at the images: the judge of SVHN does not see "
            "blur."
        ),
    ),
    _SVHN_BASELINE,
    dataclasses.replace(
        _SVHN_BASELINE,
        name="svhn-baseline-ttur",
        title="SVHN baseline DCGAN with a slow discriminator",
        source="final-project, section 3.4, figures 9 and 10; Heusel et al. 2017 (TTUR)",
        generator_optimizer=Optimizer("Adam", {"learning_rate": 5e-4, "beta_1": 0.5}),
        discriminator_optimizer=Optimizer("Adam", {"learning_rate": 5e-5, "beta_1": 0.5}),
        batch_size=32,
        epochs=20,
        notes=(
            "Ours: the report's networks, whose discriminator wins with the report's optimiser. "
            "Two learning rates and less momentum hold it back; they and the batch are chosen for "
            "two minutes on two cores: see benchmarks/variants.py svhn-balance."
        ),
    ),
    dataclasses.replace(
        _SVHN_BASELINE,
        name="svhn-modified",
        title="SVHN modified DCGAN",
        source="final-project, section 3.5, figures 11 and 12",
        generator=Network("final_project:generator", {"kernel_size": 3}),
        discriminator=Network("final_project:svhn_modified_discriminator"),
    ),
    _SVHN_WGAN,
    dataclasses.replace(
        _SVHN_WGAN,
        name="svhn-wgan-gp",
        title="SVHN Wasserstein GAN with gradient penalty",
        source="final-project, section 3.6; Gulrajani et al. 2017, algorithm 1",
        generator_optimizer=_PENALTY_ADAM,
        discriminator_optimizer=_PENALTY_ADAM,
        step_options={"n_critic": 2, "gradient_penalty": 10.0},
        batch_size=32,
        epochs=20,
        notes=(
            "Ours: the report's networks with the penalty of Gulrajani et al. 2017 in place of "
            "clipping, and without momentum as there; n_critic, rate and batch are chosen for two "
            "minutes on two cores; benchmarks/variants.py shows what clipping gives."
        ),
    ),
    *(
        Recipe(
            name=f"{name}-pca",
            title=f"{title} principal components",
            source="image-generation, section 4.1",
            dataset=dataset,
            image_shape=image_shape,
            generator=Network("image_generation:linear_generator"),
            discriminator=None,
            objective=None,
            generator_optimizer=None,
            discriminator_optimizer=None,
            step="pca",
            batch_size=1,
            epochs=1,
            latent="uniform",
            notes=(
                "The report leaves the latent's range open: along each of the 100 components it is "
                "the range of the training images' projections."
            ),
        )
        for name, title, dataset, image_shape in (
            ("mnist", "MNIST", "mnist", (28, 28, 1)),
            ("fashion", "Fashion-MNIST", "fashion_mnist", (28, 28, 1)),
            ("svhn", "SVHN", "svhn_cropped", (32, 32, 1)),
        )
    ),
)
RECIPES = {recipe.name: recipe for recipe in _ALL}


def get(name: str) -> Recipe:
    """Look a recipe up by name; an unknown name raises `GanlibError` with the nearest ones."""
    if name in RECIPES:
        return RECIPES[name]
    near = difflib.get_close_matches(name, RECIPES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(RECIPES)}"
    raise GanlibError(f"unknown recipe {name!r}: {hint}")
