"""Solutions to the exercises of 08_svhn_baseline.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"

# %% exercise-1
d_rate = 1e-3  # as fast as the generator: too slow a teacher knows nothing


# %% exercise-2
def norm():
    return layers.Identity()  # none at all; LayerNormalization looks at one image too


# %% exercise-3
def seen(images):
    mean = keras.ops.mean(images, axis=(1, 2, 3), keepdims=True)
    deviation = keras.ops.std(images, axis=(1, 2, 3), keepdims=True)
    return keras.ops.concatenate([images, (images - mean) / (deviation + 0.05)], axis=-1)
