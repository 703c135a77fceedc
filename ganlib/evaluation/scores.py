"""What scores.json holds: a run's scores, and the references to compare them with."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
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
    """The scores of one run's generators."""

    judge: str  # one line that names the judge, or says that there was none
    judge_sha256: str  # of its weights; empty without a judge
    data: str  # one line for the real images
    content: str  # a checksum of the real images, whatever their order
    step: int  # of the run's training when it was scored
    count: int  # of generated images, drawn with the seed
    seed: int
    generators: dict[str, Scores]  # "last", perhaps "average" and "best"
    references: dict[str, Scores]  # "floor" (training images), "pca" and "noise"

    def table(self) -> str:
        """The scores as text, one metric a line."""
        rows = [["metric", *self.generators, *self.references, "better"]]
        for metric in METRICS:
            counts = [s[metric.key].count for s in self.generators.values() if metric.key in s]
            if counts:
                rows.append(
                    [
                        metric.label + (f" ({counts[0]:,})" if counts[0] != self.count else ""),
                        *cells(metric.key, self.generators, str),
                        *cells(metric.key, self.references, Score.plain),
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
        write_text(path, json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")

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


def cells(metric: str, columns: Mapping[str, Scores], written: Callable[[Score], str]) -> list[str]:
    """A metric's row in a table: one cell for each column."""
    return [written(scores[metric]) if metric in scores else NOTHING for scores in columns.values()]


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text as a table with columns of equal width, the first row underlined."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def scores_from_json(scores: dict[str, Any]) -> Scores:
    """Scores by metric from JSON; metrics that this version does not know are left out."""
    known = {metric.key for metric in METRICS}
    return {key: Score.from_json(score) for key, score in scores.items() if key in known}
