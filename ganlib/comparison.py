"""Several runs in one picture and one table."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ganlib import figures
from ganlib.errors import GanlibError
from ganlib.metrics.intervals import Score
from ganlib.metrics.panel import METRICS
from ganlib.run_folder import RunFolder
from ganlib.scores import REFERENCES, Evaluation, aligned

MOST_IN_A_ROW = 3  # grids
NOTHING = "–"  # in a table, where there is no number


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
    return _table(named)


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


def _facts(run: RunFolder) -> dict[str, str]:
    record, history = run.record, run.history
    progress: dict[str, Any] = record.get("progress", {})
    last = history[-1] if history else {}
    data = record["data"]
    return {
        "recipe": record["recipe"]["name"],
        "data": data["name"] + (" (SYNTHETIC)" if data["synthetic"] else ""),
        "seed": str(record["seed"]),
        "epochs": _number(progress.get("epochs"), ".2f"),
        "images": _number(progress.get("images", 0), ","),
        "seconds": _number(progress.get("seconds"), ".0f"),
        "precision": record["precision"],
        "d_loss": _number(last.get("d_loss"), ".3f"),
        "g_loss": _number(last.get("g_loss"), ".3f"),
    }


def _number(value: float | None, digits: str) -> str:
    return NOTHING if value is None else format(value, digits)


def _table(runs: Mapping[str, RunFolder]) -> str:
    """Facts, and scores where runs have been evaluated: a line for each, a column for each run."""
    columns = {name: {"": name} | _facts(run) for name, run in runs.items()}
    found = {
        name: Evaluation.read(run.scores_file)
        for name, run in runs.items()
        if run.scores_file.is_file()
    }
    notes: list[str] = []
    if found:
        columns, notes = _with_scores(columns, found)
    keys = list(dict.fromkeys(key for column in columns.values() for key in column))
    cells = [[key, *(column.get(key, NOTHING) for column in columns.values())] for key in keys]
    return "\n".join([aligned(cells), *notes])


def _with_scores(
    columns: dict[str, dict[str, str]], found: Mapping[str, Evaluation]
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """The columns with scores, those of the references, and what to know about them."""
    alike = len({(e.judge_sha256, e.data, e.count) for e in found.values()}) == 1
    scores = {name: next(iter(e.generators.values())) for name, e in found.items()}
    notes = []
    if alike:
        one = next(iter(found.values()))
        columns = columns | {name: {"": name} for name in REFERENCES}
        notes.append(f"{one.count:,} images of each, against {one.data}, by {one.judge}")
    else:
        notes.append("scored by different judges, on different data or numbers of images: no best")
    for metric in METRICS:
        own = {name: score[metric.key] for name, score in scores.items()}
        best = best_of(own, metric.better) if alike and len(own) > 1 else None
        for name, score in own.items():
            columns[name][metric.label] = score.short() + (" *" if name == best else "")
        if alike:
            for name in REFERENCES:
                columns[name][metric.label] = one.references[name][metric.key].plain()
    if alike and len(scores) > 1:
        notes.append("* best: its 95 % interval overlaps with no other run's")
    missing = [name for name in columns if name not in found and name not in REFERENCES]
    if missing:
        notes.append(f"not scored yet, see `evaluate`: {', '.join(missing)}")
    return columns, notes


def best_of(scores: Mapping[str, Score], better: str) -> str | None:
    """The name whose score is best, if its interval overlaps with no other; else None.

    Parameters
    ----------
    better
        "lower" or "higher"; with "real", where neither is good, there is no best.
    """
    if better == "real":
        return None
    choose = min if better == "lower" else max
    best = choose(scores, key=lambda name: scores[name].value)
    others = [score for name, score in scores.items() if name != best]
    return None if any(scores[best].overlaps(other) for other in others) else best
