"""Solutions to the exercises of 06_mnist_modified.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def stack_of_threes(kernel, channels):
    layers = (kernel - 1) // 2  # each 3×3 widens the field by 2
    return layers, layers * 9 * channels**2, kernel**2 * channels**2


# %% exercise-2
def floors(lowest, highest):
    # D's best: real images at the highest output, generated ones at the lowest.
    real, fake = math.log1p(math.exp(-highest)), math.log1p(math.exp(lowest))
    return real + fake, real  # G's best: its images at the highest output


# %% exercise-3
def sides(side, layers=("conv", "pool", "conv", "pool")):
    result = [side]
    for layer in layers:
        side = -(-side // 2) if layer == "conv" else side // 2
        result.append(side)
    return result
