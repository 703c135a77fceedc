"""Run the notebooks on the real data and store them executed: ``python tools/store_notebooks.py``.

Names of notebooks may be given; by default all are run, in their order. Execution times of cells
and other things that change from run to run are taken out of the metadata. How long the whole took
is kept, for this kind of processor. ``--library`` trains nothing and needs no data: it renews what
the cells with the tag ``shows-library`` print.
"""

import contextlib
import io
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from ganlib import datasets, devices
from ganlib.lessons.widgets import VIEW

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
KEPT = {"kernelspec", "language_info", "ganlib"}
LIBRARY = "shows-library"
"""The tag of cells that print nothing but what the library and its records hold: source, lists."""


def with_seconds(kept: Mapping[str, Any], kind: str, seconds: float) -> dict[str, Any]:
    """The metadata ``ganlib`` with the time on a kind of processor; times on other kinds stay."""
    measured = {**kept.get("seconds", {}), kind or "other": round(seconds)}
    return {**kept, "seconds": dict(sorted(measured.items()))}


def run(notebook: Any, folder: Path) -> None:
    """Execute a notebook in a folder."""
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(
        notebook, timeout=None, kernel_name="python3", resources=resources, record_timing=False
    ).execute()


def processor_seconds() -> float:
    """What all kernels that have ended took of the processor, whatever else runs beside them."""
    used = os.times()
    return used.children_user + used.children_system


def store_imitated(path: Path) -> None:
    """Execute one notebook and keep nothing but its seconds of one core."""
    before = processor_seconds()
    run(nbformat.read(path, as_version=4), path.parent)
    seconds = processor_seconds() - before
    notebook = nbformat.read(path, as_version=4)
    kept = notebook.metadata.get("ganlib", {})
    notebook.metadata["ganlib"] = with_seconds(kept, devices.instructions(), seconds)
    nbformat.write(notebook, path)
    print(f"{path.name}: {seconds:.0f} s, {devices.instructions()}", flush=True)


def store(path: Path) -> None:
    """Execute one notebook in its folder and write it back."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
    started = time.monotonic()
    run(notebook, path.parent)
    seconds = time.monotonic() - started
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if "image/png" in output.get("data", {}):
            output["data"].pop("image/jpeg", None)  # IPython stores pictures of Pillow's twice
            output["data"].pop(VIEW, None)  # a slider needs a kernel; its picture stays
    notebook.metadata = {k: v for k, v in notebook.metadata.items() if k in KEPT}
    if "GANLIB_QUICK_MINUTES" not in os.environ:  # else it trained less than a reader's does
        kept = notebook.metadata.get("ganlib", {})
        notebook.metadata["ganlib"] = with_seconds(kept, devices.instructions(), seconds)
    nbformat.write(notebook, path)
    print(f"stored {path.name}: {path.stat().st_size / 1024:.0f} KB", flush=True)


def code_of(cell: Any) -> str:
    """The code of a cell, without magics and shell lines."""
    lines = "".join(cell["source"]).splitlines()
    return "\n".join(line for line in lines if not re.match(r"\s*[%!]", line))


def imports_of(cells: Sequence[Any]) -> str:
    """The code of a notebook's set-up, its first code cell, and of the cells tagged `imports`.

    These import, and load or define what the exercises need.
    """
    first = next(cell for cell in cells if cell["cell_type"] == "code")
    return "\n".join(code_of(cell) for cell in cells if cell is first or "imports" in tags_of(cell))


def tags_of(cell: Any) -> list[str]:
    """The tags of a cell."""
    return cell["metadata"].get("tags", [])


def library_cells(cells: Sequence[Any]) -> list[tuple[Any, str]]:
    """The cells that show the library, and what they print now: run in turn after the imports."""
    names: dict[str, Any] = {}
    found = []
    exec(imports_of(cells), names)
    for cell in (cell for cell in cells if LIBRARY in tags_of(cell)):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code_of(cell), names)
        found.append((cell, printed.getvalue()))
    return found


def renew_library(path: Path) -> None:
    """Store what the cells that show the library print now."""
    notebook = nbformat.read(path, as_version=4)
    for cell, printed in library_cells(notebook.cells):
        others = [output for output in cell.outputs if output.get("name") != "stdout"]
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed), *others]
    nbformat.write(notebook, path)


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if not name.startswith("--")]
    chosen = [Path(name) for name in names] or sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    if "--library" in sys.argv:
        for path in chosen:
            renew_library(path)
        sys.exit()
    imitated = "--imitated" in sys.argv
    if imitated and not (
        devices.imitates_avx2() and os.environ.get("TF_NUM_INTRAOP_THREADS") == "1"
    ):
        sys.exit("--imitated needs ONEDNN_MAX_CPU_ISA=AVX2 and TF_NUM_INTRAOP_THREADS=1")
    for name in (
        "mnist",
        "fashion_mnist",
        "svhn_cropped",
    ):  # before anything runs: the real data must be there
        print(datasets.load(name).describe())
    for path in chosen:
        (store_imitated if imitated else store)(path)
