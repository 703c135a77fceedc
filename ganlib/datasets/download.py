"""Sets that TensorFlow Datasets (TFDS) has prepared, and their download.

TFDS retries an unreachable server for minutes, so a quick test asks first whether it answers.
"""

import contextlib
import importlib.util
import os
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path

import numpy as np

from ganlib.errors import DataError, DataNotFound

PROBE_SECONDS = 5.0


def stores(folders: Sequence[Path]) -> list[Path]:
    """Where prepared sets may lie: in the data folders, and last in TFDS's own folder."""
    default = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    local = [place for folder in folders for place in (folder, folder / "tensorflow_datasets")]
    return [*local, Path(default).expanduser()]


def find(name: str, places: Sequence[Path]) -> Path | None:
    """The first of the places that holds a prepared set which this Python can read."""
    found = (place for place in places if any((place / name).glob("*/dataset_info.json")))
    return next(found, None) if _installed() else None


def read(name: str, split: str, store: Path) -> tuple[np.ndarray, np.ndarray, str]:
    """One split of a prepared set: images, labels, and an origin such as "mnist:3.0.1"."""
    import tensorflow_datasets as tfds

    from ganlib.startup import tf

    try:
        # The processor's memory, because a whole set would crowd a GPU that has to train.
        with tf.device("CPU"):
            builder = tfds.builder(name, data_dir=store)
            # One batch of everything: one by one takes more than twice as long.
            batch = tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1))
        return batch["image"], batch["label"], f"{name}:{builder.version}"
    except Exception as error:  # TFDS and TensorFlow raise dozens of types on a damaged set
        raise DataError(
            f"the {split} split that TensorFlow Datasets prepared in {store / name} cannot be read "
            f"({_first_line(error)}): delete that folder, so that it is prepared again"
        ) from None


def download(name: str, store: Path, url: str | None, notice: str = "") -> Path:
    """Let TFDS download and prepare a set, if the server gives `url`, a file of it.

    The notice is printed before, on standard error.

    The text of a DataNotFound is a clause for the caller's sentence: "its download failed (…)".
    """
    if not _installed():
        raise DataNotFound("TensorFlow Datasets is not installed (pip install tensorflow-datasets)")
    if url is None:
        raise DataNotFound("not offered for download")
    if not reachable(url):
        host = urllib.parse.urlsplit(url).hostname
        raise DataNotFound(
            f"not to be downloaded (no good answer from {host} within {PROBE_SECONDS:g} s)"
        )
    import tensorflow_datasets as tfds

    import ganlib.startup  # noqa: F401  (imports TensorFlow without its noise)

    if notice:
        print(notice, file=sys.stderr, flush=True)
    try:
        # Standard output belongs to the command that asked for the data.
        with contextlib.redirect_stdout(sys.stderr):
            settings = tfds.download.DownloadConfig(try_download_gcs=False)
            builder = tfds.builder(name, data_dir=store)
            builder.download_and_prepare(download_config=settings)
    except Exception as error:
        raise DataNotFound(f"its download failed ({_first_line(error)})") from None
    return store


def reachable(url: str) -> bool:
    """Whether the server has this file for us, decided within ``PROBE_SECONDS``."""
    answers: list[bool] = []

    def ask() -> None:
        # Only success counts: a proxy that lets nothing out answers too. urllib knows proxies.
        with contextlib.suppress(OSError, HTTPException):
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=PROBE_SECONDS):
                answers.append(True)

    # No time-out covers the look-up of a host's name, so a thread that may be left behind asks.
    thread = threading.Thread(target=ask, name="probe", daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return bool(answers)


def _installed() -> bool:
    return importlib.util.find_spec("tensorflow_datasets") is not None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:200]}"
