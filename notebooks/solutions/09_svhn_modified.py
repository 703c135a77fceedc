"""Solutions to the exercises of 09_svhn_modified.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def deep_discriminator(image_shape=(32, 32, 1)):
    stack = [layers.Input(image_shape)]
    for filters, kernel in ((8, 7), (16, 5), (32, 3)):
        stack += [*block(filters, kernel), layers.BatchNormalization()]
    stack += [layers.Conv2D(32, 3, padding="same"), layers.LeakyReLU(negative_slope=0.3)]
    stack += [layers.Flatten()]
    for units in (256, 128):
        stack += [layers.Dense(units), layers.LeakyReLU(negative_slope=0.3)]
    return keras.Sequential([*stack, layers.Dense(1)])


# %% exercise-2
def flat_discriminator(image_shape=(32, 32, 1)):
    stack = [layers.Input(image_shape), *block(8, 7)]
    for filters, kernel in ((16, 5), (32, 3)):
        stack += [layers.BatchNormalization(), *block(filters, kernel)]
    return keras.Sequential([*stack, layers.Flatten(), layers.Dense(1)])


# %% exercise-3
height = 1  # with stride 2 it paints every second row, and twice in a row one of four
