"""How a system learns: networks, losses and train steps.

The names of kinds and objectives are here, without TensorFlow, so that a mistake in one of them is
answered at once.
"""

import pkgutil
from typing import Any

from ganlib.rules import Rule, maybe, number, whole

KINDS = {
    "simultaneous": "ganlib.systems.gan:Simultaneous",
    "alternating": "ganlib.systems.gan:Alternating",
    "cyclegan": "ganlib.systems.cyclegan:CycleGAN",
    "pca": "ganlib.systems.pca:PCA",
}
"""Every kind of system by name: a new one is a file in this folder and a line here."""
BOTH = ("generator", "discriminator")
TRANSLATORS = (*BOTH, "back", "back_discriminator")
NEEDS: dict[str, dict[str, tuple[str, ...]]] = {
    "simultaneous": {"networks": BOTH, "optimizers": BOTH},
    "alternating": {"networks": BOTH, "optimizers": BOTH},
    "cyclegan": dict.fromkeys(("networks", "optimizers"), TRANSLATORS),
    "pca": {"networks": BOTH[:1]},
}
"""The networks and optimisers that a kind cannot do without."""
SETS = {"cyclegan": ("source", "target")}
"""The sets of images of a kind that learns from several."""
OPTIONS: dict[str, dict[str, Rule]] = {
    "alternating": {
        "n_critic?": whole(1),
        "clip?": maybe(number(0)),
        "gradient_penalty?": number(0),
    },
    "cyclegan": {"cycle?": number(0), "identity?": number(0), "pool?": whole(0, 10_000)},
}
"""What the options of a kind may be, where it has any."""
OBJECTIVES = ("minimax", "non_saturating", "least_squares", "wasserstein", "hinge")
"""The names in `ganlib.systems.losses.OBJECTIVES`."""


def kind(name: str) -> Any:
    """The class of a kind; loads TensorFlow."""
    return pkgutil.resolve_name(KINDS[name])
