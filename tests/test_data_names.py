"""Files under the names and in the folders that browsers, packers and other tools leave them in."""

import gzip
import os
import zipfile

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)
from scipy.io import savemat

from ganlib.datasets import load
from ganlib.datasets.places import key
from ganlib.errors import DataError, DataNotFound

COUNT = 12
IMAGES = np.random.default_rng(0).integers(0, 256, (COUNT, 28, 28), dtype=np.uint8)
LABELS = (np.arange(COUNT) % 10).astype(np.uint8)


def idx(array, code=8):
    shape = b"".join(side.to_bytes(4) for side in array.shape)
    return bytes([0, 0, code, array.ndim]) + shape + array.tobytes()


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def pair(folder, images="train-images-idx3-ubyte", labels="train-labels-idx1-ubyte", packed=False):
    pack = gzip.compress if packed else bytes
    put(folder / images, pack(idx(IMAGES)))
    put(folder / labels, pack(idx(LABELS)))


def same(data, images=IMAGES, labels=LABELS):
    np.testing.assert_array_equal(data.images.squeeze(), images)
    np.testing.assert_array_equal(data.labels, labels)


def refusal(folder, name="mnist", split="train"):
    """The sentence of a load that would rather take a stand-in."""
    with pytest.raises(DataError) as caught:
        load(name, split, data_dir=folder, stand_in="fallback")
    assert not isinstance(caught.value, DataNotFound) and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "mark", [" (1)", "(1)", " (12)", " - Copy", " - Copy (2)", " - Kopie", " copy", " copy 2"]
)
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "train_32x32.mat", "train.npz"])
def test_copies_of_browsers_and_desktops_keep_their_meaning(name, mark):
    stem, dot, ending = name.partition(".")
    assert key(f"{stem}{mark}{dot}{ending}") == key(name)
    assert key(f"{name}{mark}") == key(name)


@pytest.mark.parametrize("other", ["train-1.npz", "train 2.npz", "training.npz", "test.npz"])
def test_parts_and_others_are_not_taken_for_the_file(other):
    assert key(other) != key("train.npz")


@pytest.mark.parametrize("mark", ["-2", " 2", " (1)"])
@pytest.mark.parametrize("packed", [True, False])
def test_numbered_copies_of_official_files_are_read(tmp_path, mark, packed):
    ending = f"-ubyte{mark}.gz" if packed else f"-ubyte{mark}"
    pair(tmp_path / "mnist", f"train-images-idx3{ending}", f"train-labels-idx1{ending}", packed)
    same(load("mnist", data_dir=tmp_path))


def test_two_copies_that_differ_are_a_question_and_two_equal_ones_are_not(tmp_path):
    folder = tmp_path / "mnist"
    pair(folder, "train-images-idx3-ubyte (1)")
    put(folder / "train-images-idx3-ubyte (2)", idx(IMAGES))
    same(load("mnist", data_dir=tmp_path))
    put(folder / "train-images-idx3-ubyte (2)", idx(IMAGES[::-1].copy()))
    assert "differ, and either could be meant: keep only one" in refusal(tmp_path)
    put(folder / "train-images-idx3-ubyte", idx(IMAGES))  # the plain name decides
    same(load("mnist", data_dir=tmp_path))


FOLDERS = {
    "torchvision": ("MNIST/raw", ".", "mnist"),
    "torchvision's own folder": ("MNIST/raw", "MNIST", "mnist"),
    "torchvision's files": ("MNIST/raw", "MNIST/raw", "mnist"),
    "torchvision's fashion": ("FashionMNIST/raw", ".", "fashion_mnist"),
    "torchvision's kuzushiji": ("KMNIST/raw", ".", "kmnist"),
    "Keras's fashion": ("fashion-mnist", ".", "fashion_mnist"),
    "too deep": ("mnist/archive/data", ".", "mnist"),
    "the folder itself": ("mnist", "mnist", "mnist"),
    "Kaggle": ("mnist-dataset", ".", "mnist"),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_a_folder_more_or_less_is_no_hindrance(tmp_path, case):
    lies, named, name = FOLDERS[case]
    pair(tmp_path / lies)
    same(load(name, data_dir=tmp_path / named))


def test_a_folder_for_each_file_as_kaggle_unpacks_it(tmp_path):
    for name, array in (("train-images-idx3-ubyte", IMAGES), ("train-labels-idx1-ubyte", LABELS)):
        put(tmp_path / "mnist" / name / name, idx(array))
    same(load("mnist", data_dir=tmp_path))


def test_a_pair_of_one_folder_comes_before_files_of_two(tmp_path):
    pair(tmp_path / "mnist" / "a")
    put(tmp_path / "mnist" / "b" / "train-labels-idx1-ubyte", idx(LABELS[::-1].copy()))
    same(load("mnist", data_dir=tmp_path))


def test_sets_within_the_folder_of_another_are_left_alone(tmp_path):
    pair(tmp_path / "mnist" / "FashionMNIST" / "raw")
    with pytest.raises(DataNotFound):
        load("mnist", data_dir=tmp_path)


@pytest.mark.parametrize("place", ["mnist/archive.zip", "mnist.zip", "MNIST.zip"])
def test_zip_archives_are_read_as_they_are(tmp_path, place):
    (tmp_path / "mnist").mkdir()
    with zipfile.ZipFile(tmp_path / place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._train-images.idx3-ubyte", b"rubbish")
        archive.writestr("deep/train-images.idx3-ubyte", idx(IMAGES))
        archive.writestr("deep/train-labels.idx1-ubyte", idx(LABELS))
    same(load("mnist", data_dir=tmp_path))


@pytest.mark.parametrize("name", ["train.npz", "train_32x32.mat", "train.csv"])
def test_every_format_is_read_from_a_zip_archive(tmp_path, name):
    known = "svhn_cropped" if "mat" in name else "mnist"
    (tmp_path / known).mkdir()
    colour = np.random.default_rng(1).integers(0, 256, (COUNT, 32, 32, 3), dtype=np.uint8)
    if name == "train.npz":
        np.savez(tmp_path / name, images=IMAGES, labels=LABELS)
    elif name == "train.csv":
        np.savetxt(tmp_path / name, table(), "%d", ",")
    else:
        savemat(tmp_path / name, {"X": colour.transpose(1, 2, 3, 0), "y": LABELS})
    with zipfile.ZipFile(tmp_path / known / "archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / name, name)
    same(load(known, data_dir=tmp_path), colour if known == "svhn_cropped" else IMAGES)


@pytest.mark.parametrize(
    "file", ["mnist.npz", "train_32x32.mat", "mnist_train.csv", "MNIST-train.csv"]
)
def test_files_whose_names_say_which_set_they_are_need_no_folder(tmp_path, file):
    if file.endswith("mat"):
        images = np.random.default_rng(1).integers(0, 256, (COUNT, 32, 32, 3), dtype=np.uint8)
        savemat(tmp_path / file, {"X": images.transpose(1, 2, 3, 0), "y": LABELS})
        return same(load("svhn_cropped", data_dir=tmp_path), images)
    if file.endswith("npz"):
        np.savez(tmp_path / file, x_train=IMAGES, y_train=LABELS)
    else:
        np.savetxt(tmp_path / file, table(), "%d", ",")
    same(load("mnist", data_dir=tmp_path))


@pytest.mark.parametrize("folder", ["", "downloads/"])
def test_files_that_could_be_any_of_several_sets_are_a_question(tmp_path, folder):
    pair(tmp_path / folder)
    message = refusal(tmp_path)
    assert "train-images-idx3-ubyte" in message
    assert f"no folder says that this is mnist: put it into {tmp_path / 'mnist'}/" in message


def test_a_zip_archive_without_a_set_s_name_is_a_question(tmp_path):
    write_table(tmp_path / "mnist_train.csv", table())
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.write(tmp_path / "mnist_train.csv", "mnist_train.csv")
    (tmp_path / "mnist_train.csv").unlink()
    assert "archive.zip, but no folder says that this is mnist" in refusal(tmp_path)


def test_a_fifo_is_no_file_and_a_loop_of_links_ends(tmp_path):
    (tmp_path / "mnist").mkdir()
    try:
        (tmp_path / "mnist" / "loop").symlink_to(tmp_path / "mnist", target_is_directory=True)
        os.mkfifo(tmp_path / "mnist" / "train.npz")
    except (OSError, AttributeError) as error:
        pytest.skip(f"this system makes no such files ({error})")
    assert "train.npz is no file that is there" in refusal(tmp_path)
    (tmp_path / "mnist" / "train.npz").unlink()
    pair(tmp_path / "mnist")
    same(load("mnist", data_dir=tmp_path))


# What lies there and is not known


@pytest.mark.parametrize(
    "files", [["digits.rar"], ["a.txt", "deep/b.pkl"], ["mnist.tar.gz"], ["train.npz.part"]]
)
def test_unknown_files_are_listed_with_what_to_do(tmp_path, files):
    for file in files:
        put(tmp_path / "mnist" / file, b"something")
    message = refusal(tmp_path)
    for part in (*files, "train-images-idx3-ubyte.gz with train-labels", "train.csv", "pictures"):
        assert part in message
    assert f"move it out of {tmp_path / 'mnist'}" in message


def test_files_of_another_set_are_told_by_its_name(tmp_path):
    put(tmp_path / "mnist" / "qmnist-train-images-idx3-ubyte.gz", b"something")
    assert "there are files of qmnist: load that name" in refusal(tmp_path)


def test_a_hundred_unknown_files_make_one_short_sentence_without_control_characters(tmp_path):
    for number in range(100):
        put(tmp_path / "mnist" / f"{number:03}.xyz", b"")
    put(tmp_path / "mnist" / "000\x1b[31m.xyz", b"")
    message = refusal(tmp_path)
    assert "and 97 more" in message and "\x1b" not in message and len(message) < 900


def test_what_systems_and_downloads_leave_is_no_reason_to_stop(tmp_path):
    for name in (".DS_Store", "Thumbs.db", "README.md", "desktop.ini", "__MACOSX/x", "LICENSE"):
        put(tmp_path / "mnist" / name, b"")
    put(tmp_path / "mnist" / "3.0.1.incompleteXYZ" / "part.tfrecord", b"")
    assert load("mnist", "test", data_dir=tmp_path, stand_in="fallback").synthetic


def test_the_other_splits_files_are_known(tmp_path):
    pair(tmp_path / "mnist")
    assert load("mnist", "test", data_dir=tmp_path, stand_in="fallback").synthetic


def test_a_damaged_archive_is_an_error_unless_it_is_not_needed(tmp_path):
    put(tmp_path / "mnist" / "archive.zip", b"PK\3\4 and no more")
    assert "archive.zip is damaged or is not a zip archive" in refusal(tmp_path)
    pair(tmp_path / "mnist")
    same(load("mnist", data_dir=tmp_path))


# MNIST's relatives


def test_emnist_is_turned_upright_and_letters_are_one_to_twenty_six(tmp_path):
    labels = np.arange(15, 27, dtype=np.uint8)
    stem = tmp_path / "EMNIST" / "raw" / "emnist-letters-train"
    put(stem.with_name(f"{stem.name}-images-idx3-ubyte.gz"), gzip.compress(idx(IMAGES)))
    put(stem.with_name(f"{stem.name}-labels-idx1-ubyte.gz"), gzip.compress(idx(labels)))
    same(load("emnist/letters", data_dir=tmp_path), IMAGES.transpose(0, 2, 1), labels)
    with pytest.raises(DataNotFound):
        load("emnist/digits", data_dir=tmp_path)


def test_emnist_from_kaggles_table_is_turned_too(tmp_path):
    (tmp_path / "emnist").mkdir()
    np.savetxt(tmp_path / "emnist" / "emnist-balanced-test.csv", table(), "%d", ",")
    same(load("emnist/balanced", "test", data_dir=tmp_path), IMAGES.transpose(0, 2, 1))


@pytest.mark.parametrize("packed", [True, False])
def test_qmnists_first_column_is_the_label(tmp_path, packed):
    pack, ending = (gzip.compress, ".gz") if packed else (bytes, "")
    table = np.tile(LABELS.astype(">i4")[:, None], 8)
    table[:, 1:] = 4000
    folder = tmp_path / "QMNIST" / "raw"
    put(folder / f"qmnist-train-images-idx3-ubyte{ending}", pack(idx(IMAGES)))
    put(folder / f"qmnist-train-labels-idx2-int{ending}", pack(idx(table, code=0x0C)))
    same(load("qmnist", data_dir=tmp_path))


def test_kmnist_comes_as_two_archives(tmp_path):
    (tmp_path / "kmnist").mkdir()
    np.savez(tmp_path / "kmnist" / "kmnist-train-imgs.npz", IMAGES)
    np.savez(tmp_path / "kmnist" / "kmnist-train-labels.npz", LABELS)
    same(load("kmnist", data_dir=tmp_path))


def test_a_set_without_a_stand_in_says_so():
    with pytest.raises(DataError, match="kmnist has no synthetic stand-in"):
        load("kmnist", stand_in="always")
    with pytest.raises(DataNotFound, match="for there is no stand-in"):
        load("kmnist", stand_in="fallback")


# Tables


def table(label_at=0):
    return np.insert(IMAGES.reshape(COUNT, -1).astype(int), label_at, LABELS, axis=1)


def write_table(path, rows, heading="", divider=",", bom=""):
    lines = [divider.join(map(str, row)) for row in rows.tolist()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bom + heading + "\n".join(lines) + "\n", encoding="utf-8")


PIXELS = [f"pixel{n}" for n in range(784)]
TABLES = {
    "Kaggle": (table(), ",".join(["label", *PIXELS]) + "\n", ","),
    "no heading": (table(), "", ","),
    "semicolons": (table(), "", ";"),
    "quoted heading": (table(), ",".join(f'"{n}"' for n in ["label", *PIXELS]) + "\n", ","),
    "label last": (table(784), ",".join([*PIXELS, "class"]) + "\n", ","),
    "pandas with its index": (
        np.insert(table(), 0, np.arange(COUNT), axis=1),
        ",".join(["", "label", *PIXELS]) + "\n",
        ",",
    ),
}


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("case", TABLES)
def test_tables_are_read_as_they_come(tmp_path, case, bom):
    write_table(tmp_path / "mnist" / "train.csv", *TABLES[case], bom=bom)
    same(load("mnist", data_dir=tmp_path))


def test_a_table_without_labels_is_read_without_them(tmp_path):
    write_table(tmp_path / "mnist" / "test.csv", table()[:, 1:], ",".join(PIXELS) + "\n")
    data = load("mnist", "test", data_dir=tmp_path)
    np.testing.assert_array_equal(data.images[..., 0], IMAGES)
    assert data.labels is None and data.checksum and data.content


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda rows: rows[:, :500], "has 500 columns where a label and 784 pixels belong"),
        (lambda rows: rows / 255, "is damaged or is not a table of whole numbers"),
        (lambda rows: rows - 1, "in [-1, 254] where 0 to 255 belongs"),
        (lambda rows: rows[:0], "columns"),
    ],
)
def test_other_tables_are_refused_in_a_sentence(tmp_path, change, sentence):
    write_table(tmp_path / "mnist" / "train.csv", change(table()))
    message = refusal(tmp_path)
    assert "train.csv" in message
    assert any(part in message for part in sentence.split("|"))


def test_a_folder_without_permission_is_one_sentence(tmp_path):
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        pytest.skip("root may open everything")
    pair(tmp_path / "mnist")
    (tmp_path / "mnist").chmod(0)
    assert "may not be opened: check its permissions" in refusal(tmp_path)
