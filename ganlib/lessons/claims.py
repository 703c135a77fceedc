"""Lesson 14: what ``benchmarks/claims.py`` measured, by run and seed."""

import functools
import json
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import figures
from ganlib.evaluation.scores import aligned
from ganlib.lessons.references import ROOT

FILE = ROOT / "benchmarks" / "claims.json"
KINDS = ("holds", "does not hold", "not decided", "not measurable", "only in part")
PCA = {"mnist": 33.9, "svhn": 82.7}
"""Fréchet distance of principal components' images: ``figures/*/scores.json``, of 10,000 each."""


class Record:
    """What was measured, by run and seed."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self.kept, self.runs, self.data = kept, kept["runs"], kept["data"]

    def looks(self, run: str, key: str) -> list[list[float]]:
        """A column of the looks, a list for each seed."""
        return [[look[key] for look in one["looks"]] for one in self.runs[run].values()]

    def last(self, run: str, key: str = "frechet") -> list[float]:
        """A number at the end of each seed; infinite after a divergence."""
        return [
            np.inf if one["diverged"] else one["looks"][-1][key] for one in self.runs[run].values()
        ]

    def losses(self, run: str, key: str) -> list[np.ndarray]:
        """A loss every few steps, for each seed that has it."""
        return [
            np.array(one["losses"][key]) for one in self.runs[run].values() if key in one["losses"]
        ]

    def fails(self, run: str) -> int:
        """Seeds that fail, see above."""
        return sum(value >= PCA[run.split()[0]] for value in self.last(run))

    def verdicts(self, *words: str, report: str = "") -> str:
        """Verdicts and their numbers: of a report's claims, or of those with one of the words."""
        chosen = [
            one
            for one in self.kept["verdicts"]
            if one["report"] == report or any(word in one["sentence"] for word in words)
        ]
        lines = (
            f"“{one['sentence']}” ({one['report']}, {one['where']})\n"
            + _wrapped(f"{one['verdict'].upper()}: {one['numbers']}")
            for one in chosen
        )
        return "\n".join(lines)

    def listed(self, report: str) -> str:
        """A line for each claim of a report: the verdict, where, and the start of the sentence."""
        mine = [one for one in self.kept["verdicts"] if one["report"] == report]
        rows = [(kind(one["verdict"]), _shortened(one["sentence"], 72)) for one in mine]
        return f"{report}\n" + "\n".join(f"    {verdict:<16}{words}" for verdict, words in rows)

    def turned(self) -> str:
        """Claims on which the runs at full width say the opposite, with the numbers of both."""
        lines = [
            f"“{one['sentence']}” ({one['report']}, {one['where']})\n"
            + _wrapped(f"thin {one['verdict'].upper()}: {one['numbers']}")
            + "\n"
            + _wrapped(f"full {one['full'].upper()}: {one['full numbers']}")
            for one in self.kept["verdicts"]
            if {one["verdict"], one.get("full")} == {"holds", "does not hold"}
        ]
        return "\n".join(lines)

    def images(self, *runs: str, seed: int = 0) -> dict[str, np.ndarray]:
        """The first images of each run's generator at its end, uint8 (16, H, W, 1), by name."""
        return {run: _cut(figures.read(picture(run, seed))) for run in runs}


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, initial_indent="    ", subsequent_indent="    ")


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip(" :,") + "…"


def picture(run: str, seed: int) -> Path:
    """The file of a run's first images."""
    return ROOT / "figures" / "claims" / f"{re.sub(r'[^a-z0-9]+', '-', run.lower())}-{seed}.png"


def _cut(row: Any) -> np.ndarray:
    """A row of images without margins, as an array of images."""
    pixels = np.asarray(row.convert("L"))
    return pixels.reshape(len(pixels), -1, len(pixels)).swapaxes(0, 1)[..., None]


@functools.cache
def record() -> Record:
    """The record that ships."""
    return Record(json.loads(FILE.read_text(encoding="utf-8")))


def kind(verdict: str) -> str:
    """One of `KINDS`: a verdict that names some runs only is in part."""
    return verdict if verdict in KINDS else KINDS[-1]


def counted(record: Record) -> str:
    """A table: how many claims of each report hold, do not, are not decided, and so on."""
    rows = [["", *KINDS]]
    verdicts = record.kept["verdicts"]
    for report in dict.fromkeys(one["report"] for one in verdicts):
        found = [kind(one["verdict"]) for one in verdicts if one["report"] == report]
        rows.append([report, *(str(found.count(one)) for one in KINDS)])
    return aligned(rows)
