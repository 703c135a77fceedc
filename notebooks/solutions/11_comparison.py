"""Solutions to the exercises of 11_comparison.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"

# %% exercise-1
rivals = {"usual discriminator": {}, "faster discriminator": {"d_rate": 2e-3}}
seeds = 5  # with three, 10 % of random deals differ as much as even a clear separation


# %% exercise-2
steps = {"GAN": 300, "WGAN": 1_500}  # 300 steps of each generator
batch = {"GAN": 80, "WGAN": 16}  # 24,000 images each


# %% exercise-3
count = 1_000
