"""The lecture's systems as they ship: the published runs are of today's recipes."""

import json

import pytest

from ganlib import lessons, recipes


@pytest.mark.parametrize("name", ["lecture-mlp"])
def test_the_published_run_was_trained_as_the_recipe_says_today(name):
    record = lessons.reference(name).record
    today = json.loads(json.dumps(recipes.get(name).to_json()))
    assert record["recipe"] == today
    assert record["budget"] == {key: today[key] for key in ("epochs", "minutes", "steps")}
    assert record["status"] == "finished" and record["seed"] == 0
    assert not record["data"]["synthetic"]
