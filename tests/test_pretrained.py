"""Trained generators that ship: published as float16, loaded, checked, used like any run."""

import contextlib
import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from test_tools import tool

import ganlib
from ganlib import cli, datasets, lessons
from ganlib.datasets import Dataset
from ganlib.errors import DataNotFound, GanlibError
from ganlib.evaluation import evaluate as evaluation
from ganlib.evaluation.scores import scores_from_json
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import load_network, sample
from ganlib.training.train import train

COUNT = 1000
MOST = 60_000_000  # bytes, of all weights that ship


@pytest.fixture(scope="module")
def digits() -> dict[str, Dataset]:
    """A thousand drawn digits of each split."""
    whole = {split: datasets.load("mnist", split, stand_in="always") for split in ("train", "test")}
    return {
        split: Dataset("mnist", split, d.images[:COUNT], d.labels[:COUNT], "synthetic", "drawn")
        for split, d in whole.items()
    }


@contextlib.contextmanager
def publishing(digits: dict[str, Dataset], figures: Path) -> Iterator[ModuleType]:
    """The tool, with another figures/; scores are of few images, references are there already."""
    known = json.loads((evaluation.SHIPPED / "mnist.json").read_text(encoding="utf-8"))
    references = {k: scores_from_json(v) for k, v in known["references"][0].items()}
    publish = tool("publish")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretrained, "FIGURES", figures)
        patch.setattr(publish, "COUNT", COUNT)
        patch.setattr(datasets, "load", lambda name, split, *args, **kwargs: digits[split])
        patch.setattr(evaluation, "references", lambda *args, **kwargs: references)
        yield publish


@pytest.fixture(scope="module")
def run(tiny_recipe, digits, tmp_path_factory) -> RunFolder:
    """A run of a few steps, batch normalisation included."""
    recipe = dataclasses.replace(tiny_recipe, dataset="mnist", image_shape=(28, 28, 1))
    output = tmp_path_factory.mktemp("pretrained") / "run"
    return train(recipe, digits["train"], output, steps=20, display="none", score_every=0)


@pytest.fixture(scope="module")
def published(run, digits, tmp_path_factory) -> Path:
    """The run as it ships, with its discriminator, by the name "longer"."""
    with publishing(digits, tmp_path_factory.mktemp("published")) as publish:
        return publish.publish(run, "longer", networks=["discriminator"])


@pytest.fixture
def publish(digits, tmp_path) -> Iterator[ModuleType]:
    with publishing(digits, tmp_path / "figures") as publish:
        yield publish


@pytest.fixture
def shipped(publish, published) -> RunFolder:
    """A copy of what was published, where the package looks for it."""
    return RunFolder(shutil.copytree(published, pretrained.FIGURES / "longer"))


def test_what_ships_is_what_a_reader_wants_without_checkpoints(run, shipped):
    names = {str(p.relative_to(shipped.path).as_posix()) for p in shipped.path.rglob("*.*")}
    logs = {name for name in names if name.startswith("logs/")}
    grid = f"samples/{run.last_grid.name}"
    assert len(logs) == 1
    assert names - logs == {
        "discriminator.npz", "generator.npz", "history.csv", "losses.png", "run.json",
        "samples.gif", "scores.json", "steps.csv", grid,
    }  # fmt: skip
    entry = shipped.record["shipped"]["generator"]
    assert entry["parameters"] == load_network(run, "generator").count_params()
    assert entry["bytes"] == shipped.shipped_file("generator").stat().st_size
    assert {k: v for k, v in shipped.record.items() if k != "shipped"} == run.record


@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_weights_come_back_as_float16_rounds_them(run, shipped, network):
    loaded = ganlib.pretrained("longer", network)
    for before, after in zip(load_network(run, network).weights, loaded.weights, strict=True):
        assert after.dtype == "float32" and after.name == before.name
        rounded = np.asarray(before).astype(np.float16).astype(np.float32)
        np.testing.assert_array_equal(np.asarray(after), rounded)
    if network == "generator":
        moving = [w for w in loaded.weights if w.name == "moving_mean"]
        assert moving and all(np.any(np.asarray(mean)) for mean in moving)


def test_images_are_nearly_those_of_the_run(run, shipped):
    before, after = sample(run, 100).astype(int), sample(shipped, 100).astype(int)
    assert np.abs(before - after).max() <= 4 and np.abs(before - after).mean() < 0.2
    assert lessons.generated_by(shipped).shape == (256, 28, 28, 1)


def test_scores_are_of_the_weights_that_ship(shipped):
    found = evaluation.evaluate(shipped, count=COUNT)  # must not write either
    kept = evaluation.Evaluation.read(shipped.scores_file)
    assert kept == found


def test_publishing_what_ships_already_changes_nothing(publish, shipped):
    before = shipped.shipped_file("generator").read_bytes(), shipped.record
    publish.publish(shipped, "longer", networks=["discriminator"])
    assert (shipped.shipped_file("generator").read_bytes(), shipped.record) == before


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("MOST_WEIGHTS", "generator.npz is .* MB and the limit"),
        ("MOST_FILM", "samples.gif is .* MB and the limit"),
    ],
)
def test_what_is_too_large_does_not_ship(publish, run, shipped, limit, sentence, monkeypatch):
    monkeypatch.setattr(publish, limit, 10)
    shipped.losses.write_bytes(b"as before")
    with pytest.raises(GanlibError, match=sentence):
        publish.publish(run, "longer")
    assert shipped.losses.read_bytes() == b"as before"
    assert [path.name for path in pretrained.FIGURES.iterdir()] == ["longer"]


def test_large_logs_stay_behind(publish, run, monkeypatch):
    monkeypatch.setattr(publish, "MOST_LOGS", 10)
    assert not RunFolder(publish.publish(run)).logs.exists()
    assert pretrained.names() == [run.recipe.name]


def test_without_the_data_nothing_ships(publish, run, monkeypatch):
    def load(*args, **kwargs):
        raise DataNotFound("there are no data")

    monkeypatch.setattr(datasets, "load", load)
    with pytest.raises(GanlibError, match="there are no data"):
        publish.publish(run)
    assert not list(pretrained.FIGURES.iterdir())


@pytest.mark.parametrize("name", ["../away", "results"])
def test_a_folder_that_holds_no_run_is_not_replaced(publish, run, name):
    (pretrained.FIGURES / "results").mkdir(parents=True)
    with pytest.raises(GanlibError, match="cannot hold a run .*: choose another --name"):
        publish.publish(run, name)


@pytest.mark.parametrize("value", [70_000.0, -70_000.0, np.nan])
def test_a_weight_that_float16_cannot_hold_does_not_ship(run, tmp_path, value):
    network = load_network(run, "generator")
    wrong = np.asarray(network.weights[1]).copy()
    wrong.flat[0] = value
    network.weights[1].assign(wrong)
    with pytest.raises(GanlibError, match="001_.* holds NaN or a value beyond"):
        pretrained.save(network, RunFolder(tmp_path))
    assert not list(tmp_path.iterdir())


def _replace(change):
    """A damage to the arrays, in a file whose checksum is right."""

    def damage(run: RunFolder) -> None:
        file = run.shipped_file("generator")
        with np.load(file) as archive:
            arrays = dict(archive)
        change(arrays)
        np.savez(file, **arrays)
        record = run.record
        record["shipped"]["generator"]["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
        run.write_record(record)

    return damage


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda run: run.shipped_file("generator").write_bytes(b"x"), "its sha256 is not the one"),
        (lambda run: run.shipped_file("generator").unlink(), "it is missing"),
        (_replace(lambda arrays: arrays.pop("003_moving_mean")), "003_moving_mean is missing"),
        (
            _replace(lambda arrays: arrays.update({"003_moving_mean": np.zeros(1, np.float16)})),
            r"003_moving_mean has shape \(1,\), not \(196,\)",
        ),
    ],
)
def test_damage_is_one_sentence_that_says_what_to_do(shipped, damage, sentence):
    damage(shipped)
    with pytest.raises(GanlibError, match=f"{sentence}.*restore it with git checkout"):
        pretrained.load(shipped)


def test_an_unknown_name_or_network_lists_what_there_is(shipped):
    with pytest.raises(GanlibError, match="no trained generator 'typo': choose one of longer"):
        ganlib.pretrained("typo")
    with pytest.raises(GanlibError, match="no critic: its networks are generator, discriminator"):
        ganlib.pretrained("longer", "critic")
    with pytest.raises(AttributeError, match="no attribute 'typo'"):
        ganlib.typo  # noqa: B018


def test_without_any_the_sentence_says_how_to_get_them(publish):
    with pytest.raises(GanlibError, match="no trained generators: install ganlib"):
        ganlib.pretrained("longer")


def test_the_list_has_a_line_for_each(shipped, capsys):
    assert cli.main(["pretrained"]) == 0
    name, facts = capsys.readouterr().out.splitlines()
    assert name.split() == "longer a tiny DCGAN, on mnist (SYNTHETIC)".split()
    assert facts.strip().startswith("320 images seen (0.3 epochs), Fréchet distance ")
    assert cli.main(["pretrained", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["name"] == "longer" and row["images"] == 320 and row["bytes"] < 20_000


def test_the_list_names_a_damaged_file(shipped, capsys):
    shipped.scores_file.write_text("{}", encoding="utf-8")
    assert cli.main(["pretrained"]) == 2
    assert "git checkout" in capsys.readouterr().err


def test_samples_of_what_ships_are_not_written_beside_it(
    shipped, tmp_path, monkeypatch, capsys, run
):
    monkeypatch.chdir(tmp_path)
    before = sorted(shipped.path.rglob("*"))
    for text in ("pretrained:longer", str(Path("figures") / "longer")):
        assert cli.main(["sample", text, "--count", "4"]) == 0
        assert capsys.readouterr().out == "4 images in longer.png\n"
        (tmp_path / "longer.png").unlink()
    assert sorted(shipped.path.rglob("*")) == before
    own = shutil.copytree(run.path, tmp_path / "figures" / "own")
    assert cli.main(["sample", str(own), "--count", "4"]) == 0
    assert (own / "sample.png").is_file()


@pytest.mark.parametrize("weights", ["average", "best"])
def test_weights_that_do_not_ship_are_missed_as_usual(shipped, weights, capsys):
    for command in ("sample", "evaluate"):
        assert cli.main([command, "pretrained:longer", "--weights", weights]) == 2
        assert f"has no {weights} generator: " in capsys.readouterr().err


def test_evaluating_what_ships_leaves_its_scores_alone(shipped, capsys):
    before = shipped.scores_file.read_bytes()
    assert cli.main(["evaluate", "pretrained:longer", "--count", "1000", "--seed", "1"]) == 0
    printed = capsys.readouterr().out
    assert "Fréchet distance" in printed and printed.endswith(
        "scores.json belongs to the course and is unchanged\n"
    )
    assert shipped.scores_file.read_bytes() == before


def test_what_ships_is_compared_by_its_name(shipped, run, tmp_path, capsys):
    picture = tmp_path / "both.png"
    arguments = ["compare", "pretrained:longer", str(run.path), "--output", str(picture)]
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out.split()[:2] == ["longer", "run"]
    assert picture.is_file()


SHIPPED = pretrained.names()


def test_all_weights_that_ship_are_small_together():
    assert "mnist-express" in SHIPPED
    folders = {pretrained.FIGURES / name for name in SHIPPED}
    sizes = [file.stat().st_size for folder in folders for file in folder.glob("*or.npz")]
    assert max(sizes) <= 6_000_000 and sum(sizes) <= MOST


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_whole_and_of_its_recipe(name):
    run = pretrained.find(f"pretrained:{name}")
    assert not run.record["data"]["synthetic"]
    for network, entry in run.record["shipped"].items():
        assert ganlib.pretrained(name, network).count_params() == entry["parameters"]
    assert pretrained.facts(name)["bytes"] == run.record["shipped"]["generator"]["bytes"]
    assert not run.generated.exists()
