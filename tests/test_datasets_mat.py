"""House numbers from MATLAB files: what is read, what is refused and with which sentence."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from offline import contact
from scipy.io import loadmat, savemat
from scipy.sparse import csc_matrix

from ganlib.datasets import download, load, mat
from ganlib.errors import DataError, DataNotFound

COUNT = 12


@pytest.fixture(autouse=True)
def no_other_data(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "no_tfds_here"))
    monkeypatch.setattr(download, "contact", contact)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (COUNT, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "svhn_cropped" / "train_32x32.mat"
    path.parent.mkdir()
    return path


def as_matlab(images):
    """N×H×W×C to MATLAB's H×W×C×N."""
    return np.transpose(images, (1, 2, 3, 0))


def write(file, images, labels, compressed=True, **other):
    content = {"X": as_matlab(images), "y": np.asarray(labels)[:, None], **other}
    savemat(file, content, do_compression=compressed)


def official(count):
    """The labels 1 to 10 in turn, ten for the digit zero."""
    return (np.arange(count) % 10 + 1).astype(np.uint8)


def read(file, **options):
    return load("svhn_cropped", data_dir=file.parents[1], **options)


def refusal(file):
    """Return the one-line error of loading the file, even though a stand-in is allowed."""
    with pytest.raises(DataError) as caught:
        read(file, stand_in="fallback")
    message = str(caught.value)
    assert not isinstance(caught.value, DataNotFound)
    assert "\n" not in message and str(file) in message
    return message


# What is read


@pytest.mark.parametrize("compressed", [True, False])
def test_the_official_layout_is_read_and_ten_is_zero(file, images, compressed):
    write(file, images, official(COUNT), compressed)
    data = read(file)
    np.testing.assert_array_equal(data.images, images)
    assert data.labels.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    assert (data.images.dtype, data.labels.dtype) == (np.uint8, np.int64)
    assert data.images.flags.c_contiguous
    assert (data.source, data.origin) == ("files", "train_32x32.mat")


@pytest.mark.parametrize("split", ["test", "extra"])
def test_each_split_has_its_file(file, images, split):
    write(file.with_name(f"{split}_32x32.mat"), images[:5], official(5))
    assert len(read(file, split=split)) == 5


@pytest.mark.parametrize("chunk", [1, 5, COUNT, 100])
def test_images_are_turned_part_by_part(file, images, chunk, monkeypatch):
    monkeypatch.setattr(mat, "TURN", chunk)
    write(file, images, official(COUNT))
    np.testing.assert_array_equal(read(file).images, images)


def test_labels_from_0_to_9_are_read_too(file, images):
    write(file, images, np.arange(COUNT) % 10)
    assert read(file).labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]


def test_labels_may_be_doubles_as_matlab_makes_them(file, images):
    write(file, images, official(COUNT).astype(np.float64))
    assert read(file).labels[9] == 0


def test_a_single_image_is_read_though_matlab_drops_its_axis(file, images):
    savemat(file, {"X": as_matlab(images[:1])[..., 0], "y": [[10]]})
    data = read(file)
    np.testing.assert_array_equal(data.images, images[:1])
    assert data.labels.tolist() == [0]


def test_files_of_the_other_byte_order_are_read(file, images):
    """Written here by hand, as scipy writes its own machine's order only."""

    def element(kind, content):
        return struct.pack(">II", kind, len(content)) + content + bytes(-len(content) % 8)

    def matrix(name, array):
        flags = element(6, struct.pack(">II", 9, 0))
        shape = element(5, struct.pack(f">{array.ndim}i", *array.shape))
        parts = flags + shape + element(1, name) + element(2, array.tobytes(order="F"))
        return element(14, parts)

    labels = official(COUNT)[:, None]
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
    file.write_bytes(header + matrix(b"X", as_matlab(images)) + matrix(b"y", labels))
    np.testing.assert_array_equal(loadmat(file)["X"], as_matlab(images))  # scipy agrees
    np.testing.assert_array_equal(read(file).images, images)
    assert read(file).labels[9] == 0


def test_other_variables_are_passed_over(file, images):
    write(file, images, official(COUNT), names=np.array(["a", "b"], dtype=object))
    assert len(read(file)) == COUNT


def test_the_official_file_comes_before_an_archive(file, images):
    np.savez(file.with_name("train.npz"), images=images[:3], labels=np.zeros(3, np.int64))
    assert read(file).origin == "train.npz"
    write(file, images, official(COUNT))
    assert read(file).origin == "train_32x32.mat"


def test_images_as_floats_from_0_to_1_are_read(file, images):
    write(file, images / 255, official(COUNT))
    np.testing.assert_array_equal(read(file).images, images)


def test_arrays_as_scipy_saves_them_are_read_in_any_orientation(file, images):
    for x in (images, images.transpose(0, 3, 1, 2)):  # images first, channels last or first
        for y in (official(COUNT), official(COUNT)[None], official(COUNT)[:, None]):
            if x.shape[1] == 3:
                x = x.transpose(1, 2, 3, 0)  # 3×32×32×N
            savemat(file, {"X": x, "y": y})
            np.testing.assert_array_equal(read(file).images, images)
            assert read(file).labels[9] == 0


# What is refused


@pytest.mark.parametrize("kept", ["X", "y"])
def test_a_missing_variable_is_named(file, images, kept):
    content = {"X": as_matlab(images)} if kept == "X" else {"y": official(COUNT)[:, None]}
    savemat(file, content)
    missing = "y" if kept == "X" else "X"
    assert f"lacks {missing}: download" in refusal(file)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(file, images, share, compressed):
    write(file, images, official(COUNT), compressed)
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    assert "again" in refusal(file)


@pytest.mark.parametrize("content", [b"", b"x" * 4000, bytes(4000), b"\x89HDF\r\n" + bytes(600)])
def test_what_is_no_matlab_file_is_refused(file, content):
    file.write_bytes(content)
    assert "is not a MATLAB 5 file" in refusal(file)


@pytest.mark.parametrize("compressed", [True, False])
def test_every_flipped_bit_of_a_tag_is_read_or_refused_in_one_sentence(file, images, compressed):
    """scipy's reader takes the interpreter down on some of these."""
    write(file, images[:1], [3], compressed)
    intact = file.read_bytes()
    tags = [*range(124, 240), *range(len(intact) - 80, len(intact))]
    refused = 0
    for position in tags:
        for bit in range(8):
            content = bytearray(intact)
            content[position] ^= 1 << bit
            file.write_bytes(content)
            try:
                read(file)
            except DataError as error:
                refused += 1
                assert "\n" not in str(error)
    assert refused > 4 * len(tags)


def test_a_flipped_bit_among_compressed_images_is_noticed(file, images):
    write(file, images, official(COUNT))
    intact = file.read_bytes()
    for position in np.random.default_rng(0).integers(200, len(intact) - 200, 50):
        content = bytearray(intact)
        content[position] ^= 4
        file.write_bytes(content)
        assert "is damaged" in refusal(file)


def test_matlab_7_3_is_refused_with_what_to_do(file):
    header = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8)
    file.write_bytes(header + struct.pack("<H", 0x0200) + b"IM" + bytes(384) + b"\x89HDF\r\n\x1a\n")
    assert "save(file, 'X', 'y', '-v7')" in refusal(file)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda x: x / 100.0, "undo what was done to them"),
        (lambda x: x.astype(np.int16) - 99, "undo what was done to them"),
        (lambda x: x > 100, "X is not an array of plain numbers"),
        (lambda x: x * 1j, "X is not an array of plain numbers"),
        (lambda x: x[..., None].repeat(2, axis=-1), "not 32×32×3×N"),
        (lambda x: x.reshape(32 * 32, -1), "not 32×32×3×N"),
        (lambda x: x[:, :, :1], "are not N×32×32×3"),
        (lambda x: x[..., :0], "holds no images"),
    ],
)
def test_images_of_another_kind_are_refused(file, images, change, sentence):
    savemat(file, {"X": change(as_matlab(images)), "y": official(COUNT)[:, None]})
    assert sentence in refusal(file)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (np.arange(COUNT) % 11, "y holds both 0 and 10"),
        (np.full(COUNT, 11), "label 11 at position 0 is not in 0 to 9"),
        (np.full(COUNT, -1), "label -1 at position 0"),
        (np.full(COUNT, 1.5), "labels.round().astype(int) would make them whole"),
        (np.full(COUNT, np.nan), "labels.round()"),
        (np.full(COUNT, np.inf), "labels.round()"),
        (np.full(COUNT, 1e300), "at position 0 is not in 0 to 9"),
        (np.full(COUNT, "a"), "y is not an array of plain numbers"),
        (np.full(COUNT, 1j), "y is not an array of plain numbers"),
        (official(COUNT - 1), "12 images but labels of shape (11, 1)"),
    ],
)
def test_labels_that_cannot_be_right_are_refused(file, images, labels, sentence):
    write(file, images, labels)
    assert sentence in refusal(file)


@pytest.mark.parametrize("y", [np.ones((3, 4)), np.ones((2, 3, 2)), csc_matrix(np.ones((12, 1)))])
def test_labels_must_be_one_for_each_image(file, images, y):
    savemat(file, {"X": as_matlab(images), "y": y})
    sentence = refusal(file)
    assert "y is not an array" in sentence or "12 images but labels of shape" in sentence


def test_a_header_that_promises_too_much_is_refused_before_memory_is_taken(file, images):
    write(file, images[:1], [3], compressed=False)
    content = bytearray(file.read_bytes())
    place = content.index(struct.pack("<iii", 32, 32, 3))
    content[place : place + 12] = struct.pack("<iii", 32, 32, 2**20)
    content[place + 24 : place + 32] = struct.pack("<II", 2, 2**30)
    file.write_bytes(content)
    assert "X is not as long as announced" in refusal(file)


def test_black_images_pack_well_and_are_read(file):
    write(file, np.zeros((4000, 32, 32, 3), np.uint8), official(4000))
    assert file.stat().st_size < 4000 * 32 * 32 * 3 / 500
    assert not read(file).images.any()


def test_a_variable_that_comes_twice_is_refused(file, images):
    write(file, images, official(COUNT))
    content = file.read_bytes()
    file.write_bytes(content + content[128:])
    assert "holds X twice" in refusal(file)


def test_a_file_without_permission_is_an_error(file, images, monkeypatch):
    write(file, images, official(COUNT))

    def refuse(*args, **kwargs):  # chmod would not stop a test that runs as root
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "open", refuse)
    assert "permission" in refusal(file)


def test_the_real_file_is_read_as_scipy_reads_it():
    folder = os.environ.get("GANLIB_DATA")
    path = Path(folder or "") / "svhn_cropped" / "test_32x32.mat"
    if not folder or not path.is_file():
        pytest.skip("needs the real svhn_cropped in $GANLIB_DATA")
    images, labels = mat.read([path])
    expected = loadmat(path)
    np.testing.assert_array_equal(images, np.transpose(expected["X"], (3, 0, 1, 2)))
    np.testing.assert_array_equal(labels.ravel(), expected["y"].ravel() % 10)
