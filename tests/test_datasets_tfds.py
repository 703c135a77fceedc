"""Data through TensorFlow Datasets: prepared sets, and downloads that never hang."""

import http.server
import importlib.util
import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from ganlib.datasets import download, load
from ganlib.errors import DataError, DataNotFound

COUNT = 30
PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")

needs_tfds = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_datasets") is None,
    reason="tensorflow_datasets is not installed",
)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    monkeypatch.delenv("GANLIB_DATA", raising=False)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "store"))
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def arrays():
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (COUNT, 28, 28, 1), dtype=np.uint8)
    return images, np.arange(COUNT) % 10


def prepare(name, version, images, labels, store, **more):
    """Let TFDS prepare these arrays; its test split is their first seven.

    `more` are other features of the set: name to TFDS's feature and an array of values.
    """
    tfds = pytest.importorskip("tensorflow_datasets")
    from ganlib.startup import tf

    splits = {
        split: tf.data.Dataset.from_tensor_slices(
            {"image": images[:count], "label": labels[:count]}
            | {name: values[:count] for name, (_, values) in more.items()}
        )
        for split, count in (("train", len(images)), ("test", 7))
    }
    features = tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=images.shape[1:]),
            "label": tfds.features.ClassLabel(num_classes=10),
        }
        | {name: feature for name, (feature, _) in more.items()}
    )
    tfds.dataset_builders.store_as_tfds_dataset(
        name=name,
        version=version,
        features=features,
        split_datasets=splits,
        data_dir=store,
        file_format="tfrecord",
        disable_shuffling=True,
    )


@pytest.fixture(scope="module")
def prepared_store(arrays, tmp_path_factory):
    """A folder in which TFDS has prepared these arrays under the name mnist."""
    store = tmp_path_factory.mktemp("prepared")
    prepare("mnist", "3.0.1", *arrays, store)
    return store


@needs_tfds
@pytest.mark.parametrize("place", ["data", "data/tensorflow_datasets", "store"])
def test_prepared_set_is_found_wherever_it_may_lie(prepared_store, arrays, tmp_path, place):
    folder = tmp_path / place
    folder.mkdir(exist_ok=True)
    try:
        (folder / "mnist").symlink_to(prepared_store / "mnist", target_is_directory=True)
    except OSError as error:
        pytest.skip(f"this system makes no links here ({error})")
    dataset = load("mnist", data_dir="data")
    np.testing.assert_array_equal(dataset.images, arrays[0])
    np.testing.assert_array_equal(dataset.labels, arrays[1])
    assert dataset.images.dtype == np.uint8 and dataset.labels.dtype == np.int64
    assert (dataset.source, dataset.origin) == ("tfds", "mnist:3.0.1")
    assert len(load("mnist", "test", data_dir="data")) == 7


@needs_tfds
def test_same_arrays_have_the_same_checksum_from_files_and_from_tfds(
    prepared_store, arrays, tmp_path
):
    (tmp_path / "data" / "mnist").mkdir()
    images, labels = arrays
    np.savez(tmp_path / "data" / "mnist" / "train.npz", images=images, labels=labels)
    from_file = load("mnist", data_dir="data")
    from_tfds = load("mnist", data_dir=prepared_store)
    assert (from_file.source, from_tfds.source) == ("files", "tfds")
    assert from_file.checksum == from_tfds.checksum


@needs_tfds
@pytest.mark.parametrize("channels", [None, 1])
def test_house_numbers_are_the_same_from_a_mat_file_and_from_tfds(tmp_path, channels):
    random = np.random.default_rng(5)
    matlab = random.integers(0, 256, (32, 32, 3, COUNT), dtype=np.uint8)
    labels = np.arange(COUNT) % 10
    folder = tmp_path / "data" / "svhn_cropped"
    folder.mkdir()
    official = np.where(labels == 0, 10, labels)[:, None].astype(np.uint8)
    savemat(folder / "train_32x32.mat", {"X": matlab, "y": official}, do_compression=True)
    # What TFDS itself does with the official file.
    tfds = pytest.importorskip("tensorflow_datasets")
    images = np.transpose(matlab, (3, 0, 1, 2))
    numbers = (tfds.features.Text(), np.arange(COUNT).astype(str))
    prepare("svhn_cropped", "3.1.0", images, labels, tmp_path / "store", id=numbers)
    from_file = load("svhn_cropped", data_dir="data", channels=channels)
    (folder / "train_32x32.mat").unlink()
    from_tfds = load("svhn_cropped", data_dir="data", channels=channels)
    assert (from_file.source, from_tfds.source) == ("files", "tfds")
    np.testing.assert_array_equal(from_file.images, from_tfds.images)
    np.testing.assert_array_equal(from_file.labels, from_tfds.labels)
    assert from_file.checksum == from_tfds.checksum


@needs_tfds
def test_damaged_prepared_set_is_an_error_and_not_replaced(tmp_path):
    version = tmp_path / "store" / "mnist" / "3.0.1"
    version.mkdir(parents=True)
    (version / "dataset_info.json").write_text("{")
    with pytest.raises(DataError, match="delete that folder") as caught:
        load("mnist", data_dir="data", stand_in="fallback")
    assert not isinstance(caught.value, DataNotFound)
    assert "\n" not in str(caught.value)


def test_without_tfds_the_error_says_how_to_install_it(monkeypatch, tmp_path):
    (tmp_path / "store" / "mnist" / "3.0.1").mkdir(parents=True)
    (tmp_path / "store" / "mnist" / "3.0.1" / "dataset_info.json").write_text("{}")
    monkeypatch.setattr(download, "_installed", lambda: False)
    with pytest.raises(DataNotFound, match="pip install tensorflow-datasets"):
        load("mnist", data_dir="data")


# The probe


@pytest.fixture
def server(monkeypatch):
    """Serve on this machine; the status of the answer is the path: /200, /403."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(int(self.path.strip("/")))
            self.end_headers()

        def log_message(self, *arguments):
            pass

    for variable in PROXIES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_only_a_successful_answer_counts_as_reachable(server):
    assert download.reachable(f"{server}/200")
    assert not download.reachable(f"{server}/403")
    assert not download.reachable("http://127.0.0.1:1/nobody-listens")


def test_the_probe_gives_up_where_even_the_name_look_up_hangs(monkeypatch):
    for variable in PROXIES:
        monkeypatch.delenv(variable, raising=False)
    release = threading.Event()
    monkeypatch.setattr(download, "PROBE_SECONDS", 0.1)

    def look_up(*arguments, **options):
        release.wait(60)
        raise OSError("no such host")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    assert not download.reachable("http://dataset.invalid/file")
    (left_behind,) = [thread for thread in threading.enumerate() if thread.name == "probe"]
    assert left_behind.daemon  # or the program could not end
    release.set()
    left_behind.join()


# The download, with programs that stand for TFDS


@pytest.fixture
def program(monkeypatch):
    """Replace the download by a program that gets name, store and notes as arguments."""
    monkeypatch.setattr(download, "reachable", lambda url: True)
    monkeypatch.setattr(download, "_installed", lambda: True)
    monkeypatch.setattr(download, "POLL_SECONDS", 0.1)

    def use(text):
        text = "import os, pathlib, sys, time\nname, store, notes = sys.argv[1:]\n" + text
        monkeypatch.setattr(
            download,
            "_download_command",
            lambda name, store, notes: [sys.executable, "-c", text, name, str(store), str(notes)],
        )

    return use


@pytest.fixture
def started(monkeypatch):
    """Collect the processes that are started."""
    processes = []

    class Collected(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Collected)
    return processes


def test_a_download_that_stands_still_is_stopped(program, started, monkeypatch):
    monkeypatch.setattr(download, "STALL_SECONDS", 0.5)
    program("time.sleep(30)")
    with pytest.raises(DataNotFound, match="was stopped"):
        load("mnist", data_dir="data")
    (process,) = started
    assert process.returncode not in (None, 0)


def test_a_download_that_ignores_the_request_to_stop_is_killed(program, started, monkeypatch):
    monkeypatch.setattr(download, "STALL_SECONDS", 0.5)
    monkeypatch.setattr(download, "FAREWELL_SECONDS", 0.5)
    monkeypatch.setattr(subprocess.Popen, "terminate", lambda process: None)
    program("time.sleep(30)")
    with pytest.raises(DataNotFound, match="was stopped"):
        load("mnist", data_dir="data")
    (process,) = started
    assert process.returncode not in (None, 0)


def test_a_download_that_grows_is_left_alone(program, started, monkeypatch, tmp_path):
    sizes = itertools.count()
    monkeypatch.setattr(download, "_total_size", lambda folders: next(sizes))
    monkeypatch.setattr(download, "STALL_SECONDS", 1.0)
    program("time.sleep(2.5)")
    assert download.download("mnist", tmp_path / "store", "http://x/") == tmp_path / "store"
    (process,) = started
    assert process.returncode == 0


def test_growth_is_seen_in_every_file_below_the_folders(tmp_path):
    folders = [tmp_path / "not there yet", tmp_path / "downloads"]
    deep = tmp_path / "downloads" / "mnist"
    deep.mkdir(parents=True)
    before = download._total_size(folders)
    (deep / "part").write_bytes(b"12345")
    assert download._total_size(folders) == before + 5
    folders[0].mkdir()
    (folders[0] / "more").write_bytes(b"1")
    assert download._total_size(folders) == before + 6


def test_computing_without_writing_counts_as_progress(tmp_path):
    program = (
        "import pathlib, sys, threading, time\n"
        "from ganlib.datasets import prepared\n"
        "notes = pathlib.Path(sys.argv[1])\n"
        "work = threading.Thread(target=download._show_work, args=(notes, 0.1), daemon=True)\n"
        "work.start()\n"
        "while not (notes / 'work').exists(): sum(range(1000))\n"
    )
    assert download.run_watched([sys.executable, "-c", program, str(tmp_path)], [tmp_path]) == 0


def test_a_failed_download_gives_its_reason_and_lets_the_stand_in_take_over(program, caplog):
    program("open(os.path.join(notes, 'reason.txt'), 'w').write('OSError: disk full'); sys.exit(1)")
    with pytest.raises(DataNotFound, match=r"its download failed \(OSError: disk full\)"):
        load("mnist", "test", data_dir="data")
    assert load("mnist", "test", data_dir="data", stand_in="fallback").synthetic
    assert "disk full" in caplog.text


def test_interrupting_stops_the_download(program, started, monkeypatch):
    def interrupt(folders):
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "_total_size", interrupt)
    program("time.sleep(30)")
    with pytest.raises(KeyboardInterrupt):
        load("mnist", data_dir="data")
    (process,) = started
    assert process.returncode not in (None, 0)


@needs_tfds
def test_the_real_download_program_reports_why_it_failed(tmp_path):
    notes = tmp_path / "notes"
    notes.mkdir()
    command = download._download_command("no_such_set", tmp_path / "store", notes)
    assert command[1:3] == ["-m", "ganlib.datasets.download"]
    chatty = (
        "import runpy\n"
        "try: runpy.run_module('ganlib.datasets.download', run_name='__main__')\n"
        "finally: print('chatter')"
    )
    root = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-c", chatty, *command[3:]],
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
    )
    assert done.returncode == 1
    assert "DatasetNotFoundError" in (notes / "reason.txt").read_text("utf-8")
    # Standard output is left to the program that asked for the download.
    assert done.stdout == b"" and b"chatter" in done.stderr
