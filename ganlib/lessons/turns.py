"""Lesson 14: GANs whose networks take turns of several steps, the generator's included."""

from typing import Any

from ganlib.rules import whole
from ganlib.startup import tf
from ganlib.systems import KINDS, Kind
from ganlib.systems.gan import Alternating


class Generous(Alternating):
    """`n_generator` steps of the generator in its turn, each on noise of its own."""

    def __init__(self, *args: Any, n_generator: int = 2, **options: Any) -> None:
        self.n_generator = n_generator
        super().__init__(*args, **options)

    def generator_update(self, batch: Any, index: tf.Tensor) -> Any:
        logs = super().generator_update(batch, index)
        for extra in range(1, self.n_generator):  # far from any step of the run: fresh noise
            logs = super().generator_update(batch, index + extra * 10**9)
        return logs


GENEROUS = "alternating, generous"
KINDS[GENEROUS] = Kind(
    f"{__name__}:Generous", options={**KINDS["alternating"].options, "n_generator?": whole(1)}
)


def in_turn(steps_of_d: int, steps_of_g: int = 1) -> dict[str, Any]:
    """Fields of a recipe whose networks take turns: a few steps of one, then a few of the other."""
    if steps_of_g == 1:
        return {"kind": "alternating", "options": {"n_critic": steps_of_d}}
    return {"kind": GENEROUS, "options": {"n_critic": steps_of_d, "n_generator": steps_of_g}}
