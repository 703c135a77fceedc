"""How a lesson shows pictures: as wide as the page, once, and with a text that says what they show.

Pillow's own display stores a picture twice, as PNG and as JPEG, at its natural size.
"""

import sys
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

from ganlib import figures


def register() -> None:
    """Show the pictures of Pillow and matplotlib like that from now on, if this is a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    shell.enable_matplotlib("inline")  # a notebook's line for it would not run in a script
    formatters = shell.display_formatter.formatters
    formatters["image/png"].for_type(Image.Image, figures.as_png)
    formatters["image/jpeg"].for_type(Image.Image, lambda picture: None)
    shell.events.register("pre_run_cell", lambda info: _describe_charts(formatters["image/png"]))


def _describe_charts(formatter: Any) -> None:
    """Let charts carry their text; before each cell, as matplotlib's inline mode undoes it."""
    draw = formatter.type_printers.get(Figure)
    if draw and not hasattr(draw, "described"):

        def described(figure: Figure) -> tuple[Any, dict[str, str]]:
            return draw(figure), {"alt": chart_alt(figure)}

        described.described = True  # type: ignore[attr-defined]
        formatter.for_type(Figure, described)


def chart_alt(figure: Figure) -> str:
    """A figure's label, or else what its titles and axes say: "loss against images seen"."""
    if label := str(figure.get_label()):
        return label
    parts = []
    for axes in figure.axes:
        x, y = axes.get_xlabel(), axes.get_ylabel()
        against = f"{y} against {x}" if x and y else y or x
        parts.append(", ".join(filter(None, [axes.get_title(), against])))
    title = figure.get_suptitle()
    shown = "; ".join(dict.fromkeys(filter(None, parts))) or "a chart"
    return f"{title}: {shown}" if title else shown
