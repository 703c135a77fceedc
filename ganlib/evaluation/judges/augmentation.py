"""What a judge is trained on: shuffled batches, each image moved and lit by random amounts."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganlib.datasets import Dataset
from ganlib.evaluation.judges.network import CLASSES, scaled
from ganlib.startup import tf


@dataclass(frozen=True)
class Settings:
    """How a judge is trained.

    Attributes
    ----------
    epochs, batch_size : times through the training images, and images at a time
    learning_rate : AdamW's, at its highest: it climbs over a tenth of the steps, then falls to 0
        along a cosine
    weight_decay : AdamW's, of kernels only
    label_smoothing : share of a label that is spread over all classes
    dropout : share of the features dropped
    shift : largest shift as a share of the side, in whole pixels
    turn : largest rotation, in degrees
    zoom : largest change of size, as a share
    flip : whether half of the images are mirrored left to right
    brightness, contrast : largest change, where an image spans [-1, 1]
    """

    epochs: int
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    label_smoothing: float = 0.0
    dropout: float = 0.3
    shift: float = 0.0
    turn: float = 0.0
    zoom: float = 0.0
    flip: bool = False
    brightness: float = 0.0
    contrast: float = 0.0


def batches(data: Dataset, settings: Settings, seed: int) -> Any:
    """An endless stream of augmented batches that depends on the seed alone.

    Returns
    -------
    ``tf.data.Dataset`` of float32 images (B, H, W, C) and one-hot labels (B, 10); the last batch
    of an epoch is smaller when the count does not divide.
    """
    count, size = len(data), settings.batch_size

    def epoch_indices(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(
            tf.range(count), tf.stack([tf.constant(seed, tf.int64), epoch])
        )
        return tf.data.Dataset.from_tensor_slices(order).batch(size)

    def batch(step: tf.Tensor, indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images = tf.numpy_function(lambda i: data.images[i], [indices], tf.uint8, stateful=False)
        images.set_shape((None, *data.images.shape[1:]))
        labels = tf.one_hot(tf.gather(data.labels, indices), CLASSES)
        return augmented(scaled(images), settings, tf.stack([seed, step])), labels

    options = tf.data.Options()
    options.autotune.enabled = False  # giving up an iterator would wait for the tuner
    indices = tf.data.Dataset.range(np.iinfo(np.int64).max).flat_map(epoch_indices).enumerate()
    return indices.map(batch).prefetch(4).with_options(options)


def augmented(images: Any, settings: Settings, seed: Any) -> Any:
    """Images shifted, turned, zoomed, mirrored, brightened, each by its own random amount.

    Parameters
    ----------
    images
        float32 (B, H, W, C) in [-1, 1].
    settings
        The largest amounts.
    seed
        Two integers; the same give the same images.

    Returns
    -------
    float32 (B, H, W, C); brightness and contrast may carry values a little beyond [-1, 1].
    """
    count, (height, width) = tf.shape(images)[0], images.shape[1:3]
    angle, size, right, down, side, light, spread = tf.unstack(
        tf.random.stateless_uniform((7, count), seed, -1.0, 1.0)
    )
    angle = angle * math.radians(settings.turn)
    size = 1.0 + size * settings.zoom
    mirror = tf.sign(side) if settings.flip else tf.ones_like(side)
    right = tf.round(right * settings.shift * width)
    down = tf.round(down * settings.shift * height)
    # Rows of the matrix that leads from a pixel of the new image to one of the old; it turns about
    # the centre, so the centre must be its own image before the shift.
    cos, sin = tf.cos(angle) / size, tf.sin(angle) / size
    x, y = (width - 1) / 2, (height - 1) / 2
    zero = tf.zeros_like(angle)
    matrix = [
        mirror * cos, -mirror * sin, x - mirror * (cos * x - sin * y) + right,
        sin, cos, y - (sin * x + cos * y) + down,
        zero, zero,
    ]  # fmt: skip
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack(matrix, axis=1),
        output_shape=(height, width),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="NEAREST",
    )
    light, spread = (v[:, None, None, None] for v in (light, spread))
    return moved * (1.0 + spread * settings.contrast) + light * settings.brightness
