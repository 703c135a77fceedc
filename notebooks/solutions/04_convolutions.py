"""Solutions to the exercises of 04_convolutions.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def stamps_on(inputs, kernel, stride):
    counts = [0] * ((inputs - 1) * stride + kernel)
    for place in range(inputs):
        for output in range(place * stride, place * stride + kernel):
            counts[output] += 1
    return counts


even_kernel = 6  # the smallest multiple of 3 above 3


# %% exercise-2
def end():
    return [layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh")]


# %% exercise-3
def lean_generator(image_shape=(28, 28, 1)):
    stack = [layers.Input((32,)), layers.Dense(7 * 7 * 32), layers.BatchNormalization(), leaky()]
    stack += [layers.Reshape((7, 7, 32)), *up(32, "transposed", kernel=4)]
    stack += [layers.BatchNormalization(), leaky()]
    return keras.Sequential([*stack, *up(1, "transposed", kernel=4, activation="tanh")])
