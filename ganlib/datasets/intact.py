"""One sentence for every file that cannot be read."""

import contextlib
import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from ganlib.errors import DataError

BROKEN = (
    *(gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(ValueError, TypeError, LookupError, AttributeError, AssertionError, SyntaxError),
    *(ArithmeticError, RuntimeError),
)
"""What readers of gzip, zip, numpy and MATLAB files raise on damaged ones."""


@contextlib.contextmanager
def intact(path: Path, kind: str) -> Iterator[None]:
    """Turn what a reader raises into a DataError that names the file, which should be a `kind`."""
    try:
        yield
    except DataError:
        raise
    except BROKEN as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise DataError(
            f"{path} is damaged or is not {kind} ({reason}): download or save it again"
        ) from None
    except MemoryError as error:
        raise DataError(
            f"{path} is damaged or does not fit into memory ({error}): compare its size with the "
            "official file's"
        ) from None
    except OSError as error:
        raise DataError(
            f"{path} cannot be read ({error.strerror or error}): check its permissions"
        ) from None
