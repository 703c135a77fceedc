"""The records of benchmarks/ as the lessons show them."""

import json

import pytest

from ganlib.lessons import ROOT, measured


def test_the_race_after_a_minute_has_each_contestant_seed_by_seed():
    points = json.loads((ROOT / "benchmarks" / "race-bfloat16.json").read_text())["points"]
    after_a_minute = measured.race(60)
    assert set(after_a_minute) == {point["contestant"] for point in points}
    assert sum(map(len, after_a_minute.values())) == sum(p["mark"] == 60 for p in points)
    assert after_a_minute["tutorial"][0] == next(
        p["frechet"] for p in points if (p["contestant"], p["mark"]) == ("tutorial", 60)
    )


def test_images_seen_are_another_key_and_a_moment_nobody_scored_is_empty():
    assert all(isinstance(seen, int) for seen in measured.race(60, "images")["tutorial"])
    assert measured.race(61) == {}


@pytest.mark.parametrize("recipe", ["mnist-express", "svhn-express"])
def test_changed_choices_come_seed_by_seed_with_the_recipe_itself(recipe):
    changes = measured.ablation(recipe)
    assert "nothing" in changes
    assert all(len(scores) >= 3 for scores in changes.values())


def test_a_variant_that_diverged_is_left_out():
    kept = json.loads((ROOT / "figures" / "mnist-rates" / "variants.json").read_text())["variants"]
    (lost,) = kept["SGD-0.5"]
    assert lost["diverged"] and lost["frechet"] is None
    found = measured.variants("mnist-rates")
    assert "SGD-0.5" not in found
    assert found["RMSprop-0.002"] == [kept["RMSprop-0.002"][0]["frechet"]["value"]]
