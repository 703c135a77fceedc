"""Wrong answers to the exercises of 03_losses.ipynb, and a part of what they are told."""

# ruff: noqa: F811, F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1: finite at ±200: write it with softplus, not with log
def smoothed(logit):
    D = sigmoid(logit)  # noqa: N806
    return -0.9 * tf.math.log(D) - 0.1 * tf.math.log(1 - D)


# %% exercise-1: smallest at D = 1.00; a real image should get 0.9
def smoothed(logit):
    return 0.9 * softplus(-logit)  # the other term is missing


# %% exercise-1: smallest at D = 0.10; a real image should get 0.9
def smoothed(logit):
    return 0.1 * softplus(-logit) + 0.9 * softplus(logit)


# %% exercise-2: fooled, leave it alone
def own_loss(logit):
    return -logit


# %% exercise-2: within 0.5 of 0
def own_loss(logit):
    return -3 * softplus(logit)  # larger, but as flat where it is needed


# %% exercise-2: none of the six
def own_loss(logit):
    return softplus(-logit)


# %% exercise-3: none of the six games
def own_d_loss(real, fake):
    return softplus(-real) + softplus(fake)


def own_g_loss(real, fake):
    return softplus(-fake)


# %% exercise-3: an image that looks real costs G less
def own_d_loss(real, fake):
    return relu(1 - real) + relu(1 + fake)


def own_g_loss(real, fake):
    return softplus(fake)


# %% exercise-3: a real image that looks real costs D less
def own_d_loss(real, fake):
    return 0.1 * softplus(-real) + 0.9 * softplus(real) + softplus(fake)


def own_g_loss(real, fake):
    return softplus(-fake)
