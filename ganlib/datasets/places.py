"""Where a user's files may lie, and under which names browsers and packers leave them."""

import os
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from ganlib.datasets.intact import intact
from ganlib.errors import DataError

File = Path | zipfile.Path
"""A file, or one in a zip archive; both have ``name``, ``parent`` and ``open("rb")``."""
DEPTH = 5  # folders within a folder
COPY = re.compile(r"( ?\(\d+\)| - (copy|copie|kopie)( ?\(\d+\))?| copy( \d+)?)(?=\.[a-z]|$)")
NUMBERED = re.compile(r"[ -][2-9](?=\.[a-z]|$)")
"""Safari's and Finder's second copies; elsewhere such a number may mean a part of the data."""
SYSTEM = re.compile(r"\..*|__MACOSX|Thumbs\.db|desktop\.ini|(README|LICENSE)(\..*)?", re.IGNORECASE)
PREPARED = re.compile(r"\d+\.\d+\.\d+(\.incomplete.*)?")
SHOWN = 4  # names in a sentence


def key(name: str) -> str:
    """What of a file's name does not depend on who packed, copied or downloaded it."""
    name = COPY.sub("", name.lower())
    if "ubyte" in name or "32x32" in name:
        name = NUMBERED.sub("", name)
    return plain(name.removesuffix(".gz"))


def plain(name: str) -> str:
    """Letters and digits alone: FashionMNIST, fashion-mnist and fashion_mnist are one name."""
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def found(folder: Path, names: Collection[str], foreign: Collection[str]) -> list[Path]:
    """Folders and zip archives in a data folder, or itself, that bear one of a set's `names`."""
    places = [
        path
        for path in (folder / entry.name for entry in _entries(folder))
        if plain(path.stem if path.suffix.lower() == ".zip" else path.name) in names
    ]
    own = folder.resolve()
    if own.name.lower() in ("raw", "processed", "gzip"):  # as torchvision and EMNIST have it
        own = own.parent
    itself = plain(own.name) in names and plain(own.name) not in foreign
    return sorted(places, key=lambda path: path.name not in names) + [folder] * itself


def files(place: Path, skip: Collection[str] = (), depth: int = DEPTH) -> list[Path]:
    """All files in a folder and its folders, the nearest first; no system's files.

    Left out are folders that are called as in `skip`, and what TensorFlow Datasets prepared.
    """
    result, folders, seen = [place] if place.is_file() else [], [place], set[Path]()
    for _ in range(depth):
        folders = list({folder.resolve(): folder for folder in folders}.values())
        inner = [e for f in folders if f.resolve() not in seen for e in _entries(f)]
        seen |= {folder.resolve() for folder in folders}
        inner = [entry for entry in inner if os.path.exists(entry.path)]  # no link to itself
        result += [Path(entry.path) for entry in inner if entry.is_file()]
        dirs = [e for e in inner if e.is_dir() and not PREPARED.match(e.name)]
        folders = [Path(entry.path) for entry in dirs if plain(entry.name) not in skip]
    return result


def unpacked(paths: Iterable[Path]) -> list[File]:
    """The same files, each zip archive replaced by the files in it."""
    result: list[File] = []
    for path in paths:
        if path.suffix.lower() != ".zip":
            result.append(path)
            continue
        with intact(path, "a zip archive"):
            archive = zipfile.ZipFile(path)
        for info in archive.infolist():  # some packers on Windows write its own separator
            if info.flag_bits & 1:
                raise DataError(f"{path} is locked with a password: unpack it")
            info.filename = info.filename.replace("\\", "/")
            archive.NameToInfo[info.filename] = info
        root = zipfile.Path(archive).root
        names = [name for name in root.namelist() if not name.endswith("/")]
        system = (any(SYSTEM.fullmatch(part) for part in name.split("/")) for name in names)
        result += [zipfile.Path(root, n) for n, no in zip(names, system, strict=True) if not no]
    return result


def choose(wanted: Sequence[Sequence[str]], held: Sequence[File]) -> list[File | None]:
    """For each wanted file, given by its possible names, the one that it is, or None.

    Files of one folder come before those of several.
    """
    keys = [{key(name) for name in names} for names in wanted]
    fitting = [[file for file in held if key(file.name) in each] for each in keys]
    for folder in dict.fromkeys(str(file.parent) for file in fitting[0]):
        together = [[file for file in each if str(file.parent) == folder] for each in fitting]
        if all(together):
            fitting = together
            break
    return [_best(names, each) for names, each in zip(wanted, fitting, strict=True)]


def _best(names: Sequence[str], fitting: Sequence[File]) -> File | None:
    def rank(file: File) -> tuple[int, int]:
        at = names.index(file.name) if file.name in names else len(names)
        return str(file).replace("\\", "/").count("/"), at

    if not fitting:
        return None
    best, *others = sorted(fitting, key=rank)
    for other in others:
        if rank(other) == rank(best) and best.read_bytes() != other.read_bytes():
            raise DataError(f"{best} and {other} differ, and either could be meant: keep only one")
    return best


def inside(path: object, base: Path) -> str:
    """A path relative to a folder or archive, with slashes."""
    return str(path).replace("\\", "/").removeprefix(base.as_posix()).strip("/")


def listed(held: Iterable[File], base: Path) -> str:
    """The names of files relative to a folder, the first few of them."""
    names = [inside(file, base) or base.name for file in held]
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "?", ", ".join(names[:SHOWN])) + more


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    entries = os.scandir(folder) if folder.is_dir() else ()
    return sorted((e for e in entries if not SYSTEM.fullmatch(e.name)), key=lambda e: e.name)
