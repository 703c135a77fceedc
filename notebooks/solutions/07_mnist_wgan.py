"""Solutions to the exercises of 07_mnist_wgan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def wasserstein_of_samples(a, b):
    return np.mean(np.abs(np.sort(a) - np.sort(b)))


# %% exercise-2
def optimizer():
    return Optimizer("RMSprop", {"learning_rate": 1e-3})  # 20 times the published rate


# %% exercise-3
def batch_size():
    return 16  # 1,200 steps of the critic, 240 of the generator
