"""Solutions to the exercises of 07_mnist_wgan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def wasserstein_of_samples(a, b):
    return np.mean(np.abs(np.sort(a) - np.sort(b)))


# %% exercise-2
def clip_weights(weights, c):
    clipped = [np.clip(weight, -c, c) for weight in weights]
    at_bound = sum(np.sum(np.abs(weight) == c) for weight in clipped)
    return clipped, at_bound / sum(weight.size for weight in clipped)


# %% exercise-3
def generator_steps(images, batch_size, n_critic, epochs):
    critic_steps = epochs * -(-images // batch_size)  # the last, smaller batch counts
    return critic_steps // n_critic
