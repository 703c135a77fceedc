"""Decoded pictures that are kept, and decoded again when a file changes."""

import json
import os
import zipfile

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)
from PIL import Image

from ganlib.datasets import load, pictures
from ganlib.errors import DataError

COUNT = 12


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(pictures, "MANY", COUNT - 2)


@pytest.fixture
def decodings(monkeypatch):
    """The files that were decoded, one after the other."""
    seen, decoded = [], pictures.decoded
    monkeypatch.setattr(
        pictures, "decoded", lambda file, *rest: seen.append(file.name) or decoded(file, *rest)
    )
    return seen


def folder_of(tmp_path, count=COUNT):
    rng = np.random.default_rng(0)
    (tmp_path / "own").mkdir()
    for number in range(count):
        pixels = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "own" / f"{number:02d}.png")
    return tmp_path / "own"


def again(tmp_path, decodings, **options):
    """What a second reading gives, and how many files it decoded besides the first for its size."""
    decodings.clear()
    data = load("own", data_dir=tmp_path, **options)
    return data, len(decodings)


def test_the_second_time_nothing_is_decoded_and_the_images_are_the_same(tmp_path, decodings):
    folder_of(tmp_path)
    first, count = again(tmp_path, decodings, size=(8, 8), channels=3)
    assert count >= COUNT
    second, count = again(tmp_path, decodings, size=(8, 8), channels=3)
    assert count <= 1  # the one that says how large they are
    np.testing.assert_array_equal(first.images, second.images)
    assert first.checksum == second.checksum


@pytest.mark.parametrize(
    "change", ["another picture", "a new one", "one less", "touched", "renamed"]
)
def test_a_changed_folder_is_decoded_again(tmp_path, decodings, change):
    folder = folder_of(tmp_path)
    before, _ = again(tmp_path, decodings)
    file = folder / "05.png"
    white = Image.new("RGB", (8, 8), "white")
    if change == "another picture":
        white.save(file)
    elif change == "a new one":
        white.save(folder / "99.png")
    elif change == "one less":
        file.unlink()
    elif change == "touched":
        os.utime(file, (0, 0))
    else:
        file.rename(folder / "99.png")
    after, count = again(tmp_path, decodings)
    assert count >= len(after)
    fresh = pictures.read_all(sorted(folder.iterdir()), (8, 8, 3))
    np.testing.assert_array_equal(after.images, fresh)
    assert len(list((tmp_path / "kept").iterdir())) == 2, "what is old is replaced"


def test_another_size_is_another_file(tmp_path, decodings):
    folder_of(tmp_path)
    assert again(tmp_path, decodings, size=(8, 8))[0].images.shape[1:] == (8, 8, 3)
    assert again(tmp_path, decodings, size=(4, 4))[0].images.shape[1:] == (4, 4, 3)
    assert again(tmp_path, decodings, size=(8, 8))[1] <= 1


@pytest.mark.parametrize("damage", ["cut", "empty", "no note", "no json", "gone", "another format"])
def test_a_damaged_cache_is_decoded_again(tmp_path, decodings, damage):
    folder_of(tmp_path)
    first, _ = again(tmp_path, decodings)
    expected = np.array(first.images)
    del first
    (note,) = (tmp_path / "kept").glob("*.json")
    (pixels,) = (tmp_path / "kept").glob("*.npy")
    if damage in ("cut", "empty"):
        content = pixels.read_bytes()
        pixels.unlink()
        pixels.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    elif damage == "gone":
        pixels.unlink()
    elif damage == "no note":
        note.unlink()
    elif damage == "no json":
        note.write_text("{")
    else:
        note.write_text(json.dumps(json.loads(note.read_text()) | {"format": 0}))
    second, count = again(tmp_path, decodings)
    assert count >= COUNT
    np.testing.assert_array_equal(second.images, expected)


def test_what_is_left_out_is_named_the_second_time_too(tmp_path, decodings, caplog):
    folder = folder_of(tmp_path)
    (folder / "03.png").write_bytes(b"no picture")
    for _ in range(2):
        caplog.clear()
        data, _ = again(tmp_path, decodings)
        assert len(data) == COUNT - 1 and "90,000,000 pixels): 03.png" in caplog.text


def test_labels_stay_with_their_pictures(tmp_path, decodings):
    for number in range(COUNT):
        place = tmp_path / "own" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        value = 200 if number % 2 else 10
        Image.new("L", (8, 8), value).save(place / f"{number:02d}.png")
    (tmp_path / "own" / "a" / "00.png").write_bytes(b"no picture")
    for _ in range(2):
        data, _ = again(tmp_path, decodings)
        np.testing.assert_array_equal(data.images[:, 0, 0, 0] > 100, data.labels == 1)
        assert len(data) == COUNT - 1


def test_a_zip_archive_is_kept_too_and_read_again_when_it_changes(tmp_path, decodings):
    folder = folder_of(tmp_path)
    archive = tmp_path / "data" / "own.zip"
    archive.parent.mkdir()

    def pack():
        with zipfile.ZipFile(archive, "w") as packed:
            for file in sorted(folder.iterdir()):
                packed.write(file, file.name)

    pack()
    assert again(archive.parent, decodings)[1] >= COUNT
    assert again(archive.parent, decodings)[1] <= 1
    Image.new("RGB", (8, 8), "white").save(folder / "05.png")
    pack()
    data, count = again(archive.parent, decodings)
    assert count >= COUNT and data.images[5].min() == 255


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path, monkeypatch, caplog):
    folder_of(tmp_path)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "file" / "below"))
    assert len(load("own", data_dir=tmp_path)) == COUNT
    assert "set GANLIB_CACHE to a folder with room" in caplog.text


def test_a_full_disk_is_noticed_before_anything_is_written(tmp_path, monkeypatch, caplog):
    folder_of(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("", (), {"free": 10}))
    assert len(load("own", data_dir=tmp_path)) == COUNT
    assert "do not fit on its disk" in caplog.text
    assert not list((tmp_path / "kept").glob("*.npy"))


def test_few_pictures_are_not_kept(tmp_path, monkeypatch):
    folder_of(tmp_path, COUNT - 3)
    load("own", data_dir=tmp_path)
    assert not (tmp_path / "kept").exists()


def test_nothing_readable_is_one_sentence(tmp_path):
    (tmp_path / "own").mkdir()
    for number in range(COUNT):
        (tmp_path / "own" / f"{number}.jpg").write_bytes(b"")
    for _ in range(2):
        with pytest.raises(DataError, match="no picture can be read, of 0.jpg"):
            load("own", data_dir=tmp_path)
