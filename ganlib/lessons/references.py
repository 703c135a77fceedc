"""The runs that the project ships in ``figures/``, and pictures of any run."""

from pathlib import Path

import numpy as np
from PIL import Image

from ganlib import figures
from ganlib.runs.folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]


def reference(name: str) -> RunFolder:
    """The reference run of a recipe that the project ships, with its record and history."""
    return RunFolder.existing(ROOT / "figures" / name)


def recorded(name: str) -> list[RunFolder]:
    """The scored runs of a recipe that the project ships, one for each seed: records, no images."""
    folders = sorted((ROOT / "figures" / "results").glob(f"{name}-seed-*"))
    return [RunFolder.existing(folder) for folder in folders]


def generated_by(run: RunFolder) -> np.ndarray:
    """Images that a reference run's generator made, uint8 (256, H, W, C)."""
    with np.load(run.generated, allow_pickle=False) as archive:
        return archive["images"]


def grid_of(run: RunFolder) -> Image.Image:
    """The last sample grid of a run."""
    return Image.open(run.last_grid)


def strip(run: RunFolder, moments: int = 4) -> Image.Image:
    """The first four rows and columns of a run's sample grids, from the first to the last."""
    paths = run.grids
    chosen = [paths[round(i)] for i in np.linspace(0, len(paths) - 1, moments)]
    caption = "SYNTHETIC data" if run.record["data"]["synthetic"] else ""
    top = figures.CAPTION_HEIGHT if caption else 0
    side = 4 * 2 * (run.recipe.image_shape[0] + 1)  # four images and their gaps, at twice the size
    grids = [Image.open(path).crop((0, top, side, top + side)) for path in chosen]
    return figures.row([figures.captioned(g, caption) if caption else g for g in grids])


def told(run: RunFolder) -> str:
    """One line on how a run was made: what stands under its pictures."""
    record = run.record
    done, data = record["progress"], record["data"]
    kind = "SYNTHETIC stand-in for " if data["synthetic"] else ""
    if record["recipe"]["kind"] == "pca":
        return (
            f"{record['recipe']['name']}: fitted to {done['images']:,} images of "
            f"{kind}{data['name']} in {done['seconds']:.1f} s"
        )
    return (
        f"{record['recipe']['name']}, seed {record['seed']}: {done['images']:,} images seen "
        f"({done['epochs']:.1f} epochs of {kind}{data['name']}), batch "
        f"{record['recipe']['batch_size']}, {done['seconds'] / 60:.1f} minutes on "
        f"{record['machine']['cores']} cores, {record['precision']}"
    )
