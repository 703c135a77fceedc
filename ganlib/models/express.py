"""Small networks for a minute on a laptop: a DCGAN at half resolution.

Convolutions on one channel keep a CPU waiting. So both networks work on a raster of half the side,
where a pixel has four values for each channel, and only reorder at the image's end: a pixel
shuffle, Shi et al. 2016, section 3.2, https://arxiv.org/abs/1609.05158. A unit of the last
convolution sees 12 × 12 pixels; a hidden dense layer at either network's small end joins the parts
of the image. What each is worth is measured by ``benchmarks/ablation.py mnist-express``: the raster
brings hardly more images a minute, but better digits; with an earlier ``svhn-express`` it showed no
gain.

House numbers are photographs: more than half of their variance is how bright they are (lesson 08).
With `lighting` the networks treat brightness and contrast apart from the digit.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from ganlib.models.layers import BatchNormalization, Dropout, label_embedding
from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels
SLOPE = 0.1
FAINT = 0.07
"""Contrast below which an image counts as empty: the deviation of its pixels in [-1, 1]."""


def through(stack: Iterable[Any], inputs: Any) -> Any:
    """What layers make of the inputs, one after the other."""
    return reduce(lambda x, layer: layer(x), stack, inputs)


def generator(
    image_shape: Shape,
    latent_dim: int = 32,
    units: int = 64,
    filters: Sequence[int] = (64, 32),
    kernel_size: int = 4,
    batch_norm: bool = True,
    momentum: float = 0.9,
    shuffle: bool = True,
    activation: str = "tanh",
    lighting: bool = False,
    classes: int = 0,
) -> keras.Model:
    """Two dense layers to a few pixels, transposed convolutions to half of the side, the image.

    From noise (B, latent_dim) to images (B, H, W, C) in [-1, 1]. With `classes` it takes a dict of
    "noise" and "labels".

    Parameters
    ----------
    image_shape : height, width, channels; two filters need sides divisible by 4, three by 8
    units, filters : width of the first dense layer, 0: none; channels of each raster, from the
        smallest, which the second dense layer makes, to half of the side
    batch_norm : whether to normalise each hidden layer
    momentum : of its moving averages; 0.9 follows within 10 steps, 0.98 within 50
    shuffle : make the image by a convolution and a pixel shuffle; else by a transposed convolution
    activation : of the last layer. "hard_tanh" can output exactly -1, black; "tanh" only nears it
    lighting : at the end, multiply each image by a contrast and add a brightness, two numbers that
        come from the first dense layer, or from the noise
    classes : of the labels, whose embedding joins the noise; 0: there are none
    """
    height, width, channels = image_shape
    start, half = (height >> len(filters), width >> len(filters)), (height // 2, width // 2)
    doubled = {"strides": 2, "padding": "same"}

    def hidden(layer: keras.Layer) -> list[keras.Layer]:
        normalized = [BatchNormalization(momentum=momentum)] if batch_norm else []
        return [layer, *normalized, layers.LeakyReLU(negative_slope=SLOPE)]

    if shuffle:
        image = [
            layers.Conv2D(4 * channels, 3, padding="same"),
            layers.Reshape((*half, 2, 2, channels)),
            layers.Permute((1, 3, 2, 4, 5)),
            layers.Reshape(image_shape),
        ]
    else:
        image = [layers.Conv2DTranspose(channels, kernel_size, **doubled)]
    first, *others = filters
    inputs = ideas = layers.Input((latent_dim,), name="noise" if classes else None)
    if classes:
        labels = layers.Input((), dtype="int64", name="labels")
        inputs = {"noise": inputs, "labels": labels}
        ideas = layers.Concatenate()([ideas, label_embedding(classes, classes)(labels)])
    if units:
        ideas = through(hidden(layers.Dense(units, use_bias=not batch_norm)), ideas)
    body = [
        *hidden(layers.Dense(start[0] * start[1] * first, use_bias=not batch_norm)),
        layers.Reshape((*start, first)),
    ]
    for count in others:
        up = layers.Conv2DTranspose(count, kernel_size, use_bias=not batch_norm, **doubled)
        body += hidden(up)
    body += image
    images = through(body, ideas)
    if lighting:
        each = {
            name: layers.Reshape((1, 1, 1), name=name)(layers.Dense(1, activation=kind)(ideas))
            for name, kind in (("contrast", "softplus"), ("brightness", None))
        }
        images = layers.Multiply()([images, each["contrast"]])
        images = layers.Add(name="light")([images, each["brightness"]])
    return keras.Model(inputs, layers.Activation(activation)(images), name="generator")


def discriminator(
    image_shape: Shape,
    filters: Sequence[int] = (32, 64),
    units: int = 32,
    kernel_size: int = 4,
    dropout: float = 0.0,
    shuffle: bool = True,
    lighting: bool = False,
    classes: int = 0,
) -> keras.Model:
    """Convolutions, all but the first one strided, two dense layers: (B, H, W, C) to logits (B, 1).

    With `classes` it takes a dict of "images" and "labels".

    Parameters
    ----------
    image_shape : height, width, channels; height and width even
    filters, units : channels at half, a quarter … of the side; width of the first dense layer, 0:
        none
    dropout : share of each hidden layer's values that are dropped
    shuffle : take four pixels as one with four channels; else halve the side by a strided
        convolution
    lighting : see each image twice, as it is and with mean 0 and variance 1
    classes : of the labels, which join the image as one more channel, a learnt picture for each
        class; 0: there are none
    """
    height, width, channels = image_shape
    if lighting:
        channels *= 2
    channels += classes > 0
    half = (height // 2, width // 2)

    def hidden(layer: keras.Layer) -> list[keras.Layer]:
        dropped = [Dropout(dropout)] if dropout else []
        return [layer, layers.LeakyReLU(negative_slope=SLOPE), *dropped]

    if shuffle:
        start = [
            layers.Reshape((half[0], 2, half[1], 2, channels)),
            layers.Permute((1, 3, 2, 4, 5)),
            layers.Reshape((*half, 4 * channels)),
            *hidden(layers.Conv2D(filters[0], 3, padding="same")),
        ]
    else:
        start = hidden(layers.Conv2D(filters[0], kernel_size, strides=2, padding="same"))
    inputs = images = seen = layers.Input(image_shape, name="images" if classes else None)
    if lighting:
        light = {"axis": (1, 2, 3), "epsilon": FAINT**2, "center": False, "scale": False}
        without = layers.LayerNormalization(**light, name="without_light")(images)
        seen = layers.Concatenate(name="seen")([images, without])
    if classes:
        labels = layers.Input((), dtype="int64", name="labels")
        inputs = {"images": images, "labels": labels}
        plane = layers.Reshape((height, width, 1))(label_embedding(classes, height * width)(labels))
        seen = layers.Concatenate()([seen, plane])
    body = [
        *start,
        *(
            layer
            for count in filters[1:]
            for layer in hidden(layers.Conv2D(count, kernel_size, strides=2, padding="same"))
        ),
        layers.Flatten(),
        *(hidden(layers.Dense(units)) if units else []),
        layers.Dense(1),
    ]
    return keras.Model(inputs, through(body, seen), name="discriminator")
