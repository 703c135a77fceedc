"""The arithmetic of a train step: which convolutions and products it does, and how often."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Operation:
    """A convolution or matrix product of a step, for one image.

    Attributes
    ----------
    layer : the Keras layer it belongs to
    what : "forward", "input gradient" or "weight gradient"
    times : how often the step does it
    macs : multiplications with an addition, for one image
    """

    layer: Any
    what: str
    times: int
    macs: int


def operations(generator: Any, **others: Any) -> list[Operation]:
    """All convolutions and matrix products of a simultaneous step of a generator and others.

    The generator runs once, and back once. The discriminator runs on real and on generated images
    and goes back to its weights from both; for the generator, the generated images' gradient goes
    through it once more, all the way to the images. No gradient goes to noise or real images.
    Networks of other names count like a discriminator, which is about right.
    """
    found = []
    for network, runs, input_gradients, first_input_gradients in (
        (generator, 1, 1, 0),
        *((other, 2, 3, 1) for other in others.values()),
    ):
        kernels = [layer for layer in network.layers if hasattr(layer, "kernel")]
        for layer in kernels:
            # Each kernel element is used once for each place of the smaller side's raster, where
            # a transposed convolution has its inputs and a convolution its outputs.
            transposed = "Transpose" in type(layer).__name__
            raster = (layer.input if transposed else layer.output).shape[1:-1]
            macs = math.prod(layer.kernel.shape) * math.prod(raster)
            back = first_input_gradients if layer is kernels[0] else input_gradients
            times = {"forward": runs, "input gradient": back, "weight gradient": runs}
            found += [Operation(layer, what, n, macs) for what, n in times.items() if n]
    return found


def flops_per_image(generator: Any, **others: Any) -> int:
    """Floating-point operations of a simultaneous step for each real image.

    Two for each multiplication with an addition; what `operations` leaves out is small beside it.
    """
    return sum(2 * o.times * o.macs for o in operations(generator, **others))
