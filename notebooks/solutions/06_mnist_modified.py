"""Solutions to the exercises of 06_mnist_modified.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def stack_of_threes(kernel, channels):
    count = (kernel - 1) // 2  # each 3×3 sees two pixels further
    return count, count * 9 * channels**2, kernel**2 * channels**2


# %% exercise-2
def repaired_discriminator(image_shape=(28, 28, 1)):
    network = discriminator(image_shape, pooling=False, end=("sigmoid", "relu"), channels=16)
    network.add(layers.Rescaling(10.0, offset=-5.0))  # from 0 … 1 to -5 … 5: below 0 is "generated"
    return network


# %% exercise-3
def even_generator(image_shape=(28, 28, 1)):
    return generator(image_shape, kernel=4, channels=64)  # the stride divides the kernel
