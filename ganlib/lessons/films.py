"""How a run's samples change: the same noise vectors, from the first moment to the last."""

import base64
import html
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageSequence

from ganlib import figures
from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder

GREYS = 16  # of a film; fewer make it smaller
SCALE = 2  # screen pixels for one of an image, in a run's sample grids
WIDTH = 900  # screen pixels that a strip or a film has at least


def film(run: RunFolder, rows: int = 4, max_bytes: int = 450_000, columns: int = 0) -> Any:
    """The film of a run, or of a reference run, playing: an ``IPython.display.HTML``.

    As HTML it plays in exported pages too, where ``nbconvert`` leaves out GIFs.

    A notebook stores it in four bytes for each three, and is to have 1.5 MB at most. So the film
    leaves out frames until it has `max_bytes`. Give its cell the tag ``nbval-ignore-output``.

    Parameters
    ----------
    rows, columns : of the sample grid, from its top left corner; 0 columns: all
    """
    height, width, _ = run.recipe.image_shape
    frames = _frames(run)
    right = columns * SCALE * (width + 1) or frames[0].width
    area = (0, 0, min(right, frames[0].width), _top(run) + rows * SCALE * (height + 1))
    text = f"film of {run.recipe.title}, from the same noise"
    cropped = [frame.crop(area) for frame in frames]
    return playing(cropped, text, max_bytes, SCALE if _top(run) == 0 else 1)


def playing(frames: Sequence[Image.Image], text: str, max_bytes: int, scale: int = SCALE) -> Any:
    """Frames that play for ever, as HTML, in 16 greys or a palette.

    Frames are left out until the film has `max_bytes`. `text` is for those who cannot see it, and
    gets their number. Where a pixel takes `scale` × `scale` in a frame, it is kept once, and the
    browser enlarges it.
    """
    from IPython.display import HTML

    small = [frame.resize((frame.width // scale, frame.height // scale), 0) for frame in frames]
    if small[0].mode == "L":
        steps = 255 / (GREYS - 1)
        small = [frame.point(lambda grey: round(round(grey / steps) * steps)) for frame in small]
    data, count = figures.gif(small, max_bytes)
    source = f"data:image/gif;base64,{base64.b64encode(data).decode()}"
    size = f'width="{_enlarged(frames[0].width)}" style="image-rendering: pixelated"'
    return HTML(f'<img src="{source}" {size} alt="{html.escape(text)}: {count} moments">')


def film_strip(run: RunFolder, moments: int = 6, columns: int = 8) -> Image.Image:
    """Rows are moments of a run, from the first to the last; each column has its noise vector.

    A reference run ships without most of its grids: the frames of its film are numbered instead.
    """
    pictures = _frames(run)
    names = [f"frame {i} of {len(pictures)}" for i in range(1, len(pictures) + 1)]
    if len(paths := run.grids) >= len(pictures):
        pictures = [figures.read(path) for path in paths]
        names = [f"{_images_seen(run, path.stem):,} images seen" for path in paths]
    rows, columns, top = [], min(columns, 8), _top(run)
    height, width, _ = run.recipe.image_shape
    moments = min(moments, len(pictures))
    for i in np.linspace(0, len(pictures) - 1, moments).round().astype(int):
        size = columns * SCALE * (width + 1), SCALE * (height + 1)
        row = pictures[i].crop((0, top, size[0], top + size[1]))
        row = row.resize((_enlarged(row.width), _enlarged(row.width) * row.height // row.width), 0)
        rows.append(figures.captioned(row, ", ".join(filter(None, (names[i], _caption(run))))))
    return figures.stacked(rows, 2)


def film_images(run: RunFolder) -> np.ndarray:
    """The images in a run's film: uint8 (moments, N, H, W, C), the same noise in each moment.

    Its GIF holds them pixel by pixel; in colour they are as near as a palette comes.
    """
    height, width, channels = run.recipe.image_shape
    frames = np.stack([np.asarray(frame) for frame in _frames(run)])
    raster = frames[:, _top(run) :: SCALE, ::SCALE].reshape(
        len(frames), -1, frames.shape[2] // SCALE, channels
    )
    moments, tall, wide, _ = raster.shape
    rows, columns = tall // (height + 1), wide // (width + 1)
    cells = raster.reshape(moments, rows, height + 1, columns, width + 1, channels)
    images = cells.swapaxes(2, 3)[:, :, :, :height, :width]
    return images.reshape(moments, rows * columns, height, width, channels)


def strip(run: RunFolder, moments: int = 4) -> Image.Image:
    """The first four rows and columns of a run's sample grids, from the first to the last."""
    caption, top = _caption(run), _top(run)
    side = 4 * SCALE * (run.recipe.image_shape[0] + 1)  # four images and their gaps
    parts = []
    for number in np.linspace(0, len(run.grids) - 1, moments):
        file = run.grids[round(number)]
        part = figures.read(file).crop((0, top, side, top + side))
        figures.described(part, f"{_images_seen(run, file.stem):,} images seen")
        parts.append(figures.captioned(part, caption) if caption else part)
    return figures.row(parts)


def _frames(run: RunFolder) -> list[Any]:
    """The frames of a run's film, grey or RGB, from its first moment to its last, shown longest."""
    if not run.gif.is_file():
        raise GanlibError(f"{run.path} has no film yet: let its training end first")
    mode = "L" if run.recipe.image_shape[-1] == 1 else "RGB"
    with Image.open(run.gif) as gif:
        found = [(f.info.get("duration", 0), f.convert(mode)) for f in ImageSequence.Iterator(gif)]
    frames = [frame for _, frame in found]
    first = 1 + max(range(len(found)), key=lambda number: found[number][0])
    return frames[first:] + frames[:first]


def _images_seen(run: RunFolder, name: str) -> int:
    """Before a grid was drawn, by the name that `RunFolder.grid_file` gave it."""
    epoch, step = ([int(word) for word in name.split("_") if word.isdigit()] + [0])[:2]
    return epoch * run.record["data"]["images"] + step * run.recipe.batch_size


def _caption(run: RunFolder) -> str:
    return "SYNTHETIC data" if run.record["data"]["synthetic"] else ""


def _top(run: RunFolder) -> int:
    """Height of the caption above a run's sample grids."""
    return figures.CAPTION_HEIGHT if _caption(run) else 0


def _enlarged(width: int) -> int:
    """A whole multiple of a width: at least `WIDTH`."""
    return width * -(-WIDTH // width)
