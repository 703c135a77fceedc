"""Wrong answers to the exercises of 04_convolutions.ipynb, and a part of what they are told."""

# ruff: noqa: F811, F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1: 7 outputs, as the last stamp begins at 4
def stamps_on(inputs, kernel, stride):
    counts = [0] * (inputs * stride)  # as with padding="same"
    for place in range(0, inputs * stride, stride):
        for output in range(place, min(place + kernel, len(counts))):
            counts[output] += 1
    return counts


even_kernel = 6


# %% exercise-1: kernel 2, stride 3 leaves holes
def stamps_on(inputs, kernel, stride):
    counts = [1] * ((inputs - 1) * stride + kernel)
    for place in range(1, inputs):
        for output in range(place * stride, (place - 1) * stride + kernel):
            counts[output] += 1
    return counts


even_kernel = 6


# %% exercise-1: kernel 4: {1, 2} stamps inside
def stamps_on(inputs, kernel, stride):
    counts = [0] * ((inputs - 1) * stride + kernel)
    for place in range(inputs):
        for output in range(place * stride, place * stride + kernel):
            counts[output] += 1
    return counts


even_kernel = 4  # as with stride 2


# %% exercise-2: do all pixels get equally many stamps?
def end():
    return [layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh")]


# %% exercise-2: do all pixels get equally many stamps?
def end():
    stamps = layers.Conv2DTranspose(8, 3, strides=2, padding="same")
    return [stamps, layers.Conv2D(1, 1, activation="tanh")]  # mixes channels, not pixels


# %% exercise-3: at most 50 %
def lean_generator(image_shape=(28, 28, 1)):
    return generator(image_shape, kernel=2)


# %% exercise-3: at most 50 %
def lean_generator(image_shape=(28, 28, 1)):
    return generator(image_shape, "upsampling")  # no transposed convolution, but more places
