"""The loop: resume, damage, refusal, early ends; on a recipe that trains in seconds."""

import dataclasses
import json
import shutil
import signal
import subprocess
import sys
import time
import types

import numpy as np
import pytest
from running import StopAt, assert_same_run, weights_of

from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.startup import keras
from ganlib.training import checkpoints
from ganlib.training.progress import TrainingDiverged
from ganlib.training.train import train


@pytest.fixture(scope="module")
def whole_run(tiny_recipe, tiny_data, tmp_path_factory) -> RunFolder:
    """Three epochs without an interruption."""
    output = tmp_path_factory.mktemp("whole") / "run"
    return train(tiny_recipe, tiny_data, output, epochs=3, display="none")


def test_a_run_leaves_everything_that_the_contract_names(whole_run):
    for path in ("run.json", "history.csv", "steps.csv", "samples.gif", "losses.png"):
        assert (whole_run.path / path).stat().st_size > 0
    for name in ("generator", "discriminator"):
        network = keras.models.load_model(whole_run.network_file(name))
        assert {type(layer).__module__.partition(".")[0] for layer in network.layers} == {"keras"}
    assert sorted(whole_run.logs.iterdir())
    names = {path.name for path in whole_run.samples.iterdir()}
    assert {f"epoch_000{epoch}.png" for epoch in range(4)} <= names
    assert not list(whole_run.path.rglob("*partial*"))
    record = whole_run.record
    assert record["status"] == "finished"
    assert record["progress"]["epochs"] == 3
    assert record["progress"]["images"] == 240
    assert record["data"]["checksum"].startswith("sha256:")
    assert [row["epoch"] for row in whole_run.history] == [1, 2, 3]
    keys = {"d_loss", "d_loss_real", "d_loss_fake", "g_loss", "real_accuracy", "fake_accuracy"}
    assert keys <= set(whole_run.history[0])
    for row in whole_run.steps:
        assert row["d_loss"] == pytest.approx(row["d_loss_real"] + row["d_loss_fake"], rel=1e-5)


def test_the_same_seed_gives_the_same_run_and_another_seed_does_not(
    whole_run, tiny_recipe, tiny_data, tmp_path
):
    again = train(tiny_recipe, tiny_data, tmp_path / "a", epochs=3, display="none")
    assert_same_run(whole_run, again)
    other = train(tiny_recipe, tiny_data, tmp_path / "b", epochs=3, seed=1, display="none")
    first = "generator/000_kernel"
    assert (weights_of(other)[first] != weights_of(whole_run)[first]).any()


@pytest.mark.parametrize("step", [5, 12])
def test_a_run_interrupted_anywhere_and_resumed_equals_an_uninterrupted_one(
    whole_run, tiny_recipe, tiny_data, tmp_path, step
):
    output = tmp_path / "run"
    run = train(tiny_recipe, tiny_data, output, epochs=3, display="none", callbacks=[StopAt(step)])
    assert run.record["status"] == "interrupted"
    assert run.record["progress"]["steps"] == step
    run = train(tiny_recipe, tiny_data, output, resume=True, display="none")
    assert run.record["status"] == "finished"
    assert_same_run(whole_run, run)


@pytest.mark.slow
@pytest.mark.parametrize("step", [4])
def test_a_wasserstein_run_resumes_bit_for_bit(tiny_wgan, tiny_data, tmp_path, step):
    whole = train(tiny_wgan, tiny_data, tmp_path / "whole", epochs=3, display="none")
    output = tmp_path / "cut"
    train(tiny_wgan, tiny_data, output, epochs=3, display="none", callbacks=[StopAt(step)])
    assert_same_run(whole, train(tiny_wgan, tiny_data, output, resume=True, display="none"))


@pytest.mark.slow
def test_a_run_killed_with_sigkill_and_resumed_equals_an_uninterrupted_one(
    whole_run, tiny_recipe, tiny_data, tmp_path
):
    """The child kills itself at a random moment in its second epoch: no handler can run."""
    output = tmp_path / "run"
    recipe_file = tmp_path / "inputs.npz"
    np.savez(recipe_file, images=tiny_data.images, labels=tiny_data.labels)
    program = f"""
import json, os, signal, threading, time, numpy as np
from ganlib.datasets import Dataset
from ganlib.recipes import Recipe
from ganlib.training.train import train
from ganlib.startup import keras
arrays = np.load({str(recipe_file)!r})
data = Dataset("tiny", "train", arrays["images"], arrays["labels"], "synthetic", "a test")
recipe = Recipe.from_json(json.loads({json.dumps(tiny_recipe.to_json())!r}))
class Kill(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if self.model.progress.step == 6:
            threading.Timer(np.random.default_rng().uniform(0, 0.2), os.kill,
                            (os.getpid(), signal.SIGKILL)).start()
        if self.model.progress.step > 6:
            time.sleep(0.05)
train(recipe, data, {str(output)!r}, epochs=3, display="none", callbacks=[Kill()])
"""
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert child.returncode == -signal.SIGKILL, child.stderr
    run = train(tiny_recipe, tiny_data, output, resume=True, display="none")
    assert_same_run(whole_run, run)


def test_a_run_killed_before_its_first_checkpoint_starts_over(
    whole_run, tiny_recipe, tiny_data, tmp_path
):
    output = tmp_path / "run"
    train(tiny_recipe, tiny_data, output, epochs=3, display="none", callbacks=[StopAt(2)])
    for path in checkpoints.list_newest_first(RunFolder(output).checkpoints):
        path.unlink()
    assert_same_run(whole_run, train(tiny_recipe, tiny_data, output, resume=True, display="none"))


def test_a_finished_run_goes_on_with_a_larger_budget(whole_run, tiny_recipe, tiny_data, tmp_path):
    output = tmp_path / "run"
    train(tiny_recipe, tiny_data, output, epochs=1, display="none")
    with pytest.raises(GanlibError, match="already used up its 1 epochs"):
        train(tiny_recipe, tiny_data, output, resume=True, display="none")
    run = train(tiny_recipe, tiny_data, output, epochs=3, resume=True, display="none")
    assert_same_run(whole_run, run)


@pytest.fixture(scope="module")
def cut_run(tiny_recipe, tiny_data, tmp_path_factory) -> RunFolder:
    """A run with two checkpoints, stopped within its third epoch."""
    output = tmp_path_factory.mktemp("cut") / "run"
    return train(tiny_recipe, tiny_data, output, epochs=3, display="none", callbacks=[StopAt(12)])


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "text"])
def test_the_newest_damaged_checkpoint_is_reported_and_the_one_before_it_used(
    whole_run, cut_run, tiny_recipe, tiny_data, tmp_path, capsys, damage
):
    output = tmp_path / "run"
    shutil.copytree(cut_run.path, output)
    run = RunFolder(output)
    newest, before = checkpoints.list_newest_first(run.checkpoints)
    content = bytearray(newest.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    elif damage == "emptied":
        content = bytearray()
    else:
        content = bytearray(b"not a checkpoint")
    newest.write_bytes(content)
    run = train(tiny_recipe, tiny_data, output, resume=True, display="none")
    assert newest.name in capsys.readouterr().err
    assert_same_run(whole_run, run)


def test_with_every_checkpoint_damaged_resume_is_refused(tiny_recipe, tiny_data, tmp_path):
    run = train(tiny_recipe, tiny_data, tmp_path / "run", epochs=1, display="none")
    for path in checkpoints.list_newest_first(run.checkpoints):
        path.write_bytes(b"")
    with pytest.raises(GanlibError, match="no checkpoint in .* is intact"):
        train(tiny_recipe, tiny_data, run.path, epochs=2, resume=True, display="none")


def test_a_folder_that_holds_a_run_is_refused(whole_run, tiny_recipe, tiny_data):
    with pytest.raises(GanlibError, match="holds a run already.*--resume"):
        train(tiny_recipe, tiny_data, whole_run.path, epochs=1, display="none")


def test_a_folder_in_use_is_refused(whole_run, tiny_recipe, tiny_data):
    with whole_run.locked():
        with pytest.raises(GanlibError, match="another process is training"):
            train(tiny_recipe, tiny_data, whole_run.path, resume=True, display="none")


def test_resuming_where_there_is_no_run_is_refused(tiny_recipe, tiny_data, tmp_path):
    with pytest.raises(GanlibError, match="holds no run"):
        train(tiny_recipe, tiny_data, tmp_path / "none", resume=True, display="none")
    assert not (tmp_path / "none").exists()


def test_resuming_as_something_else_is_refused(whole_run, tiny_recipe, tiny_wgan, tiny_data):
    other_data = dataclasses.replace(tiny_data, images=255 - tiny_data.images)
    for recipe, data, options, what in [
        (tiny_wgan, tiny_data, {}, "recipe"),
        (tiny_recipe, other_data, {}, "data"),
        (tiny_recipe, tiny_data, {"seed": 5}, "seed"),
        (tiny_recipe, tiny_data, {"precision": "float16"}, "precision"),
        (tiny_recipe, tiny_data, {"strategy": "mirrored"}, "strategy"),
    ]:
        with pytest.raises(GanlibError, match=f"another {what} than it began with"):
            train(recipe, data, whole_run.path, resume=True, display="none", **options)


def test_a_run_stopped_in_its_last_step_is_finished(tiny_recipe, tiny_data, tmp_path):
    output = tmp_path / "run"
    run = train(tiny_recipe, tiny_data, output, epochs=1, display="none", callbacks=[StopAt(5)])
    assert run.record["status"] == "finished"

    class NoPictures(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            raise KeyboardInterrupt  # a second Ctrl-C, before the pictures

    with pytest.raises(KeyboardInterrupt):
        train(
            tiny_recipe, tiny_data, output, epochs=2, resume=True, display="none",
            callbacks=[NoPictures()],
        )  # fmt: skip
    assert run.record["status"] == "running" and run.record["progress"]["epochs"] == 2
    run.gif.unlink()
    train(tiny_recipe, tiny_data, output, resume=True, display="none")
    assert run.record["status"] == "finished" and run.gif.is_file()


def test_what_is_left_of_a_run_is_not_mixed_with_a_new_one(
    cut_run, tiny_recipe, tiny_data, tmp_path
):
    output = tmp_path / "run"
    shutil.copytree(cut_run.path, output)
    (output / "run.json").unlink()
    with pytest.raises(GanlibError, match="what is left of one"):
        train(tiny_recipe, tiny_data, output, epochs=1, display="none")


def test_a_refused_run_leaves_no_folder(tiny_recipe, tiny_data, tmp_path):
    wrong = dataclasses.replace(tiny_data, images=np.zeros((80, 8, 8, 3), np.uint8))
    with pytest.raises(GanlibError):
        train(tiny_recipe, wrong, tmp_path / "run", epochs=1, display="none")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "damage", [{"seed": "x"}, {"data": None}, {"recipe": {}}, {"budget": []}, {"strategy": 1}]
)
def test_a_damaged_record_is_one_sentence(cut_run, tiny_recipe, tiny_data, tmp_path, damage):
    output = tmp_path / "run"
    shutil.copytree(cut_run.path, output)
    record = cut_run.record | damage
    (output / "run.json").write_text(json.dumps(record))
    with pytest.raises(GanlibError, match=r"damaged|another recipe"):
        train(tiny_recipe, tiny_data, output, resume=True, display="none")


def test_a_run_goes_on_when_only_the_words_of_its_recipe_have_changed(
    cut_run, whole_run, tiny_recipe, tiny_data, tmp_path
):
    output = tmp_path / "run"
    shutil.copytree(cut_run.path, output)
    reworded = dataclasses.replace(tiny_recipe, title="another title", notes="new", epochs=9)
    assert_same_run(whole_run, train(reworded, tiny_data, output, resume=True, display="none"))


def test_a_loss_that_is_not_finite_stops_with_a_sentence_and_keeps_a_checkpoint(
    tiny_recipe, tiny_data, tmp_path
):
    output = tmp_path / "run"
    train(tiny_recipe, tiny_data, output, epochs=1, display="none")

    class Poison(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.progress.step == 7:
                self.model.system.networks["discriminator"].layers[-1].bias.assign([np.nan])

    with pytest.raises(TrainingDiverged, match="not a finite number; the last good checkpoint"):
        train(
            tiny_recipe, tiny_data, output, epochs=3, resume=True, display="none",
            callbacks=[Poison()],
        )  # fmt: skip
    run = RunFolder(output)
    assert run.record["status"] == "diverged"
    assert all(np.isfinite(array).all() for array in weights_of(run).values())
    assert checkpoints.list_newest_first(run.checkpoints)[0].name == "step_00000005.npz"


def test_minutes_stop_within_an_epoch_and_count_over_sessions(tiny_recipe, tiny_data, tmp_path):
    slow = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: time.sleep(0.3))
    options = {"display": "none", "callbacks": [slow]}
    run = train(tiny_recipe, tiny_data, tmp_path / "run", minutes=0.04, **options)
    first = run.record["progress"]
    assert 2.4 <= first["seconds"] < 15.0
    with pytest.raises(GanlibError, match="already used up its 0.04 minutes"):
        train(tiny_recipe, tiny_data, run.path, resume=True, **options)
    run = train(tiny_recipe, tiny_data, run.path, minutes=0.15, resume=True, **options)
    second = run.record["progress"]
    assert second["steps"] > first["steps"] and 9.0 <= second["seconds"] < 40.0


def test_a_disk_that_is_full_leaves_the_older_checkpoint(
    tiny_recipe, tiny_data, tmp_path, monkeypatch
):
    run = train(tiny_recipe, tiny_data, tmp_path / "run", epochs=1, display="none")
    before = weights_of(run)

    def full(file, **arrays):
        file.write(b"the beginning of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "np", types.SimpleNamespace(**vars(np) | {"savez": full}))
    with pytest.raises(OSError, match="No space left"):
        train(tiny_recipe, tiny_data, run.path, epochs=2, resume=True, display="none")
    monkeypatch.undo()
    for name, array in weights_of(run).items():
        np.testing.assert_array_equal(array, before[name])
    assert not list(run.checkpoints.glob("*partial*"))


@pytest.mark.parametrize("budget", [{"epochs": 0}, {"minutes": -1}, {"epochs": float("nan")}])
def test_a_budget_that_makes_no_sense_is_refused(tiny_recipe, tiny_data, tmp_path, budget):
    with pytest.raises(GanlibError, match="must be a number above 0"):
        train(tiny_recipe, tiny_data, tmp_path / "run", display="none", **budget)


def test_images_of_another_shape_are_refused(tiny_recipe, tiny_data, tmp_path):
    wrong = dataclasses.replace(tiny_data, images=np.zeros((80, 8, 8, 3), np.uint8))
    with pytest.raises(GanlibError, match=r"\(8, 8, 1\).*tiny has \(8, 8, 3\)"):
        train(tiny_recipe, wrong, tmp_path / "run", epochs=1, display="none")


def test_keras_callbacks_just_work(tiny_recipe, tiny_data, tmp_path):
    history = keras.callbacks.History()
    log = tmp_path / "log.csv"
    train(
        tiny_recipe,
        tiny_data,
        tmp_path / "run",
        epochs=2,
        display="none",
        callbacks=[
            history,
            keras.callbacks.CSVLogger(log),
            keras.callbacks.TensorBoard(tmp_path / "board", write_graph=False),
            keras.callbacks.TerminateOnNaN(),
        ],
    )
    assert len(history.history["d_loss"]) == 2
    assert len(log.read_text().splitlines()) == 3
    assert list((tmp_path / "board").rglob("events*"))


def test_a_callback_that_sets_stop_training_stops_the_run(tiny_recipe, tiny_data, tmp_path):
    def stop(epoch, logs):
        callback.model.stop_training = True

    callback = keras.callbacks.LambdaCallback(on_epoch_end=stop)
    run = train(
        tiny_recipe, tiny_data, tmp_path / "run", epochs=5, display="none", callbacks=[callback]
    )
    assert run.record["progress"]["epochs"] == 1


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_every_precision_trains_and_leaves_a_float32_generator(
    tiny_recipe, tiny_data, tmp_path, precision
):
    run = train(
        tiny_recipe, tiny_data, tmp_path / "run", epochs=1, precision=precision, display="none"
    )
    assert run.record["precision"] == precision
    generator = keras.models.load_model(run.network_file("generator"))
    assert generator.dtype_policy.name == "float32"
    assert generator.layers[0].compute_dtype == "float32"
    images = sample(run, 7)
    assert images.shape == (7, 8, 8, 1) and images.dtype == np.uint8
    assert keras.config.dtype_policy().name == "float32"


def test_sampling_is_seeded(whole_run):
    images = sample(whole_run, 20, seed=3)
    np.testing.assert_array_equal(images, sample(whole_run, 20, seed=3))
    assert (images != sample(whole_run, 20, seed=4)).any()


def test_a_missing_or_damaged_generator_is_one_sentence(whole_run, tmp_path):
    run = RunFolder(tmp_path / "run")
    shutil.copytree(whole_run.path, run.path)
    file = run.network_file("generator")
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(GanlibError, match="generator.keras is damaged"):
        sample(run, 1)
    file.unlink()
    with pytest.raises(GanlibError, match="generator.keras is missing, or no file"):
        sample(run, 1)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_epochs(tiny_recipe, tiny_data, tmp_path):
    """Live Python objects and graphs after each epoch: the same from the second epoch on."""
    import gc

    counts = []

    def count(epoch, logs):
        gc.collect()
        counts.append(len(gc.get_objects()))

    callback = keras.callbacks.LambdaCallback(on_epoch_end=count)
    train(tiny_recipe, tiny_data, tmp_path / "run", epochs=8, display="none", callbacks=[callback])
    assert counts[-1] - counts[3] < 0.01 * counts[3]


@pytest.fixture
def several_at_once(tiny_recipe):
    return dataclasses.replace(tiny_recipe, steps_per_execution=3)


def test_several_steps_in_one_call_leave_the_same_run(
    whole_run, several_at_once, tiny_data, tmp_path
):
    run = train(several_at_once, tiny_data, tmp_path / "run", epochs=3, display="none")
    for name, array in weights_of(run).items():
        np.testing.assert_allclose(weights_of(whole_run)[name], array, rtol=1e-3, atol=1e-5)
    for one, other in zip(whole_run.history, run.history, strict=True):
        assert one["images"] == other["images"]
        assert one["d_loss"] == pytest.approx(other["d_loss"], rel=1e-5)


def test_several_steps_in_one_call_end_with_the_budget(several_at_once, tiny_data, tmp_path):
    run = train(several_at_once, tiny_data, tmp_path / "run", epochs=0.2, display="none")
    assert run.record["progress"]["epochs"] == pytest.approx(0.2)


def test_several_steps_in_one_call_and_a_falling_rate_resume_bit_for_bit(
    several_at_once, tiny_data, tmp_path
):
    recipe = dataclasses.replace(several_at_once, schedule="linear")
    whole = train(recipe, tiny_data, tmp_path / "whole", epochs=3, display="none")
    output = tmp_path / "cut"
    cut = train(recipe, tiny_data, output, epochs=3, display="none", callbacks=[StopAt(9)])
    assert cut.record["status"] == "interrupted"
    assert_same_run(whole, train(recipe, tiny_data, output, resume=True, display="none"))


def test_a_linear_schedule_falls_from_the_optimizers_rate_to_nothing(
    tiny_recipe, tiny_data, tmp_path
):
    rates = []
    seen = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    seen.on_train_batch_end = lambda batch, logs=None: rates.append(
        float(seen.model.optimizer.learning_rate)
    )
    recipe = dataclasses.replace(tiny_recipe, schedule="linear")
    train(recipe, tiny_data, tmp_path / "run", epochs=2, display="none", callbacks=[seen])
    start = tiny_recipe.optimizers["generator"].options["learning_rate"]
    np.testing.assert_allclose(rates, start * (1 - np.arange(len(rates)) / len(rates)), rtol=1e-5)


def test_a_recipe_may_have_a_budget_in_minutes(tiny_recipe, tiny_data, tmp_path):
    recipe = dataclasses.replace(tiny_recipe, epochs=None, minutes=0.02)
    run = train(recipe, tiny_data, tmp_path / "run", display="none")
    assert run.record["budget"] == {"epochs": None, "minutes": 0.02, "steps": None}
    assert run.record["status"] == "finished"
