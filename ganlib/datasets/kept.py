"""Decoded pictures, kept for the next time.

Decoding 200,000 pictures takes minutes, mapping a file with their pixels takes a moment. For each
folder of pictures and each size there are two files in ``$GANLIB_CACHE``, else in
``~/.cache/ganlib``: the pixels, and a note with a digest of the pictures' names, sizes and times of
change. Where that is another now, the pictures are decoded again.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganlib.datasets.places import File
from ganlib.errors import DataError
from ganlib.files import atomic, write_text

IN_MEMORY = 10**9  # bytes; more than that lie in a file, kept or not
FORMAT = 2  # of the note; another number: decoded again

log = logging.getLogger(__name__)


def place() -> Path:
    """The folder where pixels are kept."""
    return Path(os.environ.get("GANLIB_CACHE") or Path.home() / ".cache" / "ganlib").expanduser()


def images(
    folder: Path,
    settings: Sequence[Any],
    files: Sequence[File],
    shape: Sequence[int],
    decode: Callable[[], Iterator[list[np.ndarray | None]]],
    keep: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Images, uint8 (N, H, W, C), read-only where they lie in a file, and which files they are of.

    Parameters
    ----------
    folder : the pictures' own
    settings, files : all that the pixels depend on
    shape : height, width and channels
    decode : yields the files' images in their order, None for one that cannot be read
    keep : whether to keep the pixels; of what lies in memory alone, nothing is kept

    Returns
    -------
    The images of the files that can be read, and bool (number of files,): which these are.
    """
    whole = (len(files), *shape)
    size = int(np.prod(whole))
    if keep:
        name = hashlib.sha256(f"{folder.resolve()} {[*shape]}".encode()).hexdigest()[:16]
        pixels = place() / f"{folder.name}-{name}.npy"
        digest = _digest(settings, files)
        if (found := _kept(pixels, digest, whole)) is not None:
            return found
        try:
            return _keep(pixels, digest, whole, decode)
        except OSError as error:  # read-only, or full
            log.warning(
                "WARNING: the pictures of %s are not kept, and are read anew each time, because %s "
                "cannot be written (%s): set GANLIB_CACHE to a folder with room for %.1f GB",
                folder, place(), error.strerror or error, size / 1e9,
            )  # fmt: skip
    if size <= IN_MEMORY:
        return _filled(np.empty(whole, np.uint8), decode())
    temporary = tempfile.gettempdir()
    if (free := shutil.disk_usage(temporary).free) < size:
        raise DataError(
            f"{folder}: {whole[0]:,} pictures need {size / 1e9:.1f} GB, but {temporary} has "
            f"{free / 1e9:.1f} GB: set TMPDIR to a larger disk"
        )
    return _filled(np.memmap(tempfile.TemporaryFile(), np.uint8, "w+", shape=whole), decode())


def _digest(settings: Sequence[Any], files: Sequence[File]) -> str:
    """SHA-256 over the settings, and over the files' names, sizes and times of change."""
    digest = hashlib.sha256(repr(settings).encode())
    for file in files:
        if isinstance(file, zipfile.Path):
            info = file.root.getinfo(file.at)
            state = f"{info.file_size} {info.CRC}"
        else:
            state = f"{file.stat().st_size} {file.stat().st_mtime_ns}"
        digest.update(f"{file}\0{state}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _kept(pixels: Path, digest: str, whole: Sequence[int]) -> tuple[np.ndarray, np.ndarray] | None:
    """What is kept of these very files; None: nothing, or it is damaged."""
    try:
        values = json.loads(pixels.with_suffix(".json").read_text(encoding="utf-8"))
        found = np.load(pixels, mmap_mode="r", allow_pickle=False)
        readable = np.ones(whole[0], bool)
        readable[values["left_out"]] = False
        same = (values["format"], values["digest"]) == (FORMAT, digest)
        if same and found.dtype == np.uint8 and found.shape == tuple(whole):
            return found[: readable.sum()], readable
    except (OSError, ValueError, TypeError, LookupError, EOFError):
        pass
    return None


def _keep(
    pixels: Path,
    digest: str,
    whole: tuple[int, ...],
    decode: Callable[[], Iterator[list[np.ndarray | None]]],
) -> tuple[np.ndarray, np.ndarray]:
    """Write both files, the note last, and map the pixels; left out ones are space at the end."""
    pixels.parent.mkdir(parents=True, exist_ok=True)
    size, note = int(np.prod(whole)), pixels.with_suffix(".json")
    if shutil.disk_usage(pixels.parent).free < 1.1 * size:
        raise OSError(f"{size / 1e9:.1f} GB do not fit on its disk")
    note.unlink(missing_ok=True)
    readable: list[bool] = []
    with atomic(pixels) as partial, partial.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": whole}
        np.lib.format.write_array_header_1_0(file, header)
        end = file.tell() + size
        for some in decode():
            for image in some:
                file.write(b"" if image is None else image.tobytes())
                readable.append(image is not None)
        file.truncate(end)
    left_out = np.flatnonzero(~np.array(readable, bool)).tolist()
    write_text(note, json.dumps({"format": FORMAT, "digest": digest, "left_out": left_out}))
    kept = np.load(pixels, mmap_mode="r", allow_pickle=False)[: sum(readable)]
    return kept, np.array(readable, bool)


def _filled(
    images: np.ndarray, parts: Iterator[list[np.ndarray | None]]
) -> tuple[np.ndarray, np.ndarray]:
    """Fill an array with the images that can be read."""
    readable, count = np.zeros(len(images), bool), 0
    for position, image in enumerate(image for some in parts for image in some):
        if image is not None:
            images[count], readable[position] = image, True
            count += 1
    return images[:count], readable
