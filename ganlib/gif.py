"""Animated GIFs of bounded size."""

from collections.abc import Sequence
from pathlib import Path

import imageio.v3 as iio
import numpy as np
from PIL import Image

from ganlib.errors import DataError

MAX_BYTES = 3_000_000


def write_gif(
    path: str | Path,
    frames: Sequence[Image.Image | np.ndarray],
    seconds: float = 8.0,
    max_bytes: int = MAX_BYTES,
) -> int:
    """Write frames as an endless GIF, thinning them out until the file is small enough.

    The first and the last frame are always kept, and the last one is shown for longer.

    Parameters
    ----------
    path
        Where to write; replaced only when the new file is complete.
    frames
        Pictures of one size: PIL images, or uint8 arrays (H, W) or (H, W, 3).
    seconds
        Length of one round.
    max_bytes
        Bound on the file's size; a GIF of two frames is written even when it is larger.

    Returns
    -------
    Number of frames written.
    """
    if not len(frames):
        raise DataError("a GIF needs at least one frame")
    arrays = [np.asarray(frame) for frame in frames]
    count = len(arrays)
    while True:
        chosen = [arrays[i] for i in np.linspace(0, len(arrays) - 1, count).round().astype(int)]
        encoded = _encode(chosen, seconds)
        if len(encoded) <= max_bytes or count <= 2:
            break
        # The size grows with the number of frames: aim just under the bound, and look again.
        count = max(2, min(count - 1, int(0.95 * count * max_bytes / len(encoded))))
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(encoded)
    partial.replace(path)
    return len(chosen)


def _encode(frames: list[np.ndarray], seconds: float) -> bytes:
    milliseconds = max(40, round(1000 * seconds / len(frames)))
    durations = [milliseconds] * (len(frames) - 1) + [milliseconds + 1500]
    return iio.imwrite(
        "<bytes>", frames, plugin="pillow", extension=".gif", duration=durations, loop=0
    )
