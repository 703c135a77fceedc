"""Solutions to the exercises of 20_faster.ipynb."""

# ruff: noqa: F821  # names come from the notebook's import cells


# %% exercise-1
def macs_of(side, k, stride, channels_in, channels_out, transposed):
    # A transposed convolution stamps once for each input pixel, whatever its stride.
    raster = side if transposed else math.ceil(side / stride)
    return raster**2 * k**2 * channels_in * channels_out


# %% exercise-2
def bound(flop, moved, peak, bandwidth):
    computing, fetching = flop / peak, moved / bandwidth
    return ("compute", computing) if computing >= fetching else ("memory", fetching)


# %% exercise-3
def images_of_calls(count, batch, together):
    whole, rest = divmod(count, batch * together)
    return [batch * together] * whole + [rest] * (rest > 0)
