"""Sliders: a picture where there are none, and drawn again where one is moved. No browser."""

import base64
import importlib.util
import io
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from ganlib import figures
from ganlib.lessons import widgets
from ganlib.runs import pretrained
from ganlib.systems.latents import Part
from ganlib.systems.system import System


def grey(level, size=4):
    return figures.described(Image.new("L", (size, size), level), f"grey {level}")


def shown(bundle):
    data, metadata = bundle
    return Image.open(io.BytesIO(base64.b64decode(data["image/png"]))), metadata["image/png"]


@pytest.fixture
def without(monkeypatch):
    """As if ipywidgets were not installed."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ipywidgets" else find(name)
    )


def test_without_ipywidgets_the_picture_of_the_first_settings_is_shown(without):
    both = widgets.sliders(grey, level=[10, 200], size=[4])
    picture, metadata = shown(both._repr_mimebundle_())
    assert (picture.getpixel((0, 0)), metadata["alt"]) == (10, "grey 10")
    assert widgets.VIEW not in both._repr_mimebundle_()[0]
    assert "level, size" in both._repr_mimebundle_()[0]["text/plain"]


def test_other_first_settings_are_drawn(without):
    both = widgets.sliders(grey, level=[10, 200]).starting(level=200)
    picture, _ = shown(both._repr_mimebundle_())
    assert picture.getpixel((0, 0)) == 200


def test_a_chart_is_shown_with_its_text(without):
    def chart(loss):
        figure = Figure(figsize=(2, 1), dpi=100)
        figure.set_label(f"a chart of {loss}")
        return figure

    picture, metadata = shown(widgets.sliders(chart, loss=["minimax"])._repr_mimebundle_())
    assert picture.width >= 200 and metadata["alt"] == "a chart of minimax"


def test_a_walk_starts_in_the_middle_and_its_noise_is_as_long_as_usual(without, monkeypatch):
    seen = []

    class Generator(System):
        def __init__(self):
            super().__init__({}, {}, latent={"noise": Part("normal", 1000)})

        def generate(self, inputs):
            seen.append(inputs["noise"])
            return np.zeros((len(inputs["noise"]), 28, 28, 1), np.float32)

    monkeypatch.setattr(widgets, "load_system", lambda run: Generator())
    walk = widgets.walk("lecture-mlp")
    assert walk.settings == {"right": 0.21, "down": 0.14, "corners": 0}
    assert walk.picture and len(seen) == 2
    lengths = np.linalg.norm(np.concatenate(seen), axis=1) / np.sqrt(1000)
    np.testing.assert_allclose(lengths, 1, atol=0.1)
    corners = seen[0].reshape(8, 8, -1)[[0, 0, -1, -1], [0, -1, 0, -1]]
    chosen = np.random.default_rng(0).standard_normal((4, 1000))
    np.testing.assert_allclose(corners, chosen, atol=1e-5)


WALKS = [
    n for n in pretrained.names() if "noise" in pretrained.find(f"pretrained:{n}").recipe.latent
]


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_goes_through_every_generator_that_ships(name, without):
    picture, metadata = shown(widgets.walk(name)._repr_mimebundle_())
    assert metadata["alt"].startswith(f"{name}: a map of 64 images")
    assert picture.width >= 900


def test_other_first_settings_are_drawn_once_and_the_first_ones_never():
    drawn = []

    def draw(level):
        drawn.append(level)
        return grey(level)

    both = widgets.sliders(draw, level=[10, 200]).starting(level=200)
    both._repr_mimebundle_()
    assert drawn == [200]


class TestWithSliders:
    """Needs ipywidgets, but no front end."""

    @pytest.fixture(autouse=True)
    def there(self):
        pytest.importorskip("ipywidgets")

    def test_moving_a_slider_draws_again(self):
        both = widgets.sliders(grey, level=[10, 200])
        image = both.box.children[-1]
        before = image.value
        both.controls["level"].value = 200
        assert both.settings == {"level": 200}
        assert image.value == both.picture[0] != before
        assert shown(both._repr_mimebundle_())[0].getpixel((0, 0)) == 200

    def test_the_sliders_begin_where_they_should_and_the_picture_lies_beside_them(self):
        both = widgets.sliders(grey, level=[10, 200]).starting(level=200)
        assert both.box.children[0].value == 200
        data = both._repr_mimebundle_()[0]
        assert data[widgets.VIEW]["model_id"] == both.box.model_id
        assert {"image/png", "text/plain"} <= set(data)

    def test_colab_gets_the_widget_alone(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "google.colab", sys)
        data = widgets.sliders(grey, level=[10])._repr_mimebundle_()[0]
        assert set(data) == {"text/plain", widgets.VIEW}
