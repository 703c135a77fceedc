"""A variational autoencoder: an encoder and a generator, trained on one loss without a rival."""

from typing import Any

from ganlib.errors import GanlibError
from ganlib.startup import tf
from ganlib.systems.replicas import global_batch_size
from ganlib.systems.system import Batch, Logs, System


def kl_to_normal(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """Kullback-Leibler divergence of N(mean, variance) from N(0, I): (B, n) twice to (B,), from 0.

    Kingma and Welling 2014, appendix B, https://arxiv.org/abs/1312.6114.
    """
    each = tf.square(mean) + tf.exp(log_variance) - 1.0 - log_variance
    return 0.5 * tf.reduce_sum(each, axis=1)


def squared_error(images: tf.Tensor, rebuilt: tf.Tensor) -> tf.Tensor:
    """Half the squared distance of images (B, H, W, C) from what was rebuilt, for each: (B,)."""
    difference = tf.cast(images, tf.float32) - tf.cast(rebuilt, tf.float32)
    return 0.5 * tf.reduce_sum(tf.square(difference), axis=[1, 2, 3])


class VAE(System):
    """Maximises a lower bound of the images' likelihood (Kingma and Welling 2014, equation 10).

    Its loss is ``-log p(x|z)``, up to a constant, plus the divergence of the encoder's Gaussian
    from the latent's: both in nats for an image, and logged apart.

    Parameters
    ----------
    networks, optimizers : "encoder", from images (B, H, W, C) to (B, 2n), the means and the
        logarithms of the variances of a Gaussian for each image; "generator", from latents (B, n)
        to the means of the pixels; an optimiser for each
    deviation : standard deviation of a pixel around its mean, above 0. The smaller, the more the
        reconstruction counts.
    options : as for `System`; the latent must be one part, of n normal numbers
    """

    log_keys = ("loss", "reconstruction", "kl")

    def __init__(
        self, networks: Any, optimizers: Any, *, deviation: float = 1.0, **options: Any
    ) -> None:
        self.deviation = deviation
        super().__init__(networks, optimizers, **options)
        kinds = [part.kind for part in self.latent.values()]
        if kinds != ["normal"]:
            raise GanlibError(
                "the latent of a variational autoencoder is one normal part, not "
                f"{' and '.join(kinds) or 'empty'}: change the recipe's latent"
            )
        if (encoder := self.networks.get("encoder")) is not None:  # not needed to generate
            (size,) = (part.size for part in self.latent.values())
            if (made := encoder.output_shape[1:]) != (2 * size,):
                raise GanlibError(
                    f"the encoder makes {made} numbers, and a latent of {size} needs a mean and a "
                    f"variance for each: make it end in {2 * size}"
                )

    def encode(self, images: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Means and log variances of the latents of images in [-1, 1], float32 (B, n) each."""
        outputs = tf.cast(self.networks["encoder"](images, training=training), tf.float32)
        mean, log_variance = tf.split(outputs, 2, axis=1)
        return mean, log_variance

    def update(self, batch: Batch, index: tf.Tensor) -> Logs:
        images = batch["images"]
        size = global_batch_size(images)
        ((name, noise),) = self.latent_of(images, index).items()
        with tf.GradientTape(persistent=True) as tape:
            mean, log_variance = self.encode(images, training=True)
            # The noise comes from outside, so that gradients reach the encoder (section 2.4).
            latent = mean + tf.exp(0.5 * log_variance) * noise
            rebuilt = self.make({name: latent}, training=True)
            error = squared_error(images, rebuilt) / self.deviation**2
            logs = {
                "reconstruction": tf.reduce_sum(error) / size,
                "kl": tf.reduce_sum(kl_to_normal(mean, log_variance)) / size,
            }
            logs["loss"] = logs["reconstruction"] + logs["kl"]
            scaled = {n: one.scale_loss(logs["loss"]) for n, one in self.optimizers.items()}
        for network, loss in scaled.items():
            self.apply(tape, loss, network)
        return logs
