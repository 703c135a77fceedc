"""Run the notebooks on the real data and store them executed: ``python tools/store_notebooks.py``.

Names of notebooks may be given; by default all are run, in their order. Execution times and
other things that change from run to run are taken out of the metadata.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from ganlib import datasets

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
KEPT = {"kernelspec", "language_info", "ganlib"}


def store(path: Path) -> None:
    """Execute one notebook in its folder and write it back."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(
        notebook, timeout=None, kernel_name="python3", resources=resources, record_timing=False
    ).execute()
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if "image/png" in output.get("data", {}):
            output["data"].pop("image/jpeg", None)  # IPython stores pictures of Pillow's twice
    notebook.metadata = {k: v for k, v in notebook.metadata.items() if k in KEPT}
    nbformat.write(notebook, path)
    print(f"stored {path.name}: {path.stat().st_size / 1024:.0f} KB", flush=True)


if __name__ == "__main__":
    for name in ("mnist", "svhn_cropped"):  # before anything runs: the real data must be there
        print(datasets.load(name).describe())
    chosen = [Path(name) for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    for path in chosen:
        store(path)
