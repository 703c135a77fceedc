"""Sets that TensorFlow Datasets (TFDS) has prepared, and their download.

TFDS retries an unreachable server for minutes. So a short probe asks first whether the server
answers, and the download runs in a process of its own (``python -m ganlib.datasets.download``),
which is stopped when it neither receives, writes nor computes anything for a minute.
"""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path

import numpy as np

from ganlib.errors import DataError, DataNotFound

PROBE_SECONDS = 5.0
STALL_SECONDS = 60.0
POLL_SECONDS = 1.0
FAREWELL_SECONDS = 5.0
"""What a stopped download is given to remove its unfinished files."""


def stores(folders: Sequence[Path]) -> list[Path]:
    """Return where prepared sets may lie: in the data folders, last in TFDS's own folder."""
    default = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    local = [place for folder in folders for place in (folder, folder / "tensorflow_datasets")]
    return [*local, Path(default).expanduser()]


def find(name: str, places: Sequence[Path]) -> Path | None:
    """Return the first of the places that holds a prepared set which this Python can read."""
    if not _installed():
        return None
    for place in places:
        if any((place / name).glob("*/dataset_info.json")):
            return place
    return None


def read(name: str, split: str, store: Path) -> tuple[np.ndarray, np.ndarray, str]:
    """Read one split of a prepared set, never downloading anything.

    Returns
    -------
    images : uint8, shape (N, H, W, C)
    labels : int64, shape (N,)
    origin : name and version, such as "mnist:3.0.1"

    Raises
    ------
    DataError
        If the prepared set is damaged or is no set of images with labels.
    """
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
            f"({_first_line(error)}): delete that folder, so that it is prepared again."
        ) from None


def download(name: str, store: Path, url: str | None) -> Path:
    """Let TFDS download and prepare a set; returns ``store``, or fails with the reason.

    Parameters
    ----------
    name : as in TFDS
    store : TFDS's folder, made when it is not there
    url : a file of the set, asked for first to see whether the server answers

    Raises
    ------
    DataNotFound
        Its text is a clause for the caller's sentence, such as "its download failed (…)".
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
    with tempfile.TemporaryDirectory() as notes_folder:
        notes = Path(notes_folder)
        command = _download_command(name, store, notes)
        code = run_watched(command, [store / name, store / "downloads", notes])
        reason = notes / "reason.txt"
        if code is None:
            raise DataNotFound(f"its download was stopped (no progress for {STALL_SECONDS:g} s)")
        if code != 0:
            why = reason.read_text("utf-8") if reason.exists() else f"exit status {code}"
            raise DataNotFound(f"its download failed ({why})")
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


def run_watched(command: Sequence[str], folders: Sequence[Path]) -> int | None:
    """Run a command until it ends, or stop it when its folders do not change for long.

    Returns
    -------
    int or None
        The exit status; None where the command stood still for ``STALL_SECONDS``.
    """
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    try:
        size, changed = _total_size(folders), time.monotonic()
        while time.monotonic() - changed < STALL_SECONDS:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(POLL_SECONDS)
            if (now := _total_size(folders)) != size:
                size, changed = now, time.monotonic()
        return None
    finally:  # also on Ctrl-C: no download goes on behind the user's back
        _stop(process)


def _stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _total_size(folders: Sequence[Path]) -> int:
    total = 0
    for folder in folders:
        for parent, _, files in os.walk(folder):
            for file in files:
                with contextlib.suppress(OSError):  # temporary files come and go
                    total += os.stat(os.path.join(parent, file)).st_size
    return total


def _installed() -> bool:
    return importlib.util.find_spec("tensorflow_datasets") is not None


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:200]}"


def _download_command(name: str, store: Path, notes: Path) -> list[str]:
    return [sys.executable, "-m", "ganlib.datasets.download", name, str(store), str(notes)]


def _show_work(notes: Path, interval: float = 5.0) -> None:
    """Let a file grow while this process computes: preparing may write nothing for minutes."""
    parent, used = os.getppid(), time.process_time()
    while True:
        time.sleep(interval)
        if os.getppid() != parent:
            os._exit(1)  # whoever waited for the download is gone
        if (now := time.process_time()) - used > interval / 5:
            with (notes / "work").open("a") as file:
                file.write(".")
        used = now


def main(name: str, store: str, notes: str) -> int:
    """Download and prepare a set in this process, with TFDS's progress bar on standard error."""
    os.dup2(2, 1)  # standard output belongs to the command that waits for this one
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # lets TFDS remove unfinished files
    threading.Thread(target=_show_work, args=(Path(notes),), daemon=True).start()
    try:
        import tensorflow_datasets as tfds

        import ganlib.startup  # noqa: F401  (imports TensorFlow without its noise)

        settings = tfds.download.DownloadConfig(try_download_gcs=False)
        tfds.builder(name, data_dir=store).download_and_prepare(download_config=settings)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        (Path(notes) / "reason.txt").write_text(_first_line(error), "utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
