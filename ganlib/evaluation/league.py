"""A tournament of run folders as text, table and picture; who cannot take part is told why."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.stats import spearmanr

from ganlib import datasets, figures
from ganlib.datasets import Dataset, pairs
from ganlib.errors import GanlibError
from ganlib.evaluation import judges, tournament
from ganlib.evaluation.evidence import judge_of
from ganlib.evaluation.metrics.frechet import frechet_distance
from ganlib.evaluation.ratings import Table
from ganlib.evaluation.scores import NOTHING, aligned
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder
from ganlib.runs.tables import write_table

LEAST = 100  # images: fewer say little
SHOWN = 10  # images of each generator in the picture


@dataclass(frozen=True)
class League:
    """A played tournament.

    Attributes
    ----------
    refused : a sentence for each run that could not take part
    test : the real images
    images : uint8 (count, H, W, C), a set for each contestant
    frechet : their Fréchet distances to the real images; empty where no judge knows the data
    """

    table: Table
    refused: list[str]
    test: Dataset
    images: list[np.ndarray]
    frechet: list[float]
    seed: int

    def text(self) -> str:
        """The table, what it says of each pair, and the ranking."""
        table, names = self.table, self.table.names
        order = table.ranking()
        cells = [["discriminator of", *names, "real images"]] + [
            [name, *(f"{100 * table.accuracy(i, j).value:.1f}" for j in range(len(names)))]
            + [f"{100 * table.real_accuracy(i).value:.1f}"]
            for i, name in enumerate(names)
        ]
        everyone = itertools.product(range(len(names)), repeat=2)
        widest = max((s.high - s.low) / 2 for s in itertools.starmap(table.accuracy, everyone))
        about = (
            f"accuracy in %, half real images and half of the generator above the column "
            f"(95 % intervals: at most ± {100 * widest:.1f}):"
        )
        return "\n\n".join([about, aligned(cells), aligned(self._pairs()), self._ranked(order)])

    def _pairs(self) -> list[list[str]]:
        rows = [["pair", "ratio of test errors", "of sample errors", "GAM: wins", "GMAM", "better"]]
        for (a, one), (b, other) in itertools.combinations(enumerate(self.table.names), 2):
            test, samples, winner = self.table.gam(a, b)
            gmam = self.table.gmam(a, b)
            numbers = [f"{test:.2f}", f"{samples:.2f}", winner, f"{gmam:+.2f}"]
            rows.append([f"{one}, {other}", *numbers, other if gmam > 0 else one])
        return rows

    def _ranked(self, order: Sequence[int]) -> str:
        told, made = self.table.ratings()
        fooled = 1.0 - self.table.accuracies.mean(axis=0)
        rows = [["rank", "generator", "rating", "wins", "Fréchet", "its discriminator's rating"]]
        for rank, i in enumerate(order):
            distance = f"{self.frechet[i]:.2f}" if self.frechet else NOTHING
            rows.append(
                [str(rank + 1), self.table.names[i], f"{made[i]:+.0f}", f"{100 * fooled[i]:.1f} %"]
                + [distance, f"{told[i]:+.0f}"]
            )
        lines = [aligned(rows)]
        if self.frechet and len(order) > 2:
            rho = spearmanr(made, -np.array(self.frechet)).statistic
            lines.append(f"rank correlation of rating and Fréchet distance: {rho:+.2f}")
        return "\n".join(lines)

    def write_csv(self, path: Path) -> None:
        """A row for each pair of a discriminator and a generator."""
        table, rows = self.table, []
        for (i, name), (j, other) in itertools.product(enumerate(table.names), repeat=2):
            score = table.accuracy(i, j)
            test, samples, winner = table.gam(i, j)
            row = {
                "discriminator": name,
                "generator": other,
                "accuracy": round(score.value, 5),
                "low": round(score.low, 5),
                "high": round(score.high, 5),
                "on_real": round(table.real_accuracy(i).value, 5),
                "on_generated": round(table.fake_accuracy(i, j).value, 5),
                "gam_test_ratio": round(test, 4),
                "gam_sample_ratio": round(samples, 4),
                "gam_winner": winner,
                "gmam": round(table.gmam(i, j), 4),
            }
            rows.append(row)
        write_table(path, rows)

    def picture(self) -> Image.Image:
        """The table in colours over images of each generator, the best one first."""
        title = "accuracy in %: row, discriminator; column, generator"
        figure = figures.cross_table(100 * self.table.accuracies, self.table.names, title)
        strips = [
            figures.captioned(
                figures.grid(self.images[i][:SHOWN], SHOWN),
                figures.literal(f"{rank + 1}. {self.table.names[i]}")
                + " SYNTHETIC data" * self.test.synthetic,
            )
            for rank, i in enumerate(self.table.ranking())
        ]
        return figures.stacked([figures.drawn(figure), *strips])


def league(
    names: Sequence[str],
    count: int = 2_000,
    seed: int = 0,
    data_dir: str | Path | None = None,
    told: Callable[[str], None] = lambda sentence: None,
) -> League:
    """Let the runs play, on the data set that most of them know.

    Parameters
    ----------
    names : run folders, or pretrained:NAME
    told : gets a sentence for each run that is refused: no run, damaged, foreign, a critic, no
        discriminator, given twice

    Raises
    ------
    GanlibError : fewer than two can take part, or too few images are asked for
    """
    if count < LEAST:
        raise GanlibError(f"{count:,} images say little: take at least {LEAST:,}")
    runs: dict[str, RunFolder] = {}
    refused: list[str] = []

    def refuse(error: GanlibError) -> None:
        refused.append(str(error))
        told(str(error))

    for text in names:
        try:
            run = pretrained.find(text)
            if any(run.path.resolve() == other.path.resolve() for other in runs.values()):
                raise GanlibError(f"{run.path} is given twice")
            tournament.sides(run)
            runs[text] = run
        except GanlibError as error:
            refuse(error)
    if len(runs) < 2:
        raise GanlibError("a tournament takes two runs at least that have a discriminator")
    data, synthetic = tournament.common(list(runs.values()))
    test = datasets.load(data, "test", data_dir, "always" if synthetic else "never")
    short = len({run.path.resolve().name for run in runs.values()}) == len(runs)
    contestants = []
    for text, run in runs.items():
        try:
            name = run.path.resolve().name if short else text
            contestants.append(tournament.contestant(run, name, test, data_dir))
        except GanlibError as error:
            refuse(error)
    if len(contestants) < 2:
        raise GanlibError("a tournament takes two runs at least, and the others were refused")
    table, images = tournament.play(contestants, test, min(count, len(test)), seed)
    return League(table, refused, test, images, _frechet(test, images), seed)


def _frechet(test: Dataset, images: Sequence[np.ndarray]) -> list[float]:
    """Fréchet distances of each set of images to all test images, where a judge is at hand."""
    if test.name not in judges.names():
        return []
    judge = judge_of(test.name)
    height, width, channels = judge.image_shape
    real, *made = (
        judge(pairs.fitted(one, (height, width, channels), test.name)).features
        for one in (test.images, *images)
    )
    return [frechet_distance(real, one) for one in made]
