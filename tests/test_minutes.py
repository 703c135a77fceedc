"""The tests of the notebooks end with the minutes of each."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbval")

ROOT = Path(__file__).resolve().parent.parent


def test_the_minutes_of_each_lesson_are_printed_with_all_its_cells(tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    cells = [nbformat.v4.new_code_cell("import time; time.sleep(2)") for _ in range(2)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "01_slow.ipynb")
    command = ["-m", "pytest", "--nbval-lax", "--nbval-current-env", "-n", "1", "."]
    done = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "minutes of each lesson, GANLIB_QUICK_MINUTES" in done.stdout
    assert float(re.search(r"([\d.]+)  01_slow", done.stdout)[1]) >= 0.1
