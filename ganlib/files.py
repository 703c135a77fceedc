"""Files that are either old or new, never half."""

import contextlib
import itertools
import os
import re
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from platform import node

from ganlib.errors import GanlibError, first_line, plain, shown

PARTIAL = ".partial-"
OWNER = re.compile(re.escape(PARTIAL) + r"(\d+)-([0-9a-f]{8})-\d+-.*")
HOST = f"{zlib.crc32(node().encode()):08x}"
LEFT_SECONDS = 24 * 3600.0
"""After which a partial file is a leftover, whether or not its process can be asked for."""
WAITS = (0.05, 0.1, 0.2, 0.4)  # seconds between attempts to replace a file
_numbers = itertools.count()
MOST_BYTES = 2**31
"""That an archive of weights may unpack to: a hundred times the largest of the course."""


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a path to write to; what was written takes the place of `path` when all went well.

    The temporary file lies beside `path` and has its suffix. After an error it is removed, and an
    older file stays. Several processes and threads may write one file at a time: each has a
    temporary file of its own, and the last one counts.
    """
    end = path.name[-40:]  # a name has 255 bytes at most
    partial = path.with_name(f"{PARTIAL}{os.getpid()}-{HOST}-{next(_numbers)}-{end}")
    remove_leftovers(path.parent, end)
    try:
        yield partial
        with open(partial, "r+b") as file:  # Windows writes through only what is open to write
            os.fsync(file.fileno())
        _replace(partial, path)
    except OSError as error:
        if error.filename in (partial, str(partial)):
            error.filename = str(path)
        raise
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def remove_leftovers(folder: Path, end: str = "") -> None:
    """Remove what killed writes left in a folder, of files whose names end so."""
    with contextlib.suppress(OSError):  # no folder, or one that may not be read
        for path in [folder / name for name in os.listdir(folder) if name.startswith(PARTIAL)]:
            if path.name.endswith(end) and _is_left(path):
                path.unlink(missing_ok=True)


def _is_left(partial: Path) -> bool:
    """Whether nobody writes a partial file any more: its process is gone, or it is old."""
    if time.time() - partial.stat().st_mtime > LEFT_SECONDS:
        return True
    owner = OWNER.fullmatch(partial.name)
    if owner is None or owner[2] != HOST or sys.platform == "win32":
        return False  # Windows has no question that does not end the process
    try:
        os.kill(int(owner[1]), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # another user's, or no process's number
        pass
    return False


def _replace(partial: Path, path: Path) -> None:
    """Give a file its name; on Windows a file that anybody reads refuses for a time."""
    for wait in WAITS:
        with contextlib.suppress(PermissionError):
            partial.replace(path)
            return
        time.sleep(wait)
    partial.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a text file in one piece."""
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8")


def utf8(path: str | Path) -> Path:
    """The path; a `GanlibError` for one that TensorFlow, which wants UTF-8, cannot open."""
    try:
        os.fspath(path).encode("utf-8")
    except UnicodeEncodeError:
        raise GanlibError(f"the path {shown(os.fspath(path))} is not UTF-8: rename it") from None
    return Path(path)


def numbered(folder: Path, pattern: str) -> list[Path]:
    """The files whose names match, in the order of the numbers in the pattern's groups."""
    found = [
        (match, path) for path in folder.glob("*") if (match := re.fullmatch(pattern, path.name))
    ]
    numbers = [([int(n or 0) for n in match.groups()], path) for match, path in found]
    return [path for _, path in sorted(numbers)]


def check_archive(path: Path) -> None:
    """Raise what a zip's reader raises where a file in it is damaged, or a `ValueError` for size.

    Each has a CRC, which a reader that jumps about does not look at.
    """
    with zipfile.ZipFile(path) as archive:
        claimed = sum(info.file_size for info in archive.infolist())
        if claimed > MOST_BYTES:
            raise ValueError(f"it claims to hold {claimed:,} bytes")
        if damaged := archive.testzip():
            raise ValueError(f"{damaged} in it has another checksum")


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """For work beside the training: what fails is told on standard error, and costs no run."""
    try:
        yield
    except Exception as error:  # whatever a library of pictures raises
        print(f"ganlib: no {what}: {plain(first_line(error))}", file=sys.stderr)
