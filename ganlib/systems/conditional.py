"""A GAN that is told the class: both networks see the label too.

Mirza and Osindero 2014, https://arxiv.org/abs/1411.1784; equation 5 of `review`.
"""

from ganlib.models.layers import logits
from ganlib.startup import tf
from ganlib.systems.gan import Alternating
from ganlib.systems.system import Batch


class Conditional(Alternating):
    """Steps in turn, as in `Alternating`, of networks that take labels.

    The latent has a part "labels", and the discriminator takes a dict of "images" and "labels".
    Generated images get the labels of the real batch. So labels are as frequent among them as in
    the data, and their frequency alone cannot give them away.
    """

    def latent_for(self, batch: Batch, index: tf.Tensor, stream: int = 0) -> Batch:
        """Noise, and the batch's labels."""
        return super().latent_for(batch, index, stream) | {"labels": batch["labels"]}

    def scores(self, images: tf.Tensor, given: Batch | None = None) -> tf.Tensor:
        """The discriminator's logits for images and the labels that they came with."""
        assert given is not None
        seen = {"images": images, "labels": given["labels"]}
        return logits(self.networks["discriminator"](seen, training=True))
