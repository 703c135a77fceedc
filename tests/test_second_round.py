"""What a second round of breaking found: odd names, lost files, links and records of others."""

import dataclasses
import json
import os
import shutil
import zipfile

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)
from running import assert_same_run

from ganlib.cli import main
from ganlib.datasets import load
from ganlib.errors import DataError, GanlibError
from ganlib.evaluation.comparison import compare
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.training.train import train


@pytest.fixture(scope="module")
def made(tiny_recipe, tiny_data, tmp_path_factory):
    place = tmp_path_factory.mktemp("made") / "run"
    return train(tiny_recipe, tiny_data, place, epochs=8, seed=0, precision="float32")


@pytest.fixture
def run(made, tmp_path):
    shutil.copytree(made.path, tmp_path / "run")
    return RunFolder(tmp_path / "run")


def rewrite(run, **changes):
    record = json.loads(run.record_file.read_text(encoding="utf-8"))
    for place, value in changes.items():
        *groups, key = place.split("__")
        group = record
        for name in groups:
            group = group[name]
        group[key] = value
    run.write_record(record)


def rezip(file, change):
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held = change(held)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("name", ["a\nb", "$x^$", "_hidden", "\U00013000", "x" * 200, "-o", "%d{}"])
def test_runs_of_any_folder_name_are_compared_in_silence(made, tmp_path, name, recwarn, capfd):
    shutil.copytree(made.path, tmp_path / name)
    table = compare([RunFolder(tmp_path / name), made], tmp_path / "both.png")
    assert "tiny" in table and (tmp_path / "both.png").stat().st_size > 1000
    assert not [w for w in recwarn if issubclass(w.category, UserWarning)]
    assert capfd.readouterr().err == ""


def test_a_name_with_an_underscore_is_in_the_legend(made):
    from ganlib.figures import loss_curves

    figure = loss_curves({"_mine": made.steps, "other": made.steps})
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()][0] == " _mine"


def test_a_title_that_looks_like_a_formula_is_drawn(tiny_recipe, tiny_data, tmp_path, capfd):
    recipe = dataclasses.replace(tiny_recipe, title="from $3 to $x^")
    run = train(recipe, tiny_data, tmp_path / "run", steps=1, display="none")
    assert run.losses.is_file() and "no losses.png" not in capfd.readouterr().err


@pytest.mark.parametrize("damage", ["gone", "renamed", "empty", "folder of another format"])
def test_a_finished_run_writes_a_lost_network_anew(
    run, made, tiny_recipe, tiny_data, damage, capsys
):
    file = run.network_file("generator")
    before = sample(run, 4)
    if damage == "renamed":
        file.rename(file.with_name("generator (1).keras"))
    else:
        file.unlink()
    if damage == "empty":
        file.touch()
    elif damage == "folder of another format":
        file.mkdir()
        (file / "saved_model.pb").touch()
    with pytest.raises(GanlibError, match="resume the run to write it anew"):
        sample(run, 4)
    if damage == "folder of another format":
        file.joinpath("saved_model.pb").unlink()
        file.rmdir()
    train(tiny_recipe, tiny_data, run.path, resume=True, display="none")
    np.testing.assert_array_equal(sample(run, 4), before)
    assert_same_run(run, made)
    with pytest.raises(GanlibError, match="has already used up its 8 epochs"):
        train(tiny_recipe, tiny_data, run.path, resume=True, display="none")


def test_a_generator_of_a_newer_keras_with_unknown_keys_is_sampled(run):
    before = sample(run, 4)

    def newer(held):
        config = json.loads(held["config.json"]) | {"registered_name": "keras>Fifth", "plan": {}}
        config["config"]["quantization_plan"] = {"bits": 3}
        metadata = {"keras_version": "5.0.0", "date_saved": None}
        return held | {
            "config.json": json.dumps(config).encode(),
            "metadata.json": json.dumps(metadata).encode(),
            "assets/new.bin": b"new",
        }

    rezip(run.network_file("generator"), newer)
    np.testing.assert_array_equal(sample(run, 4), before)


def test_weights_that_another_network_left_are_refused_without_noise(run, recwarn):
    shutil.copy(run.network_file("discriminator"), run.network_file("generator"))
    with pytest.raises(GanlibError, match="is damaged, or is no network of this run's recipe"):
        sample(run, 4)
    assert not [w for w in recwarn if "Skipping" in str(w.message)]


def test_a_weight_that_the_file_leaves_out_is_no_random_number(run, monkeypatch):
    from ganlib.startup import keras

    monkeypatch.setattr(keras.Model, "load_weights", lambda *given, **options: None)
    with pytest.raises(GanlibError, match="a weight is not a finite number"):
        sample(run, 4)


@pytest.mark.parametrize(
    "changes",
    [
        {"recipe__new_field": 1},
        {"recipe__kind": "diffusion"},
        {"recipe__objective": "logistic"},
        {"recipe__latent": {}},
    ],
)
def test_a_recipe_of_another_version_is_not_called_damaged(run, changes):
    rewrite(run, **changes)
    with pytest.raises(GanlibError) as caught:
        sample(run, 4)
    assert "damaged" not in str(caught.value) and "\n" not in str(caught.value)
    assert not str(caught.value).endswith(".")


@pytest.mark.parametrize("versions", [None, [], {"keras": None}, {"tensorflow": 3, "x": "\x1b"}])
def test_versions_of_any_kind_are_no_hindrance(run, tiny_recipe, tiny_data, versions):
    rewrite(run, versions=versions, machine={"cores": None}, started="yesterday")
    assert len(sample(run, 4)) == 4
    train(tiny_recipe, tiny_data, run.path, resume=True, epochs=9, display="none")


def test_logs_that_are_a_file_cost_no_run(tiny_recipe, tiny_data, tmp_path, capfd):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "logs").write_text("mine", encoding="utf-8")
    run = train(tiny_recipe, tiny_data, tmp_path / "run", steps=1, display="none")
    (told,) = [line for line in capfd.readouterr().err.splitlines() if "TensorBoard" in line]
    assert told.startswith("ganlib: no logs for TensorBoard: ")
    assert run.record["status"] == "finished"


@pytest.mark.parametrize("count", [1, 2, 15])
@pytest.mark.parametrize("together", [1, 20])
def test_data_of_fewer_images_than_a_batch_are_trained(
    tiny_recipe, tiny_data, tmp_path, count, together, capfd
):
    few = dataclasses.replace(tiny_data, images=tiny_data.images[:count], labels=None)
    recipe = dataclasses.replace(tiny_recipe, steps_per_execution=together)
    run = train(recipe, few, tmp_path / "run", epochs=30, display="none")
    assert run.record["progress"]["epochs"] == 30 and len(sample(run, 2)) == 2
    assert f"fewer images, {count}, than a batch of 16" in capfd.readouterr().err


@pytest.mark.parametrize("budget", [{"minutes": 1e-9}, {"epochs": 1e-9}, {"minutes": 0.01}])
def test_the_shortest_budgets_leave_a_whole_run(tiny_recipe, tiny_data, tmp_path, budget):
    few = dataclasses.replace(tiny_data, images=tiny_data.images[:1], labels=None)
    run = train(tiny_recipe, few, tmp_path / "run", display="none", **budget)
    assert run.record["status"] == "finished" and run.last_grid.is_file() and run.gif.is_file()
    assert len(run.grids) < 40  # though an epoch is a single step


@pytest.mark.parametrize("value", ["", "  ", "~nobody-of-this-name/x"])
def test_a_data_folder_of_no_name_is_one_sentence(value):
    with pytest.raises(DataError, match="which is not a folder: correct it"):
        load("mnist", data_dir=value)


def test_a_link_to_itself_is_no_file(tmp_path):
    (tmp_path / "mnist").mkdir()
    os.symlink("a.npz", tmp_path / "mnist" / "a.npz")
    images = np.zeros((3, 28, 28), np.uint8)
    np.savez(tmp_path / "mnist" / "train.npz", images=images, labels=np.arange(3))
    assert len(load("mnist", data_dir=tmp_path)) == 3


@pytest.mark.parametrize("name", ["folder.png", "file/x.png", "n" * 300 + ".png"])
def test_a_place_where_nothing_can_be_written_is_named_as_it_was_given(run, tmp_path, name, capsys):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").touch()
    assert main(["sample", str(run.path), "--output", str(tmp_path / name)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and ".partial-" not in error, error
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.png", "run"]
