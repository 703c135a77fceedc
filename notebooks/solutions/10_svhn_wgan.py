"""Solutions to the exercises of 10_svhn_wgan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def best_linear_critic(real, fake, c):
    return c * np.sum(np.abs(np.mean(real, axis=0) - np.mean(fake, axis=0)))


# %% exercise-2
def epochs_needed(images, batch_size, n_critic, wanted):
    return math.ceil(wanted * n_critic / steps_per_epoch(images, batch_size))


# %% exercise-3
def rank_correlation(x, y):
    ranks = [np.argsort(np.argsort(values)) for values in (x, y)]
    return np.corrcoef(*ranks)[0, 1]
