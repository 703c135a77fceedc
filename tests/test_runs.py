"""Run folders: accidents, other versions of Keras, locks and places."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from running import StopAt, assert_same_run

from ganlib import cli, datasets, figures, lessons, recipes
from ganlib.errors import GanlibError
from ganlib.files import numbered, told
from ganlib.lessons import places
from ganlib.recipes import Network, builders
from ganlib.runs.folder import LOCK, RunFolder
from ganlib.runs.sampling import sample
from ganlib.startup import keras
from ganlib.training import checkpoints, loop
from ganlib.training.progress import TrainingDiverged
from ganlib.training.train import train


@pytest.fixture(scope="module")
def whole_run(tiny_recipe, tiny_data, tmp_path_factory) -> RunFolder:
    output = tmp_path_factory.mktemp("whole") / "run"
    return train(tiny_recipe, tiny_data, output, epochs=2, display="none")


@pytest.fixture
def run(whole_run, tmp_path) -> RunFolder:
    """A copy, in a folder with a space and an umlaut."""
    return RunFolder(shutil.copytree(whole_run.path, tmp_path / "ein schöner Lauf"))


# --- accidents


def test_a_torn_grid_is_left_out_of_the_film_and_the_run_is_finished(
    run, tiny_recipe, tiny_data, capsys
):
    torn, empty = run.grids[1], run.grid_file(9)
    torn.write_bytes(torn.read_bytes()[:200])
    empty.write_bytes(b"")
    Image.new("L", (5, 5)).save(run.grid_file(8))
    train(tiny_recipe, tiny_data, run.path, epochs=3, resume=True, display="none")
    said = capsys.readouterr().err
    assert run.record["status"] == "finished"
    assert torn.name in said and empty.name in said and "another size" in said
    with Image.open(run.gif) as film:
        assert film.n_frames > 1


@pytest.mark.parametrize("name", ["write_gif", "loss_curves", "save"])
def test_drawing_does_not_decide_whether_a_run_is_finished(
    tiny_recipe, tiny_data, tmp_path, monkeypatch, capsys, name
):
    def broken(*args, **kwargs):
        raise SyntaxError("broken PNG file")

    monkeypatch.setattr(figures, name, broken)
    run = train(tiny_recipe, tiny_data, tmp_path / "run", epochs=1, display="none")
    assert run.record["status"] == "finished"
    assert "broken PNG file" in capsys.readouterr().err


def test_a_film_of_one_frame():
    assert figures.gif([np.zeros((8, 8), np.uint8)])[1] == 1


def test_files_are_ordered_by_number(tmp_path):
    run = RunFolder(tmp_path)
    run.samples.mkdir()
    numbers = [(9, 0), (9999, 0), (9999, 999_999), (9999, 1_000_000), (10_000, 0), (100_000, 0)]
    for number in reversed(numbers):
        run.grid_file(*number).touch()
    (run.samples / "epoch_x.png").touch()
    assert run.grids == [run.grid_file(*number) for number in numbers]
    for step in (5, 99_999_999, 100_000_000):
        (tmp_path / f"step_{step:08d}.npz").touch()
    newest = checkpoints.list_newest_first(tmp_path)
    assert [path.stem for path in newest] == ["step_100000000", "step_99999999", "step_00000005"]
    assert numbered(tmp_path / "none", r"(\d+)") == []


def test_tiny_epochs_are_kept_by_the_clock(tiny_recipe, tiny_data, tmp_path, monkeypatch):
    recipe = dataclasses.replace(tiny_recipe, batch_size=80)  # an epoch is a step
    saved = []
    keep = checkpoints.save
    monkeypatch.setattr(checkpoints, "save", lambda *a: (saved.append(a[1]), keep(*a))[1])
    monkeypatch.setattr(loop, "SHARE", 1e-9)
    monkeypatch.setattr(loop, "SAVE_EVERY_SECONDS", 1e9)
    run = train(recipe, tiny_data, tmp_path / "run", epochs=60, display="none")
    assert saved == [1, 2, 3, 60]
    assert [row["epoch"] for row in run.history] == list(range(1, 61))
    assert len(run.grids) < 40  # those of a run's 24 moments, and of the epochs that are kept
    cut = train(
        recipe, tiny_data, tmp_path / "cut", epochs=60, display="none", callbacks=[StopAt(31)]
    )
    assert cut.record["status"] == "interrupted"
    assert_same_run(run, train(recipe, tiny_data, cut.path, resume=True, display="none"))


def test_the_clock_lets_long_epochs_all_be_kept(monkeypatch):
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    clock = loop.KeepClock()
    kept = []
    for epoch in range(40):
        now += 1.0
        if clock.epoch_is_kept:
            kept.append(epoch)
            clock.kept(0.5)
    assert kept == [0, 1, 2, 12, 22, 32]
    now += 59
    assert clock.epoch_is_kept
    assert clock.is_late


def test_a_run_without_its_checkpoints_says_that_it_starts_anew(
    run, tiny_recipe, tiny_data, capsys
):
    shutil.rmtree(run.checkpoints)
    train(tiny_recipe, tiny_data, run.path, epochs=1, resume=True, display="none")
    assert "no checkpoint is left in" in capsys.readouterr().err


def test_divergence_at_once_names_no_folder_that_is_not_there(tiny_recipe, tiny_data, tmp_path):
    class Poison(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.model.system.networks["discriminator"].layers[-1].bias.assign([np.nan])

    with pytest.raises(TrainingDiverged, match="no checkpoint was saved yet"):
        train(
            tiny_recipe, tiny_data, tmp_path / "run", epochs=1, display="none",
            callbacks=[Poison()],
        )  # fmt: skip


def test_a_half_written_last_line_costs_no_run(run, tiny_recipe, tiny_data):
    with run.steps_file.open("a") as file:
        file.write("11,1")
    rows = run.steps
    assert rows == RunFolder(run.path).steps and rows[-1]["step"] <= 10
    train(tiny_recipe, tiny_data, run.path, epochs=3, resume=True, display="none")
    assert run.steps[-1]["step"] == 15


def test_a_history_that_lacks_epochs_is_told(run, capsys):
    lines = run.history_file.read_text().splitlines(keepends=True)
    run.history_file.write_text("".join(lines[:-1]))
    picture = str(run.path / "both.png")
    assert cli.main(["compare", str(run.path), "--output", picture]) == 0
    assert "history.csv is missing or cut" in capsys.readouterr().out
    run.history_file.write_text("".join(lines)[:-3])
    assert cli.main(["compare", str(run.path), "--output", picture]) == 2
    assert "history.csv is damaged (its last line is cut)" in capsys.readouterr().err


def test_samples_on_a_full_disk_leave_the_older_file(run, monkeypatch, capsys):
    output = run.path / "x.npz"
    output.write_bytes(b"old")

    def full(file, **arrays):
        Path(file).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    assert cli.main(["sample", str(run.path), "--count", "2", "--output", str(output)]) == 2
    assert "disk is full" in capsys.readouterr().err
    assert output.read_bytes() == b"old"


def test_few_training_images_are_blamed(run, tiny_data, monkeypatch, capsys):
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: tiny_data)
    assert cli.main(["evaluate", str(run.path)]) == 2
    assert "there are 80 train images" in capsys.readouterr().err


def test_what_goes_wrong_beside_the_training_is_one_plain_line(capsys):
    with told("film"):
        raise ValueError("x\x1b[31m\nsecond")
    assert capsys.readouterr().err == "ganlib: no film: x\\x1b[31m\n"


# --- other versions of Keras, foreign code


def edited(file: Path, change) -> None:
    """Change the network's description in a .keras file, as another Keras would write it."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["config.json"] = change(parts["config.json"].decode()).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_generator_of_another_keras_is_built_from_its_recipe(run):
    before = sample(run, 5)
    file = run.network_file("generator")
    edited(file, lambda text: text.replace('"units":', '"of_another_keras": 1, "units":'))
    with pytest.raises(Exception, match="of_another_keras"):
        keras.models.load_model(file)
    np.testing.assert_array_equal(sample(run, 5), before)


def own_generator(image_shape):
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(64, activation="tanh"),
            keras.layers.Reshape(image_shape),
        ]
    )


@pytest.fixture
def own_run(tiny_recipe, tiny_data, tmp_path) -> RunFolder:
    networks = {**tiny_recipe.networks, "generator": Network(own_generator)}
    recipe = dataclasses.replace(tiny_recipe, networks=networks)
    return train(recipe, tiny_data, tmp_path / "own", epochs=1, display="none")


def test_a_builder_of_ones_own_is_sampled_and_registered(own_run, monkeypatch):
    images = sample(own_run, 3)
    assert images.shape == (3, 8, 8, 1)
    with pytest.raises(GanlibError, match="there is no network 'test_runs:own_generator'"):
        own_run.recipe.system()
    monkeypatch.setattr(builders, "_registered", {})
    recipes.register(own_generator)
    np.testing.assert_array_equal(sample(own_run, 3), images)
    own_run.recipe.system()


@pytest.mark.parametrize("shape", [(5, 5, 1), (8, 8, 2), (64,)])
def test_a_generator_of_another_shape_is_refused(own_run, shape):
    units = int(np.prod(shape))
    other = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(units), keras.layers.Reshape(shape)]
    )
    other.save(own_run.network_file("generator"))
    with pytest.raises(GanlibError, match=r"is for images of shape \(8, 8, 1\)"):
        sample(own_run, 1)


def test_python_code_in_a_generator_is_not_run_and_not_called_damage(own_run):
    network = own_generator((8, 8, 1))
    network.add(keras.layers.Lambda(lambda images: images))
    network.save(own_run.network_file("generator"))
    with pytest.raises(GanlibError, match="holds Python code .* never run") as refused:
        sample(own_run, 1)
    assert "damaged" not in str(refused.value)


# --- locks


HOLD = """
import sys
from ganlib.runs.folder import RunFolder
with RunFolder(sys.argv[1]).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_which_one_trains_and_removes_nothing(
    run, tiny_recipe, tiny_data, monkeypatch
):
    before = {path: path.stat().st_size for path in run.path.rglob("*.*")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLD, str(run.path)], **pipes) as holder:
        assert holder.stdout.readline() == b"held\n"
        sentence = f"another process is training in .*process {holder.pid} on .*: wait for it"
        with pytest.raises(GanlibError, match=sentence):
            train(tiny_recipe, tiny_data, run.path, epochs=3, resume=True, display="none")
        holder.communicate()
    after = {path: path.stat().st_size for path in run.path.rglob("*.*") if LOCK not in path.name}
    assert {path: size for path, size in before.items() if LOCK not in path.name} == after


def test_an_empty_folder_is_removed_while_its_lock_is_held(tmp_path, monkeypatch):
    run = RunFolder(tmp_path / "run")
    held = []
    remove = shutil.rmtree

    def watched(path, **options):
        with pytest.raises(GanlibError, match="another process"):
            RunFolder(path).locked().__enter__()
        held.append(path)
        remove(path, **options)

    monkeypatch.setattr(shutil, "rmtree", watched)
    with run.locked():
        pass
    assert held == [run.path] and not run.path.exists()


# --- places


def test_runs_lie_where_the_variable_says(tmp_path, monkeypatch, tiny_recipe, tiny_data):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANLIB_RUNS", str(tmp_path / "meine Läufe"))
    monkeypatch.delenv("GANLIB_QUICK_MINUTES", raising=False)
    run = lessons.train(tiny_recipe, tiny_data, "quick", epochs=1, display="none")
    assert run.path == tmp_path / "meine Läufe" / "tiny-quick"
    assert cli.train._default_output(tiny_recipe, False).parent == tmp_path / "meine Läufe"


def test_in_a_read_only_course_runs_lie_with_the_user_said_once(tmp_path, monkeypatch, capsys):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.delenv("GANLIB_RUNS", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setattr(places, "_may_write", lambda path: home in (path, *path.parents))
    places._elsewhere.cache_clear()
    assert places.writable(Path("runs")) == home / "ganlib" / "runs"
    assert places.writable(Path("runs")) == home / "ganlib" / "runs"
    assert capsys.readouterr().out.count("is read-only") == 1
    places._elsewhere.cache_clear()
    monkeypatch.setattr(places, "_may_write", lambda path: False)
    with pytest.raises(GanlibError, match="set GANLIB_RUNS"):
        places.writable(Path("runs"))
    places._elsewhere.cache_clear()


@pytest.mark.skipif(os.name == "nt", reason="any name is UTF-8 there")
def test_a_path_that_is_not_utf8_is_one_sentence(capsys):
    path = os.fsdecode(b"run\xff")
    with pytest.raises(GanlibError, match="is not UTF-8"):
        RunFolder(path)
    assert cli.main(["sample", path]) == 2
    assert capsys.readouterr().err == "ganlib: the path 'run\\udcff' is not UTF-8: rename it\n"


def test_long_and_coloured_arguments_are_shown_short_and_plain(capsys):
    digits = "9" * 5000
    for arguments in (["--seed", digits], ["--epochs", digits], [f"--{digits}"]):
        with pytest.raises(SystemExit):
            cli.main(["train", "mnist-express", *arguments])
        assert len(capsys.readouterr().err) < 300
    for arguments in (["train", "x\x1b[31m"], ["sample", "x\x1b[31m"]):
        assert cli.main(arguments) == 2
        assert "x\\x1b[31m" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["train", "mnist-express", "--epochs", "1e10"])
    assert "must be at most 1,000,000,000, not 1e10" in capsys.readouterr().err


def test_a_record_names_the_key_the_value_and_the_file(run):
    record = run.record | {"budget": {"epochs": -1, "minutes": None, "steps": None}}
    run.record_file.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(GanlibError, match=r"run.json is damaged .*: epochs must be .* not -1"):
        run.record  # noqa: B018
