"""Solutions to the exercises of 18_infogan.ipynb."""

# ruff: noqa: F821  # names come from the notebook's cells with the tag "imports"


# %% exercise-1
def majority_error(table):
    return 1 - table.max(axis=1).sum() / table.sum()


trick = 0.0  # every row's most frequent digit is the 1


# %% exercise-2
wanted, category = 7, 2


# %% exercise-3
options = {"lambda_category": 1.0}
