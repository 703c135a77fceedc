"""Convolutions on numbered squares: what goes where when a raster gets smaller or larger."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ganlib.lessons import squares
from ganlib.lessons.canvas import BLUE, GREY, Canvas
from ganlib.lessons.squares import COLOURS, TITLE

WIDTH, EDGE = 1000, 16  # pixels


class Way(NamedTuple):
    """One way from a raster to another.

    Attributes
    ----------
    result : the numbers that come out, (rows, columns)
    window, stride : square (i, j) of the smaller raster belongs to the `window` × `window` squares
        of the larger one that begin at row i · `stride` and column j · `stride`
    kernel : what a window is multiplied by, or what is stamped; drawn beside the arrow
    picks : whether a result is one of its window's numbers, which then has a disc
    """

    result: np.ndarray
    window: int
    stride: int
    kernel: np.ndarray | None = None
    picks: bool = False


def down(image: np.ndarray, ways: Mapping[str, Way]) -> Figure:
    """A panel for each way to make a raster smaller: which inputs an output is computed from."""
    return _panels(image, ways, smaller_first=False)


def up(image: np.ndarray, ways: Mapping[str, Way]) -> Figure:
    """A panel for each way to make a raster larger: which outputs an input is written to."""
    return _panels(image, ways, smaller_first=True)


def stamps(image: np.ndarray, stamp: np.ndarray, stride: int) -> Figure:
    """A transposed convolution: each number of the image stamps the kernel, and the ink adds up.

    Parameters
    ----------
    image : (2, 2); it makes the picture readable that there are four stamps
    stamp : the kernel, (K, K)
    """
    canvas = Canvas(WIDTH, 28)
    side = (len(image) - 1) * stride + len(stamp)
    square, gap = 30.0, 42.0
    width = side * square
    gap = (WIDTH - 2 * EDGE - 5 * width) / 4
    total, top = np.zeros((side, side)), 220.0
    _row_of_inputs(canvas, image, stamp)
    for number, ((i, j), value) in enumerate(np.ndenumerate(image)):
        left = EDGE + number * (width + gap)
        inked = np.zeros((side, side))
        place = (
            slice(i * stride, i * stride + len(stamp)),
            slice(j * stride, j * stride + len(stamp)),
        )
        inked[place] = value * stamp
        total += inked
        covered = np.zeros((side, side), bool)
        covered[place] = True
        fills = np.where(covered, COLOURS[number], "#ffffff")
        squares.raster(canvas, left, top, inked, square, fills, hidden=~covered)
        canvas.text(
            left + width / 2,
            top - 18,
            f"{value:g} × kernel",
            13,
            color=COLOURS[number],
            weight="bold",
        )
        sign = "+" if number < 3 else "="
        canvas.text(left + width + gap / 2, top + width / 2, sign, 22, weight="bold")
    left = EDGE + 4 * (width + gap)
    squares.raster(
        canvas,
        left,
        top,
        total,
        square,
        squares.mixed(image.shape, len(stamp), stride, (side, side)),
    )
    canvas.text(left + width / 2, top - 18, "sum", 13, weight="bold")
    notes = (
        f"stride {stride}: the stamp moves {stride} squares from one number to the next",
        "mixed colours: squares with ink from two or four stamps",
    )
    for number, note in enumerate(notes):
        canvas.text(WIDTH - EDGE, 90 + 28 * number, note, 13.5, ha="right")
    said = [squares.said(values) for values in (stamp, image, total)]
    alt = "four stamps of the kernel {}, times {}, add up to {}".format(*said)
    return canvas.finish(top + width + EDGE, alt)


def half_steps(spread: np.ndarray, turned: np.ndarray, result: np.ndarray, stride: int) -> Figure:
    """The same as a convolution at stride 1 of an image with zeros between its numbers.

    Parameters
    ----------
    spread : the image with zeros between its numbers and around them, (N, N)
    turned : the kernel, turned by 180°, (K, K)
    result : (N - K + 1, N - K + 1); two neighbours in its middle are framed, with their windows
    """
    canvas = Canvas(WIDTH, 28)
    size, square, top = len(turned), 42.0, 44.0
    real, pad = np.zeros(spread.shape, bool), size - 1
    real[pad : len(spread) - pad : stride, pad : len(spread) - pad : stride] = True
    fills = np.full(spread.shape, "#f1f1f1", dtype=object)
    fills[real] = COLOURS[: real.sum()]
    named = {"zeros between and around": spread, "kernel, turned": turned, "result": result}
    room = (WIDTH - 2 * EDGE - square * sum(map(len, named.values()))) / 2
    left, middle, corners = float(EDGE), top + len(spread) * square / 2, []
    for (name, raster), sign in zip(named.items(), "∗= ", strict=True):
        corners.append((left, middle - square * len(raster) / 2))
        own: dict[str, Any] = {"fills": fills, "pale": ~real} if raster is spread else {}
        squares.raster(canvas, *corners[-1], raster, square, **own)
        x = left + len(raster) * square
        canvas.text((left + x) / 2, corners[-1][1] - 20, name, TITLE, weight="bold")
        if sign != " ":
            canvas.text(x + room / 2, middle, sign, 26, weight="bold")
        left = x + room
    row, column = len(result) // 2, len(result) // 2 - 1
    for number, colour in enumerate(("black", "#c0504d")):
        j = column + number
        squares.frame(canvas, *corners[0], square, (row, j, size), colour, 3 + 5 * number)
        squares.frame(canvas, *corners[2], square, (row, j, 1), colour, 2)
    note = (
        f"one step of the window is 1/{stride} of the way from one number of the image to the next"
    )
    bottom = top + len(spread) * square
    canvas.text(EDGE, bottom + 24, note, 13.5, ha="left")
    said = [squares.said(values) for values in (spread, turned, result)]
    alt = "{} convolved with {} at stride 1 gives {}".format(*said)
    return canvas.finish(bottom + 44, alt)


def overlaps(layers: Mapping[str, tuple[int, int, int]], inputs: int = 5) -> Figure:
    """How many stamps lie on each output: a row of pixels above, and a whole image below.

    Parameters
    ----------
    layers : name to size of the kernel, stride, and how often each input is repeated before
    inputs : in the row
    """
    canvas, start = Canvas(WIDTH, 28), 84.0
    room, alts, bottom = (WIDTH - EDGE - start) / len(layers), [], 0.0
    for number, (name, (kernel, stride, copies)) in enumerate(layers.items()):
        counts = coverage(inputs * copies, kernel, stride)
        square = min(27.0, (room - 24) / len(counts))
        left = start + number * room + (room - square * len(counts)) / 2
        squares.title(canvas, start + (number + 0.5) * room, name, room)
        for k in range(inputs * copies):
            y = 48 + k * 92 / (inputs * copies)
            box = (left + k * stride * square + 1.5, y), kernel * square - 3, 70 / (inputs * copies)
            colour = COLOURS[k // copies % len(COLOURS)]
            canvas.axes.add_patch(Rectangle(*box, facecolor=colour, alpha=0.8, linewidth=0))
        for y, table in ((150.0, counts[None]), (206.0, np.outer(counts, counts))):
            most = max(counts.max() if len(table) == 1 else counts.max() ** 2, 4)
            fills = np.array(
                [[squares.blend(BLUE, 0.75 * value / most) for value in line] for line in table],
                object,
            )
            squares.raster(canvas, left, y, table, square, fills, points=10.5, solid=True)
            bottom = max(bottom, y + len(table) * square)
        alts.append(f"{name}: {', '.join(f'{c:g}' for c in counts)} stamps on a row of outputs")
    for y, word in ((92, "stamps"), (163, "sum"), (220, "image")):
        canvas.text(EDGE, y, word, 12.5, ha="left", weight="bold")
    return canvas.finish(bottom + EDGE, "; ".join(alts))


def coverage(inputs: int, kernel: int, stride: int) -> np.ndarray:
    """How many inputs write to each output of a transposed convolution, in one dimension."""
    counts = np.zeros((inputs - 1) * stride + kernel, int)
    for place in range(inputs):
        counts[place * stride : place * stride + kernel] += 1
    return counts


def _panels(image: np.ndarray, ways: Mapping[str, Way], smaller_first: bool) -> Figure:
    canvas, room = Canvas(WIDTH, 28), (WIDTH - 2 * EDGE) / len(ways)
    square, top, way_down, alts = 46.0, 52.0, 96.0, []
    named = {
        name: (image, w.result) if smaller_first else (w.result, image) for name, w in ways.items()
    }
    reach = max(max(len(big), _reach(small, ways[name])) for name, (small, big) in named.items())
    first, last = (
        (len(image), reach) if smaller_first else (reach, max(len(s) for s, _ in named.values()))
    )
    below = top + first * square + way_down
    for number, (name, (small, big)) in enumerate(named.items()):
        way, middle = ways[name], EDGE + (number + 0.5) * room
        squares.title(canvas, middle, name, room)
        high = small if smaller_first else big
        start = top + len(high) * square
        if not smaller_first and _reach(small, way) > len(big):
            start = top + _reach(small, way) * square
        canvas.arrow([(middle, start + 18), (middle, below - 18)], GREY)
        if way.kernel is not None:
            side = 22.0 * len(way.kernel)
            squares.raster(canvas, middle + 22, (start + below - side) / 2, way.kernel, 22.0)
            canvas.text(middle - 16, (start + below) / 2, "kernel", 12.5, ha="right")
        y = top if smaller_first else below
        fills = np.array(COLOURS[: small.size], object).reshape(small.shape)
        squares.raster(
            canvas, middle - len(small) * square / 2, y, small, square, fills, solid=True
        )
        _windows(canvas, middle, below if smaller_first else top, square, small, big, way)
        if _reach(small, way) > len(big):
            words = "cut off" if smaller_first else "zeros"
            y = (below if smaller_first else top) + 1.5 * square
            canvas.text(middle + (len(big) / 2 + 0.45) * square, y, words, 9)
        alts.append(
            f"{name}: {squares.said(high)} becomes {squares.said(big if smaller_first else small)}"
        )
    return canvas.finish(below + last * square + EDGE, "; ".join(alts))


def _reach(small: np.ndarray, way: Way) -> int:
    """The side of what the windows cover in the larger raster and beyond it."""
    return (len(small) - 1) * way.stride + way.window


def _windows(
    canvas: Canvas,
    middle: float,
    top: float,
    square: float,
    small: np.ndarray,
    big: np.ndarray,
    way: Way,
) -> None:
    """The larger raster, and a frame in it for each square of the smaller one."""
    left = middle - len(big) * square / 2
    squares.beyond(canvas, left, top, square, len(big), _reach(small, way))
    squares.raster(
        canvas,
        left,
        top,
        big,
        square,
        squares.mixed(small.shape, way.window, way.stride, big.shape),
    )
    for c, (i, j) in enumerate(np.ndindex(small.shape)):
        area = i * way.stride, j * way.stride, way.window
        inset = 3.0 if way.window <= way.stride else 3 + 3.5 * c
        if not way.stride:  # all frames in the same place: outwards
            inset = 2 - 4.5 * c
        squares.frame(canvas, left, top, square, area, COLOURS[c], inset)
        if way.picks:
            squares.disc(canvas, left, top, square, area, big, float(small[i, j]), COLOURS[c])


def _row_of_inputs(canvas: Canvas, image: np.ndarray, stamp: np.ndarray) -> None:
    """The image in colours and the kernel, above the stamps."""
    square, top, left = 42.0, 44.0, float(EDGE)
    fills = np.array(COLOURS[: image.size], object).reshape(image.shape)
    for name, values, colours in (("image", image, fills), ("kernel", stamp, None)):
        y = top + (len(stamp) - len(values)) * square / 2
        squares.raster(canvas, left, y, values, square, colours, solid=colours is not None)
        canvas.text(left + len(values) * square / 2, 22, name, TITLE, weight="bold")
        left += len(values) * square + 60
