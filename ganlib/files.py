"""Files that are either old or new, never half."""

import os
from pathlib import Path


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
