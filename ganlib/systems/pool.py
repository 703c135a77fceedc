"""A pool of generated images, from which a discriminator is shown older ones too.

Shrivastava et al. 2017, section 2.3, https://arxiv.org/abs/1612.07828; Zhu et al. 2017, section 4,
https://arxiv.org/abs/1703.10593.
"""

from ganlib.errors import GanlibError
from ganlib.startup import keras, tf


class Pool:
    """The first images fill it; of later ones half are changed for older ones, at random places.

    Parameters
    ----------
    size : images that it holds; of a larger batch only so many go through it
    shape : of an image, (H, W, C)
    """

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            raise GanlibError("a pool is for one device: train with pool=0, or on one")
        still = {"trainable": False, "initializer": "zeros"}
        self.size = size
        self.images = keras.Variable(shape=(size, *shape), dtype="float32", **still)
        self.count = keras.Variable(shape=(), dtype="int32", **still)

    def __call__(self, images: tf.Tensor, order: tf.Tensor, coins: tf.Tensor) -> tf.Tensor:
        """What to show in place of images (B, H, W, C); they are float32 then.

        `order` and `coins` are int64 (2,) seeds, of the places and of what is changed.
        """
        images, filling = tf.cast(images, tf.float32), self.count < self.size
        most = tf.minimum(tf.shape(images)[0], self.size)
        shuffled = tf.random.experimental.stateless_shuffle(tf.range(self.size), order)
        places = tf.where(filling, (self.count + tf.range(most)) % self.size, shuffled[:most])
        older, newer = tf.gather(self.images.value, places), images[:most]
        heads = tf.random.stateless_uniform((most, 1, 1, 1), coins) < 0.5
        changed = tf.logical_and(heads, tf.logical_not(filling))
        written = tf.where(tf.logical_or(changed, filling), newer, older)
        self.images.assign(tf.tensor_scatter_nd_update(self.images.value, places[:, None], written))
        self.count.assign(tf.minimum(self.count + most, self.size))
        return tf.concat([tf.where(changed, older, newer), images[most:]], axis=0)
