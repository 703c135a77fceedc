"""Labels and codes: what a grid shows of them, and GANs that are told the class."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from running import StopAt, assert_same_run

from ganlib import cli, figures, recipes
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation import comparison
from ganlib.figures import CAPTION_HEIGHT
from ganlib.recipes import Network, Recipe
from ganlib.recipes.vary import vary
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.startup import tf
from ganlib.systems import latents
from ganlib.systems.latents import Part
from ganlib.training import checkpoints
from ganlib.training.callbacks import SampleGrids
from ganlib.training.train import train

NOISE, LABELS = {"noise": Part("normal", 5)}, {"labels": Part("label", 3)}
QUICK = {"display": "none", "precision": "float32"}


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_grid_has_a_row_for_each_label_and_the_same_noise_in_each_row():
    given, columns = latents.arranged(NOISE | LABELS, rng())
    assert columns == latents.COLUMNS
    table = {name: values.reshape(3, columns, -1) for name, values in given.items()}
    assert (table["labels"][..., 0] == np.arange(3)[:, None]).all()
    assert (table["noise"] == table["noise"][:1]).all()
    assert len(np.unique(table["noise"][0, :, 0])) == columns


def test_a_grid_walks_one_number_of_a_code_at_a_time_and_keeps_a_rows_noise():
    latent = {**NOISE, "kind": Part("one_hot", 4), "style": Part("uniform", 2)}
    given, columns = latents.arranged(latent, rng())
    assert columns == 2 * latents.WALK
    noise, style = (given[name].reshape(4, columns, -1) for name in ("noise", "style"))
    assert (noise == noise[:, :1]).all() and len(np.unique(noise[:, 0, 0])) == 4
    walk = np.linspace(-1, 1, latents.WALK)
    wanted = np.block([[walk[:, None], np.zeros((8, 1))], [np.zeros((8, 1)), walk[:, None]]])
    assert (style == wanted).all()
    drawn = latents.draw(latent, rng(), 4 * columns, **given)
    assert (drawn["kind"].argmax(axis=1) == np.repeat(np.arange(4), columns)).all()


def test_chosen_labels_and_walks_take_the_place_of_all():
    given, columns = latents.arranged(NOISE | LABELS, rng(), 10, labels=[2, 0, 2])
    assert columns == 4 and given["labels"].tolist() == [2] * 4 + [0] * 4 + [2] * 4
    given, columns = latents.arranged(NOISE | LABELS, rng(), labels=[1])
    assert columns == 0 and given["labels"].tolist() == [1] * latents.ALIKE
    given, columns = latents.arranged({"style": Part("normal", 1)}, rng(), style=[-2.0, 2.0])
    assert columns == 2 and given["style"][:, 0].tolist() == [-2.0, 2.0] * latents.WALK
    assert latents.arranged(NOISE, rng()) == ({}, 0)


def test_a_legend_says_what_rows_and_columns_are():
    assert latents.legend(NOISE) == ""
    assert latents.legend(NOISE | LABELS) == "rows: labels 0, 1, 2"
    assert latents.legend(NOISE | LABELS, labels=[7, 3]) == "rows: labels 7, 3"
    codes = {"kind": Part("one_hot", 2), **NOISE, "style": Part("uniform", 2)}
    assert latents.legend(codes) == "rows: kind 0, 1; columns: style from -1 to 1"
    assert latents.legend(codes, style=[-2, 2]) == "rows: kind 0, 1; columns: style from -2 to 2"


def shaded(count: int, names: str = "012") -> Dataset:
    """Images that are as bright as their label says."""
    labels = np.resize([int(name) for name in names], count)
    pixels = np.random.default_rng(1).integers(0, 60, (count, 8, 8, 1))
    images = (pixels + 90 * labels[:, None, None, None]).astype(np.uint8)
    return Dataset("shaded", "train", images, labels, "synthetic", "a test")


@pytest.fixture(scope="module")
def tiny() -> Recipe:
    """Small conditional networks with batch norm and dropout."""
    of_g = {"latent_dim": 5, "units": 0, "filters": [4, 4], "classes": 3}
    of_d = {"filters": [4, 8], "units": 4, "dropout": 0.3, "classes": 3}
    return dataclasses.replace(
        recipes.get("mnist-express-cgan"),
        name="tiny-cgan",
        dataset="shaded",
        image_shape=(8, 8, 1),
        networks={
            "generator": Network("express:generator", of_g),
            "discriminator": Network("express:discriminator", of_d),
        },
        latent=NOISE | LABELS,
        batch_size=16,
        epochs=3,
        minutes=None,
        steps_per_execution=2,
    )


@pytest.fixture(scope="module")
def run(tiny, tmp_path_factory) -> RunFolder:
    return train(tiny, shaded(70), tmp_path_factory.mktemp("conditional") / "run", **QUICK)


def test_it_learns_which_label_is_bright(tiny, tmp_path):
    run = train(tiny, shaded(96), tmp_path / "run", steps=300, **QUICK)
    means = [sample(run, 50, labels=[label] * 50).mean() for label in range(3)]
    assert means[0] + 30 < means[1] < means[2] - 30


@pytest.mark.parametrize("step", [3, 8])
def test_it_resumes_bit_for_bit(tiny, run, tmp_path, step):
    train(tiny, shaded(70), tmp_path / "cut", callbacks=[StopAt(step)], **QUICK)
    cut = train(tiny, shaded(70), tmp_path / "cut", resume=True, **QUICK)
    assert cut.record["status"] == "finished"
    assert_same_run(run, cut)


@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_a_checkpoint_that_lacks_a_network_is_refused(tiny, run, network, tmp_path):
    arrays, state = checkpoints.read(checkpoints.list_newest_first(run.checkpoints)[0])
    kept = {key: array for key, array in arrays.items() if not key.startswith(f"{network}/")}
    assert len(kept) < len(arrays)
    path = checkpoints.save(tmp_path, 1, kept, state)
    with pytest.raises(checkpoints.DamagedCheckpoint, match=f"{network}/.* is missing"):
        checkpoints.restore(path, tiny.system().variables)


def test_both_networks_see_the_label_and_generated_images_get_those_of_the_batch(tiny):
    system = tiny.system()
    data = shaded(6)
    batch = {"images": tf.zeros((6, 8, 8, 1)), "labels": tf.constant(data.labels)}
    latent = system.latent_for(batch, tf.constant(0, tf.int64))
    assert latent["labels"].numpy().tolist() == data.labels.tolist()
    other = {"labels": (batch["labels"] + 1) % 3}
    images, changed = (
        system.generate({name: np.asarray(rows) for name, rows in inputs.items()})
        for inputs in (latent, latent | other)
    )
    assert (images != changed).any(axis=(1, 2, 3)).all()
    system.networks["discriminator"].layers[-1].kernel.assign(tf.ones((4, 1)))
    judged = [
        system.networks["discriminator"]({"images": tf.constant(images), **given}).numpy()
        for given in ({"labels": batch["labels"]}, other)
    ]
    assert (judged[0] != judged[1]).all()


def test_the_grid_while_training_has_a_row_for_each_label(run):
    assert Image.open(run.last_grid).size == (16 * 9 * 2, 3 * 9 * 2 + CAPTION_HEIGHT)


def test_displays_and_comparisons_say_which_label_a_row_has(run, tmp_path):
    told = "rows: labels 0, 1, 2"
    grids = SampleGrids(run, latents.draw(NOISE | LABELS, rng(), 3, labels=[0, 1, 2]), columns=1)
    grids.set_model(SimpleNamespace(system=run.recipe.system()))
    assert told in figures.alt_of(grids.shown(8, 4))
    assert told not in figures.alt_of(grids.draw(8, 4))  # films count its pixels
    assert comparison._title("mine", run) == f"mine; {told}"
    assert any(told.encode() in file.read_bytes() for file in run.logs.rglob("*tfevents*"))
    drawn = tmp_path / "rows.png"
    assert cli.main(["sample", str(run.path), "--label", "2,0", "--output", str(drawn)]) == 0
    assert Image.open(drawn).size[1] == 2 * 9 * 2 + CAPTION_HEIGHT


def test_the_command_draws_what_is_asked_for(run, tmp_path, capsys):
    file = tmp_path / "drawn.npz"

    def drawn(*options: str) -> dict[str, np.ndarray]:
        assert cli.main(["sample", str(run.path), *options, "--output", str(file)]) == 0
        with np.load(file) as archive:
            return dict(archive)

    assert drawn("--label", "2")["labels"].tolist() == [2] * 64
    assert (
        drawn("--label", "0-2", "--count", "30")["labels"].tolist()
        == np.repeat([0, 1, 2], 10).tolist()
    )
    assert drawn("--code", "labels=1,1")["labels"].tolist() == [1] * 32
    assert len(drawn()["images"]) == 48 and set(drawn("--count", "9")) == {"images"}
    capsys.readouterr()
    picture = tmp_path / "rows.png"
    assert cli.main(["sample", str(run.path), "--label", "0,2", "--output", str(picture)]) == 0
    assert Image.open(picture).size == (16 * 9 * 2, 2 * 9 * 2 + CAPTION_HEIGHT)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--label", "3"], "labels goes from 0 to 2, so there is no 3"),
        (["--label", "-1"], "labels is not a list of 64 whole numbers"),
        (["--label", "1.5"], "labels is not a list of 64 whole numbers"),
        (["--label", "2-x"], "must be up to 1,000 values such as 7, 0-9"),
        (["--label", "0-99999999999"], "must be up to 1,000 values such as 7, 0-9"),
        (["--code", "slant=1"], "takes no label or code 'slant': it takes noise, labels"),
    ],
)
def test_labels_that_cannot_be_drawn_are_one_sentence(run, options, sentence, capsys):
    try:
        status = cli.main(["sample", str(run.path), *options])
    except SystemExit as end:  # argparse
        status = end.code
    assert status == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (dataclasses.replace(shaded(70), labels=None), "learns from labels, and shaded has none"),
        (shaded(70, "1"), "shaded has no images of label 0"),
        (shaded(70, "02"), "shaded has no images of label 1"),
        (shaded(70, "0123"), "shaded has images of label 3"),
    ],
)
def test_data_without_the_labels_it_needs_are_one_sentence(tiny, data, sentence, tmp_path):
    with pytest.raises(GanlibError, match=sentence) as caught:
        train(tiny, data, tmp_path / "run", **QUICK)
    assert "\n" not in str(caught.value) and not (tmp_path / "run").exists()


def test_a_batch_that_is_larger_than_the_data_is_told_and_holds_them_all(tiny, tmp_path, capsys):
    run = train(tiny, shaded(9), tmp_path / "run", steps=2, **QUICK)
    assert run.record["progress"]["images"] == 18
    error = capsys.readouterr().err
    assert (
        "the data set has fewer images, 9, than a batch of 16" in error and error.count("\n") == 1
    )


def test_other_losses_leave_it_conditional():
    varied = vary(recipes.get("review-cgan"), objective="wasserstein", gradient_penalty=10.0)
    assert varied.kind == "conditional"
    assert varied.options == {"n_critic": 5, "gradient_penalty": 10.0}
