"""The average of the generator's weights, scores while training, and the best generator kept."""

import dataclasses

import numpy as np
import pytest
from running import StopAt, assert_same_run

from ganlib import datasets, recipes
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import load_generator, sample
from ganlib.startup import keras
from ganlib.training import scoring
from ganlib.training.train import train


class Weights(keras.callbacks.Callback):
    """The generator's trainable weights after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[list[np.ndarray]] = []

    def on_train_batch_end(self, batch, logs=None):
        variables = self.model.system.networks["generator"].trainable_variables
        self.seen.append([v.numpy().astype(np.float64) for v in variables])


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_the_average_is_the_exponential_moving_average_of_the_steps(
    tiny_recipe, tiny_data, tmp_path, precision
):
    recipe, weights = dataclasses.replace(tiny_recipe, ema=0.8), Weights()
    run = train(
        recipe, tiny_data, tmp_path / "run", epochs=2, precision=precision, display="none",
        callbacks=[weights],
    )  # fmt: skip
    average = weights.seen[0]
    for now in weights.seen[1:]:
        average = [0.8 * a + 0.2 * n for a, n in zip(average, now, strict=True)]
    stored = load_generator(run, "average")
    for variable, wanted in zip(stored.trainable_variables, average, strict=True):
        assert variable.numpy() == pytest.approx(wanted, abs=1e-5)
    last = load_generator(run)
    assert any(
        (a.numpy() != b.numpy()).any()
        for a, b in zip(stored.trainable_variables, last.trainable_variables, strict=True)
    )
    for a, b in zip(stored.non_trainable_variables, last.non_trainable_variables, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (sample(run, 9, weights="average") != sample(run, 9)).any()


@pytest.mark.slow
def test_averaging_leaves_training_as_it_is_and_resumes_bit_for_bit(
    tiny_recipe, tiny_data, tmp_path
):
    plain = train(tiny_recipe, tiny_data, tmp_path / "plain", epochs=2, display="none")
    recipe = dataclasses.replace(tiny_recipe, ema=0.9)
    whole = train(recipe, tiny_data, tmp_path / "whole", epochs=2, display="none")
    assert not plain.network_file("generator", "average").exists()
    for a, b in zip(load_generator(plain).weights, load_generator(whole).weights, strict=True):
        np.testing.assert_array_equal(a, b)
    output = tmp_path / "cut"
    train(recipe, tiny_data, output, epochs=2, display="none", callbacks=[StopAt(7)])
    cut = train(recipe, tiny_data, output, resume=True, display="none")
    assert_same_run(whole, cut)
    averages = [load_generator(run, "average").weights for run in (whole, cut)]
    for a, b in zip(*averages, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(GanlibError, match="another recipe than it began with"):
        train(tiny_recipe, tiny_data, output, resume=True)


def test_a_generator_that_was_not_kept_is_refused_in_one_sentence(tiny_recipe, tiny_data, tmp_path):
    run = train(tiny_recipe, tiny_data, tmp_path / "run", epochs=1, display="none")
    with pytest.raises(GanlibError, match="no average generator: train with --ema"):
        sample(run, 1, weights="average")
    with pytest.raises(GanlibError, match="no best generator: it is kept where training is scored"):
        sample(run, 1, weights="best")


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """2,000 drawn digits under the name of the judge's data set."""
    whole = datasets.load("synthetic_digits")
    return Dataset("mnist", "train", whole.images[:2000], whole.labels[:2000], "synthetic", "some")


@pytest.fixture(scope="module")
def small_nn() -> recipes.Recipe:
    small = {"batch_size": 100, "steps_per_execution": 1}  # to be stopped within an epoch
    return dataclasses.replace(recipes.get("mnist-nn"), **small)


@pytest.fixture(scope="module")
def scored(small_nn, digits, tmp_path_factory) -> RunFolder:
    """Four epochs of GAN(NN), scored after every second one."""
    output = tmp_path_factory.mktemp("scored") / "run"
    return train(small_nn, digits, output, epochs=4, score_every=2, display="none")


def test_scores_stand_in_the_history_and_do_not_change_the_training(
    scored, small_nn, digits, tmp_path
):
    assert ["frechet" in row for row in scored.history] == [False, True, False, True]
    assert all(row["frechet"] > 0 for row in scored.history if "frechet" in row)
    plain = train(small_nn, digits, tmp_path / "run", epochs=4, score_every=0, display="none")
    assert not any("frechet" in row for row in plain.history)
    assert not plain.network_file("generator", "best").exists()
    for a, b in zip(load_generator(plain).weights, load_generator(scored).weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_best_generator_is_the_one_of_the_best_score(scored, small_nn, digits, tmp_path):
    best = scored.record["best"]
    lowest = min(row.get("frechet", np.inf) for row in scored.history)
    assert best["frechet"] == pytest.approx(lowest, abs=1e-3) and best["weights"] == "last"
    there = train(
        small_nn, digits, tmp_path / "run", epochs=best["epoch"], score_every=0, display="none"
    )
    kept, wanted = load_generator(scored, "best").weights, load_generator(there).weights
    for a, b in zip(kept, wanted, strict=True):
        np.testing.assert_array_equal(a, b)


class Quality(scoring.Scores):
    """Scores that are given instead of measured; what is kept is noted by its epoch."""

    given: list[float]
    kept: list[float]

    def _distance(self, images):
        return self.given.pop(0)


@pytest.fixture
def given_scores(monkeypatch):
    kept = []
    Quality.kept = kept
    monkeypatch.setattr(scoring, "Scores", Quality)
    monkeypatch.setattr(
        scoring, "save_network", lambda network, run, name, weights: kept.append(weights)
    )
    return kept


def test_a_worse_epoch_does_not_replace_the_best_also_after_a_resume(
    small_nn, digits, tmp_path, given_scores
):
    Quality.given = [5.0, 7.0]
    output = tmp_path / "run"
    train(small_nn, digits, output, epochs=2, score_every=1, display="none")
    assert given_scores == ["best"]
    Quality.given = [6.0, 4.0]
    run = train(small_nn, digits, output, epochs=4, score_every=1, resume=True, display="none")
    assert given_scores == ["best", "best"]  # 5.0 and 4.0
    assert [row["frechet"] for row in run.history] == [5.0, 7.0, 6.0, 4.0]
    assert run.record["best"] == {"frechet": 4.0, "epoch": 4.0, "weights": "last"}


def test_a_best_within_an_epoch_survives_the_resume(
    small_nn, digits, tmp_path, given_scores, monkeypatch
):
    """Its row in the history does not: the epoch is made whole."""
    monkeypatch.setattr(Quality, "_due", lambda self: True)
    Quality.given = [5.0, 3.0]
    output = tmp_path / "run"
    train(small_nn, digits, output, epochs=2, display="none", callbacks=[StopAt(25)])
    Quality.given = [6.0]
    run = train(small_nn, digits, output, resume=True, display="none")
    assert given_scores == ["best", "best"]
    assert run.record["best"]["frechet"] == 3.0 and run.record["best"]["epoch"] == 1.25


def test_a_damaged_judge_ends_the_scores_and_not_the_training(
    small_nn, digits, tmp_path, monkeypatch, capsys
):
    def damaged(name):
        raise GanlibError("mnist.npz is damaged: train the judge again")

    monkeypatch.setattr(scoring.judges, "load", damaged)
    run = train(small_nn, digits, tmp_path / "run", epochs=2, score_every=1, display="none")
    assert run.record["status"] == "finished" and len(run.history) == 2
    error = capsys.readouterr().err
    assert error == (
        "ganlib: no more scores while training: mnist.npz is damaged: train the judge again\n"
    )


def test_how_often_to_score_is_kept_by_a_resumed_run_and_refused_without_a_judge(
    small_nn, digits, tiny_recipe, tiny_data, tmp_path, given_scores
):
    Quality.given = [5.0, 4.0]
    output = tmp_path / "run"
    train(small_nn, digits, output, epochs=2, score_every=2, display="none")
    run = train(small_nn, digits, output, epochs=4, resume=True, display="none")
    assert [row.get("frechet") for row in run.history] == [None, 5.0, None, 4.0]
    with pytest.raises(GanlibError, match="no judge ships for tiny.*leave score_every out"):
        train(tiny_recipe, tiny_data, tmp_path / "other", score_every=1, display="none")


def test_raw_and_averaged_weights_are_scored_side_by_side(small_nn, digits, tmp_path, given_scores):
    Quality.given = [5.0, 3.0]
    recipe = dataclasses.replace(small_nn, ema=0.9)
    run = train(recipe, digits, tmp_path / "run", epochs=1, score_every=1, display="none")
    (row,) = run.history
    assert (row["frechet"], row["frechet_average"]) == (5.0, 3.0)
    assert run.record["best"] == {"frechet": 3.0, "epoch": 1.0, "weights": "average"}


def test_by_default_scores_take_a_fiftieth_of_the_time(small_nn, digits, tmp_path, monkeypatch):
    inputs = {"noise": np.zeros((1000, 100))}
    tracker = scoring.Scores(RunFolder(tmp_path), {}, digits, inputs)

    class Model:
        class progress:  # noqa: N801
            seconds = 3600.0  # a resumed run: what was not spent before is not spent now
            epoch = 1

    tracker.set_model(Model)
    tracker.on_train_begin()
    monkeypatch.setattr(tracker, "scores", lambda: {"frechet": 1.0})
    clock = iter(np.arange(0.0, 1000.0, 0.5))
    monkeypatch.setattr(scoring.time, "monotonic", lambda: next(clock))  # each score: 0.5 s
    scored = []
    for second in range(0, 1000, 10):
        Model.progress.seconds = 3600.0 + second
        logs: dict = {}
        tracker.on_epoch_end(0, logs)
        if logs:
            scored.append(second)
    assert scored[0] == scoring.FIRST_COST / scoring.SHARE
    assert len(scored) * 0.5 <= 0.02 * 1000
    assert len(scored) >= 0.9 * 0.02 * 1000 / 0.5
