"""Several seeds of several systems in one table: mean ± standard deviation of their scores."""

import json
import statistics
from collections.abc import Mapping, Sequence

from ganlib.errors import GanlibError
from ganlib.evaluation.evaluate import SHIPPED
from ganlib.evaluation.metrics.registry import BY_KEY
from ganlib.evaluation.scores import NOTHING, Evaluation, Scores, scores_from_json

COLUMNS = ("frechet", "kernel", "precision", "recall", "coverage", "from_real")
"""The metrics of the tables in figures/RESULTS.md."""


def mean_and_spread(runs: Sequence[Scores], metric: str) -> str:
    """Mean ± standard deviation (n - 1) of a metric over runs, such as ``10.97 ± 0.31``.

    One run has no spread: its score stands alone, with its 95 % interval.
    """
    if not all(metric in scores for scores in runs):
        return NOTHING
    values = [scores[metric].value for scores in runs]
    if len(values) == 1:
        return str(runs[0][metric])
    spread = statistics.stdev(values)
    if spread == 0:
        return f"{values[0]:.4g} ± 0"
    digits = 4 if spread < 0.001 else 3 if spread < 0.1 else 2
    return f"{statistics.mean(values):.{digits}f} ± {spread:.{digits}f}"


def rows(
    systems: Mapping[str, Sequence[Scores]], metrics: Sequence[str] = COLUMNS
) -> list[list[str]]:
    """A head and one row for each system: its name, its number of seeds, its metrics.

    `systems` holds the scores of each run of a system, one for each seed.
    """
    head = ["", "seeds", *(BY_KEY[metric].label for metric in metrics)]
    return [head] + [
        [name, str(len(runs)), *(mean_and_spread(runs, metric) for metric in metrics)]
        for name, runs in systems.items()
    ]


def as_markdown(table: Sequence[Sequence[str]]) -> str:
    """A table from `rows` in Markdown."""
    lines = [f"| {' | '.join(row)} |" for row in table]
    return "\n".join([lines[0], "|" + "---|" * len(table[0]), *lines[1:]])


def shipped(judge: str, reference: str, like: Evaluation | None = None) -> list[Scores]:
    """Scores of a reference, "floor", "pca" or "noise", three draws, as they ship for a judge.

    They must be of the same judge and number of images as `like`, else `GanlibError`.
    """
    values = json.loads((SHIPPED / f"{judge}.json").read_text(encoding="utf-8"))
    if like and (values["judge"], values["count"]) != (like.judge_sha256, like.count):
        raise GanlibError(
            f"the references of judge {judge} were made with another judge or number of images "
            "than the runs' scores: run tools/references.py, or evaluate the runs again"
        )
    return [scores_from_json(draw[reference]) for draw in values["references"]]
