"""Arrays in, pictures out. Nothing here knows TensorFlow, data sets or training.

Grids are ``PIL.Image`` objects, one image pixel to `scale` screen pixels, never smoothed: what is
seen is what was generated. Charts are matplotlib figures. A notebook shows either by naming it.
"""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, NullLocator
from PIL import Image, ImageDraw, ImageFont

from ganlib.errors import DataError

CAPTION_HEIGHT = 18


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
    images: np.ndarray,
    columns: int | None = None,
    scale: int = 2,
    caption: str = "",
    gap: int = 1,
) -> Image.Image:
    """Images side by side, row by row, under an optional caption.

    Parameters
    ----------
    images
        uint8 or float in [-1, 1], (N, H, W, C) with one or three channels.
    columns
        Images in a row; by default as square as possible.
    scale
        Screen pixels for one image pixel.
    caption
        A line above the grid, for what the reader must know, such as "SYNTHETIC".
    gap
        Image pixels between images.
    """
    images = to_uint8(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or len(images) == 0:
        raise DataError(
            f"a grid needs images of shape (N, H, W, 1) or (N, H, W, 3), not {images.shape}"
        )
    count, height, width, channels = images.shape
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    cells = np.full((rows * columns, height + gap, width + gap, channels), 40, np.uint8)
    cells[:count, :height, :width] = images
    sheet = cells.reshape(rows, columns, height + gap, width + gap, channels).swapaxes(1, 2)
    sheet = sheet.reshape(rows * (height + gap), columns * (width + gap), channels)
    picture = Image.fromarray(sheet[:, :, 0] if channels == 1 else sheet)
    size = (picture.width * scale, picture.height * scale)
    picture = picture.resize(size, Image.Resampling.NEAREST)
    return captioned(picture, caption) if caption else picture


def captioned(picture: Image.Image, caption: str) -> Image.Image:
    """The picture under a white strip with one line of text, widened if the text needs it."""
    font = ImageFont.load_default(size=12)
    width = max(picture.width, int(font.getlength(caption)) + 8)
    sheet = Image.new(picture.mode, (width, picture.height + CAPTION_HEIGHT), "white")
    sheet.paste(picture, (0, CAPTION_HEIGHT))
    ImageDraw.Draw(sheet).text((4, 2), caption, fill="black", font=font)
    return sheet


def row(pictures: Sequence[Image.Image], gap: int = 8) -> Image.Image:
    """Pictures next to each other on white, tops aligned."""
    width = sum(p.width for p in pictures) + gap * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, max(p.height for p in pictures)), "white")
    left = 0
    for picture in pictures:
        sheet.paste(picture.convert("RGB"), (left, 0))
        left += picture.width + gap
    return sheet


def stacked(pictures: Sequence[Image.Image], gap: int = 8) -> Image.Image:
    """Pictures under each other on white, centred."""
    height = sum(p.height for p in pictures) + gap * (len(pictures) - 1)
    sheet = Image.new("RGB", (max(p.width for p in pictures), height), "white")
    top = 0
    for picture in pictures:
        sheet.paste(picture.convert("RGB"), ((sheet.width - picture.width) // 2, top))
        top += picture.height + gap
    return sheet


def side_by_side(
    panels: Mapping[str, np.ndarray], columns: int = 8, count: int = 64, title: str = ""
) -> Figure:
    """Grids next to each other under their names, such as real beside generated images.

    Parameters
    ----------
    panels
        Name to images, as `grid` takes them; the first `count` of each are shown.
    """
    figure = Figure(figsize=(3.2 * len(panels), 3.6), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (name, images) in zip(axes, panels.items(), strict=True):
        axis.imshow(grid(images[:count], columns, scale=2), cmap="gray", vmin=0, vmax=255)
        axis.set_title(name, fontsize=10)
        axis.set_axis_off()
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def loss_curves(
    histories: Mapping[str, Sequence[Mapping[str, float]]],
    keys: Sequence[str] = ("d_loss", "g_loss"),
    title: str = "",
) -> Figure:
    """Losses against images seen, one panel for each key, one line for each history.

    Parameters
    ----------
    histories
        Name to rows with ``images`` (images seen so far) and the keys; a row without a key, or
        with an empty one, leaves a gap in that line only.
    """
    labels = {
        "d_loss": "discriminator loss",
        "g_loss": "generator loss",
        "frechet": "Fréchet distance",
    }
    figure = Figure(figsize=(4.5 * len(keys), 3.2), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(keys), squeeze=False)[0]
    for axis, key in zip(axes, keys, strict=True):
        for name, rows in histories.items():
            label = name.replace("$", r"\$")  # no formula
            points = [(row["images"], row[key]) for row in rows if row.get(key) not in (None, "")]
            if points:
                marker = "." if len(points) == 1 else ""  # one point makes no line
                axis.plot(*zip(*points, strict=True), marker=marker, label=label, linewidth=1)
        axis.set_xlabel("images seen")
        axis.xaxis.set_major_formatter(EngFormatter(sep=""))
        axis.set_ylabel(labels.get(key, key.replace("_", " ")))
        axis.grid(alpha=0.3)
        if axis.lines and len(histories) > 1:
            axis.legend(fontsize=8)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def roofline(
    points: Mapping[str, tuple[float, float]],
    peaks: Mapping[str, float],
    bandwidth: float,
    title: str = "",
) -> Figure:
    """Measured speeds under what a machine allows: Williams, Waterman and Patterson 2009.

    Both axes are logarithmic. Moving data bounds the left side, the slanted part of the roof;
    arithmetic bounds the right side, the flat part. https://doi.org/10.1145/1498765.1498785

    Parameters
    ----------
    points
        Name of an operation to its arithmetic intensity, in FLOP a byte, and its GFLOP/s.
    peaks
        Name of a precision to the largest GFLOP/s that the machine reaches in it.
    bandwidth
        GB/s between memory and processor.
    """
    intensities = [intensity for intensity, _ in points.values()]
    ridges = [peak / bandwidth for peak in peaks.values()]
    ends = np.array([min(intensities + ridges) / 2, max(intensities + ridges) * 2])
    figure = Figure(figsize=(9, 4.6), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.set(xscale="log", yscale="log", xlim=ends)
    for name, peak in peaks.items():
        x = np.array([ends[0], peak / bandwidth, ends[1]])
        axes.plot(x, np.minimum(peak, bandwidth * x), color="0.3", linewidth=1.5)
        axes.annotate(
            f"{name}: {peak:,.0f} GFLOP/s",
            (peak / bandwidth, peak),
            xytext=(-6, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=9,
        )
    axes.annotate(
        f"memory: {bandwidth:,.0f} GB/s",
        (1.5 * ends[0], bandwidth * 1.5 * ends[0]),
        xytext=(10, -4),
        textcoords="offset points",
        fontsize=9,
    )
    for number, (name, point) in enumerate(points.items()):
        marker, color = "osD^v"[number % 5], f"C{number % 10}"
        (drawn,) = axes.plot(*point, color=color, alpha=0.8, linestyle="none", label=name)
        drawn.set(marker=marker, markersize=8)
    axes.set_xlabel("arithmetic intensity, FLOP a byte")
    axes.set_ylabel("GFLOP/s")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper", fontsize=9)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def apart(heights: Sequence[float], gap: float, top: float) -> list[float]:
    """Places for labels, by ascending height: at least `gap` apart, and from the top."""
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + gap) if places else height)
    for i in reversed(range(len(places))):
        top -= gap
        places[i] = min(places[i], top)
    return places


def race(record: Mapping[str, Any]) -> Figure:
    """Fréchet distance against seconds of training, both logarithmic.

    Parameters
    ----------
    record
        What ``benchmarks/race.py`` writes: ``points``, each with ``contestant``, ``mark`` (when it
        was to be scored), ``seconds`` and ``frechet``, one for each seed; a line is their median.
        ``real_images``: the distance of as many real images.
    """
    points = record["points"]
    values = [record["real_images"], *(point["frechet"] for point in points)]
    low, high = np.log10(0.75 * min(values)), np.log10(1.3 * max(values))
    figure = Figure(figsize=(9, 5), dpi=100, layout="constrained")
    axes = figure.subplots()
    axes.set(xscale="log", yscale="log", ylim=(10**low, 10**high))
    ends = []
    for number, name in enumerate(dict.fromkeys(point["contestant"] for point in points)):
        own = [point for point in points if point["contestant"] == name]
        marks = sorted({point["mark"] for point in own})
        median = [
            [statistics.median(p[key] for p in own if p["mark"] == mark) for mark in marks]
            for key in ("seconds", "frechet")
        ]
        axes.plot(*median, color=f"C{number}", linewidth=2)
        axes.plot(
            *([point[key] for point in own] for key in ("seconds", "frechet")),
            "o",
            color=f"C{number}",
            markersize=6,
        )
        ends.append((np.log10(median[1][-1]), name, f"C{number}", median[0][-1], median[1][-1]))
    ends.sort()
    places = apart([end[0] for end in ends], 0.055 * (high - low), high)
    for place, (_, name, colour, x, y) in zip(places, ends, strict=True):
        axes.annotate(
            f"{name} {y:.3g}",
            (x, y),
            xytext=(1.12 * x, 10**place),
            va="center",
            color=colour,
            fontsize=12,
            arrowprops={"arrowstyle": "-", "color": colour, "relpos": (0, 0.5), "shrinkA": 0},
            annotation_clip=False,
        )
    seconds = [point["seconds"] for point in points]
    axes.set_xticks(sorted({point["mark"] for point in points}))
    room = max(2.0, (max(seconds) / min(seconds)) ** 0.32)  # for the labels
    axes.set_xlim(0.85 * min(seconds), room * max(seconds))
    axes.spines[["top", "right"]].set_visible(False)
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(plain)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axhline(record["real_images"], color="0.4", linewidth=0.8)
    axes.annotate(
        f"real images {record['real_images']:.2g}",
        (0.85 * min(seconds), record["real_images"]),
        xytext=(4, 4),
        textcoords="offset points",
        color="0.3",
        fontsize=11,
    )
    axes.set_xlabel("seconds of training", fontsize=12)
    axes.set_ylabel("Fréchet distance (less is better)", fontsize=12)
    axes.tick_params(labelsize=11)
    axes.grid(alpha=0.3)
    return figure
