"""Solutions to the exercises of 14_claims.ipynb."""

# %% exercise-1
chance = 1 / 20


# %% exercise-2
def fails(distance):
    return distance > 33


# %% exercise-3
of_generator, of_discriminator = {"kernel": (1, 5)}, {}
