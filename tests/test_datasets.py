"""Data from files: what is read, what is refused and with which sentence."""

import gzip
import io
import os
import pickle
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)
from PIL import Image

from ganlib.datasets import Dataset, arrays, load, names
from ganlib.datasets.catalog import KNOWN
from ganlib.errors import DataError, DataNotFound

COUNT = 12
STEMS = {"train": "train", "test": "t10k"}


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (COUNT, 28, 28), dtype=np.uint8)


@pytest.fixture
def labels():
    return (np.arange(COUNT) % 10).astype(np.uint8)


@pytest.fixture
def mnist(tmp_path):
    folder = tmp_path / "downloads" / "mnist"
    folder.mkdir(parents=True)
    return folder


def idx_bytes(array, shape=None, code=0x08):
    shape = array.shape if shape is None else shape
    header = bytes([0, 0, code, len(shape)]) + np.array(shape, ">u4").tobytes()
    return header + array.tobytes()


def write_pair(folder, images, labels, split="train"):
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        path = folder / f"{STEMS[split]}-{kind}-ubyte.gz"
        path.write_bytes(gzip.compress(idx_bytes(array)))
    return folder / f"{STEMS[split]}-images-idx3-ubyte.gz"


def refusal(folder):
    """Return the one-line error of loading mnist, even though a stand-in is allowed."""
    with pytest.raises(DataError) as caught:
        load("mnist", data_dir=folder.parent, stand_in="fallback")
    assert not isinstance(caught.value, DataNotFound)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# What is read


@pytest.mark.parametrize("separator", ["-", "."])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("split", ["train", "test"])
def test_official_idx_files_are_read_in_every_spelling(
    mnist, images, labels, split, packed, separator
):
    for kind, array in (("images{}idx3", images), ("labels{}idx1", labels)):
        name = f"{STEMS[split]}-{kind.format(separator)}-ubyte" + (".gz" if packed else "")
        content = idx_bytes(array)
        (mnist / name).write_bytes(gzip.compress(content) if packed else content)
    dataset = load("mnist", split, data_dir=mnist.parent)
    assert dataset.images.dtype == np.uint8 and dataset.images.shape == (COUNT, 28, 28, 1)
    assert dataset.labels.dtype == np.int64 and dataset.labels.shape == (COUNT,)
    np.testing.assert_array_equal(dataset.images[..., 0], images)
    np.testing.assert_array_equal(dataset.labels, labels)
    assert (dataset.name, dataset.split, dataset.source) == ("mnist", split, "files")
    assert not dataset.synthetic and len(dataset) == COUNT


@pytest.mark.parametrize("with_channel", [True, False])
@pytest.mark.parametrize(
    ("file", "keys"), [("test.npz", ("images", "labels")), ("mnist.npz", ("x_test", "y_test"))]
)
def test_npz_files_are_read_in_both_layouts(mnist, images, labels, file, keys, with_channel):
    stored = images[..., np.newaxis] if with_channel else images
    np.savez_compressed(mnist / file, **dict(zip(keys, (stored, labels), strict=True)))
    dataset = load("mnist", "test", data_dir=mnist.parent)
    np.testing.assert_array_equal(dataset.images[..., 0], images)
    np.testing.assert_array_equal(dataset.labels, labels)
    assert dataset.origin == file


def test_colour_images_are_read_from_npz(tmp_path, labels):
    (tmp_path / "svhn_cropped").mkdir()
    colour = np.random.default_rng(0).integers(0, 256, (COUNT, 32, 32, 3), dtype=np.uint8)
    np.savez(tmp_path / "svhn_cropped" / "train.npz", images=colour, labels=labels)
    np.testing.assert_array_equal(load("svhn_cropped", data_dir=tmp_path).images, colour)


def test_fortran_order_in_npz_changes_nothing(mnist, images, labels):
    np.savez(mnist / "train.npz", images=np.asfortranarray(images), labels=labels)
    np.testing.assert_array_equal(load("mnist", data_dir=mnist.parent).images[..., 0], images)


def test_folder_is_data_dir_then_environment_then_data(
    tmp_path, mnist, images, labels, monkeypatch
):
    for position, parent in enumerate(("data", "environment", "argument")):
        folder = tmp_path / parent / "mnist"
        folder.mkdir(parents=True)
        write_pair(folder, images[: position + 1], labels[: position + 1])
    assert len(load("mnist")) == 1
    monkeypatch.setenv("GANLIB_DATA", str(tmp_path / "environment"))
    assert len(load("mnist")) == 2
    assert len(load("mnist", data_dir=tmp_path / "argument")) == 3
    monkeypatch.setenv("GANLIB_DATA", "")
    assert len(load("mnist")) == 1


def test_a_complete_layout_counts_even_beside_a_fragment_of_another(mnist, images, labels):
    write_pair(mnist, images, labels).unlink()
    np.savez(mnist / "train.npz", images=images, labels=labels)
    assert load("mnist", data_dir=mnist.parent).origin == "train.npz"


def test_links_are_followed(tmp_path, mnist, images, labels):
    path = write_pair(mnist, images, labels)
    elsewhere = path.rename(tmp_path / "elsewhere.gz")
    _link(path, elsewhere)
    assert len(load("mnist", data_dir=mnist.parent)) == COUNT


# What a Dataset says of itself


def test_checksum_depends_on_content_and_not_on_the_file_format(mnist, images, labels):
    np.savez(mnist / "train.npz", images=images, labels=labels)
    from_npz = load("mnist", data_dir=mnist.parent).checksum
    write_pair(mnist, images, labels)
    assert load("mnist", data_dir=mnist.parent).checksum == from_npz
    assert from_npz.startswith("sha256:") and len(from_npz) == len("sha256:") + 64
    write_pair(mnist, images, labels[::-1])
    assert load("mnist", data_dir=mnist.parent).checksum != from_npz
    write_pair(mnist, images[::-1], labels)
    assert load("mnist", data_dir=mnist.parent).checksum != from_npz


def test_checksum_tells_shapes_of_the_same_bytes_apart():
    flat = np.arange(16, dtype=np.uint8)
    sums = {
        Dataset("x", "train", flat.reshape(shape), None, "files", "").checksum
        for shape in ((1, 4, 4, 1), (4, 2, 2, 1), (1, 2, 8, 1))
    }
    assert len(sums) == 3


def test_arrays_are_read_only_so_that_the_checksum_stays_true(mnist, images, labels):
    write_pair(mnist, images, labels)
    dataset = load("mnist", data_dir=mnist.parent)
    with pytest.raises(ValueError, match="read-only"):
        dataset.images[0, 0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        dataset.labels[0] = 1


def test_description_names_files_and_says_when_the_set_is_a_part(mnist, images, labels):
    write_pair(mnist, images, labels)
    assert load("mnist", data_dir=mnist.parent).describe() == (
        "mnist train: 12 images 28×28×1 from files train-images-idx3-ubyte.gz, "
        "train-labels-idx1-ubyte.gz (the official split has 60,000)"
    )


def test_description_of_a_complete_set_is_plain():
    complete = np.zeros((60_000, 1, 1, 1), np.uint8)
    dataset = Dataset("mnist", "train", complete, None, "tfds", "mnist:3.0.1")
    assert dataset.describe() == "mnist train: 60,000 images 1×1×1 from tfds mnist:3.0.1"


# Stand-ins


@pytest.mark.parametrize("name", ["mnist", "svhn_cropped"])
def test_stand_in_has_the_shape_of_what_it_replaces_and_says_what_it_is(name):
    dataset = load(name, "test", stand_in="always")
    assert dataset.images.shape == (4000, *KNOWN[name].image_shape)
    assert dataset.synthetic and dataset.name == name
    assert dataset.describe().startswith(f"SYNTHETIC stand-in for {name} test: 4,000 images")
    assert set(np.unique(dataset.labels)) == set(range(10))


def test_stand_in_is_the_synthetic_set_of_its_own_name_and_repeatable():
    first, second = load("mnist", "test", stand_in="always"), load("synthetic_digits", "test")
    assert first.checksum == second.checksum
    assert second.describe().startswith("SYNTHETIC synthetic_digits test:")


def test_synthetic_train_and_test_images_differ():
    train, test = load("synthetic_digits"), load("synthetic_digits", "test")
    assert len(train) == 20_000
    assert not np.array_equal(train.images[: len(test)], test.images)


def test_fallback_warns_in_one_line_what_stands_in_and_how_to_get_the_real_data(
    mnist, images, labels, caplog
):
    assert load("mnist", "test", data_dir=mnist.parent, stand_in="fallback").synthetic
    (record,) = caplog.records
    message = record.getMessage()
    assert record.levelname == "WARNING" and "\n" not in message
    assert (
        "SYNTHETIC stand-in for mnist test" in message and f"put the files into {mnist}" in message
    )

    caplog.clear()
    write_pair(mnist, images, labels, "test")
    assert load("mnist", "test", data_dir=mnist.parent, stand_in="fallback").source == "files"
    assert not caplog.records


# What is refused before a file is opened


def test_missing_data_is_told_with_place_and_remedy(mnist):
    with pytest.raises(DataNotFound) as caught:
        load("mnist", data_dir=mnist.parent)
    for part in (
        "mnist (train) was not found",
        "train-images-idx3-ubyte.gz",
        "storage.googleapis.com",
        f"put the files into {mnist}",
        "GANLIB_DATA",
        'stand_in="always"',
        "--data synthetic",
    ):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_named_folder_that_is_not_there_is_an_error_even_with_a_stand_in(tmp_path, monkeypatch):
    absent = tmp_path / "absent"
    with pytest.raises(DataError, match="data_dir names .*absent.*not a folder"):
        load("mnist", data_dir=absent, stand_in="fallback")
    monkeypatch.setenv("GANLIB_DATA", str(absent))
    with pytest.raises(DataError, match="GANLIB_DATA names .*absent.*not a folder"):
        load("mnist", stand_in="fallback")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ({"name": "minst"}, "choose from mnist, fashion_mnist"),
        ({"name": "mnist", "split": "validation"}, "choose train or test"),
        ({"name": "mnist", "stand_in": "sometimes"}, "choose from never, fallback, always"),
    ],
)
def test_unknown_choices_are_answered_with_the_known_ones(arguments, hint):
    with pytest.raises(DataError, match=hint):
        load(**arguments)


def test_names_are_those_of_tensorflow_datasets_and_the_stand_ins():
    assert {"mnist", "fashion_mnist", "svhn_cropped"} <= set(names())
    assert {"synthetic_digits", "synthetic_house_numbers"} <= set(names())


@pytest.mark.parametrize("lost", ["images-idx3", "labels-idx1"])
def test_half_a_pair_is_an_error_that_names_the_missing_file(mnist, images, labels, lost):
    write_pair(mnist, images, labels)
    path = mnist / f"train-{lost}-ubyte.gz"
    path.unlink()
    assert f"{path} is missing" in refusal(mnist)


def test_a_folder_named_like_a_file_is_an_error(mnist, images, labels):
    path = write_pair(mnist, images, labels)
    path.unlink()
    path.mkdir()
    assert f"{path} is a folder" in refusal(mnist)


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "mnist").write_bytes(b"")
    assert "is a file, but a folder is needed" in refusal(tmp_path / "mnist")


def test_a_broken_link_is_an_error(tmp_path, mnist, images, labels):
    path = write_pair(mnist, images, labels)
    path.unlink()
    _link(path, tmp_path / "gone")
    assert f"{path} is no file that is there" in refusal(mnist)


@pytest.mark.parametrize("file", ["train-images-idx3-ubyte.gz", "train.npz"])
def test_a_file_without_permission_is_an_error(mnist, images, labels, file, monkeypatch):
    write_pair(mnist, images, labels)
    if file.endswith("npz"):
        (mnist / "train-images-idx3-ubyte.gz").unlink()
        np.savez(mnist / file, images=images, labels=labels)
    real_open = io.open

    def refuse(path, *args, **kwargs):  # chmod would not stop a test that runs as root
        if str(path).endswith(file):
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *args, **kwargs)

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("io.open", refuse)
    message = refusal(mnist)
    assert str(mnist / file) in message and "permission" in message.lower()


# Damaged idx files


def _pack(change):
    return lambda images: gzip.compress(change(images))


def _broken_checksum(images):
    content = bytearray(gzip.compress(idx_bytes(images)))
    content[-8] ^= 0xFF  # the last eight bytes are checksum and length
    return bytes(content)


DAMAGED_IMAGES = {
    "empty file": (lambda images: b"", "is not an idx file"),
    "truncated gzip": (lambda images: gzip.compress(idx_bytes(images))[:-100], "ended before"),
    "gzip cut within its header": (lambda images: gzip.compress(b"")[:5], "ended before"),
    "not a gzip": (lambda images: b"<html>Please log in</html>", "is not a gzip file"),
    "gzip checksum": (_broken_checksum, "CRC"),
    "gzip with rubbish inside": (
        lambda images: gzip.compress(idx_bytes(images))[:10] + b"\xff" * 200,
        "is damaged",
    ),
    "gzip of something else": (_pack(lambda images: b"PNG, perhaps"), "is not an idx file"),
    "labels in place of images": (
        _pack(lambda images: idx_bytes(np.arange(COUNT, dtype=np.uint8))),
        "holds labels where images belong",
    ),
    "float numbers": (_pack(lambda images: idx_bytes(images, code=0x0D)), "of type 0x0d"),
    "unknown number type": (_pack(lambda images: idx_bytes(images, code=0x42)), "of type 0x42"),
    "four dimensions": (
        _pack(lambda images: idx_bytes(images, (COUNT, 28, 28, 1))),
        "holds 4-dimensional data",
    ),
    "header cut off": (_pack(lambda images: idx_bytes(images)[:9]), "is not an idx file"),
    "header announces more": (
        _pack(lambda images: idx_bytes(images, (COUNT + 1, 28, 28))),
        "announces 13×28×28 bytes of images, but there are 9,408",
    ),
    "header announces less": (
        _pack(lambda images: idx_bytes(images, (COUNT - 1, 28, 28))),
        "announces 11×28×28 bytes of images, but there are 9,408",
    ),
    "header announces two thousand million": (
        _pack(lambda images: idx_bytes(images, (2**31, 28, 28))),
        "announces 2,147,483,648×28×28 bytes of images, but there are 9,408",
    ),
    "no images": (_pack(lambda images: idx_bytes(images[:0])), "holds no images"),
    "images of another size": (
        _pack(lambda images: idx_bytes(np.zeros((COUNT, 32, 32), np.uint8))),
        "is this another data set?",
    ),
    "fewer images than labels": (_pack(lambda images: idx_bytes(images[1:])), "11 images"),
}


@pytest.mark.parametrize("kind", DAMAGED_IMAGES)
def test_damaged_idx_images_are_refused_in_one_sentence_that_names_the_file(
    mnist, images, labels, kind
):
    damage, problem = DAMAGED_IMAGES[kind]
    path = write_pair(mnist, images, labels)
    path.write_bytes(damage(images))
    message = refusal(mnist)
    assert str(path) in message and problem in message


def test_a_browser_that_unpacked_or_renamed_a_packed_file_does_no_harm(mnist, images, labels):
    path = write_pair(mnist, images, labels)
    path.rename(path.with_suffix(""))  # packed, without the ending
    (mnist / "train-labels-idx1-ubyte.gz").write_bytes(idx_bytes(labels))  # and the other way round
    data = load("mnist", data_dir=mnist.parent)
    np.testing.assert_array_equal(data.images[..., 0], images)
    np.testing.assert_array_equal(data.labels, labels)


def test_a_label_out_of_range_is_refused_with_its_position(mnist, images, labels):
    labels[7] = 10
    write_pair(mnist, images, labels)
    message = refusal(mnist)
    assert "label 10 at position 7 is not in 0 to 9" in message
    assert "train-labels-idx1-ubyte.gz" in message


def test_a_header_that_promises_terabytes_costs_no_memory(mnist, images, labels):
    path = write_pair(mnist, images, labels)
    path.unlink()
    path.with_suffix("").write_bytes(idx_bytes(images, (2**31, 28, 28)))
    tracemalloc.start()
    try:
        assert "announces 2,147,483,648×28×28" in refusal(mnist)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


# Damaged npz files


def _npz_bytes(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _forged_npz(labels):
    """Return an archive whose images announce a terabyte."""
    member, labels_member = io.BytesIO(), io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": (2**31, 28, 28)}
    np.lib.format.write_array_header_1_0(member, header)
    np.save(labels_member, labels)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("images.npy", member.getvalue() + b"\0" * 784)
        archive.writestr("labels.npy", labels_member.getvalue())
    return buffer.getvalue()


def _with_flipped_byte(images, labels):
    content = bytearray(_npz_bytes(images=images, labels=labels))
    content[2000] ^= 0xFF
    return bytes(content)


DAMAGED_NPZ = {
    "missing keys": (lambda x, y: _npz_bytes(z=x, labels=y), 'lacks "images" (it holds'),
    "no arrays": (lambda x, y: _npz_bytes(), 'lacks "images" (it holds nothing)'),
    "not a number": (
        lambda x, y: _npz_bytes(images=np.where(x > 9, np.nan, 0.0), labels=y),
        "NaN",
    ),
    "wrong shape": (
        lambda x, y: _npz_bytes(images=x.reshape(COUNT, 14, 56), labels=y),
        "is this another data set?",
    ),
    "too few dimensions": (
        lambda x, y: _npz_bytes(images=x.reshape(COUNT * 28, 28), labels=y),
        "not N×28×28×1",
    ),
    "no images": (lambda x, y: _npz_bytes(images=x[:0], labels=y[:0]), "holds no images"),
    "another number of labels": (
        lambda x, y: _npz_bytes(images=x, labels=y[1:]),
        "12 images but labels of shape (11,)",
    ),
    "negative labels": (
        lambda x, y: _npz_bytes(images=x, labels=y.astype(np.int8) - 1),
        "label -1 at position 0",
    ),
    "labels beyond a cast": (
        lambda x, y: _npz_bytes(images=x, labels=y.astype(np.uint64) + 2**63),
        "label 9223372036854775808 at position 0",
    ),
    "float labels": (
        lambda x, y: _npz_bytes(images=x, labels=y + 0.5),
        "labels of shape (12,) and type float64",
    ),
    "truncated": (lambda x, y: _npz_bytes(images=x, labels=y)[:-200], "is not an .npz archive"),
    "not a zip": (lambda x, y: b"no archive at all", "is not an .npz archive"),
    "empty": (lambda x, y: b"", "is not an .npz archive"),
    "flipped byte": (_with_flipped_byte, "CRC"),
    "terabytes announced": (lambda x, y: _forged_npz(y), "announces 1,683,627,180,032 bytes"),
}


@pytest.mark.parametrize("kind", DAMAGED_NPZ)
def test_damaged_npz_is_refused_in_one_sentence_that_names_the_file(mnist, images, labels, kind):
    damage, problem = DAMAGED_NPZ[kind]
    path = mnist / "train.npz"
    path.write_bytes(damage(images, labels))
    message = refusal(mnist)
    assert str(path) in message and problem in message


class Burglar:
    """Unpickling this creates a folder."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.mkdir, (self.trace,)


def test_pickled_objects_in_npz_are_refused_and_never_executed(tmp_path, mnist, labels):
    trace = tmp_path / "trace"
    loot = np.array([Burglar(str(trace))] * COUNT, dtype=object)
    np.savez(mnist / "train.npz", images=loot, labels=labels)
    message = refusal(mnist)
    assert (
        "holds Python objects, which are never unpickled: save numbers" in message
        and str(mnist / "train.npz") in message
    )
    assert not trace.exists()


def test_a_bare_pickle_named_npz_is_refused_and_never_executed(tmp_path, mnist):
    trace = tmp_path / "trace"
    (mnist / "train.npz").write_bytes(pickle.dumps(Burglar(str(trace))))
    assert "is not an .npz archive" in refusal(mnist)
    assert not trace.exists()


# The package as a whole


def test_importing_and_reading_files_loads_no_tensorflow(mnist, images, labels):
    write_pair(mnist, images, labels)
    program = (
        "import sys; from ganlib.datasets import load\n"
        "load('mnist', data_dir=sys.argv[1])\n"
        "heavy = {'tensorflow', 'keras', 'tensorflow_datasets'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    root = str(Path(__file__).resolve().parents[1])
    environment = os.environ | {"PYTHONPATH": root}
    arguments = [sys.executable, "-c", program, str(mnist.parent)]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


REAL_DATA = os.environ.get("GANLIB_DATA") and Path(os.environ["GANLIB_DATA"]).resolve()


# Greyscale


def test_luma_is_the_weighted_sum_of_red_green_and_blue(monkeypatch):
    monkeypatch.setattr(arrays, "CHUNK", 5)  # 12 images in three parts
    images = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
    images[0, 0, :3] = np.eye(3) * 255
    grey = arrays.to_grayscale(images)
    assert grey.shape == (12, 32, 32, 1) and grey.dtype == np.uint8
    assert grey[0, 0, :3, 0].tolist() == [76, 150, 29]
    exact = images @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(grey[..., 0], exact, atol=0.5 + 1e-9)
    pillow = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in images])
    assert np.abs(grey[..., 0].astype(int) - pillow).max() <= 1


def test_colour_sets_are_loaded_in_greyscale_when_asked(tmp_path):
    colour = load("svhn_cropped", "test", stand_in="always")
    grey = load("svhn_cropped", "test", stand_in="always", channels=1)
    np.testing.assert_array_equal(grey.images, arrays.to_grayscale(colour.images))
    assert not grey.images.flags.writeable
    assert grey.checksum != colour.checksum
    assert "32×32×1 in greyscale" in grey.describe() and "greyscale" not in colour.describe()
    same = load("svhn_cropped", "test", stand_in="always", channels=3)
    assert same.checksum == colour.checksum


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"name": "mnist", "channels": 3}, "mnist has 1 channel.* do not make 3"),
        ({"name": "svhn_cropped", "channels": 2}, "svhn_cropped has 3 channel.* do not make 2"),
        ({"name": "mnist", "split": "extra"}, "choose train or test"),
    ],
)
def test_channels_and_splits_that_are_not_there_are_one_sentence(arguments, sentence):
    with pytest.raises(DataError, match=sentence):
        load(**arguments)


# The package as a whole, on real files


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_real_data_is_complete_and_balanced_as_published(name):
    if not REAL_DATA or not (REAL_DATA / name).is_dir():
        pytest.skip(f"needs the real {name} in $GANLIB_DATA")
    train, test = (load(name, split, data_dir=REAL_DATA) for split in ("train", "test"))
    assert (train.images.shape, test.images.shape) == ((60_000, 28, 28, 1), (10_000, 28, 28, 1))
    first_labels = {"mnist": [5, 0, 4, 1, 9], "fashion_mnist": [9, 0, 0, 3, 0]}
    assert train.labels[:5].tolist() == first_labels[name]
    if name == "fashion_mnist":
        assert np.bincount(train.labels).tolist() == [6000] * 10
    else:
        assert np.bincount(test.labels)[[0, 1]].tolist() == [980, 1135]
        assert train.images.mean() == pytest.approx(33.318, abs=1e-3)


def test_real_house_numbers_are_read_as_published():
    if not REAL_DATA or not (REAL_DATA / "svhn_cropped" / "train_32x32.mat").is_file():
        pytest.skip("needs the real svhn_cropped in $GANLIB_DATA")
    data = load("svhn_cropped", data_dir=REAL_DATA)
    assert data.images.shape[1:] == (32, 32, 3)
    assert data.labels[:5].tolist() == [1, 9, 2, 3, 2]  # the official file's first labels
    assert set(np.unique(data.labels)) == set(range(10))
    if len(data) == 12_435:  # the part of the set that the course's own runs were made with
        assert "(the official split has 73,257)" in data.describe()
        # One corner of the first image: turned, mirrored or in another order it would differ.
        assert data.images[0, 0, :3].tolist() == [[31, 27, 38], [15, 23, 19], [15, 17, 19]]


def _link(path, target):
    try:
        path.symlink_to(target)
    except OSError as error:
        pytest.skip(f"this system makes no links here ({error})")


def test_a_folder_that_may_not_be_opened_is_one_sentence(mnist, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", refuse)
    assert f"{mnist} may not be opened: check its permissions" in refusal(mnist)
