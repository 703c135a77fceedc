"""Solutions to the exercises of 16_fashion_mnist.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"

# %% exercise-1
sizes = [128, 256, 512]


# %% exercise-2
g_rate, d_rate = 2e-4, 1e-7  # a discriminator that does not learn


# %% exercise-3
def better(recipe):
    return vary(recipe, learning_rate=1e-3)
