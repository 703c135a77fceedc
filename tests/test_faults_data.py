"""Damages users' files at random: each load ends in the right answer or in one sentence.

Formats with checksums (gzip, zip, packed MATLAB, PNG) must notice every flipped byte. The others
cannot; there no more may be wrong than what was flipped.
"""

import contextlib
import gzip
import io
import os
import random
import signal
import tracemalloc
import zipfile
from dataclasses import dataclass

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)
from PIL import Image
from scipy.io import savemat

from ganlib.datasets import load
from ganlib.errors import DataError, DataNotFound

COUNT, SECONDS, MOST_MEMORY = 12, 20, 2.5e9
SEEDS = range(6)
IMAGES = np.random.default_rng(0).integers(0, 256, (COUNT, 28, 28, 1), dtype=np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (COUNT, 32, 32, 3), dtype=np.uint8)
LABELS = np.arange(COUNT) % 10


def idx(array):
    shape = b"".join(side.to_bytes(4) for side in array.shape)
    return bytes([0, 0, 8, array.ndim]) + shape + array.astype(np.uint8).tobytes()


def made(save, *arguments, **options):
    buffer = io.BytesIO()
    save(buffer, *arguments, **options)
    return buffer.getvalue()


def table():
    rows = np.insert(IMAGES.reshape(COUNT, -1).astype(int), 0, LABELS, axis=1)
    heading = ",".join(["label", *(f"pixel{n}" for n in range(784))])
    return made(np.savetxt, rows, "%d", ",", header=heading, comments="")


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def picture(ending):
    # Smooth, because what JPEG does to noise is none of our business.
    image = np.linspace(0, 255, 28 * 28).reshape(28, 28).astype(np.uint8)
    return made(Image.fromarray(image).save, ending)


MATLAB = {"X": COLOUR.transpose(1, 2, 3, 0), "y": LABELS[:, None]}
PAIR = {"train-images-idx3-ubyte": idx(IMAGES[..., 0]), "train-labels-idx1-ubyte": idx(LABELS)}


@dataclass
class Format:
    """Healthy files, the first of which is damaged; `checked`: whether it has a checksum."""

    files: dict[str, bytes]
    checked: bool
    name: str = "mnist"


FORMATS = {
    "idx": Format(PAIR, checked=False),
    "idx.gz": Format({f"{n}.gz": gzip.compress(c) for n, c in PAIR.items()}, checked=True),
    "mat": Format({"train_32x32.mat": made(savemat, MATLAB)}, False, "svhn_cropped"),
    "packed mat": Format(
        {"train_32x32.mat": made(savemat, MATLAB, do_compression=True)}, True, "svhn_cropped"
    ),
    "npz": Format({"train.npz": made(np.savez, images=IMAGES, labels=LABELS)}, checked=True),
    "packed npz": Format(
        {"train.npz": made(np.savez_compressed, images=IMAGES, labels=LABELS)}, checked=True
    ),
    "csv": Format({"train.csv": table()}, checked=False),
    "zip": Format({"archive.zip": archive(**PAIR)}, checked=True),
    "png": Format({"3/a.png": picture("PNG"), "3/b.png": picture("PNG")}, checked=True),
    "jpg": Format({"3/a.jpg": picture("JPEG"), "3/b.jpg": picture("JPEG")}, checked=False),
}


def cut(content, rng, _):
    return content[: rng.randrange(1, len(content))], 0


def flipped(content, rng, _):
    content, number = bytearray(content), rng.choice([1, 1, 2, 8])
    for place in rng.sample(range(len(content)), number):
        content[place] ^= 1 << rng.randrange(8)
    return bytes(content), number


def struck(content, rng, _):
    """Flip where the structure is: in the first or last two hundred bytes."""
    place = rng.randrange(min(200, len(content)))
    place = rng.choice([place, len(content) - 1 - place])
    return content[:place] + bytes([content[place] ^ 1 << rng.randrange(8)]) + content[
        place + 1 :
    ], 1


def emptied(content, rng, _):
    return b"", 0


def exchanged(content, rng, own):
    other = rng.choice([name for name in FORMATS if name.split()[-1] != own.split()[-1]])
    return next(iter(FORMATS[other].files.values())), 0


def lengthened(content, rng, _):
    return content + rng.randbytes(rng.randrange(1, 500)), 0


FAULTS = [cut, flipped, struck, emptied, exchanged, lengthened]


@contextlib.contextmanager
def limits():
    """Fail what hangs, or takes more memory than a small laptop has."""

    def late(*_):
        raise TimeoutError(f"still at it after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late) if hasattr(signal, "SIGALRM") else None
    if before is not None:
        signal.alarm(SECONDS)
    tracemalloc.start()
    try:
        yield
    finally:
        most = tracemalloc.get_traced_memory()[1]  # of Python and numpy, in these lines alone
        tracemalloc.stop()
        if before is not None:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)
        assert most < MOST_MEMORY  # also where a sentence is on its way


def outcome(folder, form, damaged, caplog):
    """What loading gives: a data set, or a sentence, which names the damaged file or its folder."""
    for name, content in form.files.items():
        path = folder / form.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(damaged if name == next(iter(form.files)) else content)
    try:
        with limits():
            return load(form.name, data_dir=folder, stand_in="fallback")
    except DataError as error:
        message = str(error)
        assert "\n" not in message and str(folder) in message and len(message) < 1000
        assert not isinstance(error, DataNotFound)
        return message


def differing(data, form):
    """How many numbers are not what the healthy files say."""
    images = COLOUR if form.name == "svhn_cropped" else IMAGES
    if data.images.shape != images.shape:
        return np.inf
    return int((data.images != images).sum() + (data.labels != LABELS).sum())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("form", FORMATS)
def test_a_damaged_file_is_read_right_or_refused_in_one_sentence(
    tmp_path, form, fault, seed, caplog
):
    rng = random.Random(f"{form} {fault.__name__} {seed}")
    form, own = FORMATS[form], form
    damaged, flips = fault(next(iter(form.files.values())), rng, own)
    result = outcome(tmp_path, form, damaged, caplog)
    if isinstance(result, str):
        return
    assert not result.synthetic and "SYNTHETIC" not in caplog.text
    if own in ("png", "jpg"):
        healthy = Image.open(io.BytesIO(next(iter(form.files.values()))))
        assert (result.images[-1, ..., 0] == np.asarray(healthy)).all()
        if len(result) == 1:  # the damaged one is left out, which is said
            assert f"a.{own}" in caplog.text and len(caplog.records) == 1
        elif own == "png" and fault is not exchanged:
            assert (result.images[0, ..., 0] == np.asarray(healthy)).all()
        return
    if own == "csv" and fault is cut:  # whole lines, which no reader can miss
        rows = len(result)
        wrong = (result.images != IMAGES[:rows]).sum() + (result.labels != LABELS[:rows]).sum()
        assert wrong <= 1  # the last number, if it lost its last digits
        return
    assert differing(result, form) <= (0 if form.checked else flips)


def test_the_healthy_files_are_read_without_a_word(tmp_path, caplog):
    for number, (name, form) in enumerate(FORMATS.items()):
        whole = next(iter(form.files.values()))
        data = outcome(tmp_path / str(number), form, whole, caplog)
        assert name in ("png", "jpg") or differing(data, form) == 0
        assert len(data) == (2 if name in ("png", "jpg") else COUNT)
    assert not caplog.records


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_without_permission_is_refused_or_left_out(tmp_path, form, caplog):
    form, own = FORMATS[form], form
    whole = next(iter(form.files.values()))
    outcome(tmp_path, form, whole, caplog)
    path = tmp_path / form.name / next(iter(form.files))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root may open everything, and so may anybody on Windows")
    try:
        assert len(load(form.name, data_dir=tmp_path)) == 1 and own in ("png", "jpg")
    except DataError as error:
        assert "permissions" in str(error)


def test_the_limits_notice_memory_that_is_taken_and_given_back():
    with pytest.raises(AssertionError), limits():
        np.empty(int(MOST_MEMORY) + 1, np.uint8)
    with pytest.raises(AssertionError), limits():
        raise DataError(str(len(bytes(int(MOST_MEMORY) + 1))))
    with limits():  # what was taken before does not count
        np.empty(1000)


# What unpacks to more than there is


def bomb_npz(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        with packed.open("images.npy", "w", force_zip64=True) as member:
            header = {"descr": "|u1", "fortran_order": False, "shape": (2_300_000, 28, 28)}
            np.lib.format.write_array_header_1_0(member, header)
            for _ in range(2300):
                member.write(bytes(784_000))


def bomb_gz(path):
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4) for n in (2_300_000, 28, 28)))
        for _ in range(2300):
            file.write(bytes(784_000))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "write"), [("train.npz", bomb_npz), ("train-images-idx3-ubyte.gz", bomb_gz)]
)
def test_a_small_file_that_unpacks_to_gigabytes_is_refused(tmp_path, name, write):
    (tmp_path / "mnist").mkdir()
    write(tmp_path / "mnist" / name)
    (tmp_path / "mnist" / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS)))
    if name == "train.npz":
        (tmp_path / "mnist" / "train-labels-idx1-ubyte.gz").unlink()
    assert (tmp_path / "mnist" / name).stat().st_size < 50e6
    with limits(), pytest.raises(DataError, match="does not fit into memory"):
        load("mnist", data_dir=tmp_path)
