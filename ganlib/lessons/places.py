"""Where runs are kept: where ``GANLIB_RUNS`` says, else in ``runs/``, else in the user's folder."""

import functools
import os
import tempfile
from pathlib import Path

from ganlib.errors import GanlibError


def writable(folder: Path) -> Path:
    """The folder, or one of its name where a user may write: a shared course is read-only."""
    return folder if _may_write(folder) else _elsewhere(Path.cwd()) / folder.name


def _may_write(folder: Path) -> bool:
    """Whether files can be made in a folder, which need not exist; tried, not asked."""
    try:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        with tempfile.TemporaryFile(dir=there):
            return True
    except OSError:
        return False


@functools.cache
def _elsewhere(here: Path) -> Path:
    """A folder of the user's own, at home or else a temporary one; said once."""
    home = Path(os.path.expanduser("~"))
    for place in (home / "ganlib", Path(tempfile.gettempdir()) / f"ganlib-{home.name}"):
        if place.is_absolute() and _may_write(place):
            print(f"{here} is read-only: what is trained is kept in {place / 'runs'}")
            return place
    raise GanlibError(f"nothing can be written in {here} or {home}: set GANLIB_RUNS to a folder")
