"""The losses of the course as pure functions of logits, and a registry by name.

Every function takes logits, the discriminator's output before any sigmoid, as a float32 tensor of
shape (B,), (B, 1) or (B, h, w, 1), and returns one loss per image, shape (B,): a discriminator
that judges patches of an image has the mean over its patches. The train step averages over the
*global* batch, so that the same function serves one device and several.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ganlib.errors import GanlibError
from ganlib.startup import tf


def per_image(values: tf.Tensor) -> tf.Tensor:
    """The mean over everything but the first axis."""
    return tf.reduce_mean(tf.reshape(values, [tf.shape(values)[0], -1]), axis=1)


def cross_entropy_real(real: tf.Tensor) -> tf.Tensor:
    """``-log D(x)`` with ``D = sigmoid(logit)``, written with softplus.

    Goodfellow et al. 2014, equation 1, https://arxiv.org/abs/1406.2661; `final-project`, section 2.
    """
    return per_image(tf.nn.softplus(-real))


def cross_entropy_fake(fake: tf.Tensor) -> tf.Tensor:
    """``-log(1 - D(G(z)))`` (same equation)."""
    return per_image(tf.nn.softplus(fake))


def minimax_generator(fake: tf.Tensor) -> tf.Tensor:
    """``log(1 - D(G(z)))``: saturates where the discriminator is sure (same equation)."""
    return -per_image(tf.nn.softplus(fake))


def non_saturating_generator(fake: tf.Tensor) -> tf.Tensor:
    """``-log D(G(z))`` (Goodfellow et al. 2014, end of section 3; the TensorFlow tutorial's)."""
    return per_image(tf.nn.softplus(-fake))


def least_squares_to_1(logits: tf.Tensor) -> tf.Tensor:
    """``(D - 1)²/2``: Mao et al. 2017, equation 9, https://arxiv.org/abs/1611.04076."""
    return per_image(0.5 * tf.square(logits - 1.0))


def least_squares_to_0(fake: tf.Tensor) -> tf.Tensor:
    """``D(G(z))²/2`` (same equation)."""
    return per_image(0.5 * tf.square(fake))


def minus_score(scores: tf.Tensor) -> tf.Tensor:
    """``-f``, of real images, and of generated ones for the generator; see `score`."""
    return -per_image(scores)


def score(fake: tf.Tensor) -> tf.Tensor:
    """``f(G(z))``; minus the critic's loss estimates the Wasserstein distance, up to a factor.

    Arjovsky et al. 2017, equation 2 and algorithm 1, https://arxiv.org/abs/1701.07875.
    """
    return per_image(fake)


def hinge_real(real: tf.Tensor) -> tf.Tensor:
    """``max(0, 1 - D(x))``: Lim and Ye 2017, arXiv 1705.02894; Miyato et al. 2018, equation 16."""
    return per_image(tf.nn.relu(1.0 - real))


def hinge_fake(fake: tf.Tensor) -> tf.Tensor:
    """``max(0, 1 + D(G(z)))`` (same equation)."""
    return per_image(tf.nn.relu(1.0 + fake))


def gradient_penalty(norms: tf.Tensor) -> tf.Tensor:
    """``(|grad f| - 1)²`` for each image, from the norms that `ganlib.systems.gan` takes, (B,).

    Gulrajani et al. 2017, equation 3, https://arxiv.org/abs/1704.00028.
    """
    return tf.square(norms - 1.0)


def zero_centred_penalty(squares: tf.Tensor) -> tf.Tensor:
    """``|grad D|²/2`` for each image, from the squares of the norms, (B,).

    Mescheder et al. 2018, equation 9, https://arxiv.org/abs/1801.04406: R1 of real images, R2 of
    generated ones.
    """
    return 0.5 * squares


Loss = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Objective:
    """Losses that belong together: the two parts of the discriminator's, and the generator's.

    An image above the logit `boundary` counts as taken for real; None is for a critic.
    """

    real: Loss
    fake: Loss
    generator: Loss
    boundary: float | None = 0.0

    def discriminator(self, real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
        """The discriminator's whole loss for pairs of real and generated images, shape (B,)."""
        return self.real(tf.convert_to_tensor(real)) + self.fake(tf.convert_to_tensor(fake))


OBJECTIVES = {
    "minimax": Objective(cross_entropy_real, cross_entropy_fake, minimax_generator),
    "non_saturating": Objective(cross_entropy_real, cross_entropy_fake, non_saturating_generator),
    "least_squares": Objective(least_squares_to_1, least_squares_to_0, least_squares_to_1, 0.5),
    "wasserstein": Objective(minus_score, score, minus_score, boundary=None),
    "hinge": Objective(hinge_real, hinge_fake, minus_score),
}


def get(name: str) -> Objective:
    """Look an objective up by name; an unknown name raises `GanlibError` and lists the known."""
    if name not in OBJECTIVES:
        raise GanlibError(f"unknown objective {name!r}; choose one of {', '.join(OBJECTIVES)}")
    return OBJECTIVES[name]
