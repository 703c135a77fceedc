"""Random slants, turns, sizes, places and stroke widths: what does not change a digit's class."""

from typing import Any

from ganlib.startup import tf

SLANT, TURN, SIZE, SHIFT = 0.5, 0.2, 0.2, 2.0
"""At most: shear, radians, share of the size, pixels."""


def draw(seed: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Random numbers of `count` wobbles, (count, 7) in [-1, 1], from an int64 (2,) seed alone."""
    return tf.random.stateless_uniform((count, 7), seed, -1.0, 1.0)


def wobble(images: tf.Tensor, drawn: tf.Tensor, strength: float) -> tf.Tensor:
    """Images (B, H, W, C), black at -1, moved about their middle; differentiable.

    `strength` is the share of the largest change. Half of the images get wider strokes.
    """
    dtype, drawn = images.dtype, strength * drawn
    images = tf.cast(images, tf.float32)
    wide = tf.nn.max_pool2d(images, 3, 1, "SAME")
    images += tf.nn.relu(drawn[:, 6])[:, None, None, None] * (wide - images)
    angle, shear = TURN * drawn[:, 0], SLANT * drawn[:, 1]
    wider, higher = (1.0 + SIZE * drawn[:, i] for i in (2, 3))
    cos, sin = tf.cos(angle), tf.sin(angle)
    a, b = cos * wider, (shear * cos - sin) * higher
    c, d = sin * wider, (shear * sin + cos) * higher
    half_y, half_x = (0.5 * (side - 1) for side in images.shape[1:3])
    x = half_x - a * half_x - b * half_y + SHIFT * drawn[:, 4]
    y = half_y - c * half_x - d * half_y + SHIFT * drawn[:, 5]
    zero = tf.zeros_like(a)
    moved: Any = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a, b, x, c, d, y, zero, zero], axis=1),
        output_shape=tf.shape(images)[1:3],
        fill_value=-1.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return tf.cast(tf.ensure_shape(moved, images.shape), dtype)
