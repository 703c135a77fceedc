"""Solutions to the exercises of 12_how_good_is_it.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def variation_of(first, second):
    shares = [np.bincount(numbers, minlength=10) / len(numbers) for numbers in (first, second)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


# %% exercise-2
def frechet_1d(first, second):
    means = np.mean(first) - np.mean(second)
    deviations = np.std(first, ddof=1) - np.std(second, ddof=1)
    return float(means**2 + deviations**2)


# %% exercise-3
def share_of_copies(generated, held_out):
    limit = np.quantile(held_out, 0.01)
    return float(np.mean(np.asarray(generated) <= limit))
