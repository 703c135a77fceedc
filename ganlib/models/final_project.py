"""The networks of `final-project`: DCGANs for MNIST as its model summaries print them.

The baseline is the TensorFlow tutorial's DCGAN (https://www.tensorflow.org/tutorials/generative/dcgan).
LeakyReLU's slope is 0.3, the default of the Keras that the report used.
"""

from ganlib.startup import keras

layers = keras.layers
SLOPE = 0.3


def generator(
    image_shape: tuple[int, int, int] = (28, 28, 1), kernel_size: int = 5, latent_dim: int = 100
) -> keras.Sequential:
    """Dense, batch norm and reshape to a quarter of the side, then three transposed convolutions.

    Parameters
    ----------
    image_shape
        Height, width, channels; height and width divisible by 4.
    kernel_size
        Side of the transposed convolutions' kernels: 5 in the baseline, 3 in the modified model.
    latent_dim
        Length of the noise vector.

    Returns
    -------
    ``keras.Sequential`` from (B, latent_dim) to (B, H, W, C) in [-1, 1] (tanh).
    """
    height, width, channels = image_shape
    start = (height // 4, width // 4, 256)
    options = {"padding": "same", "use_bias": False}
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(start[0] * start[1] * start[2], use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Reshape(start),
            layers.Conv2DTranspose(128, kernel_size, strides=1, **options),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Conv2DTranspose(64, kernel_size, strides=2, **options),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Conv2DTranspose(channels, kernel_size, strides=2, activation="tanh", **options),
        ],
        name="generator",
    )


def dcgan_discriminator(
    image_shape: tuple[int, int, int] = (28, 28, 1), name: str = "discriminator"
) -> keras.Sequential:
    """The tutorial's discriminator: (B, H, W, C) to one logit per image, (B, 1).

    The Wasserstein models use it unchanged, as their critic.
    """
    return keras.Sequential(
        [
            layers.Input(image_shape),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Dropout(0.3),
            layers.Conv2D(128, 5, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ],
        name=name,
    )


def modified_discriminator(image_shape: tuple[int, int, int] = (28, 28, 1)) -> keras.Sequential:
    """The report's figure 8: max pooling after each dropout, and a sigmoid at the end.

    Returns a network from (B, H, W, C) to one probability per image, (B, 1); read its logits with
    `ganlib.models.logits.logits`.
    """
    return keras.Sequential(
        [
            layers.Input(image_shape),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Dropout(0.3),
            layers.MaxPooling2D(2),
            layers.Conv2D(128, 5, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=SLOPE),
            layers.Dropout(0.3),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )
