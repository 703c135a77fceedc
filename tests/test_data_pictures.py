"""A folder of pictures as a data set."""

import os
import zipfile

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)
from PIL import Image

from ganlib.datasets import kept, load, pictures, places
from ganlib.errors import DataError

RNG = np.random.default_rng(0)
SMOOTH = np.linspace(0, 255, 24 * 32 * 3).reshape(24, 32, 3).astype(np.uint8)
"""A picture that survives JPEG and resizing nearly unchanged."""


def save(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


def digits(folder, count=20, split="", classes=10):
    images = RNG.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    for number, image in enumerate(images):
        save(folder / split / str(number % classes) / f"{number}.png", image)
    order = sorted(range(count), key=lambda n: (str(n % classes), f"{n}.png"))
    return images[order], np.array(order) % classes


def faces(tmp_path, **files):
    for name, array in files.items():
        save(tmp_path / "faces" / f"{name}.png", array)


# Sets


def test_class_folders_of_digits_are_mnist(tmp_path):
    images, labels = digits(tmp_path / "mnist")
    data = load("mnist", data_dir=tmp_path)
    np.testing.assert_array_equal(data.images[..., 0], images)
    np.testing.assert_array_equal(data.labels, labels)
    assert data.origin == "mnist (20 picture(s))"


@pytest.mark.parametrize("words", [("train", "test"), ("training", "testing"), ("Train", "Test")])
@pytest.mark.parametrize("deep", ["", "mnist_png"])
def test_folders_name_the_split(tmp_path, words, deep):
    for split, word, count in zip(("train", "test"), words, (20, 10), strict=True):
        images, labels = digits(tmp_path / "mnist" / deep, count, word)
        data = load("mnist", split, data_dir=tmp_path)
        np.testing.assert_array_equal(data.images[..., 0], images)
        np.testing.assert_array_equal(data.labels, labels)


def test_pictures_without_a_test_folder_are_no_test_images(tmp_path):
    digits(tmp_path / "mnist")
    with pytest.raises(DataError, match="none for the split 'test': put some into a folder test/"):
        load("mnist", "test", data_dir=tmp_path, stand_in="fallback")


def test_words_as_folders_are_classes_in_alphabetical_order(tmp_path):
    for name, value in (("dog", 10), ("cat", 200), ("Ape", 90)):
        save(tmp_path / "pets" / name / "1.png", np.full((8, 8, 3), value, np.uint8))
    data = load("pets", data_dir=tmp_path)
    assert data.labels.tolist() == [0, 1, 2]
    assert data.images[:, 0, 0, 0].tolist() == [90, 200, 10]
    assert data.describe() == "pets train: 3 images 8×8×3 from files pets (3 picture(s))"


@pytest.mark.parametrize("place", ["faces", "faces/img_align_celeba"])
def test_one_folder_is_no_class(tmp_path, place):
    for number in range(3):
        save(tmp_path / place / f"{number}.jpg", SMOOTH)
    assert load("faces", data_dir=tmp_path).labels is None


@pytest.mark.parametrize("place", ["faces.zip", "faces/img_align_celeba.zip"])
def test_pictures_are_read_from_a_zip_archive(tmp_path, place):
    faces(tmp_path, one=SMOOTH, two=SMOOTH[::-1].copy())
    (tmp_path / "data" / "faces").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "data" / place, "w") as archive:
        for name in ("one", "two"):
            archive.write(tmp_path / "faces" / f"{name}.png", f"img_align_celeba/{name}.png")
    data = load("faces", data_dir=tmp_path / "data")
    np.testing.assert_array_equal(data.images, [SMOOTH, SMOOTH[::-1]])
    assert data.labels is None


def test_a_name_without_a_folder_is_no_set(tmp_path):
    for name in ("faces", "..", ".", "", "a/../.."):
        with pytest.raises(DataError, match="there is no data set .* or put a folder of that name"):
            load(name, data_dir=tmp_path)


@pytest.mark.parametrize("name", ["own/faces", "own/faces/"])
def test_a_folder_in_a_folder_is_a_set_too(tmp_path, name):
    save(tmp_path / "own" / "faces" / "a.png", SMOOTH)
    assert len(load(name, data_dir=tmp_path)) == 1
    assert len(load(str(tmp_path / name), data_dir=tmp_path)) == 1


def test_a_loop_of_links_counts_no_picture_twice(tmp_path):
    save(tmp_path / "faces" / "a.png", SMOOTH)
    try:
        (tmp_path / "faces" / "loop").symlink_to(tmp_path / "faces", target_is_directory=True)
    except OSError as error:
        pytest.skip(f"this system makes no links here ({error})")
    assert len(load("faces", data_dir=tmp_path)) == 1


def test_a_name_of_odd_bytes_can_be_printed(tmp_path, caplog):
    save(tmp_path / "faces" / "a.png", SMOOTH)
    try:
        with open(os.fsencode(tmp_path / "faces") + b"/\xff\n.txt", "w"):
            pass
    except OSError as error:
        pytest.skip(f"this system takes no such names ({error})")
    load("faces", data_dir=tmp_path)
    caplog.text.encode()
    assert "??.txt" in caplog.text


# One picture


@pytest.mark.parametrize("ending", ["png", "jpg", "jpeg", "webp", "bmp", "gif", "tiff", "ppm"])
def test_every_usual_format_is_read(tmp_path, ending):
    save(tmp_path / "faces" / f"a.{ending}", SMOOTH)
    save(tmp_path / "faces" / f"b.{ending.upper()}", SMOOTH)
    data = load("faces", data_dir=tmp_path, size=(24, 32), channels=3)
    assert len(data) == 2
    assert np.abs(data.images.astype(int) - SMOOTH).mean() < 12


MODES = {
    "grey": ("L", lambda: Image.fromarray(np.full((8, 8), 200, np.uint8)), 200),
    "black and white": (
        "1",
        lambda: Image.fromarray(np.full((8, 8), 255, np.uint8)).convert("1"),
        255,
    ),
    "16 bits": ("I;16", lambda: Image.fromarray(np.full((8, 8), 200 * 257, np.uint16)), 200),
    "palette": ("P", lambda: Image.new("RGB", (8, 8), (200, 200, 200)).quantize(4), 200),
    "transparent": ("RGBA", lambda: Image.new("RGBA", (8, 8), (0, 0, 0, 0)), 255),
    "half transparent": ("RGBA", lambda: Image.new("RGBA", (8, 8), (0, 0, 0, 128)), 127),
    "grey with transparency": ("LA", lambda: Image.new("LA", (8, 8), (0, 0)), 255),
    "print colours": ("CMYK", lambda: Image.new("CMYK", (8, 8), (0, 0, 0, 0)), 255),
}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("case", MODES)
def test_every_usual_mode_is_read(tmp_path, case, channels):
    mode, image, value = MODES[case]
    (tmp_path / "faces").mkdir()
    path = tmp_path / "faces" / ("a.tiff" if mode == "CMYK" else "a.png")
    image().save(path)
    data = load("faces", data_dir=tmp_path, channels=channels, size=(8, 8))
    assert data.images.shape == (1, 8, 8, channels)
    assert np.abs(data.images.astype(int) - value).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_that_was_turned_is_turned_back(tmp_path, orientation):
    operations = {
        2: [0],
        3: [3],
        4: [1],
        5: [5],
        6: [2],
        7: [6],
        8: [4],
    }  # Image.Transpose, inverse
    image = Image.fromarray(SMOOTH)
    for operation in operations.get(orientation, []):
        image = image.transpose(Image.Transpose(operation))
    exif = Image.Exif()
    exif[0x0112] = orientation
    (tmp_path / "faces").mkdir()
    image.save(tmp_path / "faces" / "a.jpg", exif=exif, quality=95)
    data = load("faces", data_dir=tmp_path, size=(24, 32), channels=3)
    assert np.abs(data.images[0].astype(int) - SMOOTH).mean() < 6


def test_the_largest_centred_part_is_taken_and_resized(tmp_path):
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 250  # its centre
    tall = wide.transpose(1, 0, 2).copy()
    faces(tmp_path, tall=tall, wide=wide, small=np.full((3, 3, 3), 250, np.uint8))
    data = load("faces", data_dir=tmp_path, size=(10, 10), channels=3)
    assert data.images.shape == (3, 10, 10, 3)
    assert (data.images[:, 2:-2, 2:-2] == 250).all() and data.images.min() > 200


def test_a_picture_of_the_wanted_size_is_left_as_it_is(tmp_path):
    noise = RNG.integers(0, 256, (24, 32, 3), dtype=np.uint8)
    faces(tmp_path, a=noise)
    np.testing.assert_array_equal(load("faces", data_dir=tmp_path).images[0], noise)


def test_the_first_pictures_size_counts_up_to_a_limit(tmp_path):
    faces(tmp_path, a=np.zeros((512, 256, 3), np.uint8), b=SMOOTH)
    assert load("faces", data_dir=tmp_path).images.shape == (2, 128, 64, 3)


def test_a_large_jpeg_costs_no_more_than_it_must(tmp_path):
    (tmp_path / "faces").mkdir()
    Image.new("RGB", (6000, 4000), (10, 200, 30)).save(tmp_path / "faces" / "a.jpg")
    file = tmp_path / "faces" / "a.jpg"
    image = pictures.decoded(file, (64, 64, 3))
    assert np.abs(image.astype(int) - [10, 200, 30]).max() < 6


# What is left out


def test_damaged_and_foreign_files_are_named_once_and_left_out(tmp_path, caplog):
    faces(tmp_path, a=SMOOTH, b=SMOOTH, c=SMOOTH)
    folder = tmp_path / "faces"
    whole = (folder / "b.png").read_bytes()
    (folder / "b.png").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("hello")
    (folder / "d.jpg").write_text("<html>404</html>")
    (folder / ".DS_Store").write_bytes(b"")
    (folder / "Thumbs.db").write_bytes(b"")
    data = load("faces", data_dir=tmp_path)
    assert len(data) == 2
    (record,) = caplog.records
    assert "notes.txt, b.png, d.jpg" in record.getMessage() and "Thumbs" not in caplog.text


def test_labels_stay_with_their_pictures_when_one_is_left_out(tmp_path):
    images, labels = digits(tmp_path / "mnist")
    (tmp_path / "mnist" / "0" / "0.png").write_bytes(b"no picture")
    data = load("mnist", data_dir=tmp_path)
    np.testing.assert_array_equal(data.images[..., 0], images[1:])
    np.testing.assert_array_equal(data.labels, labels[1:])


def test_pictures_of_no_split_are_named(tmp_path, caplog):
    digits(tmp_path / "mnist", split="train")
    save(tmp_path / "mnist" / "validation" / "1" / "x.png", SMOOTH)
    assert len(load("mnist", data_dir=tmp_path)) == 20
    assert "validation/1/x.png" in caplog.text


def test_a_folder_of_nothing_readable_is_one_sentence(tmp_path):
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "a.jpg").write_bytes(b"")
    with pytest.raises(DataError, match="no picture can be read, of a.jpg: replace them"):
        load("faces", data_dir=tmp_path)


def test_a_class_that_the_set_does_not_have_is_refused(tmp_path):
    save(tmp_path / "mnist" / "12" / "x.png", np.zeros((28, 28), np.uint8))
    with pytest.raises(DataError, match="label 12 at position 0 is not in 0 to 9"):
        load("mnist", data_dir=tmp_path)


def test_a_bomb_is_left_out(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    faces(tmp_path, a=np.zeros((8, 8, 3), np.uint8), b=np.zeros((60, 60, 3), np.uint8))
    assert len(load("faces", data_dir=tmp_path)) == 1
    assert "b.png" in caplog.text


# Memory


def test_batches_hold_no_more_than_a_batch(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "BATCH", 4)
    digits(tmp_path / "d", count=10, classes=1)
    found = pictures.find(tmp_path / "d", places.files(tmp_path / "d"), "train")
    parts = list(found.batches((28, 28, 1)))
    assert [len(images) for images in parts] == [4, 4, 2]
    assert {image.shape for images in parts for image in images} == {(28, 28, 1)}


def test_more_than_the_limit_lies_on_disk_and_is_the_same(tmp_path, monkeypatch):
    images, labels = digits(tmp_path / "mnist")
    monkeypatch.setattr(kept, "IN_MEMORY", 1000)
    data = load("mnist", data_dir=tmp_path)
    base = data.images
    while base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)
    np.testing.assert_array_equal(data.images[..., 0], images)
    np.testing.assert_array_equal(data.labels, labels)


def test_a_full_disk_is_told_before_anything_is_read(tmp_path, monkeypatch):
    digits(tmp_path / "mnist")
    monkeypatch.setattr(kept, "IN_MEMORY", 1000)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("", (), {"free": 10}))
    with pytest.raises(DataError, match="20 pictures need 0.0 GB, but .* set TMPDIR"):
        load("mnist", data_dir=tmp_path)
