"""What a search may choose: how many hidden layers each network has, and how wide each one is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ganlib.errors import GanlibError
from ganlib.recipes import Recipe
from ganlib.recipes.vary import changed

Chosen = dict[str, int]
"""An architecture as decisions by name, in the order in which they are made."""


@dataclass(frozen=True)
class Space:
    """Decisions that follow each other: of each network its number of layers, then their widths.

    Attributes
    ----------
    layers : network to the numbers of hidden layers that it may have
    widths : network to the widths that each of its layers may have
    option : of the networks' builders, that takes the widths
    """

    layers: Mapping[str, Sequence[int]]
    widths: Mapping[str, Sequence[int]]
    option: str = "units"

    def decision(self, chosen: Mapping[str, int]) -> tuple[str, Sequence[int]] | None:
        """The name and the choices of what is to be decided next; None at the end."""
        for network, counts in self.layers.items():
            if (name := f"{network} layers") not in chosen:
                return name, counts
            for number in range(chosen[name]):
                if (name := f"{network} {number + 1}") not in chosen:
                    return name, self.widths[network]
                name = f"{network} layers"
        return None

    def complete(self, choose: Callable[[str, Sequence[int]], int]) -> Chosen:
        """An architecture for which `choose`, given a name and choices, makes each decision."""
        chosen: Chosen = {}
        while decision := self.decision(chosen):
            chosen[decision[0]] = choose(*decision)
        return chosen

    def decisions(self) -> dict[str, Sequence[int]]:
        """All decisions that may come up, with their choices."""
        deepest = self.complete(lambda name, choices: max(choices))
        return {
            name: self.layers[network] if rest == "layers" else self.widths[network]
            for name in deepest
            for network, _, rest in [name.rpartition(" ")]
        }

    def every(self) -> list[Chosen]:
        """All architectures."""
        found: list[Chosen] = [{}]
        while open_ := [(chosen, d) for chosen in found if (d := self.decision(chosen))]:
            finished = [chosen for chosen in found if not self.decision(chosen)]
            found = finished + [
                chosen | {name: choice} for chosen, (name, choices) in open_ for choice in choices
            ]
        return found

    def stacks(self, chosen: Mapping[str, int]) -> dict[str, list[int]]:
        """The widths of each network's hidden layers."""
        return {
            network: [chosen[f"{network} {n + 1}"] for n in range(chosen[f"{network} layers"])]
            for network in self.layers
        }

    def applied(self, recipe: Recipe, chosen: Mapping[str, int]) -> Recipe:
        """The recipe with networks of this architecture."""
        stacks = self.stacks(chosen)
        return changed(recipe, **{name: {self.option: stack} for name, stack in stacks.items()})

    def text(self, chosen: Mapping[str, int]) -> str:
        """An architecture as the report's captions have it, such as ``G 128-256, D 512``."""
        stacks = self.stacks(chosen)
        return ", ".join(f"{n[0].upper()} {'-'.join(map(str, s))}" for n, s in stacks.items())


def _space(deepest: tuple[int, int], widths: Sequence[int], option: str, least: int = 1) -> Space:
    names = ("generator", "discriminator")
    layers = {n: tuple(range(least, most + 1)) for n, most in zip(names, deepest, strict=True)}
    return Space(layers, dict.fromkeys(names, tuple(widths)), option)


SPACES = {
    "review-mlp": _space((5, 3), (64, 128, 256, 512, 1024, 1536), "units"),
    "review-cgan": _space((5, 4), (64, 128, 256, 512, 1024, 1536), "units"),
    "review-dcgan": _space((4, 5), (16, 32, 64, 128, 256), "channels", least=2),
}
"""The spaces of the recipes of `review`: the widths of its figures' captions, and smaller ones."""


def space_of(recipe: str) -> Space:
    """The space of a recipe; where there is none, `GanlibError` names those that have one."""
    if recipe not in SPACES:
        raise GanlibError(f"{recipe} has no search space: choose one of {', '.join(SPACES)}")
    return SPACES[recipe]


OPTIMUM = {"generator": (64, 256), "discriminator": (256,)}
TOY = Space({"generator": (1, 2, 3), "discriminator": (1, 2)}, dict.fromkeys(OPTIMUM, (64, 256)))
"""The space of `toy`: 84 architectures."""


def toy(chosen: Mapping[str, int]) -> float:
    """A score in no time, with a known optimum: 1 for ``G 64-256, D 256``, more for others."""
    price = 1.0
    for network, stack in TOY.stacks(chosen).items():
        best = OPTIMUM[network]
        price += 2.0 * abs(len(stack) - len(best))
        price += sum(own != other for own, other in zip(stack, best, strict=False))
    return price
