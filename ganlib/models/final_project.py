"""The networks of `final-project`, for MNIST and for SVHN, as its model summaries print them.

The MNIST baseline is the TensorFlow tutorial's DCGAN
(https://www.tensorflow.org/tutorials/generative/dcgan). One generator serves both data sets; the
discriminators differ. LeakyReLU's slope is 0.3, the default of the Keras that the report used.
`width` is a share of the report's channels and units, for a look that has to be quick.
"""

from ganlib.models.layers import BatchNormalization, Dropout, spectral_normalization
from ganlib.startup import keras

layers = keras.layers
Shape = tuple[int, int, int]  # height, width, channels
SLOPE = 0.3


def generator(
    image_shape: Shape, kernel_size: int = 5, latent_dim: int = 100, width: float = 1.0
) -> keras.Sequential:
    """Dense, batch norm and reshape to a quarter of the side, then three transposed convolutions.

    From noise (B, latent_dim) to images (B, H, W, C) in [-1, 1] (tanh); H and W are divisible by 4.
    `kernel_size` is that of the transposed convolutions: 5 in the baseline, 3 in the modified one.
    """
    height, breadth, channels = image_shape
    start = (height // 4, breadth // 4, round(256 * width))
    options = {"padding": "same", "use_bias": False}
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(start[0] * start[1] * start[2], use_bias=False),
            BatchNormalization(),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Reshape(start),
            layers.Conv2DTranspose(round(128 * width), kernel_size, strides=1, **options),
            BatchNormalization(),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Conv2DTranspose(round(64 * width), kernel_size, strides=2, **options),
            BatchNormalization(),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Conv2DTranspose(channels, kernel_size, strides=2, activation="tanh", **options),
        ],
        name="generator",
    )


def dcgan_discriminator(
    image_shape: Shape, dropout: float = 0.3, spectral: bool = False, width: float = 1.0
) -> keras.Sequential:
    """The tutorial's, and the critic of both Wasserstein models: (B, H, W, C) to logits (B, 1).

    `dropout` may be 0. `spectral` divides each kernel by its largest singular value: Miyato et al.
    2018, https://arxiv.org/abs/1802.05957.
    """
    layer = spectral_normalization if spectral else lambda plain: plain
    noise = [dropout] if dropout else []
    return keras.Sequential(
        [
            layers.Input(image_shape),
            layer(layers.Conv2D(round(64 * width), 5, strides=2, padding="same")),
            layers.LeakyReLU(negative_slope=SLOPE),
            *map(Dropout, noise),
            layer(layers.Conv2D(round(128 * width), 5, strides=2, padding="same")),
            layers.LeakyReLU(negative_slope=SLOPE),
            *map(Dropout, noise),
            layers.Flatten(),
            layer(layers.Dense(1)),
        ],
        name="discriminator",
    )


def modified_discriminator(image_shape: Shape, width: float = 1.0) -> keras.Sequential:
    """The report's figure 8, for MNIST: max pooling after each dropout, and a sigmoid at the end.

    (B, H, W, C) to one probability per image, (B, 1); `ganlib.models.layers.logits` reads logits.
    """
    return keras.Sequential(
        [
            layers.Input(image_shape),
            layers.Conv2D(round(64 * width), 5, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=SLOPE),
            Dropout(0.3),
            layers.MaxPooling2D(2),
            layers.Conv2D(round(128 * width), 5, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=SLOPE),
            Dropout(0.3),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )


def svhn_discriminator(image_shape: Shape, width: float = 1.0) -> keras.Sequential:
    """The report's figure 10: (B, H, W, C) to one logit per image, (B, 1).

    The kernels' sides are not in the report; they follow from its parameter counts.
    """
    return keras.Sequential(
        [
            layers.Input(image_shape),
            *_three_blocks(width),
            layers.Flatten(),
            *_dense(round(1024 * width)),
            *_dense(round(512 * width)),
            layers.Dense(1),
        ],
        name="discriminator",
    )


def svhn_modified_discriminator(image_shape: Shape, width: float = 1.0) -> keras.Sequential:
    """The report's figure 12: one batch norm, convolution and dense layer more than figure 10."""
    return keras.Sequential(
        [
            layers.Input(image_shape),
            *_three_blocks(width),
            BatchNormalization(),
            *_pooled_convolution(round(64 * width), 2),
            layers.Flatten(),
            *_dense(round(1024 * width)),
            *_dense(round(512 * width)),
            *_dense(round(216 * width)),
            layers.Dense(1),
        ],
        name="discriminator",
    )


def _three_blocks(width: float) -> list[keras.Layer]:
    """What both SVHN discriminators begin with."""
    return [
        *_pooled_convolution(round(32 * width), 7),
        BatchNormalization(),
        *_pooled_convolution(round(64 * width), 5),
        BatchNormalization(),
        *_pooled_convolution(round(128 * width), 3),
    ]


def _pooled_convolution(filters: int, kernel_size: int) -> list[keras.Layer]:
    convolution = layers.Conv2D(filters, kernel_size, padding="same")
    return [convolution, layers.LeakyReLU(negative_slope=SLOPE), layers.MaxPooling2D(2)]


def _dense(units: int) -> list[keras.Layer]:
    return [layers.Dense(units), layers.LeakyReLU(negative_slope=SLOPE)]
