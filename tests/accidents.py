"""Kills runs and fills the disk under them at random moments, and lets each go on to its end.

    python tests/accidents.py --kills 50 --full 20

A tiny recipe is trained, drawn and scored once without an accident, then many times with some: it
is killed at a random moment of training, saving, drawing or scoring, or half way through a random
write; or every write fails from a random one on, as there is no space left. After each accident all
files that are read again must be whole; after its last session the run must equal the first one bit
for bit. Each session is a process of its own, forked from one that has imported TensorFlow but not
used it.
"""

import argparse
import builtins
import contextlib
import dataclasses
import errno
import faulthandler
import functools
import io
import itertools
import json
import os
import random
import signal
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

SECONDS = 300  # for a session; what takes longer hangs
NAME = "mnist-express"  # the command line wants a recipe of the course
RUN = Path("run")
COUNTS = Path("counts.json")
PHASES = ("training", "saving", "drawing", "scoring")


def methods(phase: str) -> list[tuple[type, str]]:
    """The methods that a phase is made of."""
    from ganlib.training import callbacks, loop, scoring

    return {
        "training": [(loop.Loop, "_execute")],
        "saving": [(loop.Loop, "save")],
        "drawing": [
            (callbacks.SampleGrids, "_write"),
            (callbacks.TensorBoard, "on_epoch_end"),
            (callbacks.Pictures, "on_train_end"),
        ],
        "scoring": [(scoring.Scores, "scores")],
    }[phase]


class Moments:
    """Times the calls of each phase; kills its process so many seconds into one of them.

    The signal is SIGALRM without a handler: like SIGKILL it ends a process wherever it is.
    """

    def __init__(self, phase: str = "", call: int = 0, seconds: float = 0.0) -> None:
        self.chosen, self.seconds = (phase, call), seconds
        self.durations: dict[str, list[float]] = {phase: [] for phase in PHASES}
        for name in PHASES:
            for kind, method in methods(name):
                setattr(kind, method, self.watched(getattr(kind, method), name))

    def watched(self, method: Any, phase: str) -> Any:
        durations = self.durations[phase]

        @functools.wraps(method)
        def timed(*arguments: Any, **options: Any) -> Any:
            number = len(durations)
            durations.append(0.0)
            if (phase, number) == self.chosen:
                signal.setitimer(signal.ITIMER_REAL, self.seconds)
            started = time.monotonic()
            result = method(*arguments, **options)
            durations[number] = time.monotonic() - started
            return result

        return timed


class Disk:
    """Counts the writes to files of the run; at one of them the process dies or the disk is full.

    A process that dies has written half of the content. A full disk stays full.
    """

    def __init__(self, accident: str = "", number: int = 0) -> None:
        self.accident, self.number, self.count = accident, number, 0
        self.open, self.fsync = io.open, os.fsync
        builtins.open = io.open = self.opened  # type: ignore[assignment]
        os.fsync = self.synced  # type: ignore[assignment]

    def write(self, write: Any, content: Any) -> int:
        self.count += 1
        if self.accident == "full" and self.count >= self.number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.accident == "kill" and self.count == self.number:
            write(memoryview(content)[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return write(content)

    def synced(self, descriptor: int) -> None:
        self.write(lambda _: self.fsync(descriptor), b"")

    def opened(self, file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        named = isinstance(file, str | os.PathLike) and RUN in Path(file).parents
        if not named or not set(mode) & set("wax+"):
            return self.open(file, mode, *arguments, **options)
        raw = _Raw(file, mode.replace("b", "").replace("t", ""))
        raw.disk = self
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        if "b" in mode:
            return buffered
        text = {name: options.get(name) for name in ("encoding", "newline")}
        return io.TextIOWrapper(buffered, **text)


class _Raw(io.FileIO):
    disk: Disk

    def write(self, content: Any) -> int:
        return self.disk.write(super().write, content)


def _train(accident: tuple[Any, ...], again: bool) -> int:
    """One session, by the command line; returns its status."""
    from ganlib import cli, datasets, recipes
    from ganlib.cli import train as command
    from ganlib.recipes import Network
    from ganlib.systems.latents import Part
    from ganlib.training import scoring, train  # noqa: F401  (imported before any moment)

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (160, 28, 28, 1), dtype=np.uint8)
    labels = np.arange(160) % 10
    data = datasets.Dataset("mnist", "train", images, labels, "synthetic", "a test")
    networks = {
        "generator": Network("express:generator", dict(latent_dim=4, units=0, filters=[4, 4])),
        "discriminator": Network(
            "express:discriminator", dict(filters=[4, 8], units=4, dropout=0.3)
        ),
    }
    recipe = dataclasses.replace(
        recipes.get(NAME),
        networks=networks,
        latent={"noise": Part("normal", 4)},
        batch_size=40,
        steps_per_execution=1,
        epochs=4,
        minutes=None,
        ema=0.9,
    )
    datasets.load = lambda *_, **__: data  # type: ignore[assignment]
    recipes.get = lambda _: recipe  # type: ignore[assignment]
    command._print_score = lambda *_: None  # `evaluate` wants a thousand images
    scoring.REAL = scoring.IMAGES = 100
    moments = Moments(*accident) if accident[0] in PHASES else Moments()
    disk = Disk() if accident[0] in PHASES else Disk(*accident)
    start = ["train", NAME, "--output", str(RUN), "--score-every", "1"]
    status = cli.main([*start, "--resume"] if again else start)
    counts = {"writes": disk.count, **moments.durations}
    COUNTS.write_text(json.dumps(counts), encoding="utf-8")
    return status


def session(folder: Path, *accident: Any) -> tuple[int, str]:
    """Train in a process of its own; its status, below 0 for a signal, and what it says."""
    again = (folder / RUN / "run.json").exists()
    log = folder / "log.txt"
    if child := os.fork():
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return status, log.read_text(encoding="utf-8")
    status = 1
    try:
        os.chdir(folder)
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        with open(log, "w", encoding="utf-8") as file:
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
        status = _train(accident, again)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def whole(folder: Path) -> None:
    """Fail unless each file of the run that anything reads again is complete."""
    from PIL import Image

    from ganlib.files import check_archive
    from ganlib.runs.folder import RunFolder
    from ganlib.training import checkpoints

    run = RunFolder(folder / RUN)
    if not run.record_file.exists():
        return
    assert run.record and run.history is not None and run.steps is not None
    for path in checkpoints.list_newest_first(run.checkpoints):
        checkpoints.read(path)
    for path in run.path.glob("[!.]*.keras"):
        check_archive(path)
    for path in [*run.grids, *run.path.glob("[!.]*.gif"), *run.path.glob("[!.]*.png")]:
        with Image.open(path) as picture:
            picture.load()


def contents(folder: Path) -> dict[str, Any]:
    """All that a finished run must have in common with any other of its recipe, by name."""
    import h5py

    from ganlib.runs.folder import RunFolder
    from ganlib.training import checkpoints

    run = RunFolder(folder / RUN)
    arrays, state = checkpoints.read(checkpoints.list_newest_first(run.checkpoints)[0])
    found: dict[str, Any] = {f"variable {name}": array for name, array in arrays.items()}
    found["state"] = {name: value for name, value in state.items() if name != "seconds"}
    found["history"] = [{**row, "seconds": 0} for row in run.history]
    found["steps"], found["best"] = run.steps, run.record["best"]
    found["status"], found["grids"] = run.record["status"], [path.name for path in run.grids][-1]
    found["last grid"] = run.last_grid.read_bytes()
    found["left"] = sorted(path.name for path in run.path.rglob(".partial-*"))
    for path in sorted(run.path.glob("[!.]*.keras")):
        with zipfile.ZipFile(path) as archive:
            weights = io.BytesIO(archive.read("model.weights.h5"))

        def keep(name: str, item: Any, path: Path = path) -> None:
            if isinstance(item, h5py.Dataset):
                found[f"{path.name} {name}"] = np.asarray(item)

        with h5py.File(weights) as file:
            file.visititems(keep)
    return found


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The names under which two runs differ."""
    return [
        name
        for name in one.keys() | other.keys()
        if name not in one
        or name not in other
        or not np.array_equal(np.asarray(one[name]), np.asarray(other[name]))
    ]


def accidents(kind: str, counts: dict[str, Any], source: random.Random) -> Any:
    """Without end: the phases in turn, each with a random moment."""
    for phase in itertools.cycle([*PHASES, "kill"] if kind == "kill" else ["full"]):
        if phase in PHASES:
            call = source.randrange(len(counts[phase]))
            yield phase, call, source.uniform(1e-6, 1.5 * counts[phase][call])
        else:
            yield phase, source.randint(1, counts["writes"])


def check(kind: str, number: int, counts: dict[str, Any], first: dict[str, Any], base: Path) -> int:
    """Let runs have accidents until there were `number`; returns how many sessions that took."""
    source, done, sessions = random.Random(kind), 0, 0
    planned = accidents(kind, counts, source)
    while done < number:
        folder = base / f"{kind}-{done}"
        folder.mkdir()
        while True:
            accident = next(planned) if done < number else ("",)
            status, said = session(folder, *accident)
            sessions += 1
            what = f"{' '.join(map(str, accident))} in {folder}, status {status}:\n{said}"
            try:
                whole(folder)
            except Exception as error:
                raise AssertionError(f"half a file after {what}") from error
            if status == 0:
                break
            done += 1
            print(f"{done:3d} {' '.join(map(str, accident))}", flush=True)
            if kind == "kill":
                assert status in (-signal.SIGKILL, -signal.SIGALRM), what
            else:
                lines = [line for line in said.splitlines() if line.startswith("ganlib: ")]
                assert status == 2 and "Traceback" not in said, what
                assert lines and "the disk is full" in lines[-1], what
        assert not (wrong := differences(first, contents(folder))), f"{wrong} after {what}"
    return sessions


def main() -> None:
    """Check as many accidents as are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--full", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="a folder for the runs")
    options = parser.parse_args()
    os.environ["KERAS_BACKEND"], os.environ["TF_NUM_INTRAOP_THREADS"] = "tensorflow", "1"
    import keras  # noqa: F401  (imported, and not used: threads do not survive a fork)

    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        base = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (base / "whole").mkdir(parents=True)
        status, said = session(base / "whole", "")
        assert status == 0, said
        first = contents(base / "whole")
        counts = json.loads((base / "whole" / COUNTS).read_text(encoding="utf-8"))
        calls = {name: len(counts[name]) for name in PHASES}
        print(f"calls: {calls}, writes: {counts['writes']}")
        for kind, number in (("kill", options.kills), ("full", options.full)):
            sessions = check(kind, number, counts, first, base)
            print(f"{kind}: {number} accidents, {sessions} sessions, all went on to the bit")
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
