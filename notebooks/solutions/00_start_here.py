"""Solutions to the exercises of 00_start_here.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def to_network(images):
    return images.astype(np.float32) / 127.5 - 1.0


def to_file(images):
    return np.clip(np.round((images + 1.0) * 127.5), 0, 255).astype(np.uint8)


# %% exercise-2
z = np.random.default_rng(0).standard_normal((64, 100), dtype=np.float32)


# %% exercise-3
def dense_parameters(inputs, outputs, bias=True):
    return inputs * outputs + (outputs if bias else 0)
