"""Read the MATLAB files in which SVHN's cropped digits are published.

The data (http://ufldl.stanford.edu/housenumbers/): ``X`` is 32×32×3×N uint8, ``y`` is N×1, with
the label 10 for the digit zero. The format ("MAT-File Format", The MathWorks, level 5): a header of
128 bytes, then elements, each with a tag that says its type and length; those of type 15 are packed
with zlib. Not read by scipy, which takes the interpreter down on some damaged files.
"""

import math
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from ganlib.datasets.intact import intact
from ganlib.errors import DataError

HEADER = 128
MATRIX, PACKED = 14, 15
TYPES = dict(zip((1, 2, 3, 4, 5, 6, 7, 9, 12, 13), "bBhHiIfdqQ", strict=True))
CLASSES = dict(zip(range(6, 16), "dfbBhHiIqQ", strict=True))
"""Kinds of numbers: by the type in a tag, and by the class that a matrix has in MATLAB."""
COMPLEX, LOGICAL = 0x800, 0x200
CHUNK = 1 << 20  # bytes at a time
TURN = 4096  # images that are turned round at a time
AGAIN = "download the official file again"


def read(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Read one file of images and labels.

    Memory stays near the images' own size: they are turned from MATLAB's order of axes to N×H×W×C
    in place.

    Returns
    -------
    images : uint8, shape (N, H, W, C)
    labels : int64, shape (M,), with 0 for the digit zero, whether the file says 0 or 10; that M
        equals N is not checked here
    """
    (path,) = paths
    arrays: dict[str, np.ndarray] = {}
    with intact(path, "a MATLAB 5 file"), path.open("rb") as file:
        order = _byte_order(file.read(HEADER), path)
        while tag := file.read(8):
            kind, content = _element(file, tag, order)
            if kind == MATRIX:
                name, array = _matrix(content, order, path)
                if name in arrays:
                    raise DataError(f"{path} holds {name} twice: {AGAIN}")
                arrays[name] = array
    for name in ("X", "y"):
        if name not in arrays:
            raise DataError(f"{path} lacks {name}: {AGAIN}")
    return _images_first(arrays["X"], path), _labels(arrays["y"], path)


def _byte_order(header: bytes, path: Path) -> str:
    order = {b"IM": "<", b"MI": ">"}.get(header[126:])
    if order is None:
        raise DataError(f"{path} is not a MATLAB 5 file: {AGAIN}")
    if struct.unpack(f"{order}H", header[124:126])[0] != 0x0100:
        raise DataError(
            f"{path} is a MATLAB 7.3 (HDF5) file, which is not read here: save it in MATLAB with "
            "save(file, 'X', 'y', '-v7'), or use the official file"
        )
    return order


def _element(file: IO[bytes], tag: bytes, order: str) -> tuple[int, memoryview]:
    """Read the type and the content of an element; zlib compares the checksum of a packed one."""
    kind, left = struct.unpack(f"{order}II", tag)
    unpacker, content = zlib.decompressobj(), bytearray()
    while left:
        part = file.read(min(CHUNK, left))
        if not part:
            raise EOFError("it ends too early")
        left -= len(part)
        content += unpacker.decompress(part) if kind == PACKED else part
    if kind != PACKED:
        return kind, memoryview(content)
    kind, size = struct.unpack(f"{order}II", content[:8])
    if not unpacker.eof or size != len(content) - 8:
        raise EOFError("a variable is not as long as announced")
    return kind, memoryview(content)[8:]


def _matrix(content: memoryview, order: str, path: Path) -> tuple[str, np.ndarray]:
    """Take a matrix apart: its name and numbers; X and y must be plain numbers."""
    place = 0

    def element(*kinds: int) -> tuple[int, memoryview]:
        nonlocal place
        kind, size = struct.unpack_from(f"{order}II", content, place)
        start, place = place + 8, place + 8 + size + -size % 8
        if kind >> 16:  # the short form: both in four bytes, the content in the other four
            kind, size, start, place = kind & 0xFFFF, kind >> 16, start - 4, start
        if kind not in kinds:
            raise ValueError(f"an element of type {kind} where it does not belong")
        return kind, content[start : start + size]

    (_, flags), (_, shape), (_, text) = element(6), element(5), element(1)
    name = bytes(text).decode("latin-1")
    if name not in ("X", "y"):
        return name, np.empty(0)
    (bits,) = struct.unpack_from(f"{order}I", flags)
    sides = np.frombuffer(shape, f"{order}i4").tolist()
    if bits & 0xFF not in CLASSES or bits & (COMPLEX | LOGICAL) or min(sides, default=-1) < 0:
        raise DataError(f"{path}: {name} is not an array of plain numbers: {AGAIN}")
    kind, numbers = element(*TYPES)
    stored = np.dtype(f"{order}{TYPES[kind]}")
    if len(numbers) != math.prod(sides) * stored.itemsize:
        raise EOFError(f"{name} is not as long as announced")
    array = np.frombuffer(numbers, stored).reshape(sides, order="F")
    return name, array.astype(CLASSES[bits & 0xFF], copy=False)


def _images_first(images: np.ndarray, path: Path) -> np.ndarray:
    """From (H, W, C, N), the first axis running fastest, to (N, H, W, C)."""
    if images.dtype != np.uint8:
        raise DataError(
            f"{path}: X holds {images.dtype.name} where uint8 from 0 to 255 belongs: {AGAIN}"
        )
    if images.ndim == 3:  # MATLAB drops a last axis of length 1
        images = images[..., np.newaxis]
    if images.ndim != 4:
        raise DataError(f"{path}: X has shape {images.shape}, not 32×32×3×N: {AGAIN}")
    height, width, channels, count = images.shape
    memory = images.T
    turned = memory.reshape(count, height, width, channels)  # the same memory
    for start in range(0, count, TURN):
        turned[start : start + TURN] = memory[start : start + TURN].transpose(0, 3, 2, 1).copy()
    return turned


def _labels(labels: np.ndarray, path: Path) -> np.ndarray:
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
