"""CelebA: its splits, its crop, its stand-in, and a judge of faces that have no classes."""

import dataclasses
import io
import zipfile

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)
from PIL import Image

from ganlib import recipes
from ganlib.datasets import Dataset, load
from ganlib.datasets.catalog import CELEB_A_SIZES, celeb_a_parts
from ganlib.datasets.synthetic import faces
from ganlib.errors import DataError
from ganlib.evaluation.judges import puzzles
from ganlib.evaluation.metrics import registry
from ganlib.evaluation.metrics.registry import Real, Sample


def archive(folder, numbers, size=(178, 218), name="img_align_celeba.zip"):
    """A zip as the official one: grey around a white square of 108 pixels in the middle."""
    folder.mkdir(parents=True, exist_ok=True)
    width, height = size
    pixels = np.full((height, width, 3), 60, np.uint8)
    top, left = (height - 108) // 2, (width - 108) // 2
    pixels[top : top + 108, left : left + 108] = 250
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    with zipfile.ZipFile(folder / name, "w") as packed:
        for number in numbers:
            packed.writestr(f"img_align_celeba/{number:06d}.png", content.getvalue())


# Splits


def test_the_full_set_is_split_as_the_official_list_says():
    total = sum(CELEB_A_SIZES.values())
    assert total == 202_599
    parts = celeb_a_parts([f"{n:06d}.jpg" for n in range(1, total + 1)])
    assert {name: parts.count(name) for name in CELEB_A_SIZES} == CELEB_A_SIZES
    # Two lines of list_eval_partition.txt: 162771 is the first of validation, 182638 of test.
    assert parts[162_769:162_771] == ["train", "validation"]
    assert parts[182_636:182_638] == ["validation", "test"]


def test_of_a_part_every_tenth_picture_is_for_testing_whatever_the_order():
    names = [f"{n:06d}.jpg" for n in range(1, 101)]
    parts = celeb_a_parts(names)
    assert [n for n, part in zip(names, parts, strict=True) if part == "test"] == names[9::10]
    assert celeb_a_parts(names[::-1]) == parts[::-1]


def test_splits_do_not_overlap(tmp_path):
    archive(tmp_path / "celeb_a", range(1, 31))
    counts = [len(load("celeb_a", split, data_dir=tmp_path)) for split in ("train", "test")]
    assert counts == [27, 3]
    with pytest.raises(DataError, match="none for the split 'validation'"):
        load("celeb_a", "validation", data_dir=tmp_path)


# Pictures


@pytest.mark.parametrize("place", ["celeb_a", "CelebA"])
def test_the_middle_108_pixels_of_an_official_picture_are_taken(tmp_path, place):
    archive(tmp_path / place, range(1, 11))
    data = load("celeb_a", data_dir=tmp_path)
    assert data.images.shape == (9, 64, 64, 3) and data.labels is None
    assert data.images.min() >= 249, "nothing of the frame, which is 60"


def test_a_picture_that_is_small_already_is_not_cropped(tmp_path):
    (tmp_path / "celeb_a").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    for number in range(1, 11):
        Image.fromarray(pixels).save(tmp_path / "celeb_a" / f"{number:06d}.png")
    np.testing.assert_array_equal(load("celeb_a", data_dir=tmp_path).images[0], pixels)


def test_a_set_prepared_by_tfds_gives_the_same_pixels_as_the_files(tmp_path, monkeypatch):
    tfds = pytest.importorskip("tensorflow_datasets")
    from ganlib.startup import tf

    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (12, 10, 8, 3), dtype=np.uint8)
    pixels = [np.asarray(Image.fromarray(image).resize((178, 218))) for image in small]
    store = tmp_path / "store"
    monkeypatch.setenv("TFDS_DATA_DIR", str(store))
    tfds.dataset_builders.store_as_tfds_dataset(
        "celeb_a",
        version="2.1.0",
        features=tfds.features.FeaturesDict({"image": tfds.features.Image(shape=(218, 178, 3))}),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices({"image": np.stack(pixels)})},
        data_dir=store,
    )
    found = load("celeb_a")
    assert (found.source, found.images.shape) == ("tfds", (12, 64, 64, 3))
    (tmp_path / "data" / "celeb_a" / "train").mkdir(parents=True)
    for number, image in enumerate(pixels):
        Image.fromarray(image).save(tmp_path / "data" / "celeb_a" / "train" / f"{number:06d}.png")
    files = load("celeb_a", data_dir=tmp_path / "data")
    assert {i.tobytes() for i in found.images} == {i.tobytes() for i in files.images}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a zip"])
def test_a_damaged_zip_is_refused_in_a_sentence(tmp_path, content):
    (tmp_path / "celeb_a").mkdir()
    (tmp_path / "celeb_a" / "img_align_celeba.zip").write_bytes(content)
    with pytest.raises(DataError, match="damaged or is not a zip archive .*: download"):
        load("celeb_a", data_dir=tmp_path, stand_in="fallback")


def test_a_zip_with_a_password_is_refused_in_a_sentence(tmp_path):
    archive(tmp_path / "celeb_a", range(1, 4))
    file = tmp_path / "celeb_a" / "img_align_celeba.zip"
    content = bytearray(file.read_bytes())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1  # the flag of encryption
    file.write_bytes(content)
    with pytest.raises(DataError, match="locked with a password: unpack it"):
        load("celeb_a", data_dir=tmp_path)


def test_an_archive_of_nothing_says_what_is_read(tmp_path):
    archive(tmp_path / "celeb_a", [])
    with pytest.raises(DataError, match="what is read is pictures, packed or not"):
        load("celeb_a", data_dir=tmp_path)


# The stand-in


def test_the_stand_in_is_drawn_faces_without_labels():
    data = load("celeb_a", "test", stand_in="always")
    assert data.synthetic and data.labels is None and data.images.shape == (1000, 64, 64, 3)
    assert data.describe().startswith("SYNTHETIC stand-in for celeb_a test")


def test_who_smiles_shows_teeth():
    images, labels = faces.generate(400, 3)
    mouth = images[:, 42:45, 28:36].astype(float).mean(axis=(1, 2, 3))
    assert mouth[labels == 1].mean() > mouth[labels == 0].mean() + 30
    assert 150 < labels.sum() < 250


# Recipes


@pytest.mark.parametrize(
    ("name", "parameters"),
    # By hand, for celeba-dcgan: 100·8192 + 2·8192, then 25 weights for each pair of channels.
    [("celeba-dcgan", 5_128_643), ("celeba-express", 2_315_020)],
)
def test_faces_have_recipes_of_64_pixels_in_colour(name, parameters):
    recipe = recipes.get(name)
    assert (recipe.dataset, recipe.image_shape) == ("celeb_a", (64, 64, 3))
    built = recipe.build()
    assert built["generator"].output_shape == (None, 64, 64, 3)
    assert built["discriminator"].output_shape == (None, 1)
    assert built["generator"].count_params() == parameters


def test_the_networks_of_the_report_have_four_layers_of_5x5():
    for network in recipes.get("celeba-dcgan").build().values():
        kernels = [w.shape[:2] for w in network.trainable_variables if len(w.shape) == 4]
        assert kernels == [(5, 5)] * 4


# Puzzles


@pytest.fixture(scope="module")
def drawn():
    images, _ = faces.generate(400, 0)
    return Dataset("drawn", "train", images, None, "synthetic", "a test")


def test_each_image_gets_a_puzzle_and_all_are_equally_frequent(drawn):
    made = puzzles.puzzles(drawn)
    assert made.images.shape == (400, 64, 64, 3) and made.images.dtype == np.uint8
    assert np.bincount(made.labels, minlength=10).tolist() == [40] * 10
    np.testing.assert_array_equal(puzzles.puzzles(drawn).images, made.images)
    assert (puzzles.puzzles(drawn, seed=1).labels != made.labels).any()


@pytest.mark.parametrize("side", [(8, 8), (28, 28), (30, 41)])
def test_only_what_the_label_says_is_done(side):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, *side, 3), dtype=np.uint8)
    before = images.copy()
    labels = np.arange(40) % 10
    done = puzzles.damaged(images, labels, rng)
    np.testing.assert_array_equal(images, before)
    same = (done == images).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(same, labels == 0)
    np.testing.assert_array_equal(done[labels == 1], images[labels == 1, ::-1])
    mirrored = done[labels == 4]
    half = side[1] // 2
    np.testing.assert_array_equal(mirrored[:, :, :half], mirrored[:, :, ::-1][:, :, :half])
    upper = slice(None), slice(0, side[0] // 2)
    np.testing.assert_array_equal(done[labels == 7][upper], images[labels == 7][upper])
    for kept in (1, 2, 3, 6, 8):  # the same pixels in other places
        for one, other in zip(done[labels == kept], images[labels == kept], strict=True):
            np.testing.assert_array_equal(
                np.sort(one.reshape(-1, 3), axis=0), np.sort(other.reshape(-1, 3), axis=0)
            )


def test_a_judge_of_puzzles_has_features_and_no_classes(drawn, tmp_path):
    from ganlib.evaluation.judges import training
    from ganlib.evaluation.judges.augmentation import Settings

    small = dataclasses.replace(drawn, images=drawn.images[:, ::4, ::4])
    test = dataclasses.replace(small, split="test", images=small.images[::-1])
    judge = training.train(
        small, test, tmp_path / "j.npz", progress=False, settings=Settings(epochs=1)
    )
    judged = judge(small.images[:20])
    assert judged.features.shape == (20, 64) and judged.puzzled
    assert "puzzles solved" in judge.describe()
    sample = Sample.of(judge, small.images)
    missing = registry.unmet(sample, Real(sample, small.images))
    assert missing["inception_score"] == "a judge with classes" and "frechet" not in missing
