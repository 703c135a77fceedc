"""The networks of a CycleGAN for small images, after Zhu et al. 2017, section 7.2.

Theirs work on photographs of 256 × 256 pixels, and halve the side twice before the residual blocks.
For digits once is enough. Strokes came out doubled on a raster of a quarter of the side.
"""

from typing import Any

from ganlib.models.express import through
from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels
SLOPE = 0.2


def generator(image_shape: Shape, filters: int = 32, blocks: int = 3) -> keras.Model:
    """From images (B, H, W, C) to images of the same shape, in [-1, 1]: residual blocks between.

    Parameters
    ----------
    image_shape : height, width, channels; height and width are even
    filters, blocks : channels and number of the residual blocks
    """
    images = layers.Input(image_shape)
    hidden = through([*_normalised(filters, 6, strides=2), layers.ReLU()], images)
    for _ in range(blocks):
        change = through([*_normalised(filters), layers.ReLU(), *_normalised(filters)], hidden)
        hidden = layers.Add()([hidden, change])
    larger = layers.Conv2DTranspose(
        image_shape[-1], 6, strides=2, padding="same", activation="tanh"
    )
    return keras.Model(images, larger(hidden), name="generator")


def discriminator(image_shape: Shape, filters: int = 32) -> keras.Model:
    """Images (B, H, W, C) to a logit for each patch, (B, H / 4, W / 4, 1): a PatchGAN."""
    images = layers.Input(image_shape)
    body = [
        layers.Conv2D(filters, 4, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=SLOPE),
        *_normalised(2 * filters, 4, strides=2),
        layers.LeakyReLU(negative_slope=SLOPE),
        layers.Conv2D(1, 3, padding="same"),
    ]
    return keras.Model(images, through(body, images), name="discriminator")


def _normalised(filters: int, kernel_size: int = 3, **options: Any) -> list[keras.Layer]:
    """A convolution, and instance normalisation: each channel of each image by itself."""
    convolution = layers.Conv2D(filters, kernel_size, padding="same", use_bias=False, **options)
    return [convolution, layers.GroupNormalization(groups=-1, epsilon=1e-5)]
