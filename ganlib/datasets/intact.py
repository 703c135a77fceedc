"""One sentence for every file that cannot be read."""

import contextlib
import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from tokenize import TokenError
from typing import IO

from ganlib.errors import DataError

BROKEN = (
    *(gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(ValueError, TypeError, LookupError, AttributeError, AssertionError, SyntaxError),
    *(ArithmeticError, RuntimeError, TokenError),
)
"""What readers of gzip, zip, numpy and MATLAB files raise on damaged ones."""
LARGEST = 17 * 10**8
"""Bytes of one unpacked file; SVHN's largest has 1.6 billion."""


def whole(file: IO[bytes] | gzip.GzipFile) -> bytearray:
    """Read a file to its end, but no more than `LARGEST`, whatever a packed one unpacks to."""
    content = bytearray()
    while part := file.read(1 << 20):
        content += part
        if len(content) > LARGEST:
            raise MemoryError(f"it unpacks to more than {LARGEST:,} bytes")
    return content


@contextlib.contextmanager
def intact(path: Path | zipfile.Path, kind: str) -> Iterator[None]:
    """Turn what a reader raises into a DataError that names the file, which should be a `kind`."""
    try:
        yield
    except DataError:
        raise
    except BROKEN as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        if "password" in reason:
            raise DataError(f"{path} is locked with a password: unpack it") from None
        raise DataError(
            f"{path} is damaged or is not {kind} ({reason}): download or save it again"
        ) from None
    except MemoryError as error:
        advice = "compare its size with the official file's"
        what = f"is damaged or does not fit into memory ({error})"
        raise DataError(f"{path} {what}: {advice}") from None
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}): check its permissions"
        ) from None
