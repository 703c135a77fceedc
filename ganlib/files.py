"""Files that are either old or new, never half."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


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
