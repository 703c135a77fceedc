"""Read the idx files in which MNIST and its relatives are published.

Format (http://yann.lecun.com/exdb/mnist/): two zero bytes, a code for the number type, the
number of dimensions, each dimension as a big-endian 32-bit integer, then the numbers.
"""

import gzip
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganlib.datasets.intact import intact
from ganlib.errors import DataError

UNSIGNED_BYTE = 0x08
CONTENT = {1: "labels", 3: "images"}


def read_pair(paths: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Read images, uint8 (N, H, W), and labels, uint8 (M,); that M equals N is not checked here."""
    images_path, labels_path = paths
    return read(images_path, dimensions=3), read(labels_path, dimensions=1)


def read(path: Path, dimensions: int) -> np.ndarray:
    """Read one idx file, packed where its name ends in ``.gz``, of images (3) or labels (1).

    Memory follows what the file holds, never what its header promises.
    """
    wanted = CONTENT[dimensions]
    packed = path.suffix == ".gz"
    with intact(path, "a gzip file" if packed else "an idx file"):
        content = path.read_bytes()
        if packed and content[:3] == b"\0\0\x08":
            raise DataError(f"{path} is not a gzip file: remove .gz from its name")
        if packed:
            content = gzip.decompress(content)
    start = 4 + 4 * dimensions
    if content[:2] == b"\x1f\x8b":
        raise DataError(f"{path} is gzip data: add .gz to its name, or unpack it")
    if len(content) < start or content[:2] != b"\0\0":
        raise DataError(f"{path} is not an idx file: download the official file again")
    if content[2] != UNSIGNED_BYTE:
        raise DataError(
            f"{path} holds numbers of type 0x{content[2]:02x} where unsigned bytes (0x08) belong: "
            "use the official file"
        )
    if content[3] != dimensions:
        found = CONTENT.get(content[3], f"{content[3]}-dimensional data")
        raise DataError(f"{path} holds {found} where {wanted} belong: are two files swapped?")
    shape = np.frombuffer(content, ">u4", dimensions, offset=4).tolist()
    if math.prod(shape) != len(content) - start:
        announced = "×".join(f"{length:,}" for length in shape)
        raise DataError(
            f"{path} announces {announced} bytes of {wanted}, but there are "
            f"{len(content) - start:,}: download it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
