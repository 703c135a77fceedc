"""Several runs in one picture and one table."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ganlib import figures
from ganlib.errors import GanlibError
from ganlib.run_folder import RunFolder

MOST_IN_A_ROW = 3  # grids


def compare(runs: Sequence[RunFolder], output: Path) -> str:
    """Draw the loss curves and the last sample grids of several runs; return a table of them.

    Parameters
    ----------
    runs
        Finished or unfinished runs; each must have a sample grid.
    output
        Where the picture is written, as PNG.
    """
    named = dict(zip(_names(runs), runs, strict=True))
    curves = figures.loss_curves({name: run.steps for name, run in named.items()})
    buffer = io.BytesIO()
    curves.savefig(buffer, format="png")
    grids = [figures.captioned(_last_grid(run), name) for name, run in named.items()]
    columns = -(-len(grids) // -(-len(grids) // MOST_IN_A_ROW))  # rows as equal as can be
    rows = [figures.row(grids[i : i + columns]) for i in range(0, len(grids), columns)]
    figures.stacked([Image.open(buffer), *rows]).save(output, format="PNG")
    return _table([_facts(name, run) for name, run in named.items()])


def _names(runs: Sequence[RunFolder]) -> list[str]:
    """Folder names; whole paths where two folders have the same name."""
    places = [run.path.resolve() for run in runs]
    for run, place in zip(runs, places, strict=True):
        if places.count(place) > 1:
            raise GanlibError(f"{run.path} is given twice: name each run once")
    names = [run.path.resolve().name for run in runs]
    return names if len(set(names)) == len(names) else [str(run.path) for run in runs]


def _last_grid(run: RunFolder) -> Image.Image:
    latest = max(run.samples.glob("epoch_*.png"), default=None)
    if latest is None:
        raise GanlibError(f"{run.path} has no sample grids yet: train it first")
    try:
        picture = Image.open(latest)
        picture.load()
    except (OSError, Image.DecompressionBombError) as error:
        raise GanlibError(f"{latest} is no intact picture: resume the run, or remove it") from error
    return picture


def _facts(name: str, run: RunFolder) -> dict[str, str]:
    record, history = run.record, run.history
    progress: dict[str, Any] = record.get("progress", {})
    last = history[-1] if history else {}
    data = record["data"]
    return {
        "run": name,
        "recipe": record["recipe"]["name"],
        "data": data["name"] + (" (SYNTHETIC)" if data["synthetic"] else ""),
        "seed": str(record["seed"]),
        "epochs": f"{progress.get('epochs', np.nan):.2f}",
        "images": f"{progress.get('images', 0):,}",
        "seconds": f"{progress.get('seconds', np.nan):.0f}",
        "precision": record["precision"],
        "d_loss": f"{last.get('d_loss', np.nan):.3f}",
        "g_loss": f"{last.get('g_loss', np.nan):.3f}",
    }


def _table(rows: Sequence[dict[str, str]]) -> str:
    widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    lines = [dict(zip(widths, widths, strict=True)), *rows]
    return "\n".join(
        "  ".join(line[key].ljust(width) for key, width in widths.items()).rstrip()
        for line in lines
    )
