"""Read the MATLAB files in which SVHN's cropped digits are published.

The data (http://ufldl.stanford.edu/housenumbers/): ``X`` is 32×32×3×N uint8, ``y`` is N×1, with
the label 10 for the digit zero. The format ("MAT-File Format", The MathWorks, level 5): a header of
128 bytes, then elements, each with a tag that says its type and length; those of type 15 are packed
with zlib. It is read here, and not by scipy, whose reader takes the interpreter down on some
damaged files.
"""

import math
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from ganlib.errors import DataError

HEADER = 128
MATRIX, PACKED = 14, 15
NUMBERS = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
"""How numbers are stored, by the type in the tag."""
NUMERIC_CLASSES = range(6, 16)
COMPLEX, LOGICAL = 0x800, 0x200
CHUNK = 1 << 20  # bytes that are read at a time
TURN = 4096  # images that are turned round at a time
LARGEST_ZLIB_RATIO = 1032
"""Deflate cannot pack more than this many bytes into one, so a header may not promise more."""


class _CutOffError(Exception):
    """The file ends before what it announces."""


def read(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Read one file of images and labels.

    Memory stays near the images' own size: they are turned from MATLAB's order of axes to N×H×W×C
    in place.

    Returns
    -------
    images : uint8, shape (N, H, W, C)
    labels : int64, shape (M,), with 0 for the digit zero, whether the file says 0 or 10; that M
        equals N is not checked here

    Raises
    ------
    DataError
        One sentence that names the file, what is wrong and what to do.
    """
    (path,) = paths
    try:
        with path.open("rb") as file:
            arrays = _arrays(file, path)
    except (_CutOffError, zlib.error) as error:
        reason = f" ({error})" if str(error) else ""
        raise DataError(f"{path} is cut off or damaged{reason}: download it again.") from None
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}): check its permissions."
        ) from None
    missing = [name for name in ("X", "y") if name not in arrays]
    if missing:
        raise DataError(f"{path} lacks {' and '.join(missing)}: download the official file again.")
    return _images_first(arrays["X"], path), _labels(arrays["y"], path)


def _arrays(file: IO[bytes], path: Path) -> dict[str, np.ndarray]:
    """The arrays X and y, flat and with their MATLAB shape."""
    header = file.read(HEADER)
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None:
        raise DataError(f"{path} is not a MATLAB 5 file: download the official file again.")
    if struct.unpack(f"{order}H", header[124:126])[0] != 0x0100:
        raise DataError(
            f"{path} is a MATLAB 7.3 (HDF5) file, which is not read here: save it in MATLAB with "
            "save(file, 'X', 'y', '-v7'), or use the official file."
        )
    arrays: dict[str, np.ndarray] = {}
    while tag := file.read(8):
        kind, size = struct.unpack(f"{order}II", _whole(tag, 8))
        end = file.tell() + size
        if end > path.stat().st_size:
            raise _CutOffError
        if kind == PACKED:
            packed = _Unpacked(file, size)
            if struct.unpack(f"{order}II", packed.read(8))[0] == MATRIX:
                _add_matrix(arrays, packed.read, order, size * LARGEST_ZLIB_RATIO, path)
            packed.finish()  # compares zlib's checksum
        elif kind == MATRIX:
            _add_matrix(arrays, lambda count: _whole(file.read(count), count), order, size, path)
        file.seek(end)
    return arrays


class _Unpacked:
    """The bytes behind the next `size` bytes of a file, which zlib has packed."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size
        self._zlib = zlib.decompressobj()

    def read(self, count: int) -> bytes:
        """Exactly `count` bytes."""
        content = bytearray()
        while len(content) < count:
            content += self._some(count - len(content))
        return bytes(content)

    def finish(self) -> None:
        """Pass over what is left; raises where the end or the checksum is not right."""
        while not self._zlib.eof:
            self._some(CHUNK)

    def _some(self, most: int) -> bytes:
        packed = self._zlib.unconsumed_tail or self._file.read(min(CHUNK, self._left))
        if not self._zlib.unconsumed_tail:
            self._left -= len(packed)
        if self._zlib.eof or not packed:
            raise _CutOffError
        return self._zlib.decompress(packed, most)


def _whole(content: bytes, count: int) -> bytes:
    if len(content) < count:
        raise _CutOffError
    return content


def _add_matrix(
    arrays: dict[str, np.ndarray],
    read: Callable[[int], bytes],
    order: str,
    most: int,
    path: Path,
) -> None:
    """Read one variable from its first byte on; those but X and y are passed over."""

    def element() -> tuple[int, int, bytes]:
        """Type, size and, where they stand in the tag itself, the bytes."""
        kind, size = struct.unpack(f"{order}II", tag := read(8))
        if kind >> 16:  # the short form: both in four bytes, the content in the other four
            return kind & 0xFFFF, min(kind >> 16, 4), tag[4:]
        return kind, size, b""

    def content() -> bytes:
        _, size, short = element()
        if size > CHUNK:
            raise _CutOffError("a header without end")
        return short[:size] if short else read(size + -size % 8)[:size]

    flags, shape, name = content(), content(), content().decode("latin-1")
    if name not in ("X", "y"):
        return
    if name in arrays:
        raise DataError(f"{path} holds {name} twice: download the official file again.")
    (bits,) = struct.unpack(f"{order}I", _whole(flags[:4], 4))
    sides = np.frombuffer(shape[: len(shape) // 4 * 4], f"{order}i4").tolist()
    if (
        bits & 0xFF not in NUMERIC_CLASSES
        or bits & (COMPLEX | LOGICAL)
        or min(sides, default=-1) < 0
    ):
        raise DataError(
            f"{path}: {name} is not an array of plain numbers: download the official file again."
        )
    kind, size, short = element()
    dtype = np.dtype(order + NUMBERS[kind]) if kind in NUMBERS else None
    if dtype is None or size != math.prod(sides) * dtype.itemsize:
        raise _CutOffError(f"{name} is not as long as announced")
    if size > most:
        raise DataError(
            f"{path} announces {size:,} bytes of {name}, which it cannot hold: download it again."
        )
    array = np.empty(size, np.uint8)
    for start in range(0, size, CHUNK):
        stop = min(start + CHUNK, size)
        part = short[:size] if short else read(stop - start)
        array[start:stop] = np.frombuffer(part, np.uint8)
    arrays[name] = array.view(dtype).reshape(sides[::-1])  # MATLAB's first axis runs fastest


def _images_first(images: np.ndarray, path: Path) -> np.ndarray:
    """From (N, C, W, H), as MATLAB's arrays lie in memory, to (N, H, W, C)."""
    if images.dtype != np.uint8:
        raise DataError(
            f"{path}: X holds {images.dtype.name} where uint8 from 0 to 255 belongs: download the "
            "official file again."
        )
    if images.ndim == 3:  # MATLAB drops a last axis of length 1
        images = images[np.newaxis]
    if images.ndim != 4:
        raise DataError(
            f"{path}: X has shape {images.shape[::-1]}, not 32×32×3×N: download the official file "
            "again."
        )
    count, channels, width, height = images.shape
    turned = images.reshape(count, height, width, channels)  # the same memory
    for start in range(0, count, TURN):
        turned[start : start + TURN] = images[start : start + TURN].transpose(0, 3, 2, 1).copy()
    return turned


def _labels(labels: np.ndarray, path: Path) -> np.ndarray:
    if labels.size != max(labels.shape, default=0):
        shape = "×".join(str(side) for side in labels.shape[::-1])
        raise DataError(
            f"{path}: y is {shape} where one label per image belongs: download the official file "
            "again."
        )
    labels = labels.ravel()
    if not (np.isfinite(labels).all() and np.array_equal(labels, np.floor(labels))):
        raise DataError(
            f"{path}: y holds other things than whole numbers: download the official file again."
        )
    labels = np.clip(labels, -1, 11).astype(np.int64)  # what is outside stays outside
    if (labels == 0).any() and (labels == 10).any():
        raise DataError(
            f"{path}: y holds both 0 and 10, and either stands for the digit zero: download the "
            "official file again."
        )
    labels[labels == 10] = 0
    return labels
