"""Read the idx files in which MNIST and its relatives are published.

Format (http://yann.lecun.com/exdb/mnist/): two zero bytes, a code for the number type, the
number of dimensions, each dimension as a big-endian 32-bit integer, then the numbers.
"""

import contextlib
import gzip
import math
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

import numpy as np

from ganlib.errors import DataError

UNSIGNED_BYTE = 0x08
TYPE_NAMES = {0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
CONTENT = {1: "labels", 3: "images"}
CHUNK = 1 << 20
LARGEST_GZIP_RATIO = 1032
"""Deflate cannot pack more than this many bytes into one, so a header may not promise more."""


def read_pair(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Read a file of images and the file of their labels.

    Returns
    -------
    images : uint8, shape (N, H, W)
    labels : uint8, shape (M,); that M equals N is not checked here

    Raises
    ------
    DataError
        If a file is damaged or is not what its name says.
    """
    images_path, labels_path = paths
    return read(images_path, dimensions=3), read(labels_path, dimensions=1)


def read(path: Path, dimensions: int) -> np.ndarray:
    """Read one idx file of unsigned bytes; a name that ends in ``.gz`` is decompressed.

    Memory follows what the file holds, never what its header promises.

    Parameters
    ----------
    path : the file
    dimensions : 3 for images, 1 for labels

    Returns
    -------
    uint8 array with ``dimensions`` axes

    Raises
    ------
    DataError
        One sentence that names the file, what is wrong and what to do.
    """
    with _one_sentence_errors(path):
        size = path.stat().st_size
        if size == 0:
            raise DataError(f"{path} is empty: download it again")
        with _open(path) as stream:
            shape = _read_header(stream, path, dimensions)
            promised = math.prod(shape)
            if promised > size * LARGEST_GZIP_RATIO:
                raise _length_error(path, shape, f"{size:,} bytes cannot hold that many")
            # One byte more than promised shows a surplus, and makes gzip verify its checksum.
            content = _read_at_most(stream, promised + 1)
    if len(content) != promised:
        comparison = "more" if len(content) > promised else f"only {len(content):,} bytes"
        raise _length_error(path, shape, f"there is {comparison}")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path) if path.suffix == ".gz" else path.open("rb"))


@contextlib.contextmanager
def _one_sentence_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except EOFError:
        raise DataError(
            f"{path} is cut off: its gzip data ends too early, so download it again"
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        if "Not a gzipped file" in str(error):
            raise DataError(
                f"{path} is not a gzip file: download it again, or remove .gz from its name if "
                "it is already unpacked"
            ) from None
        raise DataError(f"{path} is a damaged gzip file ({error}): download it again") from None
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}): check its permissions"
        ) from None


def _read_header(stream: IO[bytes], path: Path, dimensions: int) -> tuple[int, ...]:
    magic = stream.read(4)
    if len(magic) == 4 and magic[:2] == b"\x1f\x8b":
        raise DataError(f"{path} is gzip data: add .gz to its name, or unpack it")
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise DataError(
            f"{path} is not an idx file (it starts with the bytes {magic.hex(' ')}): "
            "download the official file again"
        )
    if magic[2] != UNSIGNED_BYTE:
        found = TYPE_NAMES.get(magic[2], "an unknown type")
        raise DataError(
            f"{path} holds numbers of type 0x{magic[2]:02x} ({found}) where unsigned bytes (0x08) "
            "belong: use the official file"
        )
    if magic[3] != dimensions:
        found = CONTENT.get(magic[3], f"{magic[3]}-dimensional data")
        raise DataError(
            f"{path} holds {found} where {CONTENT[dimensions]} belong: are two files swapped?"
        )
    lengths = stream.read(4 * dimensions)
    if len(lengths) < 4 * dimensions:
        raise DataError(f"{path} ends within its header: download it again")
    shape = tuple(int(length) for length in np.frombuffer(lengths, ">u4"))
    if 0 in shape:
        raise DataError(f"{path} holds no {CONTENT[dimensions]}: download the official file again")
    return shape


def _read_at_most(stream: IO[bytes], limit: int) -> bytearray:
    content = bytearray()
    while len(content) < limit:
        chunk = stream.read(min(CHUNK, limit - len(content)))
        if not chunk:
            break
        content += chunk
    return content


def _length_error(path: Path, shape: tuple[int, ...], finding: str) -> DataError:
    announced = "×".join(f"{length:,}" for length in shape)
    return DataError(
        f"{path} announces {announced} bytes of {CONTENT[len(shape)]}, but {finding}: "
        "download it again"
    )
