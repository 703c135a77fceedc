"""Files that are either old or new, never half."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ganlib.errors import GanlibError


@contextlib.contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a path to write to; what was written takes the place of `path` when all went well.

    The temporary file lies beside `path` and has its suffix. After an error it is removed, and an
    older file stays.
    """
    partial = path.with_name(f".partial-{path.name}")
    try:
        yield partial
        with open(partial, "rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in one piece."""
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8")


def replace_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace the lines of a text file between two marks; both must be there."""
    old = path.read_text(encoding="utf-8")
    before, begun, rest = old.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise GanlibError(f"{path.name} has no place for this text, from {begin} to {end}")
    write_text(path, f"{before}{begin}\n{text}\n{end}{after}")
