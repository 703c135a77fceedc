"""A recipe: everything that says how an experiment goes, as one frozen value.

A recipe is data: it names data set, networks, losses and optimisers, and knows nothing of the loop
that trains it. It is written into every run's record and read back from there. Importing this
module loads no TensorFlow; `Recipe.system` does.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ganlib.errors import GanlibError, first_line, shown
from ganlib.recipes import builders
from ganlib.recipes.parts import Network, Optimizer, Shape, for_both
from ganlib.rules import GROUP, NAME, OPTION, SETTING, TEXT, check, maybe, number, one_of, whole
from ganlib.systems import KINDS, OBJECTIVES, kind
from ganlib.systems.latents import Latent, Part

SCHEDULES = ("constant", "linear")
RULES = {
    "name": NAME,
    "title": TEXT,
    "source": TEXT,
    "dataset": NAME,
    "notes": TEXT,
    "networks": GROUP,
    "optimizers": GROUP,
    "latent": GROUP,
    "options": GROUP,
    "batch_size": whole(1, 10**7),
    "epochs": maybe(number(0, open_at=0)),
    "minutes": maybe(number(0, open_at=0)),
    "steps": maybe(whole(1)),
    "steps_per_execution": whole(1, 10**5),
    "ema": number(0, 1, open_at=1),
}
"""What the fields of a recipe may be, in code and in records."""
SIDE = whole(1, 4096)
MOST_PARAMETERS = 200_000_000
"""Of a network that is built to hold saved weights: 0.8 GB."""


PARTS: dict[str, tuple[Callable[..., Any], str]] = {
    "networks": (Network, "builder"),
    "optimizers": (Optimizer, "name"),
    "latent": (Part, "kind"),
}
"""The parts of a recipe in a record, and the key that names each."""


@dataclass(frozen=True)
class Recipe:
    """One system: what is trained, on what, and how.

    Attributes
    ----------
    name, title : for the command line, and for headings
    source : where the system is described: the report and its section or figure
    dataset, image_shape : a name for `ganlib.datasets.load`; height, width and channels of the
        networks' images
    networks : name to builder; built in this order. The one called "generator" makes the images.
    optimizers : name of a network to its optimiser; by default those of the TensorFlow tutorial
    kind, options : a kind of `ganlib.systems.KINDS` and its keyword arguments, such as ``n_critic``
    objective : a name in `ganlib.systems.OBJECTIVES`; None for a kind without a discriminator
    latent : name to part, see `ganlib.systems.latents`
    schedule : how the learning rates go over the run's budget: "constant", or "linear" to nothing
    epochs, minutes, steps : the budget; the first one used up ends a run
    steps_per_execution : steps in one call of TensorFlow, as Keras names it: more than one for
        small networks. The steps stay the same, but for a learning rate that falls: it does so from
        call to call.
    ema : decay, for each step of the generator, of a moving average of its weights; 0: none is kept
    notes : what the source leaves open, and what was chosen
    """

    name: str
    title: str
    source: str
    dataset: str
    image_shape: Shape
    networks: Mapping[str, Network]
    optimizers: Mapping[str, Optimizer] = field(
        default_factory=lambda: for_both("Adam", learning_rate=1e-4)
    )
    kind: str = "simultaneous"
    options: Mapping[str, Any] = field(default_factory=dict)
    objective: str | None = "non_saturating"
    latent: Latent = field(default_factory=lambda: {"noise": Part("normal", 100)})
    schedule: str = "constant"
    batch_size: int = 256
    epochs: float | None = 100
    minutes: float | None = None
    steps: int | None = None
    steps_per_execution: int = 1
    ema: float = 0.0
    notes: str = ""

    def __post_init__(self) -> None:
        check(vars(self), RULES)
        shape = self.image_shape
        if not (isinstance(shape, tuple) and len(shape) == 3 and all(map(SIDE.holds, shape))):
            raise GanlibError(
                f"image_shape must be three whole numbers (height, width, channels), each from 1 "
                f"to 4,096, not {shown(shape)}"
            )
        for what, value, choices in (
            ("schedule", self.schedule, SCHEDULES),
            ("kind of system", self.kind, KINDS),
            ("objective", self.objective, (*OBJECTIVES, None)),
        ):
            if not one_of(choices).holds(value):
                names = ", ".join(filter(None, choices))
                raise GanlibError(f"unknown {what} {shown(value)}; choose one of {names}")
        check(self.options, KINDS[self.kind].options)
        if not self.latent and not KINDS[self.kind].sets:
            raise GanlibError(f"{self.name} has an empty latent: its generator has nothing to take")
        needed, trained = KINDS[self.kind].networks, KINDS[self.kind].trained
        for group in ("networks", "optimizers") if trained else ("networks",):
            if missing := set(needed) - set(getattr(self, group)):
                raise GanlibError(f"{group} of {self.name} have no {min(missing)}")
        for optimizer in self.optimizers.values():
            if isinstance(rate := optimizer.options.get("learning_rate"), int | float):
                check({"learning_rate": rate}, {"learning_rate": number(0)})
        if self.ema and "generator" not in self.optimizers:
            raise GanlibError(
                f"{self.name} has no optimiser for its generator, so there is no moving average of "
                "its weights: leave out ema"
            )

    @property
    def fitted(self) -> bool:
        """Whether steps fit the networks at once, as principal components, without optimisers."""
        return not self.optimizers

    def system(
        self,
        *,
        seed: int = 0,
        precision: str = "float32",
        networks: Mapping[str, Any] | None = None,
        training: bool = True,
        jit_compile: bool | None = None,
    ) -> Any:
        """Build everything that learns, in one place; see `ganlib.systems.system.System`.

        Under a ``tf.distribute`` strategy, call it within the strategy's scope.

        Parameters
        ----------
        seed : of weights, dropout and all that the steps draw; it seeds the global random state
        precision : "float32", "bfloat16" or "float16", with loss scaling in the last case
        networks : built networks in place of the recipe's own, such as those of a saved run
        training : False leaves out the optimisers: such a system only generates
        jit_compile : compile the steps with XLA; by default where there is a single GPU
        """
        from ganlib import devices
        from ganlib.models.layers import check_safe
        from ganlib.startup import keras, tf

        strategy = tf.distribute.get_strategy()
        if jit_compile is None:
            jit_compile = devices.worth_compiling(strategy)
        keras.utils.set_random_seed(seed)
        with devices.precision_policy(precision):
            built = dict(networks or self.build())
            if "generator" in built:
                self.check_generator(built["generator"])
            for network in built.values() if training else ():
                check_safe(network)
            if strategy.num_replicas_in_sync > 1:
                devices.synchronize_batch_norm(*built.values())
            optimizers = {}
            for name, optimizer in self.optimizers.items() if training else ():
                average = self.ema and name == "generator"
                ema = {"use_ema": True, "ema_momentum": self.ema} if average else {}
                optimizers[name] = optimizer.build(**ema)
                if precision == "float16":
                    optimizers[name] = keras.optimizers.LossScaleOptimizer(optimizers[name])
            options = {"latent": self.latent, "seed": seed, "jit_compile": jit_compile}
            if self.objective is not None:
                options["objective"] = self.objective
            try:
                return kind(self.kind)(built, optimizers, **options, **self.options)
            except TypeError as error:  # an option that it does not have
                raise GanlibError(
                    f"{self.name} cannot be built as a system of kind {self.kind} with "
                    f"{shown(dict(self.options), 200)} ({first_line(error)})"
                ) from error

    def check_generator(self, generator: Any) -> None:
        """Raise `GanlibError` where a generator takes another latent or makes another shape."""
        sizes = [part.size for part in self.latent.values() if part.kind != "label"]
        takes, made = generator.input_shape, generator.output_shape[1:]
        if len(self.latent) == len(sizes) == 1 and takes[-1] != sizes[0]:
            raise GanlibError(
                f"{self.name} has a latent of {sizes[0]} numbers, but its generator takes "
                f"{takes[-1]}: make them equal"
            )
        if made != tuple(self.image_shape):
            raise GanlibError(
                f"{self.name} is for images of shape {tuple(self.image_shape)}, but its generator "
                f"makes {made}"
            )

    def build(self) -> dict[str, Any]:
        """The networks alone, by name, with weights that the global random state decides."""
        return {name: network.build(self.image_shape) for name, network in self.networks.items()}

    def plain(self, name: str) -> Any:
        """One network in Keras's own layers, float32, once its size is known to be bearable."""
        from ganlib.models.layers import plain_copy
        from ganlib.startup import keras

        network = self.networks[name]
        with keras.StatelessScope(initialize_variables=False):  # shapes alone: no memory is taken
            count = network.build(self.image_shape).count_params()
        if count > MOST_PARAMETERS:
            raise GanlibError(
                f"the network {network.builder} of {self.name} has {count:,} parameters, and "
                f"{MOST_PARAMETERS:,} is the most that is loaded"
            )
        return plain_copy(network.build(self.image_shape))

    def to_json(self) -> dict[str, Any]:
        """Plain values; a builder that is a function is named by its module and name."""
        values = dataclasses.asdict(self)
        for network in values["networks"].values():
            builder = network["builder"]
            if not isinstance(builder, str):
                network["builder"] = builders.name_of(builder)
        return values | {"image_shape": list(self.image_shape)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Recipe":
        """The inverse of `to_json`; missing, unknown or impossible fields raise `GanlibError`."""
        values = dict(record)
        try:
            check(values, {group: GROUP for group in (*PARTS, "options")})
            for group, (make, named) in PARTS.items():
                for name, one in values[group].items():
                    place = f"{group}.{name}"
                    check(values, {place: GROUP, f"{place}.{named}": NAME})
                    check(values, {f"{place}.options?": GROUP})
                    for option in one.get("options", ()):
                        rule = SETTING if group == "optimizers" else OPTION
                        check(values, {f"{place}.options.{option}": rule})
                values[group] = {name: make(**one) for name, one in values[group].items()}
            for option in values["options"]:
                check(values, {f"options.{option}": OPTION})
            values["image_shape"] = tuple(values["image_shape"])
            return cls(**values)
        except (
            KeyError, TypeError, ValueError, AttributeError, ArithmeticError, GanlibError,
        ) as error:  # fmt: skip
            raise GanlibError(
                f"the record holds no recipe that this version understands ({error})"
            ) from error
