"""One split of a data set from a user's files: found, read, or refused with what to do.

Nothing that lies in the set's own folder is passed over in silence.
"""

import logging
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from ganlib.datasets import pictures, places
from ganlib.datasets.arrays import Labels
from ganlib.datasets.catalog import KNOWN, KnownDataset, Layout
from ganlib.datasets.places import File, key
from ganlib.errors import DataError

Found = tuple[np.ndarray, Labels, str]
"""Images, labels and the names of the files."""
DARK = 31  # of 255: the largest value of images that are hardly to be seen

log = logging.getLogger(__name__)


def read(
    known: KnownDataset,
    split: str,
    folder: Path,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
) -> Found | None:
    """Read a split from the files in a data folder; None where there are none of this set.

    Parameters
    ----------
    size, channels : height, width and channels that pictures of a user's own set shall have

    Raises
    ------
    DataError : there are files, but damaged, incomplete, unknown or of unclear meaning
    """
    foreign = {name for other in KNOWN.values() for name in other.aliases} - known.aliases
    here = places.found(folder, known.aliases, foreign)
    for place in here:
        if place.is_file() and place.suffix.lower() != ".zip":
            raise DataError(f"{place} is a file, but a folder is needed there: rename the file")
    held = {place: places.files(place, foreign) for place in here}
    own = _keys(known) - {k for name, o in KNOWN.items() if name != known.name for k in _keys(o)}
    held.setdefault(folder, [f for f in places.files(folder, depth=1) if key(f.name) in own])
    for unpack in (list, places.unpacked):  # what is unpacked comes first
        for files in held.values():
            if (result := _complete(known, split, list(unpack(files)))) is not None:
                return result
    for place in here:
        _refuse_fragments(known, split, place, list(places.unpacked(held[place])))
        if (result := _pictures(known, split, place, held[place], size, channels)) is not None:
            return result
    for place in here:
        _refuse_unknown(known, split, place, held[place])
    if folder not in here:
        _refuse_misplaced(known, folder, foreign | known.aliases)
    return None


def exists(name: str, folders: Sequence[Path]) -> bool:
    """Whether a user's own set of this name is in one of the data folders."""
    names = (name, f"{name}.zip")
    return any(name.strip(". ") and (folder / n).exists() for folder in folders for n in names)


def _keys(known: KnownDataset, split: str = "") -> set[str]:
    """Keys of all file names that a set, or a split of it, is read from."""
    layouts = [known.layouts[split]] if split else known.layouts.values()
    return {key(name) for each in layouts for one in each for names in one.files for name in names}


def _complete(known: KnownDataset, split: str, files: Sequence[File]) -> Found | None:
    """The best layout that lies there in full."""
    for layout in known.layouts[split]:
        chosen = [file for file in places.choose(layout.files, files) if file is not None]
        if len(chosen) < len(layout.files):
            continue
        where = " and ".join(str(file) for file in chosen)
        images, labels = known.check(*layout.read(chosen), where)
        if images.max() <= DARK and images.any():
            log.warning(
                "WARNING: %s: no pixel is above %d of 255, so these images are nearly black; if "
                "they should not be, save images * (255 / images.max())",
                *(where, images.max()),
            )
        return images, labels, ", ".join(file.name for file in chosen)
    return None


def _refuse_fragments(known: KnownDataset, split: str, place: Path, files: Sequence[File]) -> None:
    """Raise DataError if something of a layout is there, but not all that is needed."""
    names = [n for layout in known.layouts[split] for names in layout.files for n in names]
    for path in (place / name for name in names if place.is_dir()):
        if (path.exists() or path.is_symlink()) and not path.is_file():
            what = "a folder" if path.is_dir() else "no file"
            what = "a link to a file that is not there" if path.is_symlink() else what
            raise DataError(f"{path} is {what}: put the file of that name in its place")
    for layout in known.layouts[split]:
        chosen = places.choose(layout.files, files)
        if (present := [file for file in chosen if file]) and None in chosen:
            missing = Path(str(present[0].parent), layout.files[chosen.index(None)][0])
            raise DataError(
                f"{missing} is missing beside {present[0].name}: add it, both are needed"
            )


def _pictures(
    known: KnownDataset,
    split: str,
    place: Path,
    files: Sequence[Path],
    size: tuple[int, int] | None,
    channels: int | None,
) -> Found | None:
    found = None
    for held in (files, list(places.unpacked(files))):
        found = found or (pictures.find(place, held, split) if known.pictures else None)
    if found is None:
        return None
    shape = known.image_shape
    if not any(shape):
        own = (0, 0, 0) if size and channels else found.own_shape()
        shape = (*(size or own[:2]), channels or own[2])
    images, labels = known.check(*found.read(shape), str(place))
    return images, labels, f"{place.name} ({len(images):,} picture(s))"


def _refuse_unknown(known: KnownDataset, split: str, place: Path, files: Sequence[Path]) -> None:
    family = [other for other in KNOWN.values() if other.aliases & known.aliases] or [known]
    recognised = {k for other in family for k in _keys(other)}
    unknown = [file for file in files if key(file.name) not in recognised]
    if not unknown:
        return
    others = {k: other.name for other in KNOWN.values() for k in _keys(other)}
    hint = ""
    if other := next((others[k] for file in unknown if (k := key(file.name)) in others), ""):
        hint = f" (there are files of {other}: load that name)"
    raise DataError(
        f"{place} holds {places.listed(unknown, place)}, which is not read as {known.name}, split "
        f"{split}{hint}: {_wanted(known.layouts[split])}; unpack, rename or convert what is "
        f"there, or move it out of {place}"
    )


def _wanted(layouts: Sequence[Layout]) -> str:
    names = dict.fromkeys(" with ".join(names[0] for names in one.files) for one in layouts)
    return f"what is read is {', '.join(names)}, a zip archive of these, or pictures"


def _refuse_misplaced(known: KnownDataset, folder: Path, foreign: Collection[str]) -> None:
    """Raise DataError where a set's files lie under no name that says which set they are."""
    keys = _keys(known)
    near = places.files(folder, depth=1)
    deep = [file for file in places.files(folder, foreign, depth=3) if "ubyte" in file.name]
    packed = [file for file in near if file.suffix.lower() == ".zip" and _holds(file, keys)]
    misplaced = dict.fromkeys([*(f for f in [*near, *deep] if key(f.name) in keys), *packed])
    if misplaced:
        raise DataError(
            f"{folder} holds {places.listed(misplaced, folder)}, but no folder says that this is "
            f"{known.name}: put it into {folder / known.name}/"
        )


def _holds(path: Path, keys: set[str]) -> bool:
    try:
        return any(
            key(file.name) in keys and "ubyte" in key(file.name) for file in places.unpacked([path])
        )
    except DataError:  # some other archive, damaged: it is none of ours
        return False
