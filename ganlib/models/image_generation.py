"""The networks of `image-generation`: GAN(NN), the DCGAN of four layers, and what decodes its PCA.

The report's section 4.2 gives both networks of GAN(NN) two layers with 128 hidden nodes and
leaves the activations open: ReLU in between here, tanh for pixels in [-1, 1], a sigmoid for D(x).
Section 4.3 gives the DCGAN four layers of 5×5 filters for each network, the generator's the reverse
of the discriminator's, and leaves their widths open: few channels for digits, and most of the work
at half the side, for a processor; for faces those of the DCGAN paper, each layer at half the side.
"""

import math

from ganlib.models.layers import BatchNormalization
from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels
FILTERS = (16, 32, 32, 64)
FACE_FILTERS = (64, 128, 256, 512)
SLOPE = 0.2


def nn_generator(
    image_shape: Shape, latent_dim: int = 100, hidden_units: int = 128
) -> keras.Sequential:
    """(B, latent_dim) to (B, H, W, C) in [-1, 1] through one hidden layer (section 4.2)."""
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(hidden_units, activation="relu"),
            layers.Dense(math.prod(image_shape), activation="tanh"),
            layers.Reshape(image_shape),
        ],
        name="generator",
    )


def nn_discriminator(image_shape: Shape, hidden_units: int = 128) -> keras.Sequential:
    """(B, H, W, C) to the probability of being real, (B, 1), through one hidden layer."""
    return keras.Sequential(
        [
            layers.Input(image_shape),
            layers.Flatten(),
            layers.Dense(hidden_units, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )


def linear_generator(image_shape: Shape, latent_dim: int = 100) -> keras.Sequential:
    """(B, latent_dim) to (B, H, W, C), a weighted sum of pictures plus one, cut to [-1, 1].

    Decodes principal components (section 4.1): `ganlib.systems.pca` makes them the kernel's rows.
    """
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(math.prod(image_shape), activation="hard_tanh"),
            layers.Reshape(image_shape),
        ],
        name="generator",
    )


def conv_generator(
    image_shape: Shape, latent_dim: int = 100, filters: tuple[int, ...] = FILTERS
) -> keras.Sequential:
    """Four convolutions and two upsamplings: (B, latent_dim) to (B, H, W, C) in [-1, 1].

    Section 4.3: a dense layer, a reshape, convolutions and upsampling, the reverse of
    `conv_discriminator`. `filters` are named in that one's order; sides are divisible by 4.
    """
    height, width, channels = image_shape
    quarter = (height // 4, width // 4)

    def hidden(layer: keras.Layer) -> list[keras.Layer]:
        return [layer, BatchNormalization(momentum=0.9), layers.LeakyReLU(negative_slope=SLOPE)]

    def conv(count: int) -> list[keras.Layer]:
        return hidden(layers.Conv2D(count, 5, padding="same", use_bias=False))

    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            *hidden(layers.Dense(math.prod(quarter) * filters[3], use_bias=False)),
            layers.Reshape((*quarter, filters[3])),
            *conv(filters[2]),
            layers.UpSampling2D(),
            *conv(filters[1]),
            *conv(filters[0]),
            layers.UpSampling2D(),
            layers.Conv2D(channels, 5, padding="same", activation="tanh"),
        ],
        name="generator",
    )


def conv_discriminator(image_shape: Shape, filters: tuple[int, ...] = FILTERS) -> keras.Sequential:
    """Four convolutions, two of them with stride 2: (B, H, W, C) to the probability of being real.

    Section 4.3: an ordinary convolutional network, whose last layer has one node.
    """
    return _four_convolutions(
        image_shape, filters, layers.Dense(1, activation="sigmoid"), "discriminator"
    )


def conv_encoder(
    image_shape: Shape, latent_dim: int = 100, filters: tuple[int, ...] = FILTERS
) -> keras.Sequential:
    """The discriminator's convolutions: (B, H, W, C) to `latent_dim` means and log variances."""
    return _four_convolutions(image_shape, filters, layers.Dense(2 * latent_dim), "encoder")


def face_generator(
    image_shape: Shape, latent_dim: int = 100, filters: tuple[int, ...] = FACE_FILTERS
) -> keras.Sequential:
    """Four transposed convolutions, each to twice the side: (B, latent_dim) to (B, H, W, C).

    Section 4.3 with the layers of Radford et al. 2016, figure 1, https://arxiv.org/abs/1511.06434.
    Images are in [-1, 1]; `filters` are named in the order of `face_discriminator`; sides are
    divisible by 16.
    """
    height, width, channels = image_shape
    start = (height // 16, width // 16, filters[3])
    doubled = {"strides": 2, "padding": "same"}
    body: list[keras.Layer] = [layers.Dense(math.prod(start), use_bias=False)]
    body += [layers.Reshape(start), BatchNormalization(momentum=0.9), layers.ReLU()]
    for count in reversed(filters[:3]):
        body.append(layers.Conv2DTranspose(count, 5, use_bias=False, **doubled))
        body += [BatchNormalization(momentum=0.9), layers.ReLU()]
    image = layers.Conv2DTranspose(channels, 5, activation="tanh", **doubled)
    return keras.Sequential([layers.Input((latent_dim,)), *body, image], name="generator")


def face_discriminator(
    image_shape: Shape, filters: tuple[int, ...] = FACE_FILTERS
) -> keras.Sequential:
    """Four convolutions, each to half the side: (B, H, W, C) to the probability of being real.

    All but the first are normalised (Radford et al. 2016, section 3).
    """
    halved = {"strides": 2, "padding": "same"}
    body: list[keras.Layer] = [layers.Conv2D(filters[0], 5, **halved)]
    for count in filters[1:]:
        body.append(layers.LeakyReLU(negative_slope=SLOPE))
        body.append(layers.Conv2D(count, 5, use_bias=False, **halved))
        body.append(BatchNormalization(momentum=0.9))
    end = [layers.LeakyReLU(negative_slope=SLOPE), layers.Flatten()]
    end.append(layers.Dense(1, activation="sigmoid"))
    return keras.Sequential([layers.Input(image_shape), *body, *end], name="discriminator")


def _four_convolutions(
    image_shape: Shape, filters: tuple[int, ...], end: keras.Layer, name: str
) -> keras.Sequential:
    body: list[keras.Layer] = []
    for count, strides in zip(filters, (2, 1, 2, 1), strict=True):
        body += [
            layers.Conv2D(count, 5, strides=strides, padding="same"),
            layers.LeakyReLU(negative_slope=SLOPE),
        ]
    return keras.Sequential([layers.Input(image_shape), *body, layers.Flatten(), end], name=name)
