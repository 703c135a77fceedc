"""Lesson 14: thin networks, the rules of the verdicts by hand, and the page that they make."""

import sys

import numpy as np
import pytest

from ganlib.lessons import claims, thin
from ganlib.lessons.references import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import claims as program  # noqa: E402
import claims_final_project as final_project  # noqa: E402
from claims_record import HOLDS, MIXED, NOT, better, compared, correlation, seeds  # noqa: E402


def networks(name):
    recipe = thin.RUNS[name]
    return {
        key: one.builder(recipe.image_shape, **one.options) for key, one in recipe.networks.items()
    }


@pytest.mark.parametrize(
    ("name", "generator", "discriminator"),
    [
        ("mnist gan", 2_330_944, 212_865),
        ("mnist modified", 1_674_560, 207_105),
        ("svhn gan", 2_730_304, 2_750_593),
        ("svhn modified", 2_073_920, 1_059_441),
    ],
)
def test_at_full_width_the_networks_are_the_reports(monkeypatch, name, generator, discriminator):
    monkeypatch.setattr(thin, "THIN", 1)
    counted = {key: network.count_params() for key, network in networks(name).items()}
    bias = networks(name)["generator"].layers[0].bias.shape[0]  # the report's dense layer has none
    assert counted == {"generator": generator + bias, "discriminator": discriminator}


def test_a_change_changes_what_its_name_says():
    base = {
        key: [layer.name.rstrip("_0123456789") for layer in one.layers]
        for key, one in networks("svhn gan").items()
    }
    found = {
        name: {
            key: [layer.name.rstrip("_0123456789") for layer in one.layers]
            for key, one in networks(name).items()
        }
        for name in thin.RUNS
        if name.startswith("svhn")
    }
    assert found["svhn gan, one dense layer"]["discriminator"].count("dense") == 1
    assert "average_pooling2d" in found["svhn gan, average pooling"]["discriminator"]
    for name, key, layer in (("svhn gan, a layer more in D", "discriminator", "conv2d"),):
        assert found[name][key].count(layer) == base[key].count(layer) + 1


def test_numbers_of_images_by_hand():
    black = np.zeros((2, 4, 4, 1), np.uint8)
    black[1, :, ::2] = 200  # stripes
    found = thin.of_images(black)
    assert found["black"] == 0.5 and found["contrast"] == 50
    assert found["sharpness"] == pytest.approx((0 + 200 / 2 / 100) / 2)


def of(values, diverged=(), **more):
    looks = [[{"frechet": value, **more}] for value in values]
    seeds_of = {
        str(n): {"looks": look, "losses": {}, "diverged": n in diverged}
        for n, look in enumerate(looks)
    }
    return seeds_of


def test_better_is_better_in_every_seed():
    assert better([1, 2], [3, 4]) and not better([1, 3], [3, 4])
    assert compared([1, 2], [3, 4]) == HOLDS and compared([3, 4], [1, 2]) == NOT
    assert compared([1, 4], [2, 3]) == MIXED
    assert compared([3, 4], [1, 2], less=False) == HOLDS
    assert seeds([1.25, np.inf], 1) in ("1.2, diverged", "1.3, diverged")


def test_to_fail_is_to_be_as_far_as_principal_components_or_to_diverge():
    record = claims.Record({"runs": {"mnist gan": of([10, 33.9, 10], diverged=(2,))}, "data": {}})
    assert record.fails("mnist gan") == 2
    assert record.last("mnist gan") == [10, 33.9, np.inf]


def test_straight_is_one_and_a_way_back_and_forth_is_none():
    assert final_project.directness(np.linspace(0, 5, 30)) == pytest.approx(1)
    assert final_project.directness(np.tile([0.0, 0, 0, 1, 1, 1], 5)[:-3]) == 0
    assert correlation(np.arange(5), np.zeros(5)) == 0


def test_one_change_names_what_fails():
    runs = {
        f"{data} gan, {change}": of([1, 1, 1])
        for data in ("mnist", "svhn")
        for change in final_project.CHANGES
    }
    assert final_project.one_change_fails(claims.Record({"runs": runs, "data": {}}))[0] == NOT
    runs["svhn gan, sigmoid"] = of([1, 90, 1])
    verdict, numbers = final_project.one_change_fails(claims.Record({"runs": runs, "data": {}}))
    assert verdict == "in some seeds of: sigmoid (svhn)"
    runs["mnist gan, sigmoid"] = of([90, 90, 90])
    verdict, numbers = final_project.one_change_fails(claims.Record({"runs": runs, "data": {}}))
    assert verdict == "holds only for: sigmoid (mnist)"
    assert numbers == "fail: 4 of 36 runs (sigmoid (mnist) 3 of 3; sigmoid (svhn) 1 of 3)"


def test_the_record_has_three_seeds_of_each_run_and_a_picture():
    record = claims.record()
    assert set(record.runs) == set(thin.RUNS)
    for name, runs in record.runs.items():
        assert set(runs) >= {"0", "1", "2"}, name
        assert all(claims.picture(name, seed).is_file() for seed in range(3))
    images = record.images("mnist gan", "svhn gan")
    assert [one.shape for one in images.values()] == [(16, 28, 28, 1), (16, 32, 32, 1)]


def test_verdicts_and_page_are_of_this_record(tmp_path, monkeypatch):
    kept = dict(claims.record().kept)
    page = tmp_path / "CLAIMS.md"
    page.write_text(program.PAGE.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(program, "PAGE", page)
    monkeypatch.setattr(program, "FILE", tmp_path / "claims.json")
    program.decide(kept)
    assert kept["verdicts"] == claims.record().kept["verdicts"]
    assert (
        page.read_text("utf-8")
        == program.PAGE.read_text("utf-8")
        == (ROOT / "figures" / "CLAIMS.md").read_text("utf-8")
    )


def test_a_verdict_is_found_by_a_word():
    text = claims.record().verdicts("all-black")
    assert text.startswith("“the result is to get a all-black image” (final-project, 4, no. 4)")
    assert claims.record().verdicts("no such words") == ""
