"""The judges: what ships, what is refused, and that training gives the judge that is loaded."""

import dataclasses
import hashlib
import io
import json
import math
import os
import random
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ganlib import datasets, devices
from ganlib.datasets import Dataset
from ganlib.datasets.arrays import to_grayscale
from ganlib.datasets.batches import batches
from ganlib.errors import DataError, GanlibError
from ganlib.evaluation import corruptions, judges
from ganlib.evaluation.judges import training
from ganlib.evaluation.judges.augmentation import Settings, augmentation
from ganlib.evaluation.judges.judge import Judge
from ganlib.evaluation.judges.network import build_network
from ganlib.evaluation.judges.training import train
from ganlib.evaluation.metrics.frechet import frechet_distance
from ganlib.startup import keras, tf

REQUIRED = {"fashion_mnist": 0.92, "mnist": 0.993, "svhn_cropped": 0.93}
"""Names that ship, and the share of test images that each must get right."""
REAL_DATA = os.environ.get("GANLIB_DATA") and Path(os.environ["GANLIB_DATA"]).resolve()


def part(data: Dataset, count: int) -> Dataset:
    return dataclasses.replace(data, images=data.images[:count], labels=data.labels[:count])


@pytest.fixture(scope="module")
def digits() -> tuple[Dataset, Dataset]:
    """640 and 200 drawn digits, reduced to 14×14."""
    return tuple(
        dataclasses.replace(data, images=data.images[:, ::2, ::2])
        for data in (
            part(datasets.load("mnist", split, stand_in="always"), count)
            for split, count in (("train", 640), ("test", 200))
        )
    )


@pytest.fixture(scope="module")
def trained(digits, tmp_path_factory) -> Judge:
    """A judge of drawn digits, trained in seconds; its files are at ``trained.path``."""
    path = tmp_path_factory.mktemp("judge") / "small.npz"
    settings = Settings(epochs=6, batch_size=64, shift=0.07, turn=5.0)
    judge = train(*digits, path, seed=3, progress=False, settings=settings)
    judge.path = path
    return judge


@pytest.fixture
def copied(trained, tmp_path):
    """The files of the small judge, to be damaged."""
    for suffix in (".npz", ".json"):
        shutil.copy(trained.path.with_suffix(suffix), tmp_path / f"judge{suffix}")
    return tmp_path / "judge.npz"


def rewrite(path, weights=None, **changes):
    """Change a judge's files in such a way that the record still has the right sha256."""
    if weights is not None:
        buffer = io.BytesIO()
        np.savez(buffer, **weights)
        path.write_bytes(buffer.getvalue())
    record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    record |= {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()} | changes
    path.with_suffix(".json").write_text(json.dumps(record), encoding="utf-8")


# What ships with the package


def test_the_judges_of_four_data_sets_ship():
    assert judges.names() == sorted([*REQUIRED, "celeb_a"])


def test_the_judge_of_faces_learnt_puzzles_in_colour():
    judge = judges.load("celeb_a")
    assert judge.puzzled and judge.image_shape == (64, 64, 3)
    assert judge.record["test"]["accuracy"] > 0.7  # one of ten by chance
    assert not judge.record["data"]["synthetic"]
    with np.load(judges.TRAINED / "celeb_a.npz", allow_pickle=False) as archive:
        count = sum(archive[key].size for key in archive.files)
        assert count == judge.record["parameters"] < 240_000
    assert dataclasses.asdict(training.SETTINGS["celeb_a"]) == {
        **judge.record["settings"],
        "blurs": (),
        "grains": (),
    }


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_shipped_judge_is_small_free_of_pickles_and_as_good_as_required(name):
    judge = judges.load(name)
    file = judges.TRAINED / f"{name}.npz"
    assert file.stat().st_size < 1_000_000
    with np.load(file, allow_pickle=False) as archive:
        count = sum(archive[key].size for key in archive.files)
        assert count == judge.record["parameters"] < 240_000
    side = 32 if name == "svhn_cropped" else 28
    assert judge.image_shape == (side, side, 1)
    assert judge.name == judge.record["data"]["name"] == judge.record["test"]["name"] == name
    assert judge.record["data"]["split"] == "train" and judge.record["test"]["split"] == "test"
    assert not judge.record["data"]["synthetic"] and not judge.record["test"]["synthetic"]
    assert judge.record["data"]["checksum"] != judge.record["test"]["checksum"]
    assert judge.record["settings"] == json.loads(
        json.dumps(dataclasses.asdict(training.SETTINGS[name]))
    )
    assert REQUIRED[name] <= judge.record["test"]["accuracy"] <= 1.0


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_shipped_judge_repeats_its_recorded_accuracy_on_the_real_test_images(name):
    if not REAL_DATA or not (REAL_DATA / name).is_dir():
        pytest.skip(f"needs the real {name} in $GANLIB_DATA")
    test = datasets.load(name, "test", data_dir=REAL_DATA, channels=1)
    judge = judges.load(name)
    if test.checksum != judge.record["test"]["checksum"]:
        pytest.skip(f"$GANLIB_DATA holds other test images of {name} than the record names")
    share = (judge(test.images).probabilities.argmax(axis=1) == test.labels).mean()
    # One image may fall on the other side where a processor rounds differently.
    assert share == pytest.approx(judge.record["test"]["accuracy"], abs=1.5 / len(test))


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_shipped_judge_sees_blur_of_a_pixel_and_a_half(name):
    if not REAL_DATA or not (REAL_DATA / name).is_dir():
        pytest.skip(f"needs the real {name} in $GANLIB_DATA")
    judge = judges.load(name)
    train, test = (
        datasets.load(name, split, REAL_DATA, channels=judge.image_shape[-1]).images[:1999]
        for split in ("train", "test")
    )
    real = judge(test).features
    fresh, blurred = (
        frechet_distance(real, judge(images).features)
        for images in (train, corruptions.blurred(train, 1.5))
    )
    assert blurred > 3 * fresh, (blurred, fresh)


def test_a_judge_names_itself_with_its_accuracy_and_checksum():
    judge = judges.load("mnist")
    digest = hashlib.sha256((judges.TRAINED / "mnist.npz").read_bytes()).hexdigest()
    accuracy = 100 * judge.record["test"]["accuracy"]
    assert judge.describe() == f"judge mnist, test accuracy {accuracy:.1f} % (sha256 {digest[:8]}…)"
    record = judge.record
    assert "on a part, 12,435 of 73,257 images" in judges.load("svhn_cropped").describe()
    judge.record = record | {"data": record["data"] | {"synthetic": True}}
    assert "trained on SYNTHETIC images" in judge.describe()


# Judging


def test_features_and_probabilities_have_the_promised_shapes_and_types(trained, digits):
    judged = trained(digits[1].images)
    assert judged.features.shape == (200, 64) and judged.features.dtype == np.float32
    assert judged.probabilities.shape == (200, 10) and judged.probabilities.dtype == np.float32
    assert judged.probabilities.min() >= 0
    assert judged.probabilities.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-5)


def test_what_is_judged_does_not_depend_on_the_batch_size(trained, digits):
    images = digits[1].images[:50]
    whole = trained(images)
    for batch_size in (1, 7, 50, 1000):
        judged = trained(images, batch_size)
        np.testing.assert_allclose(judged.features, whole.features, atol=1e-4)
        np.testing.assert_allclose(judged.probabilities, whole.probabilities, atol=1e-5)
    with pytest.raises(GanlibError, match="batch_size must be 1 or more, not 0"):
        trained(images, 0)


def test_probabilities_follow_from_the_features_by_the_last_layer(trained, digits):
    judged = trained(digits[1].images)
    with np.load(trained.path) as archive:
        logits = judged.features @ archive["logits.kernel"] + archive["logits.bias"]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(judged.probabilities, expected, atol=1e-5)


def test_the_layers_compute_what_numpy_computes_from_the_stored_weights(trained, digits):
    image = digits[1].images[:1]
    with np.load(trained.path) as archive:
        weights = {name: archive[name].astype(np.float64) for name in archive.files}
    x = image[0] / 127.5 - 1.0
    for number, pooled in enumerate((True, False, True, False, True), start=1):
        kernel = weights[f"conv_{number}.kernel"]
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        height, width = x.shape[:2]
        x = sum(
            padded[i : i + height, j : j + width] @ kernel[i, j] for i in range(3) for j in range(3)
        )
        if pooled:
            x = x[: height // 2 * 2, : width // 2 * 2]
            x = x.reshape(height // 2, 2, width // 2, 2, -1).max(axis=(1, 3))
        norm = {key: weights[f"norm_{number}.{key}"] for key in ("gamma", "beta")}
        mean = weights[f"norm_{number}.moving_mean"]
        variance = weights[f"norm_{number}.moving_variance"]
        x = (x - mean) / np.sqrt(variance + 1e-3) * norm["gamma"] + norm["beta"]
        x = np.maximum(x, 0)
    features = x.reshape(-1) @ weights["dense.kernel"]
    features -= weights["features.moving_mean"]
    features /= np.sqrt(weights["features.moving_variance"] + 1e-3)
    np.testing.assert_allclose(trained(image).features[0], features, atol=1e-3)


def test_a_second_call_compiles_nothing(digits, trained):
    judge = judges.load(trained.path)
    for count in (3, 60, 7):
        judge(digits[1].images[:count], batch_size=5)
    assert judge._predict.experimental_get_tracing_count() == 1


def test_a_judge_is_float32_and_the_same_under_another_precision(trained, digits):
    images = digits[1].images[:20]
    with devices.precision_policy("bfloat16"):
        judged = judges.load(trained.path)(images)
    np.testing.assert_array_equal(judged.features, trained(images).features)


def test_loading_a_judge_leaves_the_global_random_states_alone(trained):
    keras.utils.set_random_seed(11)
    expected = (random.random(), np.random.random(), float(tf.random.uniform(())))
    keras.utils.set_random_seed(11)
    judges.load(trained.path)
    assert (random.random(), np.random.random(), float(tf.random.uniform(()))) == expected


def test_a_judge_of_a_colour_set_in_greyscale_takes_colour_images():
    judge = judges.load("svhn_cropped")
    colour = datasets.load("svhn_cropped", "test", stand_in="always").images[:6]
    np.testing.assert_array_equal(judge(colour).features, judge(to_grayscale(colour)).features)
    with pytest.raises(DataError, match="svhn_cropped judges 32×32×1 images, not 28×28×3"):
        judge(colour[:, 2:-2, 2:-2])


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        (
            np.zeros((2, 28, 28, 1), np.float32),
            "judge mnist is float32 .*: give uint8 images .*figures.to_uint8",
        ),
        (np.full((2, 28, 28, 1), np.nan), "is float64 of .*, with NaN or infinity: give uint8"),
        (np.zeros((2, 28, 28, 1), np.int64), "is int64 of .*: give uint8 images"),
        (np.zeros((28, 28, 1), np.uint8), r"of shape \(28, 28, 1\): give .* \(N, H, W, C\)"),
        (np.zeros((0, 28, 28, 1), np.uint8), "at least 1"),
        (
            np.zeros((2, 32, 32, 1), np.uint8),
            "^judge mnist judges 28×28×1 images, not 32×32×1: choose the judge of the data set$",
        ),
        (np.zeros((2, 28, 28, 3), np.uint8), "judges 28×28×1 images, not 28×28×3"),
    ],
)
def test_images_that_cannot_be_judged_are_one_sentence(images, sentence):
    with pytest.raises(DataError, match=sentence) as caught:
        judges.load("mnist")(images)
    assert "\n" not in str(caught.value)


# Loading


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mnits", "no judge 'mnits', did you mean 'mnist'.*or the path of a .npz"),
        ("leaves", "no judge 'leaves': choose from celeb_a, fashion_mnist, mnist, svhn_cropped"),
        ("nowhere/judge.npz", "judge.npz is missing: train the judge again"),
    ],
)
def test_a_judge_that_is_not_there_is_one_sentence(name, sentence):
    with pytest.raises(GanlibError, match=sentence):
        judges.load(name)


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_a_missing_file_is_named(copied, suffix):
    copied.with_suffix(suffix).unlink()
    with pytest.raises(GanlibError, match=f"judge{suffix} is missing: train the judge again"):
        judges.load(copied)


@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_one_flipped_bit_is_noticed(copied, place):
    content = bytearray(copied.read_bytes())
    content[int(place * (len(content) - 1))] ^= 1
    copied.write_bytes(content)
    with pytest.raises(GanlibError, match="judge.npz is damaged .*sha256 .*judge.json"):
        judges.load(copied)


def test_weights_that_are_cut_off_are_noticed(copied):
    copied.write_bytes(copied.read_bytes()[:-100])
    with pytest.raises(GanlibError, match="judge.npz is damaged"):
        judges.load(copied)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sha256": "0" * 64}, "judge.npz is damaged or belongs to another judge"),
        ({"sha256": None}, "judge.json is damaged .a value of the wrong type"),
        ({"test": {"images": 3}}, "judge.json is damaged .'accuracy'"),
        ({"data": []}, "judge.json is damaged"),
        ({"image_shape": [14, 14]}, "judge.json is damaged"),
        ({"image_shape": [14, 2, 1]}, r"judge.json is damaged \(image_shape is \[14, 2, 1\]"),
        ({"image_shape": [10**9, 14, 1]}, "judge.json is damaged"),
        ({"image_shape": ["14", 14, 1]}, "judge.json is damaged"),
        ({"image_shape": [28, 28, 1]}, "judge.npz holds no weights of a judge's network"),
        ({"image_shape": [14, 14, 3]}, "judge.npz holds no weights of a judge's network"),
    ],
)
def test_a_record_that_is_wrong_is_one_sentence(copied, changes, sentence):
    rewrite(copied, **changes)
    with pytest.raises(GanlibError, match=sentence) as caught:
        judges.load(copied)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[1, 2]", '"judge"', "{", "[" * 100_000, "\xff"])
def test_a_json_that_is_no_record_is_one_sentence(copied, text):
    copied.with_suffix(".json").write_bytes(text.encode("latin-1"))
    with pytest.raises(GanlibError, match="judge.json is damaged") as caught:
        judges.load(copied)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("damage", ["nan", "missing", "surplus", "whole numbers", "objects"])
def test_weights_that_do_not_fit_are_refused_even_with_the_right_checksum(copied, damage):
    with np.load(copied) as archive:
        weights = dict(archive)
    first = next(iter(weights))
    if damage == "nan":
        weights[first] = weights[first] * np.nan
    elif damage == "missing":
        del weights[first]
    elif damage == "surplus":
        weights["more"] = np.zeros(1, np.float32)
    elif damage == "whole numbers":
        weights[first] = weights[first].astype(np.int32)
    else:
        weights[first] = np.array([print], object)
    rewrite(copied, weights)
    with pytest.raises(GanlibError, match="judge.npz holds no weights of a judge's network"):
        judges.load(copied)


def test_a_file_that_is_no_archive_is_refused_even_with_the_right_checksum(copied):
    copied.write_bytes(b"weights")
    rewrite(copied)
    with pytest.raises(GanlibError, match="judge.npz holds no weights of a judge's network"):
        judges.load(copied)


# Training


def test_training_writes_a_judge_that_has_learnt_and_says_how(trained, digits):
    assert sorted(path.name for path in trained.path.parent.iterdir()) == [
        "small.json",
        "small.npz",
    ]
    record = json.loads(trained.path.with_suffix(".json").read_text(encoding="utf-8"))
    data, test = digits
    share = (trained(test.images).probabilities.argmax(axis=1) == test.labels).mean()
    assert record["test"]["accuracy"] == pytest.approx(share)
    assert share > 0.5  # a guess is right one time in ten
    counts = np.bincount(test.labels, minlength=10)
    mean = np.average(record["test"]["class_accuracy"], weights=counts)
    assert mean == pytest.approx(share, abs=1e-3)
    assert record["data"] == {
        "name": "mnist",
        "split": "train",
        "source": "synthetic",
        "origin": data.origin,
        "synthetic": True,
        "images": 640,
        "official_images": 60_000,
        "checksum": data.checksum,
    }
    assert record["test"]["checksum"] == test.checksum
    assert (record["seed"], record["epochs"]) == (3, 6)
    assert Settings(**record["settings"]).turn == 5.0
    assert record["sha256"] == hashlib.sha256(trained.path.read_bytes()).hexdigest()
    assert record["versions"]["keras"] == keras.__version__
    assert record["command"] == "python -m ganlib judge train mnist --epochs 6 --seed 3"


@pytest.mark.slow
def test_the_same_seed_trains_the_same_judge_and_the_bar_is_on_standard_error(
    trained, digits, copied, capsys
):
    copied.write_bytes(b"what was there before")
    keras.utils.set_random_seed(1)  # what was drawn before plays no part
    settings = Settings(**trained.record["settings"])
    again = train(*digits, copied, seed=3, settings=settings)
    assert copied.read_bytes() == trained.path.read_bytes()
    timeless = [{k: v for k, v in j.record.items() if k != "seconds"} for j in (trained, again)]
    assert timeless[0] == timeless[1]
    assert sorted(file.name for file in copied.parent.iterdir()) == ["judge.json", "judge.npz"]
    shown = capsys.readouterr()
    assert shown.out == "" and "6/6" in shown.err and "accuracy=" in shown.err


def test_a_data_set_of_another_name_has_settings_too(digits, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(keras.Model, "fit", lambda *_, **__: SimpleNamespace(history={"loss": [1]}))
    data = dataclasses.replace(digits[0], name="my own digits")
    path = tmp_path / "new" / "judge.npz"
    judge = train(data, digits[1], path, progress=False)
    assert (judge.name, judge.record["data"]["official_images"]) == ("my own digits", None)
    assert Settings(**judge.record["settings"]).shift == training.OTHERS.shift
    assert judge.describe().startswith("judge my own digits, test accuracy ")
    assert capsys.readouterr() == ("", "")


def test_another_seed_gives_other_weights_and_other_batches(digits):
    kernels = [build_network((14, 14, 1), seed).get_weights()[0] for seed in (0, 0, 1)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 0.1
    firsts = [
        next(iter(batches(digits[0], 128, seed).as_numpy_iterator()))["labels"]
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(firsts[0], firsts[1])
    assert (firsts[0] != firsts[2]).any()


def test_a_judge_learns_from_every_image_once_an_epoch_with_its_own_label(
    digits, tmp_path, monkeypatch
):
    """And from images as they are, where no augmentation is asked for."""
    parts = []

    def fit(classifier, stream, **_):
        for images, labels in stream.take(5):
            parts.append((images.numpy(), labels.numpy()))
        return SimpleNamespace(history={"loss": [1.0]})

    monkeypatch.setattr(keras.Model, "fit", fit)
    settings = Settings(epochs=1, batch_size=150)
    data = digits[0]
    train(*digits, tmp_path / "judge.npz", seed=2, progress=False, settings=settings)
    assert [len(images) for images, _ in parts] == [150, 150, 150, 150, 40]
    images, labels = (np.concatenate(column) for column in zip(*parts, strict=True))
    seen = {(i.tobytes(), int(n)) for i, n in zip(images, labels.argmax(axis=1), strict=True)}
    expected = (data.images / np.float32(127.5) - 1).astype(np.float32)
    assert seen == {(i.tobytes(), int(n)) for i, n in zip(expected, data.labels, strict=True)}
    assert (labels.sum(axis=1) == 1).all()


def test_blurred_images_join_as_a_part_of_a_class_of_their_own_and_grain_changes_no_label(digits):
    data = digits[0]
    settings = Settings(epochs=1, blurs=(1.0, 2.0), grains=(8.0,))
    joined = training._examples(data, settings, seed=0)
    assert len(joined) == 640 + 3 * 64
    np.testing.assert_array_equal(joined.images[:640], data.images)
    np.testing.assert_array_equal(joined.labels[:640], data.labels)
    assert (joined.labels[640:768] >= 10).all() and (joined.labels[768:] < 10).all()
    sharpness = [np.abs(np.diff(joined.images[a:b].astype(float), axis=1)).mean()
                 for a, b in ((704, 768), (640, 704), (0, 640), (768, 832))]  # fmt: skip
    assert sharpness == sorted(sharpness)


def test_a_judge_that_learns_what_blur_is_keeps_ten_classes(digits, trained, tmp_path):
    settings = Settings(**trained.record["settings"])
    sees = dataclasses.replace(settings, blurs=(1.0, 1.5, 2.0))
    judge = train(*digits, tmp_path / "j.npz", seed=3, progress=False, settings=sees)
    assert judge(digits[1].images).probabilities.shape == (200, 10)
    assert judge.record["test"]["accuracy"] > 0.8


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"labels": np.zeros(640, np.int64)}, "has 0 image.s. of class 1, where .* needs 10"),
        ({"labels": np.arange(640) % 11}, "needs a label from 0 to 9"),
        ({"labels": np.arange(600) % 10}, "a label from 0 to 9 for each image"),
        (
            {"images": np.zeros((640, 14, 14, 1), np.float32)},
            "train. is float32 of .*: give uint8 images",
        ),
        ({"images": np.zeros((640, 14, 14), np.uint8)}, r"\(640, 14, 14\): give uint8 images"),
        (
            {"images": np.zeros((640, 7, 14, 1), np.uint8)},
            r"\(640, 7, 14, 1\): .* sides from 8 to 256",
        ),
        (
            {"images": np.zeros((640, 16, 16, 1), np.uint8)},
            r"training set has shape \(640, 16, 16, 1\) and the test set",
        ),
    ],
)
def test_data_that_teach_nothing_are_one_sentence(digits, tmp_path, change, sentence):
    with pytest.raises(DataError, match=sentence):
        train(dataclasses.replace(digits[0], **change), digits[1], tmp_path / "judge.npz")
    assert list(tmp_path.iterdir()) == []


def test_the_test_images_may_not_be_the_training_images(digits, tmp_path):
    with pytest.raises(DataError, match="the test images are the training images"):
        train(digits[0], digits[0], tmp_path / "judge.npz")


@pytest.mark.parametrize("epochs", [0, -1, 1.5, math.nan])
def test_epochs_are_a_whole_number_above_zero(digits, tmp_path, epochs):
    with pytest.raises(GanlibError, match="epochs must be a whole number above 0"):
        train(*digits, tmp_path / "judge.npz", epochs=epochs)


def test_the_output_is_a_npz(digits, tmp_path):
    with pytest.raises(GanlibError, match="written to a .npz file, not .*judge.h5"):
        train(*digits, tmp_path / "judge.h5")


def test_a_training_that_diverges_leaves_no_files(digits, tmp_path, monkeypatch):
    ended = SimpleNamespace(history={"loss": [2.0, math.nan]})
    monkeypatch.setattr(keras.Model, "fit", lambda *_, **__: ended)
    with pytest.raises(GanlibError, match="diverged .*try another seed"):
        train(*digits, tmp_path / "judge.npz", progress=False)
    assert list(tmp_path.iterdir()) == []


# Augmentation


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (40, 12, 12, 1)).astype(np.float32)


def augmented(images: np.ndarray, settings: Settings, seed: int = 1) -> np.ndarray:
    for layer in augmentation(settings, seed):
        images = layer(images, training=True)
    return np.asarray(images)


def test_without_amounts_there_is_nothing_to_do():
    assert augmentation(Settings(epochs=1), 1) == []


def test_a_flip_mirrors_about_half_of_the_images(pictures):
    result = augmented(pictures, Settings(epochs=1, flip=True))
    mirrored = [
        np.allclose(a, b[:, ::-1], atol=1e-5) for a, b in zip(result, pictures, strict=True)
    ]
    kept = [np.allclose(a, b, atol=1e-5) for a, b in zip(result, pictures, strict=True)]
    assert np.logical_xor(mirrored, kept).all()
    assert 10 <= sum(mirrored) <= 30


def test_a_shift_moves_whole_pixels_and_repeats_the_border(pictures):
    result = augmented(pictures, Settings(epochs=1, shift=0.2))
    shifts = range(-2, 3)
    bordered = np.pad(pictures, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    found = set()
    for image, source in zip(result, bordered, strict=True):
        matches = [
            (down, right)
            for down in shifts
            for right in shifts
            if np.allclose(image, source[2 + down : 14 + down, 2 + right : 14 + right], atol=1e-5)
        ]
        assert len(matches) == 1
        found |= set(matches)
    assert {down for down, _ in found} == {right for _, right in found} == set(shifts)


def test_a_turn_and_a_zoom_keep_the_centre_where_it_is():
    y, x = np.mgrid[:33, :33] - 16.0
    blob = np.exp(-(x**2 + y**2) / 18)[None, :, :, None].astype(np.float32)
    settings = Settings(epochs=1, turn=30.0, zoom=0.2)
    result = augmented(np.repeat(blob, 20, axis=0), settings)[..., 0]
    masses = result.sum(axis=(1, 2))
    assert (result * x).sum(axis=(1, 2)) / masses == pytest.approx(np.zeros(20), abs=0.05)
    assert (result * y).sum(axis=(1, 2)) / masses == pytest.approx(np.zeros(20), abs=0.05)
    # Seen 1 / (1 + zoom) times as large, a blob covers the square of that.
    sizes = np.sqrt(masses / blob.sum())
    assert 1 / 1.2 - 0.01 <= sizes.min() < 0.9 and 1.1 < sizes.max() <= 1 / 0.8 + 0.01


def test_brightness_and_contrast_change_each_image_linearly(pictures):
    pictures = pictures / 2  # so that nothing leaves [-1, 1]
    result = augmented(pictures, Settings(epochs=1, brightness=0.2, contrast=0.3))
    slopes, offsets = [], []
    for image, source in zip(result, pictures, strict=True):
        centred = source - source.mean()
        slope, offset = np.polyfit(centred.ravel(), image.ravel(), 1)
        np.testing.assert_allclose(image, slope * centred + offset, atol=1e-4)
        slopes.append(slope)
        offsets.append(offset - source.mean())
    assert 0.7 <= min(slopes) < 0.8 and 1.2 < max(slopes) <= 1.3
    assert -0.2 <= min(offsets) < -0.1 and 0.1 < max(offsets) <= 0.2


def test_brightened_images_stay_in_their_range(pictures):
    result = augmented(pictures, Settings(epochs=1, brightness=0.5, contrast=0.3))
    assert (result.min(), result.max()) == (-1.0, 1.0)


def test_augmentation_depends_on_the_seed_alone(pictures):
    settings = Settings(epochs=1, shift=0.2, turn=20.0, zoom=0.1)
    one, same, other = (augmented(pictures, settings, n) for n in (2, 2, 3))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0.1
