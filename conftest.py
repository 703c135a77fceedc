"""What the tests of the notebooks print at their end: how long each lesson took."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

seconds: Counter[str] = Counter()


def pytest_runtest_logreport(report: Any) -> None:
    """Add up the cells of each notebook, which nbval makes tests of."""
    file = Path(report.nodeid.partition("::")[0])
    if file.suffix == ".ipynb":
        seconds[file.stem] += report.duration


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if seconds:
        quick = os.environ.get("GANLIB_QUICK_MINUTES", "not set")
        terminalreporter.section(f"minutes of each lesson, GANLIB_QUICK_MINUTES {quick}")
        for lesson in sorted(seconds):
            terminalreporter.write_line(f"{seconds[lesson] / 60:5.1f}  {lesson}")
