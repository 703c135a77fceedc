"""What the tools share: parts of a page that are made, between two marks."""

from pathlib import Path

from ganlib.errors import GanlibError
from ganlib.files import write_text


def replace_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace the lines of a text file between two marks; both must be there."""
    old = path.read_text(encoding="utf-8")
    before, begun, rest = old.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise GanlibError(f"{path.name} has no place for this text, from {begin} to {end}")
    write_text(path, f"{before}{begin}\n{text}\n{end}{after}")
