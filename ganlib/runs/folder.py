"""The run folder: where a run's record, history, pictures and networks stand.

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
scores.json         what ``evaluate`` found
generated.npz       in figures/ only, in place of the generator: images that it made
==================  =============================================================
"""

import csv
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ganlib.errors import GanlibError
from ganlib.files import write_text
from ganlib.recipes import Recipe

Row = dict[str, Any]
NUMBER = (int, float)
RECORD: dict[tuple[str, ...], Any] = {
    ("recipe", "name"): str,
    ("data", "name"): str,
    ("data", "synthetic"): bool,
    ("budget",): dict,
    ("seed",): int,
    ("precision",): str,
}
"""What every record must hold: keys, the inner one last, and the type of the value."""
PROGRESS: dict[tuple[str, ...], Any] = {
    ("progress", "epochs"): NUMBER,
    ("progress", "steps"): int,
    ("progress", "images"): int,
    ("progress", "seconds"): NUMBER,
}
"""The same for what a run writes from its first checkpoint on."""


class RunFolder:
    """Paths, records and tables of one run.

    Parameters
    ----------
    path
        The folder; it need not exist yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.record_file = self.path / "run.json"
        self.history_file = self.path / "history.csv"
        self.steps_file = self.path / "steps.csv"
        self.checkpoints = self.path / "checkpoints"
        self.samples = self.path / "samples"
        self.gif = self.path / "samples.gif"
        self.losses = self.path / "losses.png"
        self.logs = self.path / "logs"
        self.generators = {
            "last": self.path / "generator.keras",
            "average": self.path / "generator_average.keras",
            "best": self.path / "generator_best.keras",
        }
        self.scores_file = self.path / "scores.json"
        self.generated = self.path / "generated.npz"

    @classmethod
    def existing(cls, path: str | Path) -> "RunFolder":
        """The run in `path`; a folder without a run raises `GanlibError`."""
        run = cls(path)
        if not run.record_file.is_file():
            raise GanlibError(f"{path} holds no run: there is no run.json in it")
        return run

    @property
    def record(self) -> dict[str, Any]:
        """The contents of run.json; a damaged file raises `GanlibError`."""
        try:
            record = json.loads(self.record_file.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise GanlibError(f"{self.record_file} is damaged ({error})") from error
        begun = isinstance(record, dict) and "progress" in record
        for path, kind in (RECORD | (PROGRESS if begun else {})).items():
            value = record
            for key in path:
                value = value.get(key) if isinstance(value, dict) else None
            if not isinstance(value, kind):
                place = ".".join(path)
                raise GanlibError(f"{self.record_file} is damaged ({place} is missing or wrong)")
        return record

    @property
    def recipe(self) -> Recipe:
        """The recipe as it was when the run began."""
        return Recipe.from_json(self.record.get("recipe", {}))

    @property
    def history(self) -> list[Row]:
        """Rows of history.csv with numbers for numbers; empty cells are left out."""
        return read_table(self.history_file, ("epoch", "images"))

    @property
    def steps(self) -> list[Row]:
        """Rows of steps.csv."""
        return read_table(self.steps_file, ("step", "images"))

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Replace run.json in one piece."""
        write_text(self.record_file, json.dumps(record, indent=2, ensure_ascii=False) + "\n")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder against a second process; the lock dies with its process."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise GanlibError(
                f"another process is training in {self.path}: wait for it, or choose another "
                "--output"
            ) from None
        try:
            yield
        finally:
            lock.release()
            if [path.name for path in self.path.iterdir()] == [".lock"]:
                shutil.rmtree(self.path)  # refused before it began: leave nothing behind


def read_table(path: Path, columns: Sequence[str] = ()) -> list[Row]:
    """A CSV file's rows, numbers as int or float, empty cells left out; no file: no rows.

    A file that is no table of numbers, or a row without one of `columns`: `GanlibError`.
    """
    if not path.is_file():
        return []
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = [
                {key: float(value) if "." in value or "e" in value else int(value)
                 for key, value in row.items() if key and value}
                for row in csv.DictReader(file)
            ]  # fmt: skip
        for number, row in enumerate(rows, start=1):
            if lacking := [column for column in columns if column not in row]:
                raise ValueError(f"row {number} has no {lacking[0]}")
        return rows
    except (ValueError, TypeError, csv.Error) as error:
        raise GanlibError(f"{path} is damaged ({error}): mend it or remove it") from None


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV in one piece; the columns are all keys, in the order they first appear."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    partial.replace(path)
