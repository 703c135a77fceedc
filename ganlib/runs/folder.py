"""The run folder: where a run's record, tables, pictures and networks are.

==================  =============================================================
run.json            recipe, seed, data and checksum, versions, machine, timings
history.csv         one row for each epoch
steps.csv           losses every few steps, for the curves
checkpoints/        what ``--resume`` reads
samples/            a grid at fixed noise, epoch_0001.png …
samples.gif         the grids as a film
losses.png          the loss curves
logs/               TensorBoard
generator.keras     the generator, float32, after the last step
…_average.keras     the moving average of its weights, where the recipe asks for one
…_best.keras        the best of those that were scored while it trained
discriminator.keras and every other network, float32, after the last step
scores.json         what ``evaluate`` found
generator.npz       in figures/ only, in place of generator.keras: its weights as float16
discriminator.npz   the discriminator's weights, where they ship too
generated.npz       in older runs of figures/, in place of both: images of the generator
==================  =============================================================
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from platform import node
from typing import Any

from filelock import FileLock, Timeout

from ganlib.errors import GanlibError, shown
from ganlib.files import numbered, remove_leftovers, utf8, write_text
from ganlib.recipes import Recipe
from ganlib.runs.schema import check_record
from ganlib.runs.tables import Row, read_table

FORMAT = 2
"""Of run.json; tools/migrate_records.py turned the project's own records of format 1 into it."""
LOCK, HOLDER = ".lock", ".lock-holder"
REMEDY = "restore it from a copy, or train the run anew"
LARGEST_RECORD = 10_000_000  # bytes


def runs_folder() -> Path:
    """Where runs are kept that nobody names a folder for: $GANLIB_RUNS, else ``runs/`` here."""
    return utf8(os.environ.get("GANLIB_RUNS") or "runs")


class RunFolder:
    """Paths, record and tables of one run; the folder need not exist yet."""

    def __init__(self, path: str | Path) -> None:
        self.path = utf8(path)
        self.record_file = self.path / "run.json"
        self.history_file = self.path / "history.csv"
        self.steps_file = self.path / "steps.csv"
        self.checkpoints = self.path / "checkpoints"
        self.samples = self.path / "samples"
        self.gif = self.path / "samples.gif"
        self.losses = self.path / "losses.png"
        self.logs = self.path / "logs"
        self.scores_file = self.path / "scores.json"
        self.generated = self.path / "generated.npz"

    @classmethod
    def existing(cls, path: str | Path) -> "RunFolder":
        """The run in `path`; a folder without a run raises `GanlibError`."""
        run = cls(path)
        if not run.record_file.is_file():
            raise GanlibError(
                f"{run.path} holds no run: there is no run.json in it, so name the folder of a run"
            )
        return run

    def network_file(self, name: str, weights: str = "last") -> Path:
        """Where a network is kept: its "last" weights, their "average", or the "best" ones."""
        return self.path / f"{name}{'' if weights == 'last' else f'_{weights}'}.keras"

    def shipped_file(self, name: str) -> Path:
        """The file of a network that ships; see `ganlib.runs.pretrained`."""
        return self.path / f"{name}.npz"

    @property
    def ships(self) -> bool:
        """Whether this is a run that ships with its generator, in figures/ or a copy of it."""
        return "shipped" in self.record

    def grid_file(self, epoch: int, step: int = 0) -> Path:
        """Where the grid after `epoch` epochs and `step` steps is kept; names sort by time."""
        within = f"_step_{step:06d}" if step else ""
        return self.samples / f"epoch_{epoch:04d}{within}.png"

    @property
    def grids(self) -> list[Path]:
        """The sample grids, from the first to the last."""
        return numbered(self.samples, r"epoch_(\d+)(?:_step_(\d+))?\.png")

    @property
    def last_grid(self) -> Path:
        """The newest sample grid; a run without one raises `GanlibError`."""
        if grids := self.grids:
            return grids[-1]
        raise GanlibError(f"{self.path} has no sample grids yet: train it first")

    @property
    def record(self) -> dict[str, Any]:
        """The contents of run.json; a damaged file or another format raises `GanlibError`."""
        try:
            if self.record_file.stat().st_size > LARGEST_RECORD:
                raise ValueError("it is larger than a record can be")
            record = json.loads(self.record_file.read_text(encoding="utf-8-sig"))
            if not isinstance(record, dict):
                raise ValueError("it is no JSON object")
        except (ValueError, RecursionError) as error:
            raise GanlibError(f"{self.record_file} is damaged ({error}): {REMEDY}") from error
        if (written := record.get("format", 1)) != FORMAT:
            raise GanlibError(
                f"{self.record_file} has format {shown(written)}, and this version of ganlib reads "
                f"format {FORMAT}: train the run anew, or use the version that wrote it"
            )
        with self._record_named():
            check_record(record)
        return record

    @contextmanager
    def _record_named(self) -> Iterator[None]:
        try:
            yield
        except GanlibError as error:
            raise GanlibError(f"{self.record_file} is damaged ({error}): {REMEDY}") from error

    @property
    def recipe(self) -> Recipe:
        """The recipe with which the run began."""
        record = self.record
        try:
            return Recipe.from_json(record["recipe"])
        except GanlibError as error:  # another version may well understand it
            raise GanlibError(
                f"{self.record_file}: {error}: use the version that wrote it, or {REMEDY}"
            ) from error

    @property
    def history(self) -> list[Row]:
        """Rows of history.csv with numbers for numbers; empty cells are left out."""
        return read_table(self.history_file, ("epoch", "images"))

    @property
    def steps(self) -> list[Row]:
        """Rows of steps.csv."""
        return read_table(self.steps_file, ("step", "images"), appended=True)

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Replace run.json in one piece."""
        write_text(self.record_file, json.dumps(record, indent=2, ensure_ascii=False) + "\n")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder against a second process; the lock dies with its process."""
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(self.path / LOCK).acquire(timeout=0)
        except Timeout:
            raise GanlibError(
                f"another process is training in {self.path}{self._holder()}: wait for it, or "
                "choose another --output"
            ) from None
        with lock:
            try:
                now = datetime.now().isoformat(" ", "minutes")
                for folder in (self.path, self.checkpoints, self.samples):
                    remove_leftovers(folder)
                write_text(self.path / HOLDER, f"process {os.getpid()} on {node()}, since {now}\n")
                yield
            finally:  # while the lock is held: nobody else is in here
                (self.path / HOLDER).unlink(missing_ok=True)
                if self.is_free:  # refused before it began: leave nothing behind
                    shutil.rmtree(self.path, ignore_errors=True)

    def _holder(self) -> str:
        """Which process holds the lock, as it wrote itself."""
        try:
            return f" ({(self.path / HOLDER).read_text(encoding='utf-8')[:200].strip()})"
        except (OSError, ValueError):
            return ""

    @property
    def is_free(self) -> bool:
        """Whether the folder is missing, or holds nothing but a lock."""
        return not self.path.exists() or not self._contents()

    def clear(self) -> None:
        """Remove what the folder holds; only for who holds its lock, see `locked`."""
        for path in self._contents():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _contents(self) -> list[Path]:
        return [path for path in self.path.iterdir() if path.name not in (LOCK, HOLDER)]
