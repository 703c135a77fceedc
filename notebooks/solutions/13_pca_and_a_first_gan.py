"""Solutions to the exercises of 13_pca_and_a_first_gan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def rebuild(x, mean, components):
    return mean + (x - mean) @ components.T @ components


# %% exercise-2
def box_layer(z, mean, components):
    low, high = z.min(axis=0), z.max(axis=0)
    kernel = ((high - low) / 2)[:, None] * components
    return kernel, mean + (low + high) / 2 @ components


# %% exercise-3
def parameters_of(image_shape, latent_dim=100, hidden_units=128):
    pixels = image_shape[0] * image_shape[1] * image_shape[2]
    generator = (latent_dim + 1) * hidden_units + (hidden_units + 1) * pixels
    return generator, (pixels + 1) * hidden_units + (hidden_units + 1)
