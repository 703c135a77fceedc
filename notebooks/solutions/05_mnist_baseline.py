"""Solutions to the exercises of 05_mnist_baseline.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def one_round(gan, batches):
    for real in batches:
        gan.update_d(real, gan.noise())
    gan.update_g(gan.noise())


# %% exercise-2
before = {"g_rate": 1e-3, "d_rate": 1e-3, "beta_1": 0.9}
settings = before | {"beta_1": 0.5}  # less momentum: it follows an opponent who turns


# %% exercise-3
def point(start, end, share):
    # The sum of independent normal numbers is normal: divide by its deviation.
    return ((1 - share) * start + share * end) / np.sqrt((1 - share) ** 2 + share**2)
