"""Solutions to the exercises of 10_svhn_wgan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def best_linear_critics(real, fake, c):
    difference = np.mean(real, axis=0) - np.mean(fake, axis=0)
    return c * np.sum(np.abs(difference)), np.sqrt(np.sum(difference**2))


# %% exercise-2
def points_between(real, fake, rng):
    alpha = rng.uniform(size=(len(real), 1, 1, 1))
    return alpha * real + (1 - alpha) * fake


# %% exercise-3
def rank_correlation(x, y):
    ranks = [np.argsort(np.argsort(values)) for values in (x, y)]
    return np.corrcoef(*ranks)[0, 1]
