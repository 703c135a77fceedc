"""Arrays as users have them: read where they have one meaning, else refused with what mends them.

Every line of numpy that a refusal gives is carried out here, and what it makes is read.
"""

import re

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)

from ganlib.datasets import load
from ganlib.datasets.arrays import uniform
from ganlib.errors import DataError

COUNT = 12
RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (COUNT, 28, 28, 1), dtype=np.uint8)
GREY[0, 0, :2, 0] = 0, 255  # the whole range is there
COLOUR = RNG.integers(0, 256, (COUNT, 32, 32, 3), dtype=np.uint8)
LABELS = np.arange(COUNT) % 10


def read(images, labels=LABELS, shape=None, classes=10):
    shape = shape or ((32, 32, 3) if {32, 3072} & {*images.shape[:3]} else (28, 28, 1))
    return uniform(images, labels, shape, classes, "the set")


def refusal(images, labels=LABELS, shape=None):
    with pytest.raises(DataError) as caught:
        read(images, labels, shape)
    assert "\n" not in str(caught.value)
    return str(caught.value)


SHAPES = {
    "as it should be": (GREY, GREY),
    "no axis for the channel": (GREY[..., 0], GREY),
    "flat": (GREY.reshape(COUNT, 784), GREY),
    "flat, with an axis": (GREY.reshape(COUNT, 784, 1), GREY),
    "channels first": (GREY.transpose(0, 3, 1, 2), GREY),
    "images last": (GREY[..., 0].transpose(1, 2, 0), GREY),
    "images last, with an axis": (GREY.transpose(1, 2, 3, 0), GREY),
    "grey, three times": (np.repeat(GREY, 3, axis=3), GREY),
    "28 images stay in order": (
        np.tile(GREY[..., 0], (3, 1, 1))[:28],
        np.tile(GREY, (3, 1, 1, 1))[:28],
    ),
    "colour": (COLOUR, COLOUR),
    "colour, channels first": (COLOUR.transpose(0, 3, 1, 2), COLOUR),
    "colour, images last": (COLOUR.transpose(1, 2, 3, 0), COLOUR),
    "32 colour images": (np.tile(COLOUR, (3, 1, 1, 1))[:32], np.tile(COLOUR, (3, 1, 1, 1))[:32]),
    "not in one piece": (np.asfortranarray(GREY), GREY),
}


@pytest.mark.parametrize("case", SHAPES)
def test_shapes_of_one_meaning_are_read(case):
    given, expected = SHAPES[case]
    images, _ = read(given, np.zeros(len(expected), int), expected.shape[1:])
    np.testing.assert_array_equal(images, expected)
    assert images.dtype == np.uint8 and images.flags.c_contiguous


RANGES = {
    "float32 in [0, 1]": (GREY / np.float32(255)),
    "float64 in [0, 1]": GREY / 255,
    "float16 in [0, 1]": (GREY / 255).astype(np.float16),
    "floats in [-1, 1]": GREY / 127.5 - 1,
    "float32 in [-1, 1]": GREY / np.float32(127.5) - 1,
    "floats in [0, 255]": GREY.astype(np.float32),
    "a rounding error beyond 1": GREY / np.float32(255) * np.float32(1.0000002),
    "a rounding error beyond -1": (GREY / np.float32(127.5) - 1) * np.float32(1.0000002),
    "a rounding error beyond 255": GREY * np.float32(1.0000001),
    "wide integers": GREY.astype(np.int64),
    "uint16 up to 255": GREY.astype(np.uint16),
}


@pytest.mark.parametrize("case", RANGES)
def test_ranges_of_one_meaning_are_read(case):
    images, _ = read(RANGES[case])
    np.testing.assert_array_equal(images, GREY)


def test_booleans_are_black_and_white():
    images, _ = read(GREY > 100)
    np.testing.assert_array_equal(images, np.where(GREY > 100, 255, 0))


def test_images_that_are_black_altogether_are_read():
    assert not read(np.zeros_like(GREY))[0].any()


MENDED = {
    "0 and 1 as uint8": (GREY > 100).astype(np.uint8),
    "0 and 1 as int64": (GREY > 100).astype(np.int64),
    "all ones": np.ones_like(GREY),
    "-1 to 1 as integers": np.where(GREY > 100, 1, -1),
    "integers beyond 255": GREY.astype(np.int32) * 10,
    "16 bits": GREY.astype(np.uint16) * 257,
    "negative integers": GREY.astype(np.int16) - 128,
    "floats up to 2.55": GREY / 100,
    "standardised": (GREY - 33.3) / 78.6,
    "floats beyond 255": GREY * 3.0,
    "floats in [-0.5, 0.5]": GREY / 255 - 0.5,
    "floats about zero": GREY / 255 - 0.5 + 0.2,
    "NaN": np.where(GREY > 250, np.nan, GREY),
    "infinite": np.where(GREY > 250, np.inf, GREY),
    "colours where grey belongs": COLOUR[:, :28, :28],
    "colours, channels first": COLOUR[:, :28, :28].transpose(0, 3, 1, 2),
    "grey where colours belong": COLOUR[..., 0],
    "grey, with an axis": COLOUR[..., :1],
    "transparency": np.concatenate([COLOUR, COLOUR[..., :1]], axis=3),
    "flat colours": COLOUR.reshape(COUNT, -1),
    "columns": GREY.reshape(COUNT, -1).T,
    "one image": GREY[0],
    "one image without an axis": GREY[0, ..., 0],
    "one image in colour": COLOUR[0],
}


@pytest.mark.parametrize("case", MENDED)
def test_the_line_that_a_refusal_gives_mends_it(case):
    images = MENDED[case]
    message = refusal(images, None)
    shape = (32, 32, 3) if "32×32×3" in message else (28, 28, 1)
    line = re.search(
        r"(?:save |; )((?:np\.|\(?\(?images)[^;]*?)(?:, or|,? without|;| sets|, their|$)", message
    )
    mended = eval(line[1], {"np": np, "images": images})
    result, _ = read(mended, None, shape)
    assert result.shape[1:] == shape and result.max() > 100


@pytest.mark.parametrize(
    "images", [GREY[:, :14], GREY.reshape(-1, 14, 14, 1), np.ones((3, 3)), np.array(5)]
)
def test_images_of_another_size_are_another_set(images):
    assert "is this another data set? A folder of another name" in refusal(images)


@pytest.mark.parametrize("images", [GREY.astype(str), GREY * 1j, GREY.astype("M8[s]")])
def test_what_is_no_number_is_no_image(images):
    assert "where numbers from 0 to 255 belong" in refusal(images)


def test_an_empty_array_holds_no_images():
    assert "it holds no images" in refusal(GREY[:0], LABELS[:0])


LABELLED = {
    "a column": LABELS[:, None],
    "a row": LABELS[None],
    "one-hot": np.eye(10)[LABELS],
    "one-hot as uint8": np.eye(10, dtype=np.uint8)[LABELS],
    "one-hot as booleans": np.eye(10, dtype=bool)[LABELS],
    "digits as text": LABELS.astype(str),
    "digits as bytes": LABELS.astype("S"),
    "floats": LABELS.astype(float),
    "a column of text": LABELS.astype(str)[:, None],
    "uint8": LABELS.astype(np.uint8),
}


@pytest.mark.parametrize("case", LABELLED)
def test_labels_of_one_meaning_are_read(case):
    _, labels = read(GREY, LABELLED[case])
    assert labels.tolist() == LABELS.tolist() and labels.dtype == np.int64


WRONG_LABELS = {
    "soft": (np.full((COUNT, 10), 0.1), "labels.argmax(axis=1)"),
    "words": (np.array(["cat", "dog"] * 6), "np.unique(labels, return_inverse=True)[1]"),
    "halves": (LABELS + 0.5, "labels.round().astype(int)"),
    "NaN": (np.where(LABELS > 5, np.nan, LABELS), "labels.round().astype(int)"),
    "from 1 to 10": (LABELS + 1, "labels % 10 counts 10 as 0, labels - 1 counts from 0"),
    "negative": (LABELS - 1, "label -1 at position 0 is not in 0 to 9"),
    "too large": (LABELS * 100, "label 100 at position 1 is not in 0 to 9"),
    "beyond a cast": (LABELS.astype(np.uint64) + 2**63, "label 9223372036854775808"),
    "infinite": (np.where(LABELS > 5, np.inf, LABELS), "labels.round().astype(int)"),
    "fewer": (LABELS[1:], "12 images but labels of shape (11,)"),
    "boxes": (np.ones((COUNT, 2, 2)), "one label per image belongs there"),
}


@pytest.mark.parametrize("case", WRONG_LABELS)
def test_other_labels_are_refused_with_what_mends_them(case):
    labels, sentence = WRONG_LABELS[case]
    assert sentence in refusal(GREY, labels)


# In files


@pytest.mark.parametrize(
    "names",
    [("images", "labels"), ("x", "y"), ("X", "y"), ("data", "target"), ("arr_0", "arr_1")]
    + [("x_train", "y_train"), ("train_images", "train_labels")],
)
def test_archives_name_their_arrays_as_people_do(tmp_path, names):
    (tmp_path / "mnist").mkdir()
    np.savez(tmp_path / "mnist" / "train.npz", **dict(zip(names, (GREY, LABELS), strict=True)))
    data = load("mnist", data_dir=tmp_path)
    np.testing.assert_array_equal(data.images, GREY)
    assert data.labels.tolist() == LABELS.tolist()


def test_labels_may_be_missing_where_nothing_needs_them(tmp_path):
    (tmp_path / "mnist").mkdir()
    np.savez(tmp_path / "mnist" / "train.npz", images=GREY)
    data = load("mnist", data_dir=tmp_path)
    assert data.labels is None and len(data) == COUNT
    assert data.describe() and data.checksum and data.content


def test_an_unknown_array_beside_the_images_may_be_the_labels(tmp_path):
    (tmp_path / "mnist").mkdir()
    np.savez(tmp_path / "mnist" / "train.npz", images=GREY, lables=LABELS)
    with pytest.raises(DataError, match='lacks "labels", but holds "lables": call the labels'):
        load("mnist", data_dir=tmp_path)


def test_two_arrays_that_could_be_the_images_are_a_question(tmp_path):
    (tmp_path / "mnist").mkdir()
    np.savez(tmp_path / "mnist" / "train.npz", x=GREY, data=GREY, y=LABELS)
    with pytest.raises(DataError, match='holds "data", "x": keep the one that is meant'):
        load("mnist", data_dir=tmp_path)


def test_nearly_black_images_are_read_with_a_warning(tmp_path, caplog):
    (tmp_path / "mnist").mkdir()
    np.savez(tmp_path / "mnist" / "train.npz", images=GREY // 16, labels=LABELS)
    assert load("mnist", data_dir=tmp_path).images.max() == 15
    assert "no pixel is above 15 of 255" in caplog.text and "train.npz" in caplog.text


def test_an_array_set_of_ones_own_has_its_own_size_and_classes(tmp_path):
    (tmp_path / "own").mkdir()
    images = RNG.integers(0, 256, (COUNT, 16, 20, 3), dtype=np.uint8)
    np.savez(
        tmp_path / "own" / "train.npz", images=images.transpose(0, 3, 1, 2), labels=LABELS * 50
    )
    data = load("own", data_dir=tmp_path)
    np.testing.assert_array_equal(data.images, images)
    assert data.describe() == "own train: 12 images 16×20×3 from files train.npz"
    assert data.labels.max() == 450 and data.content and data.checksum
    assert load("own", data_dir=tmp_path, channels=1).images.shape == (COUNT, 16, 20, 1)
    with pytest.raises(DataError, match=r"own has 3 channel\(s\), which do not make 4"):
        load("own", data_dir=tmp_path, channels=4)
