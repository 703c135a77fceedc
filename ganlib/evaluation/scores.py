"""What scores.json holds: a run's scores, and the references to compare them with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ganlib.errors import GanlibError
from ganlib.evaluation.metrics.intervals import Score
from ganlib.evaluation.metrics.registry import METRICS
from ganlib.files import write_text

REFERENCES = ("floor", "pca", "noise")
NOTHING = "–"  # in a table, where there is no number
Scores = dict[str, Score]


@dataclass(frozen=True)
class Evaluation:
    """The scores of one run's generators.

    Attributes
    ----------
    judge : one line that names the judge, or says that there was none
    judge_sha256 : of its weights; empty without a judge
    data : one line for the real images
    content : of the real images, whatever their order: two runs with equal ones can be compared
    step : of the run's training when it was scored
    count, seed : generated images and the seed they were drawn with
    generators : "last", perhaps "average" and "best", to scores by metric
    references : "floor" (training images), "pca" and "noise" to scores by metric
    """

    judge: str
    judge_sha256: str
    data: str
    content: str
    step: int
    count: int
    seed: int
    generators: dict[str, Scores]
    references: dict[str, Scores]

    def table(self) -> str:
        """The scores as text, one metric a line."""
        own = list(self.generators)
        rows = [["metric", *own, *REFERENCES, "better"]]
        for metric in METRICS:
            scores = {
                n: self.generators[n][metric.key] for n in own if metric.key in self.generators[n]
            }
            if not scores:
                continue
            beside = (self.references[name].get(metric.key) for name in REFERENCES)
            images = next(iter(scores.values())).count
            rows.append(
                [
                    metric.label if images == self.count else f"{metric.label} ({images:,})",
                    *(str(scores.get(name, NOTHING)) for name in own),
                    *(score.plain() if score else NOTHING for score in beside),
                    "as real" if metric.better == "real" else metric.better,
                ]
            )
        return aligned(rows)

    @property
    def missing(self) -> list[str]:
        """Labels of the metrics that no generator has: newer than the file, or not possible."""
        return [m.label for m in METRICS if not any(m.key in s for s in self.generators.values())]

    def write(self, path: Path) -> None:
        """Write as JSON, in one piece."""
        values = dict(vars(self))
        for group in ("generators", "references"):
            values[group] = {name: scores_to_json(scores) for name, scores in values[group].items()}
        write_text(path, json.dumps(values, indent=1, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Evaluation":
        """The inverse of `write`; a damaged file raises `GanlibError`."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            for group in ("generators", "references"):
                values[group] = {n: scores_from_json(scores) for n, scores in values[group].items()}
            evaluation = cls(**values)
            for field in fields(cls):
                value, kind = getattr(evaluation, field.name), field.type
                if kind in (int, str) and type(value) is not kind:
                    raise ValueError(f"{field.name} is {value!r}")
            if not (evaluation.generators and set(REFERENCES) == set(evaluation.references)):
                raise ValueError("no generator, or a reference is missing")
            return evaluation
        except (
            ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError,
            GanlibError,
        ) as error:  # fmt: skip
            raise GanlibError(f"{path} is damaged ({error}): evaluate the run again") from None

    def comparable_with(self, other: "Evaluation") -> bool:
        """Whether one table may hold both: same judge, real images and number of images."""
        mine, theirs = ((e.judge_sha256, e.content, e.count) for e in (self, other))
        return mine == theirs

    @property
    def blind(self) -> list[str]:
        """Labels of the metrics by which noise is better than real images: no use here."""
        floor, noise = self.references["floor"], self.references["noise"]
        sign = {"lower": -1, "higher": 1, "real": 0}
        return [
            metric.label
            for metric in METRICS
            if metric.key in floor
            and metric.key in noise
            and sign[metric.better] * (noise[metric.key].value - floor[metric.key].value) > 0
        ]


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text as a table with columns of equal width, the first row underlined."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def scores_to_json(scores: Scores) -> dict[str, Any]:
    """Scores by metric, as dicts of numbers."""
    return {key: score.to_json() for key, score in scores.items()}


def scores_from_json(scores: dict[str, Any]) -> Scores:
    """The inverse; metrics that this version does not know are left out."""
    known = {metric.key for metric in METRICS}
    return {key: Score.from_json(score) for key, score in scores.items() if key in known}
