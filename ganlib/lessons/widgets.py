"""Pictures with sliders: moving one draws the picture again.

A notebook stores the picture for the first settings beside the widget. So a page without sliders
(GitHub, an export, an environment without ipywidgets) shows that picture.
"""

import base64
import functools
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from ganlib import figures
from ganlib.lessons.animations import still
from ganlib.lessons.canvas import ORANGE
from ganlib.runs.pretrained import PREFIX, find
from ganlib.runs.sampling import load_system
from ganlib.systems.latents import CATEGORIES, NOISE

VIEW = "application/vnd.jupyter.widget-view+json"
"""How an output names a widget; `tools/store_notebooks.py` leaves it out."""
COLUMNS, SCALE = 8, 2  # of a walk: images in a row of its map, screen pixels for one of theirs
STEPS = 15  # of a walk's sliders


class Sliders:
    """A picture and a slider for each of its settings, as a notebook shows it.

    Attributes
    ----------
    settings : name to the value that is chosen now
    picture : what was drawn last: PNG, and its metadata. Nothing is drawn before it is shown.
    """

    def __init__(
        self, draw: Callable[..., Figure | Image.Image], choices: Mapping[str, Iterable[Any]]
    ) -> None:
        self.draw = draw
        self.choices: dict[str, Sequence[Any]] = {key: list(own) for key, own in choices.items()}
        self.settings = {key: own[0] for key, own in self.choices.items()}

    def starting(self, **settings: Any) -> "Sliders":
        """The same with other first settings."""
        other = Sliders(self.draw, self.choices)
        other.settings |= settings
        return other

    @functools.cached_property
    def picture(self) -> tuple[bytes, dict[str, Any]]:
        return self._drawn()

    def _drawn(self) -> tuple[bytes, dict[str, Any]]:
        drawn = self.draw(**self.settings)
        if isinstance(drawn, Figure):
            drawn = still(drawn)
        return figures.as_png(drawn)

    @functools.cached_property
    def box(self) -> Any:
        """The widget, or None without ipywidgets."""
        if not importlib.util.find_spec("ipywidgets"):
            return None
        import ipywidgets

        png, metadata = self.picture
        width = f"{metadata.get('width', figures.PAGE_WIDTH)}px"
        self.image = ipywidgets.Image(value=png, format="png", width=width)
        self.controls = {
            key: ipywidgets.SelectionSlider(
                options=[(str(value), value) for value in own],
                value=self.settings[key],
                description=key.replace("_", " "),
                continuous_update=False,  # draw when the hand lets go
                style={"description_width": "110px"},
            )
            for key, own in self.choices.items()
        }
        for key, control in self.controls.items():
            control.observe(lambda change, key=key: self._move(key, change["new"]), names="value")
        return ipywidgets.VBox([*self.controls.values(), self.image])

    def _move(self, key: str, value: Any) -> None:
        self.settings[key] = value
        self.picture = self._drawn()
        self.image.value = self.picture[0]

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        png, metadata = self.picture
        data: dict[str, Any] = {"text/plain": repr(self)}
        if self.box is None or "google.colab" not in sys.modules:  # it may show the picture only
            data["image/png"] = base64.b64encode(png).decode()
        if self.box is not None:
            model = self.box.model_id
            data[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": model}
        return data, {"image/png": metadata}

    def __repr__(self) -> str:
        return f"a picture with sliders for {', '.join(self.choices)}"


def sliders(draw: Callable[..., Figure | Image.Image], **choices: Iterable[Any]) -> Sliders:
    """A picture to play with: ``sliders(picture_of, k=[1, 5], loss=["minimax", "other"])``.

    Parameters
    ----------
    draw : called with a value for each setting; returns a chart or a picture. It draws again
        whenever a slider moves, so it should take a second at most
    choices : name of a setting to its values; the first one is the start
    """
    return Sliders(draw, choices)


def walk(name: str, seeds: int = 10) -> Sliders:
    """Walk through what a pretrained generator draws, between four images chosen at random.

    The noise in between is mixed with weights whose squares sum to 1. So it is as long as the
    noise that the generator has learnt with.

    Parameters
    ----------
    name : as in `ganlib.pretrained`; its noise must be standard normal. A label or category has a
        slider of its own; other codes stay 0
    seeds : how many choices of the four corners there are
    """
    system = load_system(find(f"{PREFIX}{name}"))
    size = system.latent[NOISE].size
    others = {n: part for n, part in system.latent.items() if n != NOISE}
    classes = {n: range(part.size) for n, part in others.items() if part.kind in CATEGORIES}

    def at(
        corners: np.ndarray, right: np.ndarray, down: np.ndarray, given: Mapping[str, int]
    ) -> np.ndarray:
        turns = [np.stack([np.cos(t), np.sin(t)]) for t in (down * np.pi / 2, right * np.pi / 2)]
        parts = {NOISE: np.einsum("in,jn,ijk->nk", *turns, corners)}
        for n, part in others.items():
            shape = (len(right),) if n in given else (len(right), part.size)
            parts[n] = np.full(shape, given.get(n, 0))
        rng = np.random.default_rng(0)  # nothing is left to draw
        return figures.to_uint8(system.generate(system.draw(rng, len(right), **parts)))

    def draw(right: float, down: float, corners: int, **given: int) -> Image.Image:
        chosen = np.random.default_rng(corners).standard_normal((2, 2, size))
        ways = np.linspace(0, 1, COLUMNS)
        every = at(chosen, np.tile(ways, COLUMNS), np.repeat(ways, COLUMNS), given)
        image = at(chosen, np.array([right]), np.array([down]), given)
        small = figures.grid(every, COLUMNS, SCALE).convert("RGB")
        step = small.width / COLUMNS
        x, y = (step * (0.5 + share * (COLUMNS - 1)) for share in (right, down))
        dot = [x - 7, y - 7, x + 7, y + 7]
        ImageDraw.Draw(small).ellipse(dot, outline="white", fill=ORANGE, width=2)
        parts = [small, figures.grid(image, 1, SCALE * COLUMNS)]
        text = f"{name}: a map of 64 images between four corners, and the image at the dot"
        return figures.described(figures.row(parts, 16), text)

    shares = [round(share, 2) for share in np.linspace(0, 1, STEPS).tolist()]
    choices = {"right": shares, "down": shares, "corners": range(seeds), **classes}
    chosen = Sliders(draw, choices)
    return chosen.starting(right=shares[STEPS // 4], down=shares[STEPS // 7])
