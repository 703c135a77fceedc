"""Solutions to the exercises of 12_how_good_is_it.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells

# %% exercise-1
notices = {"half noise": "recall", "no 7s": "from_real", "blur": "recall", "copies": "copied"}
misses = {name: "precision" for name in ("half noise", "no 7s", "blur")} | {"copies": "recall"}


# %% exercise-2
def hidden_from_precision(images, digits):
    return images[digits < 5]  # half of the classes, each image as good as before


def hidden_from_recall(images, digits):
    spoilt = images.copy()
    spoilt[::5] = corruptions.noise(images[::5])  # bad images beside enough good ones
    return spoilt


# %% exercise-3
def distance_to_nearest(images, training_images):
    moves = [(rows, columns) for rows in (-1, 0, 1) for columns in (-1, 0, 1)]
    moved = (np.roll(images, move, axis=(1, 2)) for move in moves)
    return np.min([memorisation.nearest_distances(x, training_images) for x in moved], axis=0)
