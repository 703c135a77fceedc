"""Lesson 14: thin networks, the rules of the verdicts by hand, and the page that they make."""

import json
import sys

import numpy as np
import pytest

from ganlib.lessons import claims, thin
from ganlib.lessons.references import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import claims as program  # noqa: E402
import claims_final_project as final_project  # noqa: E402
import claims_others as others  # noqa: E402
import claims_shipped as shipped  # noqa: E402
from claims_record import (  # noqa: E402
    HOLDS,
    MIXED,
    NOT,
    better,
    compared,
    correlation,
    directness,
    seeds,
    straighter,
    ups,
)


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
    without = found["svhn gan, no batch norm in G"]
    assert "batch_normalization" not in without["generator"]
    assert without["discriminator"] == base["discriminator"]


@pytest.mark.parametrize(
    ("name", "of_d", "of_g"),
    [("mnist gan, D:G 1:2", 4, 8), ("mnist wgan, D:G 2:1", 4, 2), ("mnist wgan", 5, 1)],
)
def test_networks_take_as_many_steps_as_their_ratio_says(name, of_d, of_g):
    system = thin.RUNS[name].system()
    images = np.zeros((2, 28, 28, 1), np.float32)
    for index in range(of_d):
        system.step({"images": images}, index)
    counted = {key: int(one.iterations) for key, one in system.optimizers.items()}
    assert counted == {"discriminator": of_d, "generator": of_g}


def test_the_second_step_of_a_generator_has_noise_of_its_own():
    system = thin.RUNS["mnist gan, D:G 1:2"].system()
    seen = []
    system.latent_for = lambda batch, index, stream=0: (
        seen.append((int(index), stream)) or type(system).latent_for(system, batch, index, stream)
    )
    system.generator_update({"images": np.zeros((2, 28, 28, 1), np.float32)}, np.int64(7))
    assert len(set(seen)) == 2


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
    assert directness(np.linspace(0, 5, 30)) == pytest.approx(1)
    assert directness(np.tile([0.0, 0, 0, 1, 1, 1], 5)[:-3]) == 0
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


def test_a_balance_is_the_worst_ratio_over_the_best():
    runs = {}
    for kind, far in (("gan", [10, 10, 10, 40]), ("wgan", [30, 20, 20, 30])):
        for run, value in zip(final_project.STEPS_OF_EACH[kind].values(), far, strict=True):
            runs[f"mnist {kind}{run}"] = of([value] * 3)
    verdict, numbers = final_project.wgan_needs_no_ratio(claims.Record({"runs": runs, "data": {}}))
    assert verdict == HOLDS
    assert (
        "worst over best 4.00, 4.00, 4.00" in numbers
        and "worst over best 1.50, 1.50, 1.50" in numbers
    )


def test_a_loss_goes_directly_or_up_and_down():
    assert straighter([0.6, 0.7], [0.1, 0.2]) == HOLDS
    assert straighter([0.4, 0.7], [0.1, 0.2]) == NOT  # neither is straight
    assert ups(np.arange(30.0)) == 1 and ups(-np.arange(30.0)) == 0


def test_a_claim_of_another_benchmark_waits_for_its_record(tmp_path, monkeypatch):
    monkeypatch.setattr(others, "ROOT", tmp_path)
    assert others.wider({})[0] == MIXED and others.wider({})[1].startswith("not run")
    lines = [
        {"family": family, "architecture": text, "seed": seed, "score": score + seed}
        for family, text, score in (
            ("GAN", "G 128-256-512-1024, D 512-256", 10),
            ("GAN", "G 192-384-768-1536, D 768-384", 20),
            ("cGAN", "G 128-256-512-1024, D 512-512-512", 30),  # another family's
            ("cGAN", "G 128-256-512-1024, D 512-512-256", 40),
        )
        for seed in (1, 2, 3)
    ]
    (tmp_path / "benchmarks").mkdir()
    file = tmp_path / "benchmarks" / "architectures-fresh.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    verdict, numbers = others.wider({})
    assert verdict == HOLDS
    assert "times 1 11.0, 12.0, 13.0; times 1.5 21.0, 22.0, 23.0; the report's own" in numbers
    assert "cGAN, 1 of 1 are worse in each seed" in numbers and " GAN, " not in numbers


def test_a_shipped_run_says_its_epochs_and_leaves_out_scores_of_an_older_judge():
    words = shipped.distances("svhn-modified", "svhn-wgan")
    assert words.startswith("distance of svhn-modified (40 epochs) 16.9")
    assert words.endswith("svhn-wgan has the score of an older judge")


def test_the_record_is_the_cache_and_says_what_it_lacks(tmp_path, monkeypatch, capsys):
    kept = json.loads(claims.FILE.read_text("utf-8"))
    del kept["runs"]["mnist gan"]["1"]
    file = tmp_path / "claims.json"
    file.write_text(json.dumps(kept), "utf-8")
    monkeypatch.setattr(program, "FILE", file)
    monkeypatch.setattr(program, "decide", lambda record: None)
    monkeypatch.setattr(program, "measure_shipped", dict)
    trained = []
    monkeypatch.setattr(program, "train", lambda *run: trained.append(run))
    monkeypatch.setattr("sys.argv", ["claims.py", "--runs", "mnist gan", "mnist wgan"])
    program.main()
    assert trained == [("mnist gan", 1)]
    assert "1 are missing\n  mnist gan, seed 1" in capsys.readouterr().out
    program.note("runs", {"mnist gan": {**kept["runs"]["mnist gan"], "1": {"looks": []}}})
    again = json.loads(file.read_text("utf-8"))["runs"]
    assert list(again) == [name for name in thin.RUNS if name in again] and list(
        again["mnist gan"]
    ) == ["0", "1", "2"]
    file.write_text(json.dumps({**kept, "steps": 7}), "utf-8")
    with pytest.raises(SystemExit):
        program.main()
    assert "other steps (7)" in capsys.readouterr().err


def test_the_record_has_three_seeds_of_each_run_and_a_picture():
    record = claims.record()
    assert set(record.runs) <= set(thin.RUNS)
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
