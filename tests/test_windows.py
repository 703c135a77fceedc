"""What Windows does differently, as far as another system can play it."""

import builtins
import errno
import fcntl
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from offline import offline  # noqa: F401  (a fixture that serves every test)
from test_faults_data import PAIR, picture, table

from ganlib import cli, files
from ganlib.datasets import load
from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder
from ganlib.runs.tables import read_table
from ganlib.training.train import train

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def strict(monkeypatch):
    """No file that this process has open can be replaced, removed or, if open to read, synced."""

    def refuse(path):
        opened = {os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir(FDS)}
        if os.path.realpath(path) in opened:
            raise PermissionError(errno.EACCES, "it is used by another process", str(path))

    def guarded(function):
        def guard(*paths, **options):
            for path in paths:
                if isinstance(path, str | os.PathLike):
                    refuse(path)
            return function(*paths, **options)

        return guard

    def fsync(descriptor):
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    for name in ("replace", "rename", "remove", "unlink"):
        monkeypatch.setattr(os, name, guarded(getattr(os, name)))
    monkeypatch.setattr(os, "fsync", fsync)


FDS = "/proc/self/fd"
linux = pytest.mark.skipif(not os.path.isdir(FDS), reason="which files are open is asked of Linux")


@linux
def test_a_run_replaces_no_file_that_it_has_open(tiny_recipe, tiny_data, tmp_path, strict):
    run = train(tiny_recipe, tiny_data, tmp_path / "run", display="none")
    train(tiny_recipe, tiny_data, run.path, epochs=3, display="none", resume=True)
    assert run.record["status"] == "finished" and len(run.grids) > 3
    assert cli.main(["sample", str(run.path), "--output", str(tmp_path / "new.npz")]) == 0


@linux
def test_the_strict_system_does_refuse(tmp_path, strict):
    (tmp_path / "a").touch()
    with open(tmp_path / "a"), pytest.raises(PermissionError):
        os.unlink(tmp_path / "a")
    with open(tmp_path / "a") as file, pytest.raises(OSError):
        os.fsync(file.fileno())


@pytest.mark.parametrize(("refusals", "content"), [(2, "new"), (99, "old")])
def test_a_file_that_a_virus_scan_holds_is_replaced_a_little_later(
    tmp_path, monkeypatch, refusals, content
):
    path, real, left = tmp_path / "run.json", Path.replace, iter(range(refusals))

    def replace(self, target):
        if next(left, None) is not None:
            raise PermissionError(errno.EACCES, "it is used by another process", str(target))
        return real(self, target)

    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(files, "WAITS", (0, 0, 0))
    if content == "new":
        files.write_text(path, "new")
    else:
        with pytest.raises(PermissionError):
            files.write_text(path, "new")
    assert path.read_text(encoding="utf-8") == content and os.listdir(tmp_path) == ["run.json"]


def test_the_library_needs_nothing_of_unix_alone():
    code = """
        import importlib, pkgutil, sys, tempfile
        for name in ("fcntl", "resource", "pwd", "grp", "termios", "readline"):
            sys.modules[name] = None
        import os, signal
        for name in ("fork", "geteuid", "getuid", "sched_getaffinity", "setsid"):
            delattr(os, name)
        for name in ("SIGALRM", "SIGHUP", "SIGKILL", "alarm", "setitimer"):
            delattr(signal, name)
        import ganlib
        for module in pkgutil.walk_packages(ganlib.__path__, "ganlib."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        from ganlib.runs.folder import RunFolder
        run = RunFolder(tempfile.mkdtemp() + "/run")
        with run.locked():
            try:
                with RunFolder(run.path).locked():
                    print("not locked")
            except ganlib.errors.GanlibError as error:
                print("locked", "another process" in str(error))
        with run.locked():
            print("free again")
    """
    command = [sys.executable, "-c", "\n".join(line[8:] for line in code.splitlines())]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["locked True", "free again"], done.stderr


def test_every_text_file_is_opened_with_its_encoding(tiny_recipe, tiny_data, tmp_path, monkeypatch):
    real = io.open

    def strict_open(file, mode="r", buffering=-1, encoding=None, *more, **options):
        caller = sys._getframe(1).f_code.co_filename
        assert "b" in mode or encoding or f"{os.sep}ganlib{os.sep}" not in caller, caller
        return real(file, mode, buffering, encoding, *more, **options)

    monkeypatch.setattr(builtins, "open", strict_open)
    train(tiny_recipe, tiny_data, tmp_path / "Läufe und mehr", epochs=1, display="none")


@pytest.fixture
def run(tiny_recipe, tiny_data, tmp_path) -> RunFolder:
    return train(tiny_recipe, tiny_data, tmp_path / "run", epochs=1, display="none")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lines_and_marks_of_windows_editors_are_no_damage(run, tiny_recipe, tiny_data, mark):
    record, history, steps = run.record, run.history, run.steps
    for path in (run.record_file, run.history_file, run.steps_file):
        path.write_bytes(mark + path.read_bytes().replace(b"\n", b"\r\n"))
    assert (run.record, run.history, run.steps) == (record, history, steps)
    train(tiny_recipe, tiny_data, run.path, epochs=2, display="none", resume=True)
    assert [row["epoch"] for row in run.history] == [1, 2]


def test_a_record_may_name_windows_places(run, tiny_recipe, tiny_data):
    record = run.record
    record["data"] |= {"origin": "C:\\Users\\Zoë\\data\\mnist", "source": "\\\\server\\share"}
    record["machine"]["processor"] = "Intel64 Family 6 Model 154 Stepping 3, GenuineIntel"
    run.write_record(record)
    assert run.record["data"]["origin"] == "C:\\Users\\Zoë\\data\\mnist"
    train(tiny_recipe, tiny_data, run.path, epochs=2, display="none", resume=True)


def test_a_table_with_a_cut_windows_line_is_still_cut(tmp_path):
    (tmp_path / "history.csv").write_bytes(b"epoch,images\r\n1,70\r\n2,14")
    with pytest.raises(GanlibError, match="its last line is cut"):
        read_table(tmp_path / "history.csv")


@pytest.mark.parametrize(
    "held",
    [
        {f"MNIST\\raw\\{name}": content for name, content in PAIR.items()},
        {f"C:\\Users\\Zoë\\{name}": content for name, content in PAIR.items()},
        {"kaggle\\train.csv": table().replace(b"\n", b"\r\n")},
        {"train\\3\\a.png": picture("PNG"), "train\\4\\b.png": picture("PNG")},
    ],
)
def test_archives_with_the_separators_of_windows_are_read(tmp_path, held):
    (tmp_path / "mnist").mkdir()
    with zipfile.ZipFile(tmp_path / "mnist" / "archive.zip", "w") as archive:
        for name, content in held.items():
            (info := zipfile.ZipInfo("x")).filename = name  # its constructor changes separators
            archive.writestr(info, content)
    data = load("mnist", data_dir=tmp_path)
    assert len(np.unique(data.labels)) == (2 if len(data) == 2 else 10)
