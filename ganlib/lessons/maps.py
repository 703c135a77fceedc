"""Two drawings of lesson 01: who plays in a GAN, and the family of generative models."""

import itertools
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from ganlib.lessons.canvas import BLUE, GREEN, GREY, ORANGE, Canvas

WIDTH = 1000
TITLE, TEXT = 15, 12.5
RED = "#b5485d"


def players() -> Figure:
    """The forger and the detective: what each of them sees, says and learns from."""
    canvas = Canvas(WIDTH, 100)
    _box(canvas, (150, 62), (286, 92), BLUE, "Forger = generator G", ["turns noise z into a fake"])
    _box(canvas, (150, 262), (286, 76), GREEN, "Mint", ["real data x"])
    _box(
        canvas,
        (570, 162),
        (346, 104),
        ORANGE,
        "Detective = discriminator D",
        ["sees one piece, real or fake,", "and says how probably it is real"],
    )
    canvas.arrow([(293, 62), (390, 62), (440, 110)], BLUE)
    canvas.text(352, 44, "fakes G(z)", TEXT, color=BLUE)
    canvas.arrow([(293, 262), (390, 262), (440, 214)], GREEN)
    canvas.text(352, 282, "real x", TEXT, color=GREEN)
    canvas.arrow([(743, 162), (830, 162)], ORANGE)
    canvas.text(900, 140, "D(x)", TITLE, color=ORANGE, weight="bold")
    canvas.text(900, 164, "1: real", TEXT, color=ORANGE)
    canvas.text(900, 186, "0: generated", TEXT, color=ORANGE)
    canvas.arrow([(900, 204), (900, 286), (570, 286), (570, 218)], ORANGE)
    canvas.text(735, 305, "learns from its mistakes, on real and fake", TEXT, color=ORANGE)
    canvas.arrow([(900, 122), (900, 26), (293, 26)], BLUE)
    canvas.text(648, 44, "learns only from what D says about the fakes", TEXT, color=BLUE)
    alt = "The generator, a forger, turns noise into fakes. The discriminator, a detective, sees "
    alt += "real data and fakes and says how probably a piece is real. It learns from both; the "
    return canvas.finish(326, alt + "generator learns only from what it says about the fakes.")


def family() -> Figure:
    """Generative models by what they do with the density p(x): a tree with four leaves."""
    canvas = Canvas(WIDTH, 100)
    _box(canvas, (500, 40), (330, 58), GREY, "Generative models", ["learn to draw new x"])
    _box(
        canvas,
        (335, 160),
        (620, 84),
        GREEN,
        "explicit density: they write p(x) down",
        ["trained by maximum likelihood:", "make the data probable = make KL(data || model) small"],
    )
    _box(
        canvas,
        (833, 160),
        (300, 84),
        RED,
        "implicit density",
        ["they only draw samples;", "p(x) is never written down"],
    )
    leaves: Sequence[tuple[float, str, str, list[str]]] = (
        (172, GREEN, "tractable", ["they compute p(x) exactly", "PixelCNN: pixel after pixel"]),
        (498, GREEN, "approximate", ["they bound log p(x) from below", "VAE: through a code z"]),
        (833, RED, "GAN", ["a discriminator compares", "its samples with the data"]),
    )
    for x, colour, title, words in leaves:
        _box(canvas, (x, 296), (298, 84), colour, title, words, below=86)
    _pixels(canvas, 172, 381)
    _chain(canvas, 498, 381, [("x", GREEN), ("z", GREY), ("x", GREEN)])
    _chain(canvas, 833, 381, [("z", GREY), ("G", BLUE), ("D", ORANGE)])
    for start, end in (((440, 69), (360, 118)), ((560, 69), (790, 118))):
        canvas.arrow([start, end], GREY)
    for above, below in ((250, 190), (420, 480), (833, 833)):
        canvas.arrow([(above, 202), (below, 253)], GREY)
    alt = "Generative models. Explicit density, by maximum likelihood: tractable (PixelCNN), "
    return canvas.finish(436, alt + "approximate (VAE). Implicit density: GAN.")


def _box(
    canvas: Canvas,
    middle: tuple[float, float],
    size: tuple[float, float],
    colour: str,
    title: str,
    words: Sequence[str],
    below: float = 0,
) -> None:
    """A panel with a title and lines of text, all centred, and room for a drawing `below` them."""
    (x, y), (width, height) = middle, size
    canvas.panel(x - width / 2, y - height / 2, x + width / 2, y + height / 2 + below, colour)
    top = y - 11 * len(words)
    canvas.text(x, top, title, TITLE, weight="bold", color=colour)
    for line, word in enumerate(words, start=1):
        canvas.text(x, top + 3 + 21 * line, word, TEXT)


def _pixels(canvas: Canvas, x: float, y: float) -> None:
    """An image that is being drawn pixel by pixel, row by row."""
    side, columns, rows, done = 17, 6, 4, 15
    for number in range(columns * rows):
        row, column = divmod(number, columns)
        corner = x + side * (column - columns / 2), y + side * (row - rows / 2)
        known = {"facecolor": GREEN, "alpha": 0.35 + 0.5 * (number * 7 % 5) / 5}
        new = {"facecolor": ORANGE} if number == done else {"facecolor": "white"}
        style: Any = known if number < done else new
        patch = Rectangle(corner, side - 2, side - 2, edgecolor=GREY, linewidth=0.6, **style)
        canvas.axes.add_patch(patch)


def _chain(canvas: Canvas, x: float, y: float, names: Sequence[tuple[str, str]]) -> None:
    """Letters in circles, with arrows from each to the next."""
    places = [x + 92 * (number - (len(names) - 1) / 2) for number in range(len(names))]
    for place, (name, colour) in zip(places, names, strict=True):
        canvas.axes.add_patch(Circle((place, y), 20, facecolor=colour, linewidth=0))
        canvas.text(place, y, name, TITLE, color="white", weight="bold")
    for start, end in itertools.pairwise(places):
        canvas.arrow([(start + 24, y), (end - 24, y)], GREY)
