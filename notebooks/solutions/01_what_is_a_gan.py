"""Solutions to the exercises of 01_what_is_a_gan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def best_with_share(p, q, s):
    return s * p / (s * p + (1 - s) * q)


# %% exercise-2
def step(x, y, pull, rate=0.2):
    for_x, for_y = pull(x, y)
    for_x, for_y = pull(x - rate * for_x, y + rate * for_y)  # where both would be after a step
    return x - rate * for_x, y + rate * for_y


# %% exercise-3
before = {"k": 1, "loss": "minimax", "d_rate": 3e-3, "g_rate": 3e-4}
settings = before | {"g_rate": 3e-3}  # as fast as the discriminator
