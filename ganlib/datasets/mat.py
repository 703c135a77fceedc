"""Read the MATLAB files in which SVHN's cropped digits are published.

The data (http://ufldl.stanford.edu/housenumbers/): ``X`` is 32×32×3×N uint8, ``y`` is N×1, with
the label 10 for the digit zero. scipy reads the format, but takes the interpreter down on some
damaged files. So the file's structure is checked first: "MAT-File Format", The MathWorks, level 5,
a header of 128 bytes, then elements, each with a tag that says its type and length; those of type
15 are packed with zlib.
"""

import math
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from ganlib.datasets.intact import LARGEST, intact
from ganlib.datasets.places import File
from ganlib.errors import DataError

HEADER = 128
MATRIX, PACKED = 14, 15
SIZES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}
"""Bytes of a number, by the type in the tag."""
NUMERIC_CLASSES = range(6, 16)
COMPLEX, LOGICAL = 0x800, 0x200
CHUNK = 1 << 20  # bytes at a time
TURN = 4096  # images that are turned round at a time
AGAIN = "download the official file again"


def read(paths: Sequence[File]) -> tuple[np.ndarray, np.ndarray]:
    """Read one file of images and labels.

    Memory stays near the images' own size: they are turned from MATLAB's order of axes to N×H×W×C
    in place.

    Returns
    -------
    images : uint8, shape (N, H, W, C)
    labels : int64, shape (M,), with 0 for the digit zero, whether the file says 0 or 10; that M
        equals N is not checked here
    """
    from scipy.io import loadmat  # here, because most data need no scipy

    (path,) = paths
    with intact(path, "a MATLAB 5 file"), warnings.catch_warnings():
        with path.open("rb") as file:
            names = list(_checked(file, path))
        for name in ("X", "y"):
            if names.count(name) != 1:
                what = f"holds {name} twice" if name in names else f"lacks {name}"
                raise DataError(f"{path} {what}: {AGAIN}")
        warnings.simplefilter("ignore")
        with path.open("rb") as file:
            arrays = loadmat(file, variable_names=("X", "y"))
    return _images_first(arrays["X"], path), _labels(arrays["y"], path)


def _checked(file: IO[bytes], path: File) -> Iterator[str]:
    """The names of a file's variables, each after its structure was found sound."""
    end_of_file = file.seek(0, 2)
    file.seek(0)
    header = file.read(HEADER)
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None:
        raise DataError(f"{path} is not a MATLAB 5 file: {AGAIN}")
    if struct.unpack(f"{order}H", header[124:126])[0] != 0x0100:
        raise DataError(
            f"{path} is a MATLAB 7.3 (HDF5) file, which is not read here: save it in MATLAB with "
            "save(file, 'X', 'y', '-v7'), or use the official file"
        )
    while tag := file.read(8):
        kind, size = struct.unpack(f"{order}II", _whole(tag, 8))
        end = file.tell() + size
        if end > end_of_file:
            raise EOFError("it ends too early")
        if kind == PACKED:
            kind, head, length = _unpacked(file, size, order)
        else:
            head, length = file.read(min(size, CHUNK)), size
        if kind == MATRIX:
            yield _matrix(head, length, order, path)
        file.seek(end)


def _unpacked(file: IO[bytes], size: int, order: str) -> tuple[int, bytes, int]:
    """Type, first bytes and length of a packed element; its checksum is compared on the way."""
    unpacker, head, length, left = zlib.decompressobj(), b"", 0, size
    while not unpacker.eof:
        packed = unpacker.unconsumed_tail or file.read(min(CHUNK, left))
        if not unpacker.unconsumed_tail:
            left -= len(packed)
        if not packed:
            raise EOFError("it ends too early")
        part = unpacker.decompress(packed, CHUNK)
        head, length = head + part[: max(0, CHUNK - len(head))], length + len(part)
        if length > LARGEST:
            raise MemoryError(f"a variable of more than {LARGEST:,} bytes")
    kind, announced = struct.unpack(f"{order}II", _whole(head[:8], 8))
    if announced != length - 8:
        raise EOFError("a variable is not as long as announced")
    return kind, head[8:], announced


def _matrix(head: bytes, length: int, order: str, path: File) -> str:
    """The name of a variable; X and y must be plain numbers, as long as announced."""
    place = 0

    def element() -> tuple[int, int, bytes]:
        nonlocal place
        kind, size = struct.unpack(f"{order}II", tag := _whole(head[place : place + 8], 8))
        place += 8
        if kind >> 16:  # the short form: both in four bytes, the content in the other four
            return kind & 0xFFFF, kind >> 16, tag[4 : 4 + (kind >> 16)]
        content = head[place : place + size]
        place += size + -size % 8
        return kind, size, content

    (_, _, flags), (_, _, shape), (_, _, name) = element(), element(), element()
    if (text := name.decode("latin-1")) not in ("X", "y"):
        return text
    (bits,) = struct.unpack(f"{order}I", _whole(flags[:4], 4))
    sides = np.frombuffer(shape[: len(shape) // 4 * 4], f"{order}i4").tolist()
    plain = bits & 0xFF in NUMERIC_CLASSES and not bits & (COMPLEX | LOGICAL)
    if not plain or min(sides, default=-1) < 0:
        raise DataError(f"{path}: {text} is not an array of plain numbers: {AGAIN}")
    start = place + 8
    kind, size, _ = element()
    if size != math.prod(sides) * SIZES.get(kind, -1) or (size > 4 and start + size > length):
        raise EOFError(f"{text} is not as long as announced")
    return text


def _whole(content: bytes, count: int) -> bytes:
    if len(content) < count:
        raise EOFError("it ends too early")
    return content


def _images_first(images: np.ndarray, path: File) -> np.ndarray:
    """From (H, W, C, N), the first axis running fastest, to (N, H, W, C)."""
    if images.dtype != np.uint8:
        raise DataError(
            f"{path}: X holds {images.dtype.name} where uint8 from 0 to 255 belongs: {AGAIN}"
        )
    if images.ndim == 3:  # MATLAB drops a last axis of length 1
        images = images[..., np.newaxis]
    if images.ndim != 4:
        raise DataError(f"{path}: X has shape {images.shape}, not 32×32×3×N: {AGAIN}")
    if images.shape[1:] == (32, 32, 3):  # numpy's order, from scipy
        return np.ascontiguousarray(images)
    height, width, channels, count = images.shape
    flat = np.asfortranarray(images).reshape(-1, order="F")
    memory = flat.reshape(count, channels, width, height)
    turned = flat.reshape(count, height, width, channels)  # the same memory
    for start in range(0, count, TURN):
        turned[start : start + TURN] = memory[start : start + TURN].transpose(0, 3, 2, 1).copy()
    return turned


def _labels(labels: np.ndarray, path: File) -> np.ndarray:
    if labels.size != max(labels.shape, default=0):
        shape = "×".join(str(side) for side in labels.shape)
        raise DataError(f"{path}: y is {shape} where one label per image belongs: {AGAIN}")
    labels = labels.ravel()
    if not np.array_equal(labels, np.floor(labels)) or np.isinf(labels).any():
        raise DataError(f"{path}: y holds other things than whole numbers: {AGAIN}")
    labels = np.clip(labels, -1, 11).astype(np.int64)  # what is outside stays outside
    if {0, 10} <= set(labels.tolist()):
        raise DataError(
            f"{path}: y holds both 0 and 10, and either stands for the digit zero: {AGAIN}"
        )
    return np.where(labels == 10, 0, labels)
