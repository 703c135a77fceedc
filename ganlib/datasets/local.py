"""One split of a data set from a user's files: found, read, or refused with what to do.

Nothing that lies in the set's own folder is passed over in silence.
"""

import contextlib
import itertools
import logging
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from ganlib.datasets import pictures, places
from ganlib.datasets.arrays import DARK, Labels
from ganlib.datasets.catalog import KNOWN, KnownDataset
from ganlib.datasets.places import File, key
from ganlib.errors import DataError

Found = tuple[np.ndarray, Labels, str]
"""Images, labels and the names of the files."""

log = logging.getLogger(__name__)


def read(
    known: KnownDataset,
    split: str,
    folder: Path,
    size: tuple[int, int] | None = None,
    channels: int | None = None,
) -> Found | None:
    """Read a split from the files in a data folder; None where there are none of this set.

    Pictures of a user's own set get the size (height, width) and channels. DataError: there are
    files, but damaged, incomplete, unknown or of unclear meaning.
    """
    foreign = {name for other in KNOWN.values() for name in other.aliases} - known.aliases
    here = places.found(folder, known.aliases, foreign)
    if not here and (folder / known.name).exists():
        here = [folder / known.name]
    for place in here:
        if place.is_file() and place.suffix.lower() != ".zip":
            raise DataError(f"{place} is a file, but a folder is needed there: rename the file")
    held = {place: places.files(place, foreign) for place in here}
    own = _keys(known) - {k for other in KNOWN.values() if other != known for k in _keys(other)}
    held.setdefault(folder, [f for f in places.files(folder, depth=1) if key(f.name) in own])
    for unpack in (list, places.unpacked):  # what is unpacked comes first
        for files in held.values():
            if (result := _complete(known, split, unpack(files))) is not None:
                return result
    for place in here:
        _refuse_fragments(known, split, place, places.unpacked(held[place]))
        for unpack in (list, places.unpacked) if known.pictures else ():
            some = unpack(held[place])
            if (found := pictures.find(place, some, split, known.parts, known.crop)) is not None:
                fixed = known.image_shape if any(known.image_shape) else None
                images, labels = found.read(fixed or found.shape(size, channels))
                images, labels = known.check(images, labels, str(place))
                return images, labels, f"{place.name} ({len(images):,} picture(s))"
    for place in here:
        _refuse_unknown(known, split, place, held[place])
    if folder not in here:
        _refuse_misplaced(known, folder, foreign | known.aliases, own)
    return None


def exists(name: str, folders: Sequence[Path]) -> bool:
    """Whether a user's own set of this name is in one of the data folders."""
    names = (name, f"{name}.zip")
    return any(name.strip(". ") and (folder / n).exists() for folder in folders for n in names)


def _keys(known: KnownDataset) -> set[str]:
    """Keys of all file names that a set is read from."""
    layouts = itertools.chain(*known.layouts.values())
    return {key(name) for layout in layouts for names in layout.files for name in names}


def _complete(known: KnownDataset, split: str, files: Sequence[File]) -> Found | None:
    """The best layout that lies there in full."""
    keys = _keys(known)
    files = [file for file in files if key(file.name) in keys]
    for layout in known.layouts[split]:
        chosen = [file for file in places.choose(layout.files, files) if file is not None]
        if len(chosen) < len(layout.files):
            continue
        where = " and ".join(str(file) for file in chosen)
        images, labels = known.check(*layout.read(chosen), where)
        if 0 < (high := images.max()) <= DARK:
            log.warning(
                f"WARNING: {where}: no pixel is above {high} of 255, so these images are nearly "
                "black; if they should not be, save images * (255 / images.max())"
            )
        return images, labels, ", ".join(file.name for file in chosen)
    return None


def _refuse_fragments(known: KnownDataset, split: str, place: Path, files: Sequence[File]) -> None:
    """Raise DataError if something of a layout is there, but not all that is needed."""
    for layout in known.layouts[split]:
        for path in (place / name for names in layout.files for name in names if place.is_dir()):
            if (path.exists() or path.is_symlink()) and not path.is_file():
                what = "a folder" if path.is_dir() else "no file that is there"
                raise DataError(f"{path} is {what}: put the file of that name in its place")
    for layout in known.layouts[split]:
        chosen = places.choose(layout.files, files)
        if (present := [file for file in chosen if file]) and None in chosen:
            missing = Path(str(present[0].parent), layout.files[chosen.index(None)][0])
            raise DataError(
                f"{missing} is missing beside {present[0].name}: add it, both are needed"
            )


def _refuse_unknown(known: KnownDataset, split: str, place: Path, files: Sequence[Path]) -> None:
    """Raise DataError where something lies there that is no file of this set or its kin."""
    kin = [known, *(other for other in KNOWN.values() if other.aliases & known.aliases)]
    recognised = {k for each in kin for k in _keys(each)}
    unknown = [file for file in files if key(file.name) not in recognised]
    if not unknown:
        return
    owners = {k: other.name for other in KNOWN.values() for k in _keys(other)}
    others = [owners[k] for file in unknown if (k := key(file.name)) in owners]
    hint = f" (there are files of {others[0]}: load that name)" if others else ""
    wanted = (" with ".join(n[0] for n in layout.files) for layout in known.layouts[split])
    named = ", ".join(dict.fromkeys(wanted))
    raise DataError(
        f"{place} holds {places.listed(unknown, place)}, which is not read as {known.name}, split "
        f"{split}{hint}: what is read is "
        + (f"{named}, a zip archive of these, or pictures" if named else "pictures, packed or not")
        + f"; unpack, rename or convert what is there, or move it out of {place}"
    )


def _refuse_misplaced(
    known: KnownDataset, folder: Path, skip: Collection[str], own: set[str]
) -> None:
    """Raise DataError where a set's files lie under no name that says which set they are."""
    keys = _keys(known)
    near = [file for file in places.files(folder, depth=1) if key(file.name) in keys]
    for file in places.files(folder, skip, depth=3):
        with contextlib.suppress(DataError):  # some other archive, damaged: it is none of ours
            inner = places.unpacked([file]) if file.parent == folder else [file]
            named = {key(f.name) for f in inner} & keys
            if named & own or any("ubyte" in name for name in named):
                near.append(file)
    if near := list(dict.fromkeys(near)):
        raise DataError(
            f"{folder} holds {places.listed(near, folder)}, but no folder says that this is "
            f"{known.name}: put it into {folder / known.name}/"
        )
