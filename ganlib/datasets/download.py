"""Sets that TensorFlow Datasets (TFDS) has prepared, and their download.

TFDS retries an unreachable server for minutes and waits for a silent one without end. So a first
request is made here, by the same library.
"""

import contextlib
import importlib.util
import logging
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from ganlib.datasets.arrays import Labels
from ganlib.datasets.pictures import fitted
from ganlib.errors import DataError, DataNotFound

LOOK_UP_SECONDS = 10.0
CONNECT_SECONDS, FIRST_SECONDS, SILENT_SECONDS = 10.0, 12.0, 30.0
"""How long a server may take to accept a connection, to answer, and then without sending."""
PROXY = "correct HTTPS_PROXY and HTTP_PROXY"
ADVICE = {
    "CERTIFICATE": "set REQUESTS_CA_BUNDLE to the file of your company's certificates",
    "roxy": PROXY,
    "Checksum": "what came is another file: log in where your network asks for it in a browser",
}


def stores(folders: Sequence[Path]) -> list[Path]:
    """Where prepared sets may lie: in the data folders, and last in TFDS's own folder."""
    default = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    local = [place for folder in folders for place in (folder, folder / "tensorflow_datasets")]
    return [*local, Path(os.path.expanduser(default))]


def find(name: str, places: Sequence[Path]) -> tuple[Path | None, str]:
    """The folder of a prepared version that this TFDS reads; else a clause on those it does not."""
    pattern = "*/dataset_info.json"
    held = [p.parent for place in places for p in sorted((place / name).glob(pattern))]
    if not held or not _installed():
        return None, ""
    import tensorflow_datasets as tfds

    import ganlib.startup  # noqa: F401  (imports TensorFlow without its noise)

    try:
        code = tfds.builder_cls(name.partition("/")[0])
    except tfds.core.registered.DatasetNotFoundError:  # no code: read as it lies there
        return held[0], ""
    readable = [str(version) for version in (code.VERSION, *code.SUPPORTED_VERSIONS)]
    found = next((folder for folder in held if folder.name in readable), None)
    return found, f" (only {held[0]}, which is not version {' or '.join(readable)})"


def read(
    name: str, split: str, folder: Path, size: tuple[int, int] | None = None, crop: int = 0
) -> tuple[np.ndarray, Labels, str]:
    """One split of the set in a version's folder: images, labels, and an origin "mnist:3.0.1".

    With `size`, width and height, its images are cropped and resized one by one, as
    `pictures.fitted` does it. Labels are None where the set has none.
    """
    import tensorflow_datasets as tfds
    from PIL import Image

    from ganlib.startup import tf

    try:
        # The processor's memory, because a whole set would crowd a GPU that has to train.
        with tf.device("CPU"):
            store = folder.parents[name.count("/") + 1]
            builder = tfds.builder(name, version=folder.name, data_dir=store)
            if size is not None:
                parts = builder.as_dataset(split=split)
                pictures = (Image.fromarray(one["image"]) for one in tfds.as_numpy(parts))
                images = [np.asarray(fitted(picture, size, crop)) for picture in pictures]
                return np.stack(images), None, f"{name}:{builder.version}"
            # One batch of everything: one by one takes more than twice as long.
            batch = tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1))
        return batch["image"], batch["label"], f"{name}:{builder.version}"
    except Exception as error:  # TFDS and TensorFlow raise dozens of types on a damaged set
        raise DataError(
            f"the {split} split that TensorFlow Datasets prepared in {folder} cannot be read "
            f"({reason(error)}): delete that folder, so that it is prepared again"
        ) from None


def download(name: str, store: Path, url: str | None, notice: str = "") -> Path:
    """Let TFDS download and prepare a set, if the server gives `url`, a file of it; its folder.

    The notice is printed before, on standard error.

    The text of a DataNotFound is a clause for the caller's sentence: "its download failed (…)".
    """
    if not _installed():
        raise DataNotFound("TensorFlow Datasets is not installed (pip install tensorflow-datasets)")
    if url is None:
        raise DataNotFound("not offered for download")
    contact(url)
    import tensorflow_datasets as tfds

    import ganlib.startup  # noqa: F401  (imports TensorFlow without its noise)

    if notice:
        print(notice, file=sys.stderr, flush=True)
    try:
        # Standard output belongs to the command that asked for the data.
        with contextlib.redirect_stdout(sys.stderr), _never_silent():
            settings = tfds.download.DownloadConfig(try_download_gcs=False)
            builder = tfds.builder(name, data_dir=store)
            builder.download_and_prepare(download_config=settings)
    except Exception as error:
        raise DataNotFound(f"its download failed ({reason(error)})") from None
    return Path(builder.data_dir)


def contact(url: str) -> None:
    """Fetch a first byte as the download will: its certificates, redirects, proxies and method.

    Any answer but "come back later" is left for the download to judge. DataNotFound is a clause
    with the connection's error, within seconds where nobody answers.
    """
    import requests  # here, because TensorFlow Datasets brings it, and files need none of it

    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url)) or url
    try:
        _look_up(str(urlsplit(proxy if "//" in proxy else f"//{proxy}").hostname))
        patience = (CONNECT_SECONDS, FIRST_SECONDS)
        with requests.Session() as session, _never_silent():
            with session.get(url, stream=True, timeout=patience) as answer:
                next(answer.iter_content(1), None)
    except (requests.RequestException, OSError, ValueError) as error:
        told = reason(error, "" if proxy == url else PROXY)
        host = urlsplit(url).hostname
        raise DataNotFound(f"not to be downloaded from {host} ({told})") from None


def _look_up(host: str) -> None:
    """Give up where the look-up of a name hangs, which no time-out covers; it may fail later."""

    def ask() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            socket.getaddrinfo(host, None)

    thread = threading.Thread(target=ask, name="look-up", daemon=True)  # it may be left behind
    thread.start()
    thread.join(LOOK_UP_SECONDS)
    if thread.is_alive():
        raise DataNotFound(
            f"not to be downloaded (no address of {host!r} after {LOOK_UP_SECONDS:g} s)"
        )


@contextlib.contextmanager
def _never_silent() -> Iterator[None]:
    """Give every request of this process a time-out and few retries meanwhile.

    TFDS gives its own no time-out, ten retries, and as much rest before each as the server asks.
    """
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    def impatient(adapter: Any, *args: Any, **options: Any) -> Any:
        adapter.max_retries = Retry(
            3,
            connect=1,
            read=1,
            backoff_factor=0.5,
            status_forcelist=[500, 502, 503, 504],
            respect_retry_after_header=False,
        )
        options["timeout"] = options.get("timeout") or (CONNECT_SECONDS, SILENT_SECONDS)
        return send(adapter, *args, **options)

    send, log = HTTPAdapter.send, logging.getLogger("urllib3.connectionpool")
    level = log.level
    log.setLevel(logging.ERROR)  # it tells of each retry
    HTTPAdapter.send = impatient  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        HTTPAdapter.send = send  # type: ignore[method-assign]
        log.setLevel(level)


def _installed() -> bool:
    return importlib.util.find_spec("tensorflow_datasets") is not None


def reason(error: BaseException, advice: str = "") -> str:
    """The first line of what is at the bottom of an error, and what helps where that is known."""
    inner: object = error
    while isinstance(inner, BaseException):
        error, within = inner, (getattr(inner, "reason", None), *inner.args)
        inner = next((one for one in within if isinstance(one, BaseException)), None)
    text = f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0][:200]}"
    # Without the password in a proxy's address, and without the connection's Python name.
    text = re.sub(r"(?<=//)[^/\s]*@|HTTPS?Connection\(.*?\): ", "", text).rstrip(".")
    advice = next((advice for word, advice in ADVICE.items() if word in text), advice)
    return f"{text}; {advice}" if advice else text
