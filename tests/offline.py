"""A machine without a network, for tests that load data."""

import urllib.parse

import pytest

from ganlib.datasets import download
from ganlib.errors import DataNotFound


def contact(url: str) -> None:
    """Takes the place of `ganlib.datasets.download.contact`."""
    raise DataNotFound(f"not to be downloaded from {urllib.parse.urlsplit(url).hostname} (a test)")


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """No network, no prepared sets, no data but in the test's folder, which is the current one."""
    monkeypatch.delenv("GANLIB_DATA", raising=False)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "no_tfds_here"))
    monkeypatch.setenv("GANLIB_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(download, "contact", contact)
    monkeypatch.chdir(tmp_path)
