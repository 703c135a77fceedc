"""Files in one piece, though several processes write them at once or are killed while they do."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ganlib import files

ROOT = Path(__file__).resolve().parent.parent
WRITER = """
import sys, time
from pathlib import Path
from ganlib import files
path, text = Path(sys.argv[1]), sys.argv[2] * 200_000
for _ in range(60):
    with files.atomic(path) as partial:
        with open(partial, "w", encoding="utf-8") as file:
            for start in range(0, len(text), 50_000):
                file.write(text[start : start + 50_000])
                file.flush()
    assert set(path.read_text(encoding="utf-8")) <= set("ab")
"""
HELD = """
import sys, time
from pathlib import Path
from ganlib import files
with files.atomic(Path(sys.argv[1])) as partial:
    partial.write_text("half", encoding="utf-8")
    print("writing", flush=True)
    time.sleep(60)
"""


def start(program, *arguments):
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_two_processes_that_write_one_file_leave_a_whole_one(tmp_path):
    path = tmp_path / "scores.json"
    both = [start(WRITER, path, letter) for letter in "ab"]
    assert [one.wait(60) for one in both] == [0, 0]
    assert path.read_text(encoding="utf-8") in ("a" * 200_000, "b" * 200_000)
    assert os.listdir(tmp_path) == ["scores.json"]


def test_threads_of_one_process_do_not_meet_either(tmp_path):
    path, failures = tmp_path / "sample.png", []

    def write(text):
        try:
            for _ in range(40):
                files.write_text(path, text)
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(letter * 100_000,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures and len(set(path.read_text(encoding="utf-8"))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there, age alone decides")
def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    path = tmp_path / "scores.json"
    killed, living = start(HELD, path), start(HELD, path)
    try:
        assert killed.stdout.readline() == living.stdout.readline() == "writing\n"
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert len(os.listdir(tmp_path)) == 2
        files.write_text(path, "whole")
        (left,) = set(os.listdir(tmp_path)) - {"scores.json"}
        assert f"{files.PARTIAL}{living.pid}-" in left
        assert (tmp_path / left).read_text(encoding="utf-8") == "half"
    finally:
        for one in (killed, living):
            one.kill()
            one.communicate()


@pytest.mark.parametrize("name", ["1-00000000-0-run.json", "run.json", "0-x"])
def test_a_leftover_of_another_machine_is_removed_when_it_is_old(tmp_path, name):
    left = tmp_path / f"{files.PARTIAL}{name}"
    left.write_text("half", encoding="utf-8")
    files.remove_leftovers(tmp_path)
    assert left.exists()
    old = time.time() - files.LEFT_SECONDS - 60
    os.utime(left, (old, old))
    files.remove_leftovers(tmp_path)
    assert not left.exists()


def test_a_name_as_long_as_a_disk_allows_can_be_written(tmp_path):
    path = tmp_path / f"{'ü' * 125}.json"  # 255 bytes
    files.write_text(path, "whole")
    assert path.read_text(encoding="utf-8") == "whole" and len(os.listdir(tmp_path)) == 1
