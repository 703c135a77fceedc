"""Arrays in, pictures out. Nothing here knows TensorFlow, data sets or training.

Grids are ``PIL.Image`` objects, one image pixel to `scale` screen pixels, never smoothed: what is
seen is what was generated. Charts are matplotlib figures. A notebook shows either by naming it.
What a picture shows is in its ``info["alt"]``, for those who cannot see it.
"""

import io
import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter
from PIL import Image, ImageDraw, ImageFont, ImageOps

from ganlib.errors import DataError, first_line, plain
from ganlib.files import atomic

CAPTION_HEIGHT = 18
FONT = matplotlib.get_data_path() + "/fonts/ttf/DejaVuSans.ttf"  # knows ×, é and →
PAGE_WIDTH, PAGE_HEIGHT = 1000, 640  # pixels of a notebook's page that a small picture fills
LABELS = dict(d_loss="discriminator loss", g_loss="generator loss", frechet="Fréchet distance")
LABELS |= dict(d_loss_real="discriminator loss, real", d_loss_fake="discriminator loss, generated")


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Float images in [-1, 1], as a generator makes them, to uint8 in [0, 255], same shape.

    uint8 arrays are returned as they are. Values outside [-1, 1] or NaN raise `DataError`.
    """
    images = np.asarray(images)
    if images.dtype == np.uint8:
        return images
    images = images.astype(np.float32)
    if not (np.isfinite(images).all() and np.abs(images).max(initial=0.0) <= 1.0 + 1e-3):
        raise DataError("images must be uint8, or floats in [-1, 1] without NaN")
    return np.clip(np.round((images + 1.0) * 127.5), 0, 255).astype(np.uint8)


def grid(
    images: np.ndarray, columns: int | None = None, scale: int = 2, caption: str = "", gap: int = 1
) -> Image.Image:
    """Images side by side, row by row, under an optional caption.

    Parameters
    ----------
    images : uint8 or float in [-1, 1], (N, H, W, C) with one or three channels
    columns : images in a row; by default as square as possible
    scale : screen pixels for one image pixel
    caption : what the reader must know, such as "SYNTHETIC"
    gap : image pixels between images
    """
    images = to_uint8(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or len(images) == 0:
        raise DataError(f"a grid needs images of shape (N, H, W, 1 or 3), not {images.shape}")
    count, height, width, channels = images.shape
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    cells = np.full((rows * columns, height + gap, width + gap, channels), 40, np.uint8)
    cells[:count, :height, :width] = images
    sheet = cells.reshape(rows, columns, height + gap, width + gap, channels).swapaxes(1, 2)
    sheet = sheet.reshape(rows * (height + gap), columns * (width + gap), channels)
    sheet = sheet.repeat(scale, axis=0).repeat(scale, axis=1)
    picture = Image.fromarray(sheet[:, :, 0] if channels == 1 else sheet)
    described(picture, f"{count} images" if count > 1 else "an image")
    return captioned(picture, caption) if caption else picture


def captioned(picture: Image.Image, caption: str, size: int = 11) -> Image.Image:
    """The picture under a white strip with one line of text, widened if the text needs it."""
    font, caption = ImageFont.truetype(FONT, size), literal(caption, 200)
    missing = max(0, int(font.getlength(caption)) + 8 - picture.width)
    sheet = ImageOps.expand(picture, (0, CAPTION_HEIGHT + size - 11, missing, 0), "white")
    ImageDraw.Draw(sheet).text((4, 2), caption, fill="black", font=font)
    return described(sheet, f"{caption}: {alt_of(picture)}")


def literal(text: str, most: int = 60) -> str:
    """A name as a picture shows it: one short line that no font or formula stumbles over."""
    text = " ".join(plain(text).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def described(picture: Image.Image, alt: str) -> Image.Image:
    """The picture itself, now with a text for those who cannot see it."""
    picture.info["alt"] = alt
    return picture


def alt_of(picture: Image.Image) -> str:
    """What a picture shows, as `described` said; else its file's name."""
    return picture.info.get("alt") or Path(getattr(picture, "filename", "") or "picture").stem


def read(path: Path) -> Image.Image:
    """A picture from a file, wholly read; one that is damaged raises `DataError`."""
    try:
        with Image.open(path) as picture:
            picture.load()
            return picture.copy() if picture.format == "GIF" else picture
    except Exception as error:  # Pillow's readers raise whatever comes
        raise DataError(f"{path} is no intact picture ({first_line(error)}): remove it") from error


def save(picture: Any, path: Path) -> None:
    """Write a picture, or a matplotlib figure, as PNG in one piece, in a new folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as partial:
        write = picture.savefig if isinstance(picture, Figure) else picture.save
        write(partial, format="png")


def row(pictures: Sequence[Image.Image], gap: int = 8) -> Image.Image:
    """Pictures next to each other on white, tops aligned."""
    width = sum(p.width for p in pictures) + gap * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, max(p.height for p in pictures)), "white")
    left = 0
    for picture in pictures:
        sheet.paste(picture.convert("RGB"), (left, 0))
        left += picture.width + gap
    return described(sheet, _together(pictures))


def stacked(pictures: Sequence[Image.Image], gap: int = 8) -> Image.Image:
    """Pictures under each other on white, centred."""
    height = sum(p.height for p in pictures) + gap * (len(pictures) - 1)
    sheet = Image.new("RGB", (max(p.width for p in pictures), height), "white")
    top = 0
    for picture in pictures:
        sheet.paste(picture.convert("RGB"), ((sheet.width - picture.width) // 2, top))
        top += picture.height + gap
    return described(sheet, _together(pictures))


def _together(pictures: Sequence[Image.Image]) -> str:
    return "; ".join(dict.fromkeys(map(alt_of, pictures)))


def side_by_side(
    panels: Mapping[str, np.ndarray], columns: int = 8, count: int = 64, title: str = ""
) -> Image.Image:
    """Grids of the first `count` images of each set, as `grid` takes them, under their names.

    Together they are about a page wide, at a scale that is a whole number.
    """
    width = sum(columns * (images.shape[2] + 1) for images in panels.values())
    scale = max(1, PAGE_WIDTH // width)
    grids = [
        captioned(grid(images[:count], columns, scale), name) for name, images in panels.items()
    ]
    return captioned(row(grids), title) if title else row(grids)


def as_png(picture: Image.Image) -> tuple[bytes, dict[str, Any]]:
    """A picture as a notebook stores it: PNG, and the metadata ``alt`` and, if need be, ``width``.

    A small picture is to fill the page, `PAGE_WIDTH` wide or `PAGE_HEIGHT` high. It is enlarged by
    a whole factor, so that its pixels stay sharp, and a page takes off the rest.
    """
    metadata: dict[str, Any] = {"alt": alt_of(picture)}
    zoom = min(PAGE_WIDTH / picture.width, PAGE_HEIGHT / picture.height)
    picture = _in_fewest_colours(picture)
    if zoom > 1.0:
        metadata["width"] = round(zoom * picture.width)
        size = (math.ceil(zoom) * picture.width, math.ceil(zoom) * picture.height)
        picture = picture.resize(size, Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue(), metadata


def _in_fewest_colours(picture: Image.Image) -> Image.Image:
    """The same pixels in grey where they are grey: a third of the bytes."""
    if picture.mode == "RGB":
        red, green, blue = picture.split()
        if red == green == blue:
            return red
    return picture


def loss_curves(
    histories: Mapping[str, Sequence[Mapping[str, float]]],
    keys: Sequence[str] = ("d_loss", "g_loss"),
    title: str = "",
) -> Figure:
    """Losses against images seen, one panel for each key, one line for each history.

    `histories` are rows by name, with ``images`` (seen so far) and the keys; a row may lack some.
    """
    figure, axes = _panels(len(keys), min(4.5, PAGE_WIDTH / 100 / len(keys)), 3.2, title)
    for axis, key in zip(axes, keys, strict=True):
        for name, rows in histories.items():
            label = literal(name).replace("$", r"\$")  # no formula
            label = f" {label}" if label.startswith("_") else label  # which a legend leaves out
            points = [(row["images"], row[key]) for row in rows if row.get(key) not in (None, "")]
            if points:
                marker = "." if len(points) == 1 else ""  # one point makes no line
                axis.plot(*zip(*points, strict=True), marker=marker, label=label, linewidth=1.8)
        axis.set_xlabel("images seen")
        axis.xaxis.set_major_formatter(EngFormatter(sep=""))
        axis.set_ylabel(LABELS.get(key, key.replace("_", " ")))
        axis.grid(alpha=0.3)
        if axis.lines and len(histories) > 1:
            axis.legend(fontsize=9)
    return figure


def cross_table(values: np.ndarray, names: Sequence[str], title: str = "") -> Figure:
    """A square table in colours with its numbers, 0 to 100, under names for rows and columns."""
    labels = [literal(name, 24).replace("$", r"\$") for name in names]
    side = 1.8 + 0.95 * len(names)
    figure = Figure(figsize=(side + 1.2, side), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.imshow(values, cmap="viridis", vmin=0, vmax=100)
    for (i, j), value in np.ndenumerate(values):
        colour = "black" if value > 60 else "white"
        axes.text(j, i, f"{value:.0f}", ha="center", va="center", color=colour, fontsize=12)
    ticks = range(len(names))
    axes.set_xticks(ticks, labels, rotation=30, ha="right")
    axes.set_yticks(ticks, labels)
    axes.set(xlabel="generator", ylabel="discriminator", title=title)
    return figure


def drawn(figure: Figure) -> Image.Image:
    """A chart as a picture, to stand beside others; a name that no font here has shows boxes."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")
        figure.savefig(file, format="png")
    return Image.open(file)


def _panels(count: int, width: float, height: float, title: str) -> tuple[Figure, Sequence[Axes]]:
    """A figure of panels in a row, each `width` by `height` inches."""
    figure = Figure(figsize=(width * count, height), dpi=100, layout="constrained")
    if title:
        figure.suptitle(literal(title, 100).replace("$", r"\$"), fontsize=11)
    return figure, figure.subplots(1, count, squeeze=False)[0]


def gif(
    frames: Sequence[Image.Image | np.ndarray], max_bytes: int = 3_000_000
) -> tuple[bytes, int]:
    """Encode frames of one size, uint8 (H, W) or (H, W, 3), as an endless GIF; also their number.

    They are thinned out until the file has `max_bytes` or two frames are left: the first one and
    the last one. The file begins with the last one, so that a page that does not play it, such as
    a printed one, shows where the film ends. That frame is shown for longer.
    """
    if not len(frames):
        raise DataError("a GIF needs at least one frame")
    arrays = [np.asarray(frame) for frame in frames]
    count = len(arrays)
    while True:
        places = np.linspace(0, len(arrays) - 1, count).round().astype(int)
        chosen = [arrays[i] for i in np.roll(places, 1)]
        durations = [max(40, round(8000 / count))] * count  # milliseconds
        durations[0] += 1500
        one = len(chosen) == 1  # Pillow takes a list for several frames only
        encoded = iio.imwrite(
            "<bytes>",
            chosen,
            plugin="pillow",
            extension=".gif",
            duration=durations[0] if one else durations,
            loop=0,
            optimize=False,  # else Pillow misreads a frame of few greys behind one of many
        )
        if len(encoded) <= max_bytes or count <= 2:
            return encoded, count
        # The size grows with the number of frames: aim just under the bound, and look again.
        count = max(2, min(count - 1, int(0.95 * count * max_bytes / len(encoded))))


def write_gif(
    path: Path, frames: Sequence[Image.Image | np.ndarray], max_bytes: int = 3_000_000
) -> int:
    """Write a `gif` of the frames; return how many of them it has."""
    encoded, count = gif(frames, max_bytes)
    with atomic(path) as partial:
        partial.write_bytes(encoded)
    return count
