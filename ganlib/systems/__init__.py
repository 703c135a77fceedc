"""How a system learns: networks, losses and train steps.

What the kinds are, and the names of the objectives, is said here without TensorFlow, so that a
mistake in one of them is answered at once.
"""

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ganlib.rules import TRUTH, Rule, maybe, number, whole


@dataclass(frozen=True)
class Kind:
    """A kind of system: where its class is, and what a recipe of the kind has.

    Attributes
    ----------
    system : module and name of the class
    networks : those that it cannot do without
    trained : whether each of them needs an optimiser
    options : what its options may be, where it has any; see `ganlib.rules.check`
    sets : names of the sets of images that it learns from, where these are several
    """

    system: str
    networks: tuple[str, ...] = ("generator", "discriminator")
    trained: bool = True
    options: Mapping[str, Rule] = field(default_factory=dict)
    sets: tuple[str, ...] = ()


_MIRROR = {"mirror?": TRUTH}
_IN_TURN = _MIRROR | {
    "n_critic?": whole(1),
    "clip?": maybe(number(0)),
    "gradient_penalty?": number(0),
    "r1?": number(0),
    "r2?": number(0),
    "relativistic?": TRUTH,
}
KINDS = {
    "simultaneous": Kind("ganlib.systems.gan:Simultaneous", options=_MIRROR),
    "alternating": Kind("ganlib.systems.gan:Alternating", options=_IN_TURN),
    "conditional": Kind("ganlib.systems.conditional:Conditional", options=_IN_TURN),
    "cyclegan": Kind(
        "ganlib.systems.cyclegan:CycleGAN",
        networks=("generator", "discriminator", "back", "back_discriminator"),
        options={"cycle?": number(0), "identity?": number(0), "pool?": whole(0, 10_000)},
        sets=("source", "target"),
    ),
    "infogan": Kind(
        "ganlib.systems.infogan:InfoGAN",
        networks=("generator", "discriminator", "recogniser"),
        options={
            "lambda_category?": number(0),
            "lambda_numbers?": number(0),
            "wobble?": number(0, 1),
        },
    ),
    "pca": Kind("ganlib.systems.pca:PCA", networks=("generator",), trained=False),
    "vae": Kind(
        "ganlib.systems.vae:VAE",
        networks=("encoder", "generator"),
        options={"deviation?": number(0, open_at=0)},
    ),
}
"""Every kind of system by name: a new one is a file in this folder and an entry here."""
OBJECTIVES = ("minimax", "non_saturating", "least_squares", "wasserstein", "hinge")
"""The names in `ganlib.systems.losses.OBJECTIVES`."""


def kind(name: str) -> Any:
    """The class of a kind; loads TensorFlow."""
    return pkgutil.resolve_name(KINDS[name].system)
