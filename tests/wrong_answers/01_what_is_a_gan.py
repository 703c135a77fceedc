"""Wrong answers to the exercises of 01_what_is_a_gan.ipynb, and a part of what they are told."""

# ruff: noqa: F811, F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1: p = q, s = 0.75
def best_with_share(p, q, s):
    return s * p / (p + q)  # the fakes have no share


# %% exercise-1: of four samples there three are real
def best_with_share(p, q, s):
    return s * p / (s * p + s * q)  # both have the same


# %% exercise-1: the more real numbers in a batch, the larger D
def best_with_share(p, q, s):
    return (1 - s) * p / ((1 - s) * p + s * q)  # the shares are swapped


# %% exercise-2: below 0.2 if a step knows the other's next one
def step(x, y, pull, rate=0.2):
    x = x - rate * pull(x, y)[0]
    return x, y + rate * pull(x, y)[1]  # in turn: a circle


# %% exercise-2: no pull to zero can know it
def step(x, y, pull, rate=0.2):
    for_x, for_y = pull(x, y)
    return 0.9 * x - rate * for_x, 0.9 * y + rate * for_y


# %% exercise-2: both still move
def step(x, y, pull, rate=0.2):
    return x, y


# %% exercise-3: something is changed
before = {"k": 1, "loss": "minimax", "d_rate": 3e-3, "g_rate": 3e-4}
settings = before | {"k": 1}


# %% exercise-3: clusters, 7 needed
before = {"k": 1, "loss": "minimax", "d_rate": 3e-3, "g_rate": 3e-4}
settings = before | {"loss": "non-saturating"}
