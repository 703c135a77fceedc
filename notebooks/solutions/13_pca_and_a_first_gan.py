"""Solutions to the exercises of 13_pca_and_a_first_gan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"

# %% exercise-1
clouds, k = 60, 50  # more clouds follow the codes more closely; 50 numbers are easier to fit


# %% exercise-2
def discriminator(image_shape=(28, 28, 1)):
    body = [layers.Input(image_shape), layers.Flatten(), layers.Dense(128)]
    body += [layers.LayerNormalization(), layers.LeakyReLU(negative_slope=0.2)]
    return keras.Sequential([*body, layers.Dense(1)])


# %% exercise-3
deviation = 0.7  # the squared error counts twice as much: 1 / 0.7² is 2.04
