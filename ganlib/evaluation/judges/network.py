"""The network of every judge: images to features and logits."""

from typing import Any

from ganlib import devices
from ganlib.startup import keras, tf

CLASSES = 10
FEATURES = 64
BLOCKS = ((32,), (48, 48), (80, 80))
"""Channels of the convolutions; each block ends in a 2×2 pooling."""
MOMENTUM = 0.95
"""Of the batch statistics: they settle within a hundred batches."""
SIDES = range(8, 257)
"""Image sides that a judge can have: three poolings must leave a pixel."""
LARGE = 64
"""Images whose sides are all at least so long are halved first: a quarter of the cost."""


def build_network(
    image_shape: tuple[int, ...], seed: int = 0, dropout: float = 0.0, classes: int = CLASSES
) -> Any:
    """The network of every judge, a ``keras.Model`` in float32: images to (features, logits).

    Large images are halved, by the means of four pixels. Five 3×3 convolutions in three blocks (32;
    48, 48; 80, 80 channels), each with batch normalisation and ReLU, the last of a block pooled
    2×2; then 64 features, dense, and a logit for each class.

    Images are (N, H, W, C) in [-1, 1], sides from 8 to 256; `dropout` is the share of the features
    dropped in training. The seed of the first weights is explicit, so that building a judge draws
    nothing from the global random state, which a GAN's training may be using at that moment.
    """
    layers = keras.layers
    with devices.precision_policy("float32"):
        images = layers.Input(image_shape, name="images")
        x = (
            layers.AveragePooling2D(2, name="half")(images)
            if min(image_shape[:2]) >= LARGE
            else images
        )
        widths = [(width, i == len(block) - 1) for block in BLOCKS for i, width in enumerate(block)]
        for number, (width, last) in enumerate(widths, start=1):
            start = keras.initializers.HeNormal(seed + number)
            x = layers.Conv2D(
                width, 3, padding="same", use_bias=False, kernel_initializer=start,
                name=f"conv_{number}",
            )(x)  # fmt: skip
            if last:  # pooled before it is normalised: the same maxima at a quarter of the cost
                x = layers.MaxPooling2D(name=f"pool_{number}")(x)
            x = layers.BatchNormalization(momentum=MOMENTUM, name=f"norm_{number}")(x)
            x = layers.ReLU(name=f"relu_{number}")(x)
        x = layers.Flatten(name="flatten")(x)
        start = keras.initializers.GlorotUniform(seed + 100)
        x = layers.Dense(FEATURES, use_bias=False, kernel_initializer=start, name="dense")(x)
        # No ReLU: half of a rectified feature's values are 0, which no Gaussian describes, and the
        # Fréchet distance describes features by Gaussians.
        features = layers.BatchNormalization(
            momentum=MOMENTUM, center=False, scale=False, name="features"
        )(x)
        x = layers.Dropout(dropout, seed=seed, name="dropout")(features) if dropout else features
        start = keras.initializers.GlorotUniform(seed + 101)
        logits = layers.Dense(classes, kernel_initializer=start, name="logits")(x)
        return keras.Model(images, (features, logits), name="judge")


def scaled(images: Any) -> Any:
    """uint8 images as the network takes them: float32 in [-1, 1]."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def weight_names(network: Any) -> list[str]:
    """The names of a network's weights in its .npz, such as "conv_1.kernel", in their order."""
    return [f"{layer.name}.{weight.name}" for layer in network.layers for weight in layer.weights]
