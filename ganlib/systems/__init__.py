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
    "conditional": "ganlib.systems.conditional:Conditional",
    "infogan": "ganlib.systems.infogan:InfoGAN",
    "pca": "ganlib.systems.pca:PCA",
}
"""Every kind of system by name: a new one is a file in this folder and a line here."""
BOTH = ("generator", "discriminator")
THREE = (*BOTH, "recogniser")
NEEDS: dict[str, dict[str, tuple[str, ...]]] = {
    "simultaneous": {"networks": BOTH, "optimizers": BOTH},
    "alternating": {"networks": BOTH, "optimizers": BOTH},
    "conditional": {"networks": BOTH, "optimizers": BOTH},
    "infogan": {"networks": THREE, "optimizers": THREE},
    "pca": {"networks": BOTH[:1]},
}
"""The networks and optimisers that a kind cannot do without."""
_IN_TURN = {
    "n_critic?": whole(1),
    "clip?": maybe(number(0)),
    "gradient_penalty?": number(0),
}
OPTIONS: dict[str, dict[str, Rule]] = {
    "alternating": _IN_TURN,
    "conditional": _IN_TURN,
    "infogan": {
        "lambda_category?": number(0),
        "lambda_numbers?": number(0),
        "wobble?": number(0, 1),
    },
}
"""What the options of a kind may be, where it has any."""
OBJECTIVES = ("minimax", "non_saturating", "least_squares", "wasserstein", "hinge")
"""The names in `ganlib.systems.losses.OBJECTIVES`."""


def kind(name: str) -> Any:
    """The class of a kind; loads TensorFlow."""
    return pkgutil.resolve_name(KINDS[name])
