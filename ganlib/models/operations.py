"""Convolutions and products in other words, for processors on which TensorFlow's own are slow.

On an AMD processor with AVX2, the way back through a layer takes up to five times as long as the
way forwards. Each form here gives the same numbers, to rounding, by operations quick there:

- a transposed convolution of stride 1 is a convolution with the kernel turned around;
- one of stride 2 is four convolutions, one for each parity of row and column, that are interleaved;
- the gradient of a kernel is a convolution of the inputs with the outputs' gradient in its place;
- the gradient at a dense layer's inputs is ``(W · dyᵀ)ᵀ``;
- the gradient of max pooling goes to the first of four pixels that equals the largest.

Dumoulin and Visin 2016, chapter 4, https://arxiv.org/abs/1603.07285, draws the first two.
``benchmarks/forms.py`` times all forms on the recipes' layers: the limits below are read from it.
"""

import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from ganlib.errors import GanlibError
from ganlib.startup import tf

SETTING, FORMS = "GANLIB_OPERATIONS", ("plain", "quick")
FEW, MANY = 8, 16  # channels; a turned kernel pays from `MANY` on
INTERLEAVED = 32  # channels from which on four convolutions pay
UNITS = 64  # of a dense layer, from which on its gradient pays
ROUNDS, CLEARLY = 5, 0.75

_current = ["plain"]


@contextlib.contextmanager
def forms(name: str) -> Iterator[None]:
    """Layers built inside compute by the operations of this name, one of `FORMS`."""
    _current.append(name)
    try:
        yield
    finally:
        _current.pop()


def current() -> str:
    """The forms of layers that are built now."""
    return _current[-1]


@functools.cache
def quickest() -> str:
    """The forms that suit this processor: "quick" where they clearly are; half a second.

    Two of them are timed beside TensorFlow's own, in turn, and the best of some rounds counts. Both
    must take less than `CLEARLY` of the time: so the answer does not change from run to run. The
    environment variable GANLIB_OPERATIONS decides instead, unless it is "auto".
    """
    if (wish := os.environ.get(SETTING, "auto")) != "auto":
        if wish not in FORMS:
            raise GanlibError(f"{SETTING} is {wish!r}: set it to auto, {' or '.join(FORMS)}")
        return wish
    if tf.config.list_logical_devices("GPU"):
        return "plain"
    gradient, weights = tf.ones((64, 512)), tf.ones((1024, 512))
    inputs, kernel = tf.ones((16, 7, 7, 256)), tf.ones((5, 5, 128, 256))
    product = _ratio(
        lambda: tf.matmul(gradient, weights, transpose_b=True),
        lambda: tf.transpose(tf.matmul(weights, gradient, transpose_b=True)),
    )
    convolution = _ratio(
        lambda: tf.nn.conv2d_transpose(inputs, kernel, (16, 7, 7, 128), 1),
        lambda: _turned(inputs, kernel, (7, 7), "SAME"),
    )
    return "quick" if max(product, convolution) < CLEARLY else "plain"


def _ratio(plain: Callable[[], Any], quick: Callable[[], Any]) -> float:
    """The second one's shortest time over the first one's, called in turn."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for number, do in enumerate((plain, quick)):
            start = time.perf_counter()
            do().numpy()
            best[number] = min(best[number], time.perf_counter() - start)
    return best[1] / best[0]


def matmul(inputs: Any, kernel: Any) -> Any:
    """``inputs @ kernel``, (B, F) by (F, U) to (B, U)."""

    @tf.custom_gradient
    def product(x: Any, w: Any) -> Any:
        def back(dy: Any) -> Any:
            dw = tf.matmul(x, dy, transpose_a=True)
            if w.shape[1] < UNITS:
                return tf.matmul(dy, w, transpose_b=True), dw
            return tf.transpose(tf.matmul(w, dy, transpose_b=True)), dw

        return tf.matmul(x, w), back

    return product(inputs, kernel)


def conv2d(inputs: Any, kernel: Any, stride: int, padding: str) -> Any:
    """``tf.nn.conv2d``: (B, H, W, C) by (k, k, C, N) to (B, h, w, N)."""
    height, width = inputs.shape[1:3]

    @tf.custom_gradient
    def convolution(x: Any, w: Any) -> Any:
        def back(dy: Any) -> Any:
            dx = conv2d_transpose(dy, w, (height, width), stride, padding)
            return dx, kernel_gradient(x, dy, w.shape, stride, padding)

        return tf.nn.conv2d(x, w, stride, padding), back

    return convolution(inputs, kernel)


def conv2d_transpose(
    inputs: Any, kernel: Any, size: tuple[int, int], stride: int, padding: str
) -> Any:
    """``tf.nn.conv2d_transpose``: (B, h, w, N) by (k, k, C, N) to (B, *size, C)."""
    channels = kernel.shape[2]

    @tf.custom_gradient
    def transposed(x: Any, w: Any) -> Any:
        def back(dy: Any) -> Any:
            dx = conv2d(dy, w, stride, padding)
            return dx, kernel_gradient(dy, x, w.shape, stride, padding)

        if stride == 1 and channels >= MANY:
            return _turned(x, w, size, padding), back
        doubled = tuple(2 * side for side in x.shape[1:3]) == tuple(size)
        if stride == 2 and channels >= INTERLEAVED and doubled and w.shape[0] > 1:
            return _interleaved(x, w), back
        shape = [tf.shape(x)[0], *size, channels]
        return tf.nn.conv2d_transpose(x, w, shape, stride, padding), back

    return transposed(inputs, kernel)


def max_pool(inputs: Any) -> Any:
    """The largest of each 2×2 pixels: (B, 2h, 2w, C) to (B, h, w, C).

    On the way back the first of equal ones takes the gradient, as in TensorFlow.
    """
    height, width, channels = inputs.shape[1:]

    @tf.custom_gradient
    def pooled(x: Any) -> Any:
        largest = tf.nn.max_pool2d(x, 2, 2, "VALID")

        def back(dy: Any) -> Any:
            pixels = tf.reshape(x, (-1, height // 2, 2, width // 2, 2, channels))
            left, parts = dy, []
            for row, column in ((0, 0), (0, 1), (1, 0)):
                found = tf.equal(pixels[:, :, row, :, column], largest)
                parts.append(tf.cast(found, dy.dtype) * left)
                left -= parts[-1]
            rows = [tf.stack(parts[:2], axis=3), tf.stack([parts[2], left], axis=3)]
            return tf.reshape(tf.stack(rows, axis=2), tf.shape(x))

        return largest, back

    return pooled(inputs)


def kernel_gradient(x: Any, dy: Any, shape: Any, stride: int, padding: str) -> Any:
    """The gradient of a convolution's kernel, of this shape, from inputs and outputs' gradient."""
    side, _, channels, filters = shape
    above, below = _pads(x.shape[1], dy.shape[1], side, stride, padding)
    left, right = _pads(x.shape[2], dy.shape[2], side, stride, padding)
    if stride == 1 and filters < FEW:
        last = side - 1
        around = [(0, 0), (last - above, last - below), (last - left, last - right), (0, 0)]
        images, kernel = tf.transpose(dy, (3, 1, 2, 0)), tf.transpose(x, (1, 2, 0, 3))
        turned = tf.nn.conv2d(images, kernel, 1, around)
        return tf.reverse(tf.transpose(turned, (1, 2, 3, 0)), (0, 1))
    if stride == 1 or channels < FEW:
        padded = tf.pad(x, [(0, 0), (above, below), (left, right), (0, 0)])
        images, kernel = tf.transpose(padded, (3, 1, 2, 0)), tf.transpose(dy, (1, 2, 0, 3))
        found = tf.nn.conv2d(images, kernel, 1, "VALID", dilations=stride)
        return tf.transpose(found[:, :side, :side], (1, 2, 0, 3))
    sizes = {"filter_sizes": shape, "strides": (1, stride, stride, 1), "padding": padding}
    return tf.raw_ops.Conv2DBackpropFilter(input=x, out_backprop=dy, **sizes)


def _pads(size: int, outputs: int, side: int, stride: int, padding: str) -> tuple[int, int]:
    """Zeros before and after one axis: https://www.tensorflow.org/api_docs/python/tf/nn."""
    total = max((outputs - 1) * stride + side - size, 0) if padding == "SAME" else 0
    return total // 2, total - total // 2


def _turned(x: Any, w: Any, size: tuple[int, int], padding: str) -> Any:
    """A transposed convolution of stride 1 as a convolution."""
    last = w.shape[0] - 1
    pads = (_pads(*sides, last + 1, 1, padding) for sides in zip(size, x.shape[1:3], strict=True))
    around = [(0, 0), *((last - before, last - after) for before, after in pads), (0, 0)]
    return tf.nn.conv2d(x, tf.transpose(tf.reverse(w, (0, 1)), (0, 1, 3, 2)), 1, around)


def _interleaved(x: Any, w: Any) -> Any:
    """A transposed convolution of stride 2, padding "SAME", as one convolution for each parity.

    A row of the result meets either the even or the odd rows of the kernel.
    """
    height, width = x.shape[1:3]
    side = w.shape[0]
    before = (side - 2) // 2
    first = [side - 1 - (side - 1 - parity - before) % 2 for parity in (0, 1)]
    around = [((row - p - before) // 2, (p + before) // 2) for p, row in enumerate(first)]
    rows = []
    for up, down in zip(first, around, strict=True):
        parts = []
        for left, across in zip(first, around, strict=True):
            kernel = tf.transpose(w[up::-2, left::-2], (0, 1, 3, 2))
            parts.append(tf.nn.conv2d(x, kernel, 1, [(0, 0), down, across, (0, 0)]))
        rows.append(tf.stack(parts, axis=3))
    return tf.reshape(tf.stack(rows, axis=2), (-1, 2 * height, 2 * width, w.shape[2]))
