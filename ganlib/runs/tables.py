"""Tables of numbers as CSV files."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganlib.errors import GanlibError, shown
from ganlib.files import atomic

Row = dict[str, Any]


def read_table(path: Path, columns: Sequence[str] = (), appended: bool = False) -> list[Row]:
    """A CSV file's rows of numbers, empty cells left out, `columns` in each; no file: no rows.

    Of a table that is `appended` to, a last line that was only half written does not count.
    """
    if not path.is_file():
        return []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            if len(lines) == 1 or not appended:
                raise ValueError("its last line is cut")
            lines.pop()
        reader = csv.DictReader(lines)
        if lacking := [column for column in columns if column not in (reader.fieldnames or ())]:
            raise ValueError(f"it has no column {lacking[0]}")
        rows = [{key: _number(v) for key, v in row.items() if key and v} for row in reader]
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
    number = float(text) if "." in text or "e" in text else int(text)
    if not abs(number) < 2**63:
        raise ValueError(f"{shown(text)} is no number that a run has")
    return number
