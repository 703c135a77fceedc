"""Read the MATLAB files in which SVHN's cropped digits are published.

The data (http://ufldl.stanford.edu/housenumbers/): ``X`` is 32×32×3×N uint8, ``y`` is N×1, with
the label 10 for the digit zero. The format ("MAT-File Format", The MathWorks, level 5): a header of
128 bytes, then elements, each with a tag that says its type and length; those of type 15 are packed
with zlib. scipy reads it too, but takes the interpreter down on some damaged files.
"""

import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from ganlib.datasets.intact import LARGEST, intact
from ganlib.datasets.places import File
from ganlib.errors import DataError

HEADER = 128
MATRIX, PACKED = 14, 15
TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
NUMERIC_CLASSES = range(6, 16)
COMPLEX, LOGICAL = 0x800, 0x200
PIECE = 1 << 16  # bytes that are unpacked at a time
TURN = 4096  # images that are turned round at a time
AGAIN = "download the official file again"


def read(paths: Sequence[File]) -> tuple[np.ndarray, np.ndarray]:
    """Read one file of images (N, H, W, C) and labels, with 0 for the digit zero.

    Memory stays near the images' own size: they are turned from MATLAB's order of axes in place.
    Types, shapes and numbers are not checked here.
    """
    (path,) = paths
    found: dict[str, np.ndarray] = {}
    with intact(path, "a MATLAB 5 file"), path.open("rb") as file:
        for name, array in _variables(file, path):
            if name in found:
                raise DataError(f"{path} holds {name} twice: {AGAIN}")
            found[name] = array
    if missing := {"X", "y"} - set(found):
        raise DataError(f"{path} lacks {' and '.join(sorted(missing))}: {AGAIN}")
    return _images_first(found["X"], path), _labels(found["y"], path)


def _variables(file: IO[bytes], path: File) -> Iterator[tuple[str, np.ndarray]]:
    """The variables X and y of a file."""
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
        kind, size = struct.unpack(f"{order}II", tag)
        content = _content(file, size, kind == PACKED)
        if kind == PACKED:
            kind, size = struct.unpack_from(f"{order}II", content)
            if size != len(content) - 8:
                raise EOFError("a variable is not as long as announced")
            del content[:8]
        if kind == MATRIX:
            yield from _matrix(content, order, path)


def _content(file: IO[bytes], size: int, packed: bool) -> bytearray:
    """An element's bytes, unpacked; its checksum is compared on the way."""
    unpacker, content = zlib.decompressobj(), bytearray()
    for start in range(0, size, PIECE):
        piece = file.read(min(PIECE, size - start))
        if len(piece) < min(PIECE, size - start):
            raise EOFError("it ends too early")
        content += unpacker.decompress(piece) if packed else piece
        if len(content) > LARGEST:
            raise MemoryError(f"a variable of more than {LARGEST:,} bytes")
    if packed and not unpacker.eof:
        raise EOFError("it ends too early")
    return content


def _matrix(content: bytearray, order: str, path: File) -> Iterator[tuple[str, np.ndarray]]:
    """A variable that is called X or y, which must be plain numbers."""
    place, text = 0, "a variable"

    def element() -> tuple[int, memoryview]:
        nonlocal place
        kind, size = struct.unpack_from(f"{order}II", content, place)
        start = place + 8
        if kind >> 16:  # the short form: both in four bytes, the content in the other four
            kind, size, start = kind & 0xFFFF, kind >> 16, place + 4
        place = start + size + -(start + size) % 8
        if start + size > len(content):
            raise EOFError(f"{text} is not as long as announced")
        return kind, memoryview(content)[start : start + size]

    (_, flags), (_, shape), (_, name) = element(), element(), element()
    if (text := bytes(name).decode("latin-1")) not in ("X", "y"):
        return
    (bits,) = struct.unpack_from(f"{order}I", flags)
    sides = np.frombuffer(shape, f"{order}i4").tolist()
    plain = bits & 0xFF in NUMERIC_CLASSES and not bits & (COMPLEX | LOGICAL)
    if not plain or min(sides, default=-1) < 0:
        raise DataError(f"{path}: {text} is not an array of plain numbers: {AGAIN}")
    kind, numbers = element()
    if kind not in TYPES or len(numbers) != math.prod(sides) * int(TYPES[kind][1]):
        raise EOFError(f"{text} is not as long as announced")
    yield text, np.frombuffer(numbers, order + TYPES[kind]).reshape(sides, order="F")


def _images_first(images: np.ndarray, path: File) -> np.ndarray:
    """From (H, W, C, N), the first axis running fastest, to (N, H, W, C)."""
    if images.ndim == 3:  # MATLAB drops a last axis of length 1
        images = images[..., np.newaxis]
    if images.ndim != 4:
        raise DataError(f"{path}: X has shape {images.shape}, not 32×32×3×N: {AGAIN}")
    if images.shape[1:] == (32, 32, 3):  # numpy's order, from scipy
        return images
    height, width, channels, count = images.shape
    flat = images.reshape(-1, order="F")
    memory = flat.reshape(count, channels, width, height)
    turned = flat.reshape(count, height, width, channels)  # the same memory
    for start in range(0, count, TURN):
        turned[start : start + TURN] = memory[start : start + TURN].transpose(0, 3, 2, 1).copy()
    return turned


def _labels(labels: np.ndarray, path: File) -> np.ndarray:
    if (labels == 0).any() and (labels == 10).any():
        raise DataError(f"{path}: y holds both 0 and 10, either of which means zero: {AGAIN}")
    return np.where(labels == 10, 0, labels)
