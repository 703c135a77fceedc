"""Where runs are kept: where ``GANLIB_RUNS`` says, else ``runs/`` here, else in a user's folder."""

import functools
import os
import tempfile
from pathlib import Path

from ganlib.errors import GanlibError
from ganlib.files import utf8

VARIABLE = "GANLIB_RUNS"


def runs_folder() -> Path:
    """The folder of the runs, for a command line: it may turn out that nothing can be written."""
    return utf8(os.environ.get(VARIABLE) or "runs")


def writable(folder: Path) -> Path:
    """The folder, or one of its name where the user may write; said once, where it is another."""
    if os.environ.get(VARIABLE) or _may_write(folder):
        return folder
    return _elsewhere(Path.cwd()) / folder.name


def writable_runs() -> Path:
    """The folder of the runs, for a lesson: a course folder may be shared and read-only."""
    return writable(runs_folder())


def _may_write(folder: Path) -> bool:
    """Whether files can be made in a folder, which need not exist; tried, not asked."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return True
    except OSError:
        return False


@functools.cache
def _elsewhere(here: Path) -> Path:
    """A folder of the user's own: in the home folder, or, where that is read-only, a temporary."""
    home = Path(os.path.expanduser("~"))
    user = home.name or "user"
    for place in (home / "ganlib", Path(tempfile.gettempdir()) / f"ganlib-{user}"):
        if place.is_absolute() and _may_write(place):
            print(f"{here} is read-only: what is trained is kept in {place / 'runs'}")
            return place
    raise GanlibError(
        f"nothing can be written in {here}, nor in {home}: set {VARIABLE} to a folder of yours"
    )
