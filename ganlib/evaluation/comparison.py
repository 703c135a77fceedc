"""Several runs in one picture and one table."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ganlib import figures
from ganlib.errors import GanlibError
from ganlib.evaluation.metrics.intervals import Score
from ganlib.evaluation.metrics.registry import METRICS
from ganlib.evaluation.scores import NOTHING, Evaluation, aligned, cells
from ganlib.runs.folder import RunFolder
from ganlib.systems.latents import legend

MOST_IN_A_ROW = 3  # grids


def compare(runs: Sequence[RunFolder], output: Path) -> str:
    """Draw the loss curves and last sample grids of several runs as a PNG; return a table of them.

    The runs need not be finished, but each must have a sample grid.
    """
    named = dict(zip(_names(runs), runs, strict=True))
    table = _table(named)  # first what may be damaged: drawing takes time
    histories = {name: run.steps for name, run in named.items()}
    grids = [
        figures.captioned(figures.read(run.last_grid), _title(name, run))
        for name, run in named.items()
    ]
    columns = -(-len(grids) // -(-len(grids) // MOST_IN_A_ROW))  # rows as equal as can be
    rows = [figures.row(grids[i : i + columns]) for i in range(0, len(grids), columns)]
    curves = figures.drawn(figures.loss_curves(histories))
    figures.save(figures.stacked([curves, *rows]), output)
    return table


def _title(name: str, run: RunFolder) -> str:
    return "; ".join(filter(None, (figures.literal(name), legend(run.recipe.latent))))


def _names(runs: Sequence[RunFolder]) -> list[str]:
    """Folder names; whole paths where two folders have the same name."""
    places = [run.path.resolve() for run in runs]
    for run, place in zip(runs, places, strict=True):
        if places.count(place) > 1:
            raise GanlibError(f"{run.path} is given twice: name each run once")
    names = [run.path.resolve().name for run in runs]
    return names if len(set(names)) == len(names) else [str(run.path) for run in runs]


def _facts(run: RunFolder) -> dict[str, str]:
    record, history = run.record, run.history
    progress = record.get("progress", {})
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
    """Facts, scores where runs have been evaluated, and notes; a column for each run."""
    found = {name: scored for name, run in runs.items() if (scored := _scored(run))}
    evaluations = list(found.values())
    alike = bool(found) and all(evaluations[0].comparable_with(other) for other in evaluations)
    references = evaluations[0].references if alike else {}
    facts = [_facts(run) for run in runs.values()]
    rows = [["", *runs, *references]]
    rows += [[key, *(column[key] for column in facts), *[""] * len(references)] for key in facts[0]]
    last = {name: found[name].generators["last"] if name in found else {} for name in runs}
    blind = {label for evaluation in evaluations for label in evaluation.blind}
    marked = False
    for metric in METRICS:
        own = {name: scores[metric.key] for name, scores in last.items() if metric.key in scores}
        if not own:
            continue
        row = cells(metric.key, last, Score.short)
        if alike and len(own) > 1 and metric.label not in blind:
            if best := best_of(own, metric.better):
                row[list(runs).index(best)] += " *"
                marked = True
        rows.append([metric.label, *row, *cells(metric.key, references, Score.plain)])
    lines = [aligned(rows)]
    if found:
        lines.append("± half a 95 % interval: what other images of the same generator would change")
    if alike:
        one = evaluations[0]
        lines.append(f"{one.count:,} images of each, against {one.data}, by {one.judge}")
    elif found:
        lines.append("scored by different judges, on different data or numbers of images: no best")
    if marked:
        lines.append("* best: its interval overlaps with no other run's; seeds may differ by more")
    if blind:
        labels = ", ".join(sorted(blind))
        lines.append(f"no use with this judge, noise beats real images in: {labels}")
    if found and (missing := [name for name in runs if name not in found]):
        lines.append(f"no scores of what these runs are now, see `evaluate`: {', '.join(missing)}")
    lines += [f"{run.history_file} is missing or cut" for run in runs.values() if _is_cut(run)]
    return "\n".join(lines)


def _is_cut(run: RunFolder) -> bool:
    """Whether the history lacks epochs that the record counts."""
    epochs, history = run.record.get("progress", {}).get("epochs", 0), run.history
    return int(epochs) > (history[-1]["epoch"] if history else 0)


def _scored(run: RunFolder) -> Evaluation | None:
    """The run's scores, if they are of its last weights as they are now."""
    if not run.scores_file.is_file():
        return None
    evaluation = Evaluation.read(run.scores_file)
    now = run.record.get("progress", {}).get("steps")
    return evaluation if "last" in evaluation.generators and evaluation.step == now else None


def best_of(scores: Mapping[str, Score], better: str) -> str | None:
    """The name whose score is best, if its interval overlaps with no other; else None.

    `better` is that of a metric; with "real", where neither end is good, there is no best.
    """
    if better == "real":
        return None
    choose = min if better == "lower" else max
    best = choose(scores, key=lambda name: scores[name].value)
    others = [score for name, score in scores.items() if name != best]
    return None if any(scores[best].overlaps(other) for other in others) else best
