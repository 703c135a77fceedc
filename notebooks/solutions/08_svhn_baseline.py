"""Solutions to the exercises of 08_svhn_baseline.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"

# %% exercise-1
d_rate = 1e-3  # as fast as the generator: a teacher that is too slow knows nothing


# %% exercise-2
def norm():
    return layers.Identity()  # none at all; LayerNormalization looks at one image too


# %% exercise-3
def seen(images):
    light = {"axis": (1, 2, 3), "epsilon": 0.005, "center": False, "scale": False}
    return layers.Concatenate()([images, layers.LayerNormalization(**light)(images)])
