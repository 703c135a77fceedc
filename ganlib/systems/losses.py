"""The losses of the course as pure functions of logits, and a registry by name.

Every function takes logits, the discriminator's output before any sigmoid, as float32 tensors of
shape (B,) or (B, 1), and returns one loss per image, shape (B,). The train step averages them
over the *global* batch, so that the same function serves one device and many.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ganlib.errors import GanlibError
from ganlib.startup import tf


def _flat(logits: tf.Tensor) -> tf.Tensor:
    return tf.reshape(logits, [-1])


def cross_entropy_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """``-log D(x) - log(1 - D(G(z)))`` with ``D = sigmoid(logit)``, written with softplus.

    Goodfellow et al. 2014, equation 1, https://arxiv.org/abs/1406.2661; `final-project`, section 2.
    """
    return tf.nn.softplus(-_flat(real)) + tf.nn.softplus(_flat(fake))


def minimax_generator(fake: tf.Tensor) -> tf.Tensor:
    """``log(1 - D(G(z)))``: saturates where the discriminator is sure (same equation)."""
    return -tf.nn.softplus(_flat(fake))


def non_saturating_generator(fake: tf.Tensor) -> tf.Tensor:
    """``-log D(G(z))`` (Goodfellow et al. 2014, end of section 3; the TensorFlow tutorial's)."""
    return tf.nn.softplus(-_flat(fake))


def least_squares_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """``(D(x) - 1)²/2 + D(G(z))²/2`` on raw outputs.

    Mao et al. 2017, equation 9, https://arxiv.org/abs/1611.04076.
    """
    return 0.5 * tf.square(_flat(real) - 1.0) + 0.5 * tf.square(_flat(fake))


def least_squares_generator(fake: tf.Tensor) -> tf.Tensor:
    """``(D(G(z)) - 1)²/2`` (same equation)."""
    return 0.5 * tf.square(_flat(fake) - 1.0)


def wasserstein_critic(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """``f(G(z)) - f(x)``; its negative estimates the Wasserstein distance, up to a factor.

    Arjovsky et al. 2017, equation 2 and algorithm 1, https://arxiv.org/abs/1701.07875.
    """
    return _flat(fake) - _flat(real)


def wasserstein_generator(fake: tf.Tensor) -> tf.Tensor:
    """``-f(G(z))`` (same algorithm)."""
    return -_flat(fake)


def hinge_discriminator(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """``max(0, 1 - D(x)) + max(0, 1 + D(G(z)))``.

    Lim and Ye 2017, https://arxiv.org/abs/1705.02894; Miyato et al. 2018, equation 16.
    """
    return tf.nn.relu(1.0 - _flat(real)) + tf.nn.relu(1.0 + _flat(fake))


@dataclass(frozen=True)
class Objective:
    """A pair of losses that belong together.

    Attributes
    ----------
    discriminator
        ``(real_logits, fake_logits) -> losses``, shape (B,).
    generator
        ``fake_logits -> losses``, shape (B,).
    boundary
        The logit above which an image counts as "judged real"; None for a critic, which gives
        scores, not judgements.
    """

    name: str
    discriminator: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    generator: Callable[[tf.Tensor], tf.Tensor]
    boundary: float | None


_ALL = (
    Objective("minimax", cross_entropy_discriminator, minimax_generator, 0.0),
    Objective("non_saturating", cross_entropy_discriminator, non_saturating_generator, 0.0),
    Objective("least_squares", least_squares_discriminator, least_squares_generator, 0.5),
    Objective("wasserstein", wasserstein_critic, wasserstein_generator, None),
    Objective("hinge", hinge_discriminator, wasserstein_generator, 0.0),
)
OBJECTIVES = {objective.name: objective for objective in _ALL}


def get(name: str) -> Objective:
    """Look an objective up by name; an unknown name raises `GanlibError` and lists the known."""
    if name not in OBJECTIVES:
        raise GanlibError(f"unknown objective {name!r}; choose one of {', '.join(OBJECTIVES)}")
    return OBJECTIVES[name]
