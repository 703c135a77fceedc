"""Lesson 16 and what it stands on: its runs, the compared losses, and clothes that were named."""

import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from ganlib import lessons, recipes
from ganlib.datasets.catalog import CLOTHES
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.lessons import clothes, measured, quiz
from ganlib.runs import pretrained
from ganlib.runs.sampling import sample
from ganlib.training.train import train

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import readability
import variants


@pytest.mark.parametrize("name", ["fashion-mlp", "fashion-dcgan", "fashion-express"])
def test_a_published_run_was_trained_as_its_recipe_says_today(name):
    record = lessons.reference(name).record
    assert record["recipe"] == json.loads(json.dumps(recipes.get(name).to_json()))
    assert record["status"] == "finished" and record["seed"] == 0
    assert record["data"]["name"] == "fashion_mnist" and not record["data"]["synthetic"]


@pytest.mark.parametrize("name", ["fashion-mlp", "fashion-dcgan"])
def test_the_compared_losses_differ_in_nothing_else(name):
    make, _ = variants.FAMILIES[f"{name}-losses"]
    made = make()
    assert [recipe.objective for recipe in made.values()] == [
        *("minimax", "non_saturating", "least_squares", "wasserstein", "wasserstein")
    ]
    assert [recipe.options for recipe in made.values()] == [
        *({}, {}, {}, {"clip": 0.01}, {"gradient_penalty": 10.0})
    ]
    plain = made.pop("non-saturating")
    for recipe in made.values():
        alike = dataclasses.replace(
            recipe, objective=plain.objective, options={}, networks=plain.networks
        )
        assert alike == plain


def test_only_the_critic_with_a_penalty_goes_without_batch_norm():
    made = variants.FAMILIES["fashion-dcgan-losses"][0]()
    norms = {
        name: sum("BatchNorm" in type(y).__name__ for y in recipe.build()["discriminator"].layers)
        for name, recipe in made.items()
    }
    assert norms.pop("wasserstein-penalty") == 0
    assert set(norms.values()) == {2}


def test_accuracies_are_kept_for_ten_parts_of_a_run(tiny_recipe, tiny_data, tmp_path):
    recipe = dataclasses.replace(tiny_recipe, steps=200, epochs=None)
    run = train(recipe, tiny_data, tmp_path / "run", display="none", score_every=0)
    kept = variants.facts(run)
    assert kept["steps"] == 200 and kept["frechet"] is None
    for key in ("real_accuracy", "fake_accuracy"):
        assert len(kept[key]) == variants.PARTS
    wasserstein = dataclasses.replace(recipe, objective="wasserstein")
    critic = train(wasserstein, tiny_data, tmp_path / "critic", display="none", score_every=0)
    assert "real_accuracy" not in variants.facts(critic)


def record_of(**seeds):
    return {
        "machines": {seed: {"cores": 2} for runs in seeds.values() for seed in map(str, runs)},
        **{"data": "toys", "judge": "a judge", "count": 9, "references": {}, "missing": []},
        "variants": {name: [{"seed": seed} for seed in runs] for name, runs in seeds.items()},
    }


def test_a_record_keeps_the_seeds_that_are_not_asked_for():
    before = record_of(gan=[0], critic=[0]) | {"missing": ["seed 1", "seed 2"]}
    new = variants.with_seeds(before, record_of(gan=[1], critic=[1]), [1])
    assert new == record_of(gan=[0, 1], critic=[0, 1]) | {"missing": ["seed 2"]}
    assert variants.with_seeds({}, new, [1]) == new
    with pytest.raises(GanlibError, match="has another judge: --output another folder"):
        variants.with_seeds(before | {"judge": "another"}, record_of(gan=[1]), [1])


def test_variants_come_seed_by_seed_and_critics_without_accuracy(tmp_path, monkeypatch):
    folder = tmp_path / "figures" / "toys"
    folder.mkdir(parents=True)
    runs = [{"frechet": {"value": 3.0}, "real_accuracy": [0.5]}, {"frechet": {"value": 4.0}}]
    values = {"variants": {"gan": runs[:1], "critic": runs[1:]}}
    (folder / "variants.json").write_text(json.dumps(values), encoding="utf-8")
    monkeypatch.setattr(measured, "ROOT", tmp_path)
    assert measured.variants("toys") == {"gan": [3.0], "critic": [4.0]}
    assert measured.variants("toys", "real_accuracy") == {"gan": [[0.5]]}


def test_accuracies_are_drawn_for_each_seed_against_one_half():
    shares = np.linspace(1.0, 0.4, 20).reshape(2, 10)
    figure = clothes.accuracies({"a": (range(10), shares, shares), "b": (range(10), *shares)}, "x")
    assert [len(axis.lines) for axis in figure.axes] == [5, 3]
    assert all(set(axis.lines[-1].get_ydata()) == {0.5} for axis in figure.axes)


def test_a_person_and_the_judge_who_disagree_are_framed_in_red():
    images = np.zeros((2, 28, 28, 1), np.uint8)
    sheet = np.asarray(clothes.named(images, ["8", "?"], [8, 0], CLOTHES).convert("RGB"))
    green, red = ((sheet == c).all(axis=-1).any(axis=0) for c in (quiz.RIGHT, quiz.WRONG))
    assert green.any() and red.any()
    assert np.flatnonzero(green).max() < np.flatnonzero(red).min()


def test_kinds_join_classes():
    assert clothes.agreement(["0", "9", "?", "8"], [0, 7, 1, 3]) == {"class": 1, "kind": 2}


def test_the_kept_labels_are_the_judges_of_the_shipped_clothes():
    seen = clothes.answers("fashion-express")
    images = sample(pretrained.find("pretrained:fashion-express"), readability.COUNT, seen["seed"])
    labels = judges.load("fashion_mnist")(images).probabilities.argmax(axis=1)
    assert np.mean(labels == seen["labels"]) > 0.9  # weights are float16, machines differ


def test_answers_are_kept_with_the_labels(tmp_path, monkeypatch):
    file = tmp_path / "kept.json"
    command = ["readability", "pretrained:fashion-express", "--record", str(file)]
    monkeypatch.setattr("sys.argv", [*command, "--answers", " ".join(["?"] * 64)])
    readability.main()
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["answers"] == ["?"] * 64 and len(kept["labels"]) == 64
    assert not kept["real"] and kept["seed"] == 1
