"""The runs that the project ships in ``figures/``, and what any run is in a line or a picture."""

from pathlib import Path

import numpy as np
from PIL import Image

from ganlib import figures
from ganlib.evaluation.scores import Evaluation
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample

ROOT = Path(__file__).resolve().parents[2]
GENERATED = 256  # images


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
    grid = Image.open(run.last_grid)
    return figures.described(grid, f"images of {run.recipe.name}: {_moment(run.last_grid)}")


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
