"""Tables of numbers as CSV files."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganlib.errors import GanlibError
from ganlib.files import atomic

Row = dict[str, Any]


def read_table(path: Path, columns: Sequence[str] = ()) -> list[Row]:
    """A CSV file's rows of numbers, empty cells left out, `columns` in each; no file: no rows."""
    if not path.is_file():
        return []
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = [
                {key: _number(value) for key, value in row.items() if key and value}
                for row in csv.DictReader(file)
            ]
        for number, row in enumerate(rows, start=1):
            if lacking := [column for column in columns if column not in row]:
                raise ValueError(f"row {number} has no {lacking[0]}")
        return rows
    except (ValueError, TypeError, csv.Error) as error:
        raise GanlibError(f"{path} is damaged ({error}): mend it or remove it") from None


def write_table(
    path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None
) -> None:
    """Write rows as CSV in one piece; by default the columns are all keys, as they first appear."""
    columns = columns or list(dict.fromkeys(key for row in rows for key in row))
    with atomic(path) as partial, open(partial, "w", newline="", encoding="utf-8") as file:
        writer = _writer(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def append_row(path: Path, row: Mapping[str, Any], columns: Sequence[str]) -> None:
    """Add a row to a table that `write_table` began with these columns."""
    with open(path, "a", newline="", encoding="utf-8") as file:
        _writer(file, columns).writerow(row)


def _writer(file: Any, columns: Sequence[str]) -> Any:
    return csv.DictWriter(file, columns, restval="", lineterminator="\n")


def _number(text: str) -> int | float:
    return float(text) if "." in text or "e" in text else int(text)
