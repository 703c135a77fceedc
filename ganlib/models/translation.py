"""The networks of a CycleGAN for small images, after Zhu et al. 2017, section 7.2.

Theirs work on photographs of 256 × 256 pixels. These take the pixels of a block as channels, so
that the residual blocks work on a raster of half the side, with few channels. Blocks of four pixels
and twice the channels cost as much, and their strokes came out doubled.
"""

from typing import Any

from ganlib.models.express import through
from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels
SLOPE = 0.2


def generator(
    image_shape: Shape, filters: int = 32, blocks: int = 3, block: int = 2
) -> keras.Model:
    """From images (B, H, W, C) to images of the same shape, in [-1, 1]: residual blocks between.

    Parameters
    ----------
    image_shape : height, width, channels; height and width divisible by `block`
    filters, blocks : channels and number of the residual blocks
    block : side of the pixels that are taken as one
    """
    height, width, channels = image_shape
    raster = (height // block, width // block)
    images = layers.Input(image_shape)
    apart = [
        layers.Reshape((raster[0], block, raster[1], block, channels)),
        layers.Permute((1, 3, 2, 4, 5)),
        layers.Reshape((*raster, block * block * channels)),
    ]
    hidden = through([*apart, *_normalised(filters), layers.ReLU()], images)
    for _ in range(blocks):
        change = through([*_normalised(filters), layers.ReLU(), *_normalised(filters)], hidden)
        hidden = layers.Add()([hidden, change])
    together = [
        layers.Conv2D(block * block * channels, 3, padding="same"),
        layers.Reshape((*raster, block, block, channels)),
        layers.Permute((1, 3, 2, 4, 5)),
        layers.Reshape(image_shape),
        layers.Activation("tanh"),
    ]
    return keras.Model(images, through(together, hidden), name="generator")


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
