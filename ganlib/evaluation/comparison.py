"""Several runs in one picture and one table."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ganlib import figures
from ganlib.errors import GanlibError
from ganlib.evaluation.metrics.intervals import Score
from ganlib.evaluation.metrics.registry import METRICS
from ganlib.evaluation.scores import NOTHING, REFERENCES, Evaluation, aligned
from ganlib.runs.folder import RunFolder

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
    latest = run.last_grid
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
        "computed in": record["precision"],
        "d_loss": _number(last.get("d_loss"), ".3f"),
        "g_loss": _number(last.get("g_loss"), ".3f"),
    }


def _number(value: float | None, digits: str) -> str:
    return NOTHING if value is None else format(value, digits)


def _table(runs: Mapping[str, RunFolder]) -> str:
    """Facts, and scores where runs have been evaluated: a line for each, a column for each run."""
    facts = {name: _facts(run) for name, run in runs.items()}
    rows = [["", *facts]]
    rows += [
        [key, *(column[key] for column in facts.values())] for key in next(iter(facts.values()))
    ]
    found = {name: scored for name, run in runs.items() if (scored := _scored(run))}
    notes: list[str] = []
    if found:
        scores, notes = _score_rows(list(runs), found)
        width = max(len(row) for row in scores)
        rows = [row + [""] * (width - len(row)) for row in rows]
        rows[0] = scores[0]
        rows += scores[1:]
    missing = [name for name in runs if name not in found]
    if found and missing:
        notes.append(f"no scores of what these runs are now, see `evaluate`: {', '.join(missing)}")
    return "\n".join([aligned(rows), *notes])


def _scored(run: RunFolder) -> Evaluation | None:
    """The run's scores, if they are of its last weights as they are now."""
    if not run.scores_file.is_file():
        return None
    evaluation = Evaluation.read(run.scores_file)
    now = run.record.get("progress", {}).get("steps")
    return evaluation if "last" in evaluation.generators and evaluation.step == now else None


def _score_rows(
    names: Sequence[str], found: Mapping[str, Evaluation]
) -> tuple[list[list[str]], list[str]]:
    """A head, a row for each metric, references last, and notes."""
    evaluations = list(found.values())
    one = evaluations[0]
    alike = all(one.comparable_with(other) for other in evaluations)
    references = list(REFERENCES) if alike else []
    blind = {label for evaluation in evaluations for label in evaluation.blind}
    rows = [["", *names, *references]]
    marked = False
    for metric in METRICS:
        last = {name: e.generators["last"].get(metric.key) for name, e in found.items()}
        own = {name: score for name, score in last.items() if score is not None}
        if not own:
            continue
        ranked = alike and len(own) > 1 and metric.label not in blind
        best = best_of(own, metric.better) if ranked else None
        marked |= best is not None
        cells = {
            name: score.short() + (" *" if name == best else "") for name, score in own.items()
        }
        known = (one.references[name].get(metric.key) for name in references)
        beside = [score.plain() if score else NOTHING for score in known]
        rows.append([metric.label, *(cells.get(name, NOTHING) for name in names), *beside])
    notes = ["± half a 95 % interval: what other images of the same generator would change"]
    if alike:
        notes.append(f"{one.count:,} images of each, against {one.data}, by {one.judge}")
    else:
        notes.append("scored by different judges, on different data or numbers of images: no best")
    if marked:
        notes.append("* best: its interval overlaps with no other run's; seeds may differ by more")
    if blind:
        notes.append(
            f"no use with this judge, noise beats real images in: {', '.join(sorted(blind))}"
        )
    return rows, notes


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
