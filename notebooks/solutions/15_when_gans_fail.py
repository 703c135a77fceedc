"""Solutions to the exercises of 15_when_gans_fail.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def prepared(images):
    return images.astype(np.float32) / 127.5 - 1.0


# %% exercise-2
def rates():
    return 3e-3, 5e-4


# %% exercise-3
def options():
    return {"make": lambda: failures.dense_generator(norm=False), "turns": (10, 1)}
