"""Lower bounds of the mutual information between a code and an image, in nats.

Chen et al. 2016, equations 4 and 5, https://arxiv.org/abs/1606.03657; the bound is that of Barber
and Agakov 2003.
"""

import math

from ganlib.startup import tf

LEAST = 0.3
"""The smallest deviation of a guess: a finer code would be hidden in an image, not shown."""


def category_bound(code: tf.Tensor, guess: tf.Tensor) -> tf.Tensor:
    """``log Q(c|x) + H(c)`` of a category, in nats, (B,): equation 5.

    Both are (B, size): the category as one-hot vectors, and logits. Its mean is log(size) at most,
    and 0 for a recogniser that gives all categories the same probability.
    """
    size = code.shape[-1]
    return tf.reduce_sum(code * tf.nn.log_softmax(guess), axis=1) + math.log(size)


def number_bound(code: tf.Tensor, guess: tf.Tensor) -> tf.Tensor:
    """The same of numbers from U(-1, 1), summed, for a normal distribution of each, (B,).

    The code is (B, size); the guess is (B, 2·size), the means and then what `deviation` takes. A
    number gives 0.98 nats at most, at `LEAST`. Without the image, the best guess gives -0.18.
    """
    mean, raw = tf.split(guess, 2, axis=1)
    spread = deviation(raw)
    squares = tf.square((code - mean) / spread)
    density = -0.5 * squares - tf.math.log(spread) - 0.5 * math.log(2.0 * math.pi)
    return tf.reduce_sum(density + math.log(2.0), axis=1)


def deviation(raw: tf.Tensor) -> tf.Tensor:
    """The deviation of a guess, above `LEAST`, from any number."""
    return LEAST + tf.nn.softplus(raw)


BOUNDS = {"one_hot": category_bound, "uniform": number_bound}
"""The bound for each kind of code."""
