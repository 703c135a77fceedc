"""Read the idx files in which MNIST and its relatives are published.

Format (http://yann.lecun.com/exdb/mnist/): two zero bytes, a code for the number type, the
number of dimensions, each dimension as a big-endian 32-bit integer, then the numbers.
"""

import gzip
import io
import math
from collections.abc import Sequence

import numpy as np

from ganlib.datasets.intact import intact, whole
from ganlib.datasets.places import File
from ganlib.errors import DataError

TYPES = {0x08: ("u1", "unsigned bytes"), 0x0C: (">i4", "whole numbers of 32 bits")}
CONTENT = {1: "labels", 3: "images"}


def read_pair(files: Sequence[File], turned: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Read images, uint8 (N, H, W), and labels (M,); that M equals N is not checked here.

    EMNIST's images lie on their side, mirrored, and are `turned` upright. QMNIST's labels
    (idx2-int) are the first of eight columns.
    """
    images, labels = read(files[0], 3), files[1]
    numbers = read(labels, 2, 0x0C)[:, 0] if "idx2" in labels.name.lower() else read(labels, 1)
    return images.transpose(0, 2, 1) if turned else images, numbers


def read(path: File, dimensions: int, code: int = 0x08) -> np.ndarray:
    """Read one idx file, packed or not, of images (3 dimensions) or labels.

    Memory follows what the file holds, never what its header promises.
    """
    wanted = CONTENT.get(dimensions, "labels")
    name = path.name.lower()
    with intact(path, "a gzip file" if name.endswith(".gz") else "an idx file"):
        with path.open("rb") as file:
            content = whole(file)
        # Browsers unpack and keep the name, or drop the ending and stay packed.
        packed = content[:2] == b"\x1f\x8b" or (name.endswith(".gz") and content[:2] != b"\0\0")
        if packed and content:
            with gzip.open(io.BytesIO(content)) as unpacked:
                content = whole(unpacked)
    start = 4 + 4 * dimensions
    if len(content) < start or content[:2] != b"\0\0":
        raise DataError(f"{path} is not an idx file: download the official file again")
    if content[2] != code:
        raise DataError(
            f"{path} holds numbers of type 0x{content[2]:02x} where {TYPES[code][1]} "
            f"(0x{code:02x}) belong: use the official file"
        )
    if content[3] != dimensions:
        found = CONTENT.get(content[3], f"{content[3]}-dimensional data")
        raise DataError(f"{path} holds {found} where {wanted} belong: are two files swapped?")
    shape = np.frombuffer(content, ">u4", dimensions, offset=4).tolist()
    kind = np.dtype(TYPES[code][0])
    if math.prod(shape) * kind.itemsize != len(content) - start:
        announced = "×".join(f"{length:,}" for length in shape)
        unit = "bytes" if kind.itemsize == 1 else f"× {kind.itemsize} bytes"
        raise DataError(
            f"{path} announces {announced} {unit} of {wanted}, but there are "
            f"{len(content) - start:,}: download it again"
        )
    return np.frombuffer(content, kind, offset=start).reshape(shape)
