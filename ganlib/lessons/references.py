"""The runs that the project ships in ``figures/``, and what any run is in a line or a picture."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ganlib import figures
from ganlib.evaluation.comparison import MOST_IN_A_ROW
from ganlib.evaluation.scores import Evaluation
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.runs.tables import Row

ROOT = Path(__file__).resolve().parents[2]
GENERATED = 256  # images
GAP = 8  # screen pixels between the grids of a comparison


def reference(name: str) -> RunFolder:
    """The reference run of a recipe that the project ships, with its record and history."""
    return RunFolder.existing(ROOT / "figures" / name)


def recorded(name: str) -> list[RunFolder]:
    """The scored runs of a recipe that the project ships, one for each seed: records, no images."""
    folders = (ROOT / "figures" / "results").glob(f"{name}-seed-*")
    return [RunFolder.existing(folder) for folder in sorted(folders)]


def score(run: RunFolder, metric: str = "frechet") -> float:
    """A score of a run's last generator, from its scores.json."""
    return Evaluation.read(run.scores_file).generators["last"][metric].value


def generated_by(run: RunFolder) -> np.ndarray:
    """Images of a reference run's generator, uint8 (256, H, W, C), seed 0.

    Older runs ship without a generator: their stored images are returned instead.
    """
    if not run.generated.is_file():
        return sample(run, GENERATED)
    with np.load(run.generated, allow_pickle=False) as archive:
        return archive["images"]


def last_grid(run: RunFolder) -> Image.Image:
    """The last sample grid of a run."""
    grid = figures.read(run.last_grid)
    return figures.described(grid, f"images of {run.recipe.name}: {_moment(run.last_grid)}")


def variants(family: str) -> dict[str, np.ndarray]:
    """Images of each variant in ``figures/<family>``: uint8 (64, H, H, 1), by the variant's name.

    ``benchmarks/variants.py`` leaves one picture of all; they are cut out of it, pixel by pixel.
    """
    folder = ROOT / "figures" / family
    if (record := folder / "variants.json").is_file():
        names = list(json.loads(record.read_text(encoding="utf-8"))["variants"])
    else:  # made before there was a record: a line for each variant, under a headline
        lines = (folder / "comparison.txt").read_text(encoding="utf-8").splitlines()[1:]
        names = [line.split()[0] for line in lines if line]
    count = -(-len(names) // MOST_IN_A_ROW)  # of rows
    columns = -(-len(names) // count)
    picture = np.asarray(Image.open(folder / "comparison.png").convert("L"))
    wide = (picture.shape[1] + GAP) // columns - GAP  # a grid: 8 × 8, two screen pixels for one
    found, side = {}, wide // 16 - 1
    for number, name in enumerate(names):
        row, column = divmod(number, columns)
        here = min(columns, len(names) - row * columns)
        bottom = picture.shape[0] - (count - 1 - row) * (wide + figures.CAPTION_HEIGHT + GAP)
        left = (picture.shape[1] + GAP - here * (wide + GAP)) // 2 + column * (wide + GAP)
        cells = picture[bottom - wide : bottom : 2, left : left + wide : 2]
        cells = cells.reshape(8, side + 1, 8, side + 1).swapaxes(1, 2)
        found[name] = cells[:, :, :side, :side].reshape(64, side, side, 1)
    return found


def kept_scores(lesson: str) -> dict[str, list[float]]:
    """Fréchet distances of a lesson's `variants`, one for each seed, from ``tools/seeds.py``."""
    kept = _seeds(lesson)["frechet"]
    return {name: [scores[seed] for seed in sorted(scores)] for name, scores in kept.items()}


def kept_losses(lesson: str, variant: str) -> dict[str, list[Row]]:
    """Losses of one of a lesson's `variants` by seed, rows as in a run's steps.csv; same source."""
    kept = _seeds(lesson)["losses"][variant]
    return {f"seed {seed}": kept[seed] for seed in sorted(kept)}


def _seeds(lesson: str) -> dict[str, Any]:
    file = ROOT / "figures" / "seeds" / f"{lesson}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _moment(grid: Path) -> str:
    """When a sample grid was made, from its name: "epoch 3 step 120"."""
    return " ".join(part.lstrip("0") or "0" for part in grid.stem.split("_"))


def describe(run: RunFolder) -> str:
    """How a run was made, in one line."""
    record, recipe = run.record, run.recipe
    done, name = record["progress"], record["data"]["name"]
    data = f"SYNTHETIC stand-in for {name}" if record["data"]["synthetic"] else name
    if recipe.fitted:
        return (
            f"{recipe.name}: fitted to {done['images']:,} images of {data} "
            f"in {done['seconds']:.1f} s"
        )
    return (
        f"{recipe.name}, seed {record['seed']}: {done['images']:,} images seen "
        f"({done['epochs']:.1f} epochs of {data}), batch {recipe.batch_size}, "
        f"{done['seconds'] / 60:.1f} minutes on {record['machine']['cores']} cores, "
        f"{record['precision']}"
    )
