"""Solutions to the exercises of 11_comparison.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def chance_of(right, count):
    return sum(math.comb(count, k) for k in range(right, count + 1)) / 2**count


# %% exercise-2
def rank_correlation(a, b):
    ranks = [np.argsort(np.argsort(values)) for values in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


# %% exercise-3
def mean_distance(images):
    x = images.reshape(len(images), -1).astype(float)  # uint8 would wrap around below 0
    pairs = [np.linalg.norm(x[i] - x[j]) for i in range(len(x)) for j in range(i)]
    return float(np.mean(pairs))
