"""The page for the beamer: what it shows, until the last picture."""

import io
import json
import urllib.error
import urllib.request

import pytest
from PIL import Image

from ganlib.training import live
from ganlib.training.train import train


def get(address: str, path: str) -> bytes:
    with urllib.request.urlopen(f"{address}{path}", timeout=10) as answer:
        return answer.read()


@pytest.fixture
def seen(tiny_recipe, tiny_data, tmp_path, monkeypatch, capsys):
    """What the page could fetch at the beginning, and at the end; and what was printed."""
    monkeypatch.setattr(live, "PICTURE_SECONDS", 0.0)
    monkeypatch.setattr(live, "FAREWELL_SECONDS", 0.0)
    found = {}

    def fetch(address, when):
        paths = ("", "state", "picture-1")
        found[when] = [get(address, path) for path in paths]
        found["address"] = address

    monkeypatch.setattr(live.webbrowser, "open", None)
    monkeypatch.setattr(live.LivePage.__init__, "__defaults__", (lambda a: fetch(a, "first"),))
    close = live.LivePage.close

    def fetch_and_close(page):
        fetch(page.address, "last")
        close(page)

    monkeypatch.setattr(live.LivePage, "close", fetch_and_close)
    train(tiny_recipe, tiny_data, tmp_path / "run", steps=4, display="live", score_every=0)
    return {**found, "printed": capsys.readouterr().out}


def test_the_page_names_what_it_shows_and_loads_nothing_from_elsewhere(seen):
    page = seen["first"][0].decode()
    assert "what the generator draws now" in page
    assert "http" not in page
    assert f"live     {seen['address']}" in seen["printed"]


def test_the_numbers_go_on_until_training_has_ended(seen):
    first, last = (json.loads(seen[when][1]) for when in ("first", "last"))
    assert first["share"] == 0.0 and first["numbers"]["images seen"] == "0"
    assert last["share"] == 1.0 and last["ended"]
    assert {"discriminator’s loss", "generator’s loss", "seconds"} <= set(last["numbers"])
    assert last["number"] > first["number"]


def test_the_picture_is_large_and_another_one_at_the_end(seen):
    first, last = (Image.open(io.BytesIO(seen[when][2])) for when in ("first", "last"))
    assert min(first.size) > 200
    assert first.tobytes() != last.tobytes()


def test_nothing_answers_once_training_is_over(seen):
    with pytest.raises(urllib.error.URLError):
        get(seen["address"], "state")


def test_a_score_is_shown_once_there_is_one():
    page = live.LivePage(lambda: Image.new("L", (8, 8)), "a GAN")
    page.on_epoch_end(0, {"d_loss": 1.0})
    assert "Fréchet distance" not in json.loads(page._answer("/state")[1])["numbers"]
    page.on_epoch_end(1, {"frechet": 1.234})
    assert json.loads(page._answer("/state")[1])["numbers"]["Fréchet distance"] == "1.23"
    assert page._answer("/elsewhere") is None
