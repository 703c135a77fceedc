"""Charts that move: frames drawn by matplotlib, played as a GIF in the page."""

import base64
import html
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ganlib import figures
from ganlib.lessons.canvas import BLUE, GREEN, ORANGE
from ganlib.lessons.pictures import chart_alt

COLOURS = 32  # of a film; fewer make it smaller


def frame(figure: Figure) -> Image.Image:
    """A figure as a picture, as it looks now."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def still(figure: Figure) -> Image.Image:
    """A figure as a picture of 64 colours, with its text: a third of the bytes."""
    return figures.described(
        frame(figure).quantize(64, dither=Image.Dither.NONE), chart_alt(figure)
    )


def frames(
    figure: Figure, moving: Callable[[int], Iterable[Artist]], numbers: Sequence[int]
) -> list[Image.Image]:
    """A frame for each number; what does not move is drawn once, which takes most of the time.

    Parameters
    ----------
    moving : adds the artists of a number to the figure and returns them, the lowest first
    """
    canvas, found = FigureCanvasAgg(figure), []
    canvas.draw()
    still = canvas.copy_from_bbox(figure.bbox)
    for number in numbers:
        canvas.restore_region(still)
        for artist in list(moving(number)):
            artist.draw(canvas.get_renderer())
            artist.remove()
        found.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy()))
    return found


def movie(pictures: Sequence[Image.Image], alt: str, max_bytes: int = 190_000) -> Any:
    """Pictures of one size, playing: an ``IPython.display.HTML``.

    Give its cell the tag nbval-ignore-output. All share `COLOURS` colours. Some are left out until
    the GIF has `max_bytes`; a notebook stores four bytes for each three of them.

    Parameters
    ----------
    alt : what the film shows, for those who cannot see it
    """
    from IPython.display import HTML

    last = len(pictures) - 1
    some = [pictures[i] for i in sorted({0, last // 4, last // 2, last})]
    none = Image.Dither.NONE
    swatches = [Image.new("RGB", (200, 200), colour) for colour in (BLUE, GREEN, ORANGE)]
    palette = figures.stacked([*some, figures.row(swatches)], 0).quantize(COLOURS, dither=none)
    colours = np.array(palette.getpalette()).reshape(-1, 3)
    colours[colours.sum(axis=1).argmax()] = 255  # the page is white, and not nearly white
    palette.putpalette(colours.ravel().tolist())
    few = [one.quantize(palette=palette, dither=none).convert("RGB") for one in pictures]
    data, _ = figures.gif(few, max_bytes)
    source = f"data:image/gif;base64,{base64.b64encode(data).decode()}"
    return HTML(f'<img src="{source}" width="{pictures[0].width}" alt="{html.escape(alt)}">')
