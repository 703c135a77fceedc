"""Solutions to the exercises of 09_svhn_modified.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def shares(shapes):
    counts = {name: sum(math.prod(s) for s in weights) for name, weights in shapes.items()}
    return {name: count / sum(counts.values()) for name, count in counts.items()}


# %% exercise-2
def shape_after(shape, stack):
    for kind, *numbers in stack:
        if kind == "conv":
            filters, stride = numbers
            shape = (-(-shape[0] // stride), -(-shape[1] // stride), filters)
        elif kind == "pool":
            shape = (shape[0] // 2, shape[1] // 2, shape[2])
        else:
            shape = (math.prod(shape),)
    return tuple(shape)


# %% exercise-3
def same_padding(side, kernel, stride=1):
    outputs = -(-side // stride)
    zeros = max((outputs - 1) * stride + kernel - side, 0)
    return zeros // 2, zeros - zeros // 2
