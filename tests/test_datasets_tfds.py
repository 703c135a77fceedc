"""Data through TensorFlow Datasets: prepared sets, and downloads that never hang."""

import gzip
import http.server
import importlib.util
import threading
import time

import numpy as np
import pytest
from offline import contact
from scipy.io import savemat

from ganlib.datasets import download, load
from ganlib.errors import DataError, DataNotFound

COUNT = 30

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


@needs_tfds
def test_another_version_is_passed_over_and_named(arrays, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "contact", contact)
    prepare("mnist", "1.0.0", *arrays, tmp_path / "store")
    with pytest.raises(DataNotFound, match="only .*mnist.1.0.0, which is not version 3.0.1"):
        load("mnist", data_dir="data")
    assert load("mnist", "test", data_dir="data", stand_in="fallback").synthetic
    prepare("mnist", "3.0.1", *arrays, tmp_path / "data")
    assert load("mnist", data_dir="data").origin == "mnist:3.0.1"


@needs_tfds
def test_emnist_is_turned_upright(arrays, tmp_path):
    tfds = pytest.importorskip("tensorflow_datasets")
    prepare("emnist", "3.1.0", *arrays, tmp_path / "prepared")
    (tmp_path / "store" / "emnist" / "letters").mkdir(parents=True)
    (tmp_path / "prepared" / "emnist" / "3.1.0").rename(
        tmp_path / "store" / "emnist" / "letters" / "3.1.0"
    )
    assert tfds
    data = load("emnist/letters", data_dir="data")
    np.testing.assert_array_equal(data.images, arrays[0].transpose(0, 2, 1, 3))
    assert data.origin == "emnist/letters:3.1.0"


def test_without_tfds_the_error_says_how_to_install_it(monkeypatch, tmp_path):
    (tmp_path / "store" / "mnist" / "3.0.1").mkdir(parents=True)
    (tmp_path / "store" / "mnist" / "3.0.1" / "dataset_info.json").write_text("{}")
    monkeypatch.setattr(download, "_installed", lambda: False)
    with pytest.raises(DataNotFound, match="pip install tensorflow-datasets"):
        load("mnist", data_dir="data")


# The download


class Builder:
    """Stands for TFDS's builder: chatty, and it does what the test says."""

    def __init__(self, does, data_dir) -> None:
        self.does, self.data_dir = does, data_dir

    def download_and_prepare(self, download_config) -> None:
        assert not download_config.try_download_gcs
        print("Downloading and preparing dataset …")
        self.does()


@pytest.fixture
def downloading(monkeypatch):
    """Let the server answer, and TFDS do what a function does."""
    tfds = pytest.importorskip("tensorflow_datasets")
    monkeypatch.setattr(download, "contact", lambda url: None)
    return lambda does: monkeypatch.setattr(
        tfds, "builder", lambda *a, data_dir, **k: Builder(does, data_dir)
    )


def test_a_download_leaves_standard_output_alone(downloading, tmp_path, capsys):
    done = []
    downloading(lambda: done.append(True))
    assert download.download("mnist", tmp_path / "store", "http://x/") == tmp_path / "store"
    printed = capsys.readouterr()
    assert done and printed.out == "" and "Downloading" in printed.err


def test_a_large_download_is_announced_with_a_smaller_way(downloading, tmp_path, capsys):
    downloading(lambda: print("fetched"))
    with pytest.raises(DataError):  # nothing is prepared here
        load("svhn_cropped", "test", data_dir=tmp_path)
    printed = capsys.readouterr().err
    assert printed.index("1.6 GB") < printed.index("test_32x32.mat") < printed.index("fetched")


def test_a_failed_download_gives_its_reason_and_lets_the_stand_in_take_over(downloading, caplog):
    def full():
        raise OSError("disk full\nand a second line")

    downloading(full)
    with pytest.raises(DataNotFound, match=r"its download failed \(OSError: disk full\)"):
        load("mnist", "test", data_dir="data")
    assert load("mnist", "test", data_dir="data", stand_in="fallback").synthetic
    assert "disk full" in caplog.text


def test_an_interrupted_download_is_interrupted(downloading):
    def interrupt():
        raise KeyboardInterrupt

    downloading(interrupt)
    with pytest.raises(KeyboardInterrupt):
        load("mnist", data_dir="data")


@needs_tfds
def test_tfds_itself_says_that_there_is_no_such_set(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "contact", lambda url: None)
    with pytest.raises(DataNotFound, match="its download failed .*DatasetNotFoundError"):
        download.download("no_such_set", tmp_path / "store", "http://x/")


@pytest.fixture
def mirror(monkeypatch, arrays):
    """Let TFDS's own code for mnist fetch a small set from this machine; files can be changed."""
    mnist = pytest.importorskip("tensorflow_datasets.image_classification.mnist")
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    files = {}
    for stem in ("train", "t10k"):
        for kind, array in (("images-idx3", arrays[0]), ("labels-idx1", arrays[1].astype("u1"))):
            header = bytes([0, 0, 8, array.squeeze().ndim]) + b"".join(
                side.to_bytes(4) for side in array.squeeze().shape
            )
            files[f"/{stem}-{kind}-ubyte.gz"] = gzip.compress(header + array.tobytes())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            time.sleep(files.get("seconds", 0))
            self.send_response(200 if self.path in files else 403)
            self.end_headers()
            self.wfile.write(files.get(self.path, b"<html>no</html>"))

        def do_HEAD(self):
            self.send_error(405)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{running.server_port}/"
        monkeypatch.setattr(mnist.MNIST, "URL", url)
        monkeypatch.setattr(mnist, "_TRAIN_EXAMPLES", COUNT)
        monkeypatch.setattr(mnist, "_TEST_EXAMPLES", COUNT)
        address = download.contact
        monkeypatch.setattr(
            download, "contact", lambda _: address(f"{url}train-images-idx3-ubyte.gz")
        )
        yield files
        running.shutdown()


@needs_tfds
def test_a_slow_server_that_refuses_head_serves_the_real_download(mirror, arrays, capsys):
    mirror["seconds"] = 2
    data = load("mnist", data_dir="data")
    np.testing.assert_array_equal(np.sort(data.labels), np.sort(arrays[1]))
    assert (data.source, data.origin, len(data)) == ("tfds", "mnist:3.0.1", COUNT)
    assert capsys.readouterr().out == ""


@needs_tfds
def test_the_real_downloads_own_error_is_in_the_sentence(mirror):
    mirror.clear()
    with pytest.raises(DataNotFound, match=r"its download failed \(.*HTTP code: 403"):
        load("mnist", data_dir="data")
