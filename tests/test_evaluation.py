"""From a run to its scores: evaluate, compare, and what bad input gets."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import references
from tables import as_markdown, mean_and_spread, rows

from ganlib import cli, datasets, recipes
from ganlib.errors import GanlibError
from ganlib.evaluation import comparison, judges
from ganlib.evaluation import evaluate as evaluation
from ganlib.evaluation.evaluate import evaluate
from ganlib.evaluation.metrics import registry
from ganlib.evaluation.metrics.intervals import Score
from ganlib.evaluation.metrics.registry import METRICS
from ganlib.evaluation.scores import Evaluation, aligned
from ganlib.runs.folder import RunFolder
from ganlib.training.train import train

COUNT = 1000


@pytest.fixture(scope="module")
def pca_run(tmp_path_factory) -> RunFolder:
    """mnist-pca on drawn digits, scored with the least number of images."""
    data = datasets.load("mnist", stand_in="always")
    run = train(recipes.get("mnist-pca"), data, tmp_path_factory.mktemp("evaluation") / "pca")
    evaluate(run, count=COUNT)
    return run


@pytest.fixture
def copy(pca_run, tmp_path) -> RunFolder:
    return RunFolder(shutil.copytree(pca_run.path, tmp_path / "copy"))


@pytest.fixture
def instant(pca_run, monkeypatch):
    """References as they were computed once: for tests of something else."""
    known = Evaluation.read(pca_run.scores_file).references
    monkeypatch.setattr(evaluation, "references", lambda *args, **kwargs: known)


def test_scores_have_every_metric_and_the_references(pca_run):
    found = Evaluation.read(pca_run.scores_file)
    assert found.count == COUNT and list(found.generators) == ["last"]
    assert set(found.references) == {"floor", "pca", "noise"}
    for scores in (found.generators["last"], *found.references.values()):
        assert set(scores) == {metric.key for metric in METRICS} - {"transfer", "alignment"}
        assert all(s.low <= s.value <= s.high and s.count > 0 for s in scores.values())
    frechet = [found.references[name]["frechet"].value for name in ("floor", "pca", "noise")]
    assert frechet == sorted(frechet)
    own = found.generators["last"]
    assert own["frechet"].overlaps(found.references["pca"]["frechet"])  # the same PCA
    assert found.judge == judges.load("mnist").describe() and "SYNTHETIC" in found.data


def test_a_metric_in_scores_json_is_the_metric_of_the_samples(pca_run):
    """The thin layer from run to metric: computed once more by hand."""
    from ganlib.evaluation.metrics.frechet import frechet_distance
    from ganlib.runs.sampling import sample

    judge = judges.load("mnist")
    test = datasets.load("mnist", "test", stand_in="always")
    fake = judge(sample(pca_run, COUNT, seed=0)).features
    wanted = frechet_distance(judge(test.images).features, fake)
    found = Evaluation.read(pca_run.scores_file).generators["last"]["frechet"].value
    assert found == pytest.approx(wanted, rel=1e-6)


def test_the_command_prints_a_table_and_names_judge_and_data(copy, instant, capsys):
    assert cli.main(["evaluate", str(copy.path), "--count", str(COUNT), "--seed", "1"]) == 0
    printed = capsys.readouterr()
    for text in ("judge mnist, test accuracy 99.", "SYNTHETIC", "Fréchet distance", "copied share"):
        assert text in printed.out
    assert printed.err == ""
    assert Evaluation.read(copy.scores_file).seed == 1


def test_evaluating_again_gives_the_same_scores(copy, pca_run, instant):
    before = copy.scores_file.read_text(encoding="utf-8")
    copy.scores_file.unlink()
    evaluate(copy, count=COUNT)
    assert copy.scores_file.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--count", "999"], "999 images are too few to score: generate at least 1,000"),
        (["--judge", "mnst"], "there is no judge 'mnst', did you mean 'mnist'?"),
        (["--judge", "nowhere.npz"], "nowhere.npz is missing"),
        (["--weights", "best"], "has no best generator"),
        (["--data-dir", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line(copy, options, sentence, capsys):
    if "--data-dir" in options:  # real data are asked for, and are not there
        record = copy.record
        copy.write_record(record | {"data": record["data"] | {"synthetic": False}})
    count = [] if "--count" in options else ["--count", str(COUNT)]
    assert cli.main(["evaluate", str(copy.path), *count, *options]) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_a_run_without_a_judge_for_its_data_is_scored_by_what_remains(copy, capsys):
    record = copy.record
    copy.write_record(record | {"data": record["data"] | {"name": "synthetic_digits"}})
    found = evaluate(copy, count=COUNT)
    assert list(found.generators["last"]) == ["copied"] and found.judge.startswith("no judge")
    assert "Fréchet distance" in found.missing and "copied share" not in found.missing
    assert Evaluation.read(copy.scores_file).table().count("\n") == 2
    with pytest.raises(GanlibError, match="there is no judge 'leaves'.*choose from"):
        evaluate(copy, count=COUNT, judge="leaves")


def test_every_metric_names_what_it_lacks():
    images = np.zeros((3, 4, 4, 1), np.uint8)
    plain = registry.Sample(images)
    lacking = registry.unmet(plain, registry.Real(plain, images))
    assert "copied" not in lacking and lacking["frechet"] == "a judge"
    assert lacking["diversity"] == "a judge and a judge with classes"
    assert lacking["transfer"] == "labels of generated and of test images"
    labelled = registry.Sample(images, labels=np.zeros(3, int))
    assert "transfer" not in registry.unmet(labelled, registry.Real(labelled, images))
    assert "transfer" in registry.unmet(plain, registry.Real(labelled, images))


def test_scores_from_before_a_metric_stay_valid_and_say_what_is_missing(copy):
    values = json.loads(copy.scores_file.read_text(encoding="utf-8"))
    for group in ("generators", "references"):
        for scores in values[group].values():
            del scores["recall"]
            scores["forgotten"] = scores["frechet"]  # one that has gone since
    copy.scores_file.write_text(json.dumps(values), encoding="utf-8")
    found = Evaluation.read(copy.scores_file)
    assert {"recall", "shows its label", "train on synthetic"} == set(found.missing)
    assert "recall" not in found.table() and "precision" in found.table()


def test_a_judge_of_another_shape_is_one_sentence(copy):
    other = "svhn_cropped"
    with pytest.raises(GanlibError, match="images, not 28×28×1: choose the judge"):
        evaluate(copy, count=COUNT, judge=other)


@pytest.mark.slow
def test_colour_images_are_judged_in_greyscale(instant, tmp_path, monkeypatch):
    """A run in colour: its images and the real ones are turned to grey alike."""
    data = datasets.load("svhn_cropped", stand_in="always")
    recipe = dataclasses.replace(recipes.get("svhn-pca"), image_shape=(32, 32, 3))
    run = train(recipe, data, tmp_path / "run")
    seen = []
    monkeypatch.setattr(
        registry, "score", lambda fake, real, *_: seen.append((fake, real)) or instant_scores(run)
    )
    evaluate(run, count=COUNT)
    ((fake, real),) = seen
    assert fake.images.shape == (COUNT, 32, 32, 1)
    assert real.test.images.shape[1:] == real.training_images.shape[1:] == (32, 32, 1)


def instant_scores(run: RunFolder) -> dict[str, Score]:
    return {metric.key: Score(1.0, 0.5, 1.5, COUNT) for metric in METRICS}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: json.dumps(json.loads(text) | {"generators": {}}),
        lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "judge"}),
        lambda text: text.replace('"value": ', '"value": "x", "y": '),
        lambda text: text.replace('"value": ', '"value": NaN, "was": '),
        lambda text: json.dumps(json.loads(text) | {"judge_sha256": [1]}),
        lambda text: json.dumps(json.loads(text) | {"count": float("inf")}),
        lambda text: "[" * 100_000,
    ],
)
def test_damaged_scores_are_named_in_one_line(copy, pca_run, damage, tmp_path, capsys):
    text = copy.scores_file.read_text(encoding="utf-8")
    copy.scores_file.write_text(damage(text), encoding="utf-8")
    arguments = ["compare", str(pca_run.path), str(copy.path), "--output", str(tmp_path / "x.png")]
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert "scores.json is damaged" in error and error.count("\n") == 1


def _with_frechet(run: RunFolder, value: float, **other: object) -> None:
    values = json.loads(run.scores_file.read_text(encoding="utf-8")) | other
    values["generators"]["last"]["frechet"] |= {
        "value": value, "low": value - 1.0, "high": value + 1.0,
    }  # fmt: skip
    run.scores_file.write_text(json.dumps(values), encoding="utf-8")


def _frechet_line(printed: str) -> str:
    return next(line for line in printed.splitlines() if line.startswith("Fréchet"))


@pytest.mark.parametrize(("value", "marked"), [(3.0, True), (8.5, False)])
def test_the_best_is_marked_where_intervals_do_not_overlap(
    copy, pca_run, tmp_path, capsys, value, marked
):
    other = RunFolder(shutil.copytree(pca_run.path, tmp_path / "other"))
    _with_frechet(copy, 10.0)
    _with_frechet(other, value)
    output = ["--output", str(tmp_path / "x.png")]
    assert cli.main(["compare", str(copy.path), str(other.path), *output]) == 0
    printed = capsys.readouterr().out
    assert ("*" in _frechet_line(printed)) is marked
    if marked:
        assert _frechet_line(printed).split("*")[0].rstrip().endswith("3.0 ± 1.0")
    assert "by judge mnist" in printed and "floor" in printed
    assert ("overlaps with no other" in printed) is marked


def test_runs_that_were_scored_otherwise_are_not_ranked(copy, pca_run, tmp_path, capsys):
    _with_frechet(copy, 0.1, count=2000)
    output = ["--output", str(tmp_path / "x.png")]
    assert cli.main(["compare", str(copy.path), str(pca_run.path), *output]) == 0
    printed = capsys.readouterr().out
    assert "*" not in printed and "no best" in printed and "floor" not in printed


def test_a_run_without_scores_is_said_to_have_none(copy, pca_run, tmp_path, capsys):
    copy.scores_file.unlink()
    output = ["--output", str(tmp_path / "x.png")]
    assert cli.main(["compare", str(copy.path), str(pca_run.path), *output]) == 0
    printed = capsys.readouterr().out
    assert "no scores of what these runs are now, see `evaluate`: copy" in printed
    assert _frechet_line(printed).split()[2] == "–"


def test_facts_and_scores_of_the_same_name_do_not_mix(copy, pca_run, tmp_path, capsys):
    output = ["--output", str(tmp_path / "x.png")]
    assert cli.main(["compare", str(copy.path), str(pca_run.path), *output]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["computed", "in", "float32", "float32"] in lines
    assert sum(line[:1] == ["precision"] for line in lines) == 1


def test_scores_of_an_earlier_state_do_not_count(copy, pca_run, tmp_path, capsys):
    record = copy.record
    copy.write_record(record | {"progress": record["progress"] | {"steps": 2}})
    output = ["--output", str(tmp_path / "x.png")]
    assert cli.main(["compare", str(copy.path), str(pca_run.path), *output]) == 0
    assert "see `evaluate`: copy" in capsys.readouterr().out


def test_other_generators_scores_stay_when_one_is_scored(copy, instant, monkeypatch):
    files = (copy.network_file("generator", weights) for weights in ("last", "best"))
    shutil.copy(*files)
    evaluate(copy, count=COUNT, weights=["best"])
    assert set(Evaluation.read(copy.scores_file).generators) == {"last", "best"}
    evaluate(copy, count=COUNT, weights=["best"], seed=1)
    assert set(Evaluation.read(copy.scores_file).generators) == {"best"}


def test_metrics_that_noise_wins_are_named_and_have_no_best(copy, pca_run, tmp_path, capsys):
    for run in (copy, other := RunFolder(shutil.copytree(pca_run.path, tmp_path / "other"))):
        values = json.loads(run.scores_file.read_text(encoding="utf-8"))
        values["references"]["noise"]["frechet"]["value"] = 0.0
        run.scores_file.write_text(json.dumps(values), encoding="utf-8")
    _with_frechet(copy, 3.0)
    output = ["--output", str(tmp_path / "x.png")]
    assert cli.main(["compare", str(copy.path), str(other.path), *output]) == 0
    printed = capsys.readouterr().out
    assert "noise beats real images in: Fréchet distance" in printed
    assert "*" not in _frechet_line(printed)


def test_the_same_images_in_another_order_are_the_same_content():
    data = datasets.load("mnist", "test", stand_in="always")
    order = np.random.default_rng(0).permutation(len(data))
    mixed = dataclasses.replace(data, images=data.images[order], labels=data.labels[order])
    assert mixed.content == data.content and mixed.checksum != data.checksum
    swapped = dataclasses.replace(data, labels=np.roll(data.labels, 1))
    assert swapped.content != data.content


def test_a_record_without_weights_says_so(instant):
    from ganlib import lessons

    with pytest.raises(GanlibError, match="has no weights, only images: train its recipe"):
        evaluate(lessons.reference("mnist-wgan"), count=COUNT)


def test_best_is_by_direction_and_never_for_what_should_be_as_real():
    scores = {"a": Score(1.0, 0.9, 1.1, 9), "b": Score(2.0, 1.8, 2.2, 9)}
    assert comparison.best_of(scores, "lower") == "a"
    assert comparison.best_of(scores, "higher") == "b"
    assert comparison.best_of(scores, "real") is None


@pytest.mark.parametrize("name", sorted({*judges.names()} - {"celeb_a"}))
def test_shipped_references_belong_to_the_shipped_judge(name):
    path = evaluation.SHIPPED / f"{name}.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    assert values["judge"] == judges.load(name).record["sha256"]
    assert {metric.key for metric in METRICS} - {"transfer", "alignment"} == set(
        values["references"][0]["floor"]
    )
    assert values["count"] == evaluation.COUNT and len(values["references"]) == 3


def test_shipped_references_are_taken_for_the_same_images_only(
    monkeypatch, tmp_path, pca_run, capsys
):
    judge = judges.load("mnist")
    train_set, test = (datasets.load("mnist", s, stand_in="always") for s in ("train", "test"))
    assert evaluation.shipped_references(judge, train_set, test, COUNT) is None
    known = Evaluation.read(pca_run.scores_file).references
    monkeypatch.setattr(references, "references", lambda *args: known)
    monkeypatch.setattr(evaluation, "SHIPPED", tmp_path / "references")
    path = evaluation.SHIPPED / "mnist.json"
    references.write_references(judge, train_set, test, path, COUNT)
    assert evaluation.shipped_references(judge, train_set, test, COUNT) == known
    assert evaluation.shipped_references(judge, test, train_set, COUNT) is None
    assert evaluation.shipped_references(judge, train_set, test, COUNT + 1) is None
    path.write_text(path.read_text(encoding="utf-8").replace("noise", "nose"), encoding="utf-8")
    assert evaluation.shipped_references(judge, train_set, test, COUNT) is None
    assert "mnist.json is damaged: what it holds is computed anew" in capsys.readouterr().err


def test_a_table_of_seeds_gives_mean_and_standard_deviation():
    runs = [{"frechet": Score(value, 0.0, 0.0, 9)} for value in (1.0, 2.0, 6.0)]
    assert mean_and_spread(runs, "frechet") == "3.00 ± 2.65"
    assert mean_and_spread(runs[:1], "frechet") == str(runs[0]["frechet"])
    table = rows({"x": runs}, ["frechet"])
    assert table == [["", "seeds", "Fréchet distance"], ["x", "3", "3.00 ± 2.65"]]
    assert as_markdown(table).splitlines()[1] == "|---|---|---|"
    assert aligned([["a", "b"], ["ccc", "d"]]).splitlines() == ["a    b", "---  -", "ccc  d"]
