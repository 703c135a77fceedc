"""Files that are either old or new, never half."""

import os
from pathlib import Path

from ganlib.errors import GanlibError


def write_text(path: Path, text: str) -> None:
    """Write a text file in one piece."""
    partial = path.with_name(path.name + ".partial")
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def replace_between(path: Path, begin: str, end: str, text: str) -> None:
    """Renew the lines of a text file that stand between two marks; no marks: `GanlibError`."""
    old = path.read_text(encoding="utf-8")
    before, begun, rest = old.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise GanlibError(f"{path.name} has no place for this text, from {begin} to {end}")
    write_text(path, f"{before}{begin}\n{text}\n{end}{after}")
