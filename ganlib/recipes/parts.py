"""The parts of a recipe that are built: networks and optimisers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ganlib.errors import GanlibError, first_line, shown
from ganlib.recipes import builders

Shape = tuple[int, int, int]  # height, width, channels


@dataclass(frozen=True)
class Network:
    """A builder and its options: keyword arguments, fit for JSON.

    A builder is a function of the image shape and the options that returns a ``keras.Model``; or
    the name of a registered one, which a recipe read from a record can build too: see
    `ganlib.recipes.builders`.
    """

    builder: str | Callable[..., Any]
    options: Mapping[str, Any] = field(default_factory=dict)

    def build(self, image_shape: Shape) -> Any:
        """Build the network; this is when TensorFlow is loaded."""
        if not isinstance(self.builder, str):
            return self.builder(image_shape, **self.options)
        builder = builders.get(self.builder)
        try:
            return builder(image_shape, **self.options)
        except Exception as error:  # Keras and TensorFlow raise what they like
            raise GanlibError(
                f"the network {self.builder} cannot be built for images {tuple(image_shape)} with "
                f"{shown(dict(self.options), 200)} ({first_line(error)})"
            ) from error


@dataclass(frozen=True)
class Optimizer:
    """A class of ``keras.optimizers`` and its options; what they leave out is Keras's default."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def build(self, **options: Any) -> Any:
        """Build the optimiser; `options` go beside its own."""
        from ganlib.startup import keras

        base, scaling = keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer
        found = vars(keras.optimizers).get(self.name) if isinstance(self.name, str) else None
        if not (isinstance(found, type) and issubclass(found, base)) or found in (base, scaling):
            raise GanlibError(f"keras.optimizers has no optimiser {shown(self.name)}")
        try:
            return found(**self.options, **options)
        except Exception as error:  # Keras raises what it likes
            raise GanlibError(
                f"the optimiser {self.name} cannot be built with {shown(dict(self.options), 200)} "
                f"({first_line(error)})"
            ) from error


def networks_of(
    module: str, generator: str, discriminator: str, **options: Any
) -> dict[str, Network]:
    """Generator, with these options, and discriminator from a module of `ganlib.models`."""
    return {
        "generator": Network(f"{module}:{generator}", options),
        "discriminator": Network(f"{module}:{discriminator}"),
    }


BOTH = ("generator", "discriminator")


def for_both(name: str, networks: Iterable[str] = BOTH, **options: Any) -> dict[str, Optimizer]:
    """The same optimiser for generator and discriminator, or other networks."""
    return dict.fromkeys(networks, Optimizer(name, options))


def adams(generator: float, discriminator: float, **options: float) -> dict[str, Optimizer]:
    """Adam with two learning rates, and these options for both."""
    rates = zip(BOTH, (generator, discriminator), strict=True)
    return {n: Optimizer("Adam", {"learning_rate": rate, **options}) for n, rate in rates}
