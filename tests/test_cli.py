"""The command line: what a user types, and what comes back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganlib import cli, datasets, recipes
from ganlib.cli import arguments
from ganlib.cli import train as cli_train
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation.evaluate import evaluate
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder

TRAINED = pretrained.names()[0]

REFERENCE = str(Path(__file__).resolve().parent.parent / "figures" / "mnist-nn")


@pytest.fixture(scope="module")
def few_digits() -> Dataset:
    """512 procedural digits, two batches: enough for the real recipes to take a few steps."""
    whole = datasets.load("synthetic_digits")
    return Dataset(
        "mnist", "train", whole.images[:512], whole.labels[:512], "synthetic", "512 of them"
    )


@pytest.fixture
def thousand(monkeypatch) -> None:
    """MNIST is 1,000 drawn digits, in training and in test."""
    splits = {
        split: datasets.load("synthetic_digits", split, channels=1) for split in ("train", "test")
    }
    small = {
        split: Dataset("mnist", split, s.images[:1000], s.labels[:1000], "synthetic", "some")
        for split, s in splits.items()
    }
    monkeypatch.setattr(datasets, "load", lambda name, split, *a, **k: small[split])


@pytest.fixture(scope="module")
def run_path(few_digits, tmp_path_factory) -> str:
    """A run of mnist-nn: one epoch of two steps, made by the command line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "load", lambda *args, **kwargs: few_digits)
        path = str(tmp_path_factory.mktemp("cli") / "run")
        assert (
            cli.main(
                ["train", "mnist-nn", "--epochs", "1", "--batch-size", "256", "--output", path]
            )
            == 0
        )
    return path


def ganlib(*arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "ganlib", *arguments], capture_output=True, text=True, **options
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "mnist-basline"], "unknown recipe 'mnist-basline': did you mean mnist-baseline"),
        (["train", "x"], "unknown recipe 'x': choose one of mnist-express"),
        (["train", "mnist-baseline", "--epochs", "0"], "must be a number above 0"),
        (["train", "mnist-baseline", "--epochs", "many"], "must be a number above 0, not many"),
        (["train", "mnist-baseline", "--seed", "5000000000"], "not 5000000000"),
        (["train", "mnist-baseline", "--epochs", "1", "--minutes", "1"], "not allowed with"),
        (["train", "mnist-baseline", "--seed", "-1"], "must be a whole number from 0 on, not -1"),
        (
            ["train", "mnist-baseline", "--batch-size", "0"],
            "must be a whole number from 1 on, not 0",
        ),
        (["train", "mnist-baseline", "--precision", "int8"], "invalid choice: 'int8'"),
        (["train", "mnist-baseline", "--data", "imagenet"], "imagenet"),
        (["train", "mnist-baseline", "--resume", "--output", "nothing"], "holds no run"),
        (["train", "mnist-baseline", "--data-dir", "nothing"], "nothing"),
        (["sample", "nothing"], "nothing holds no run"),
        (["compare", "nothing"], "nothing holds no run"),
        (["evaluate", "nothing"], "nothing holds no run"),
        (["evaluate", "nothing", "--count", "0"], "must be a whole number from 1 on, not 0"),
        (["evaluate", "nothing", "--weights", "first"], "invalid choice: 'first'"),
        (["judge"], "ACTION"),
        (["judge", "train", "imagenet"], "there is no data set 'imagenet'"),
        (["train", "mnist-baseline", "--ema", "1"], "must be a number from 0 to below 1, not 1"),
        (["train", "mnist-baseline", "--objective", "hing"], "invalid choice: 'hing'"),
        (["train", "mnist-pca", "--n-critic", "5"], "mnist-pca has no discriminator"),
        (["train", "mnist-pca", "--ema", "0.9"], "mnist-pca has no optimiser for its generator"),
        (["evaluate", REFERENCE, "--count", "999"], "999 images are too few to score"),
        (["evaluate", REFERENCE], "has no weights, only images"),
        (["sample", REFERENCE], "has no weights, only images"),
        (["sample", "pretrained:typo"], "no trained generator 'typo': choose one of " + TRAINED),
        (["evaluate", "pretrained:typo"], "choose one of " + TRAINED),
        (["compare", "pretrained:typo"], "choose one of " + TRAINED),
        (["sample", "pretrained:mnist-express", "--weights", "best"], "has no best generator"),
        (["summary", "mnist"], "unknown recipe 'mnist'"),
        (["summary", "mnist-baseline", "--channels", "3"], "mnist has 1 channel(s)"),
        (["train", "mnist-baseline", "--channels", "3"], "mnist has 1 channel(s)"),
        (["compare", "x", "--output", "x.jpg"], "--output x.jpg must end in .png"),
        ([], "COMMAND"),
        (["paint"], "invalid choice: 'paint'"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GANLIB_DATA", raising=False)
    try:
        status = cli.main(arguments)
    except SystemExit as exit:
        status = exit.code
    captured = capsys.readouterr()
    assert status == 2
    assert captured.err.startswith("ganlib: ") and captured.err.count("\n") == 1
    assert sentence in captured.err
    assert captured.out == ""


def test_help_and_mistakes_do_not_import_tensorflow():
    program = """
import sys
from ganlib.cli import main
for arguments in (
    ["--help"], ["train", "--help"], ["train", "typo"], ["sample", "typo"], ["recipes"],
    ["recipes", "--json"], ["train", "mnist-nn", "--clip", "0.1", "--data-dir", "typo"],
    ["train", "mnist-nn", "--resume"], ["compare", "typo"], ["evaluate", "typo"],
    ["judge", "train", "typo"], ["evaluate", sys.argv[1]], ["sample", sys.argv[1]],
    ["pretrained"], ["pretrained", "--json"], ["sample", "pretrained:typo"],
):
    try:
        main(arguments)
    except SystemExit:
        pass
assert not {"tensorflow", "keras", "matplotlib"} & set(sys.modules), "imported too much"
"""
    command = [sys.executable, "-c", program, REFERENCE]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_summary_as_json_has_the_reports_counts(capsys):
    assert cli.main(["summary", "mnist-modified", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    generator, discriminator = summary["generator"], summary["discriminator"]
    assert (generator["total"], generator["trainable"]) == (1674560, 1649088)
    assert (discriminator["total"], discriminator["trainable"]) == (207105, 207105)


@pytest.mark.parametrize(
    ("name", "generator_counts", "discriminator_counts"),
    [
        ("svhn-baseline", (2730304, 2697152), (2750593, 2750401)),
        ("svhn-modified", (2073920, 2040768), (1059441, 1058993)),
    ],
)
def test_svhn_summaries_have_the_reports_counts(
    name, generator_counts, discriminator_counts, capsys
):
    assert cli.main(["summary", name, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    for network, counts in (
        ("generator", generator_counts),
        ("discriminator", discriminator_counts),
    ):
        assert (summary[network]["total"], summary[network]["trainable"]) == counts
    assert cli.main(["summary", name, "--json", "--channels", "3"]) == 0
    colour = json.loads(capsys.readouterr().out)
    assert colour["generator"]["layers"][-1]["output_shape"][1:] == [32, 32, 3]


def test_a_run_in_colour_stays_in_colour(tmp_path, monkeypatch, capsys):
    whole = datasets.load("svhn_cropped", "test", stand_in="always")
    few = Dataset("svhn_cropped", "extra", whole.images[:40], None, "synthetic", "40 of them")
    asked = []

    def load(name, split, data_dir, **options):
        asked.append((name, split, options["channels"]))
        return few

    monkeypatch.setattr(datasets, "load", load)
    train = ["train", "svhn-wgan", "--output", str(tmp_path / "run"), "--score-every", "0"]
    choices = ["--channels", "3", "--split", "extra", "--batch-size", "20", "--epochs", "1"]
    assert cli.main([*train, *choices]) == 0
    assert cli.main([*train, "--resume", "--epochs", "2"]) == 0
    assert asked == 2 * [("svhn_cropped", "extra", 3)]
    grid = Image.open(tmp_path / "run" / "samples" / "epoch_0002.png")
    assert grid.mode == "RGB"
    assert cli.main([*train, "--resume", "--epochs", "3", "--channels", "1"]) == 2
    assert "another recipe" in capsys.readouterr().err
    assert cli.main([*train, "--resume", "--epochs", "3", "--split", "test"]) == 0
    assert asked[-1] == ("svhn_cropped", "test", 3)  # and other images would be refused


def test_recipes_lists_every_recipe_with_its_source(capsys):
    assert cli.main(["recipes", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(recipes.RECIPES)
    origins = ("final-project", "image-generation", "lecture", "milestone", "ours", "review")
    assert all(row["source"].startswith(origins) for row in rows)
    assert cli.main(["recipes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["mnist-express", *"MNIST express DCGAN, on mnist".split()]
    assert len(lines) == 2 * len(recipes.RECIPES)


def test_no_start_up_noise_reaches_the_terminal():
    done = ganlib("summary", "mnist-baseline")
    assert done.returncode == 0
    assert done.stderr == ""


def test_training_says_what_it_does_and_where_the_pictures_are(
    few_digits, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: few_digits)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["train", "mnist-nn", "--epochs", "1", "--data", "synthetic"]) == 0
    captured = capsys.readouterr()
    assert "SYNTHETIC" in captured.out
    for name in ("samples/epoch_0001.png", "losses.png", "samples.gif"):
        assert f"runs/mnist-nn/{name}" in captured.out.replace(os.sep, "/")
        assert (tmp_path / "runs" / "mnist-nn" / name).is_file()
    assert "100%" in captured.err and "d_loss" in captured.err
    assert "too few to score against: at least 1,000 are needed" in captured.out


@pytest.mark.slow
def test_training_ends_with_the_score_that_evaluate_gives(thousand, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    train = ["train", "mnist-nn", "--steps", "2", "--batch-size", "256"]
    assert cli.main(train) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    found = evaluate(RunFolder("runs/mnist-nn"), metrics=["frechet"], write=False)
    (scores,) = found.generators.values()
    assert set(scores) == {"frechet"} == set(found.references["noise"])
    assert line.startswith(f"score    Fréchet distance {scores['frechet']} of 10,000 images;")
    assert cli.main([*train, "--score-every", "0"]) == 0
    assert "score " not in capsys.readouterr().out


def test_the_default_output_is_a_new_folder_and_resume_takes_the_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = recipes.get("mnist-baseline")
    first = cli_train._default_output(recipe, resume=False)
    first.mkdir(parents=True)
    (first / "run.json").touch()
    second = cli_train._default_output(recipe, resume=False)
    assert (str(first), str(second)) == (
        os.path.join("runs", "mnist-baseline"),
        os.path.join("runs", "mnist-baseline-2"),
    )
    assert cli_train._default_output(recipe, resume=True) == first
    second.mkdir()
    assert (
        cli_train._default_output(recipe, resume=True) == first
    )  # nothing to resume in the second
    (second / "run.json").touch()
    assert cli_train._default_output(recipe, resume=True) == second


def test_resuming_uses_the_data_of_the_run(run_path, monkeypatch):
    asked = {}

    def load(name, split, data_dir, **options):
        asked.update(options, name=name, split=split)
        raise GanlibError("enough")

    monkeypatch.setattr(datasets, "load", load)
    assert cli.main(["train", "mnist-nn", "--output", run_path, "--resume"]) == 2
    assert (asked["name"], asked["split"], asked["stand_in"]) == ("mnist", "train", "always")


def test_what_was_varied_is_recorded_and_kept_when_the_run_goes_on(
    few_digits, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: few_digits)
    train = ["train", "mnist-nn", "--output", str(tmp_path / "run")]
    varied = [
        "--batch-size",
        "50",
        "--n-critic",
        "2",
        "--latent-dim",
        "7",
        "--learning-rate",
        "0.2",
    ]
    assert cli.main([*train, "--steps", "2", *varied]) == 0
    assert cli.main([*train, "--steps", "4", "--resume"]) == 0
    run = RunFolder(tmp_path / "run")
    assert run.record["progress"]["steps"] == 4
    recipe = run.recipe
    assert (recipe.batch_size, recipe.kind, recipe.options) == (50, "alternating", {"n_critic": 2})
    assert recipe.latent["noise"].size == 7
    assert {o.options["learning_rate"] for o in recipe.optimizers.values()} == {0.2}
    assert cli.main([*train, "--steps", "6", "--resume", "--batch-size", "64"]) == 2
    assert "another recipe" in capsys.readouterr().err
    other = ["train", "mnist-wgan", "--output", str(run.path), "--resume"]
    assert cli.main(other) == 2
    assert "holds a run of mnist-nn, not of mnist-wgan" in capsys.readouterr().err


def test_sample_writes_a_grid_or_an_archive(run_path, tmp_path, capsys):
    archive = tmp_path / "new" / "x.npz"
    assert cli.main(["sample", run_path, "--count", "70", "--output", str(archive)]) == 0
    with np.load(archive) as content:
        assert content["images"].shape == (70, 28, 28, 1)
        assert content["images"].dtype == np.uint8
    assert "70 images in" in capsys.readouterr().out
    assert cli.main(["sample", run_path]) == 0
    assert Image.open(os.path.join(run_path, "sample.png")).size[0] == 8 * 29 * 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--output", "x.jpg"], "must end in .png or .npz"),
        (["--count", "0"], "count must be from 1 to 1,000,000, not 0"),
    ],
)
def test_sample_refuses_what_it_cannot_do(run_path, arguments, sentence, capsys):
    assert cli.main(["sample", run_path, *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_compare_makes_one_picture_and_one_table(run_path, tmp_path, capsys):
    picture, copy = tmp_path / "both.png", tmp_path / "copy"
    shutil.copytree(run_path, copy)
    assert cli.main(["compare", run_path, str(copy), "--output", str(picture)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["run", "copy"] and table[-1].startswith("picture")
    assert table[3].split() == ["data", *["mnist", "(SYNTHETIC)"] * 2]
    assert not any(line.startswith("Fréchet") for line in table)  # neither has been scored
    assert Image.open(picture).size[0] > 2 * 8 * 29 * 2


def test_compare_puts_many_grids_under_each_other(run_path, tmp_path, capsys):
    paths = [run_path]
    for number in range(3):
        paths.append(str(shutil.copytree(run_path, tmp_path / f"copy-{number}")))
    sizes = []
    for count in (2, 4):
        picture = tmp_path / f"{count}.png"
        assert cli.main(["compare", *paths[:count], "--output", str(picture)]) == 0
        sizes.append(Image.open(picture).size)
    assert sizes[0][0] == sizes[1][0] and sizes[1][1] > sizes[0][1] + 8 * 29 * 2


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("run.json", None, "progress.epochs is missing"),
        ("history.csv", "a,b\n1,2\n", "it has no column epoch"),
        ("steps.csv", "step,d_loss\n1,2\n", "it has no column images"),
        ("samples/epoch_0001.png", "no picture", "no intact picture"),
    ],
)
def test_compare_names_a_damaged_file(run_path, tmp_path, file, content, sentence, capsys):
    copy = shutil.copytree(run_path, tmp_path / "copy")
    if content is None:
        content = json.dumps(RunFolder(copy).record | {"progress": None})
    (copy / file).write_text(content)
    output = ["--output", str(tmp_path / "x.png")]
    assert cli.main(["compare", run_path, str(copy), *output]) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1
    assert (copy / file).name in error


def test_compare_refuses_the_same_run_twice(run_path, capsys):
    assert cli.main(["compare", run_path, run_path]) == 2
    assert "given twice" in capsys.readouterr().err


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere"
)
def test_a_read_only_folder_is_one_line(tmp_path, few_digits, monkeypatch, capsys):
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: few_digits)
    tmp_path.chmod(0o500)
    assert cli.main(["train", "mnist-baseline", "--output", str(tmp_path / "run")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_output_that_is_a_file_is_one_line(tmp_path, few_digits, monkeypatch, capsys):
    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: few_digits)
    file = tmp_path / "file"
    file.write_text("x")
    assert cli.main(["train", "mnist-baseline", "--output", str(file)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("ganlib: cannot read or write") and error.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals work differently there")
def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path):
    output = tmp_path / "run"
    child = subprocess.Popen(
        [sys.executable, "-m", "ganlib", "train", "mnist-nn", "--data", "synthetic",
         "--output", str(output)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while len(list(output.glob("samples/*.png"))) < 1 and time.monotonic() < deadline:
        time.sleep(0.2)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 130, err
    assert f"train mnist-nn --output {output} --resume" in out
    assert "Traceback" not in err
    run = RunFolder.existing(output)
    assert run.record["status"] == "interrupted"
    assert run.record["progress"]["steps"] >= 1


def test_the_judges_that_ship_are_listed(capsys):
    assert cli.main(["judge", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["judge", "celeb_a,"], ["judge", "fashion_mnist,"], ["judge", "mnist,"],
        ["judge", "svhn_cropped,"],
    ]  # fmt: skip


def test_a_judge_of_ones_own_is_trained_and_evaluates(
    thousand, tmp_path, monkeypatch, capsys, run_path
):
    """From the command line to the files, and from them to a score."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["judge", "train", "mnist", "--epochs", "1"]) == 0
    printed = capsys.readouterr().out
    assert "trained on SYNTHETIC images" in printed and "judges/mnist.npz" in printed
    copy = shutil.copytree(run_path, tmp_path / "run")
    arguments = ["evaluate", str(copy), "--count", "1000", "--judge", "judges/mnist.npz"]
    assert cli.main(arguments) == 0
    assert "trained on SYNTHETIC images" in capsys.readouterr().out
    assert "SYNTHETIC" in json.loads((copy / "scores.json").read_text(encoding="utf-8"))["judge"]


def test_any_number_above_zero_is_a_learning_rate():
    options = arguments.parser().parse_args(["train", "mnist-wgan", "--learning-rate", "1e-9"])
    assert options.learning_rate == 1e-9
    for text in ("0", "-1", "nan", "inf"):
        with pytest.raises(SystemExit):
            arguments.parser().parse_args(["train", "mnist-wgan", "--learning-rate", text])
