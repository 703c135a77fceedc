"""Solutions to the exercises of 21_architecture_search.ipynb."""

# %% exercise-1
architectures = sum(6**n for n in range(1, 6)) * sum(6**n for n in range(1, 4))

# %% exercise-2
advantages = [0.0, 2.0, 0.6]

# %% exercise-3
generator, discriminator = [256], [256]
