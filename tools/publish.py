"""Put what a reader wants to see of a run into figures/: ``python tools/publish.py RUN``.

Copies the record, the tables, the scores, the film, the loss curves and two sample grids to
``figures/<recipe>/``: the last one, and the one after ten epochs, when runs of a data set have seen
equally many images. Adds freshly generated images; checkpoints and weights stay behind.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample

COUNT = 256  # images that show what the generator makes, beside the grid's 64
SHARED_EPOCH = 10
FIGURES = Path(__file__).resolve().parent.parent / "figures"


def publish(run: RunFolder) -> Path:
    """Copy one run; returns the folder in ``figures/``, which is replaced in one piece."""
    images = sample(run, COUNT)
    target = FIGURES / run.record["recipe"]["name"]
    FIGURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FIGURES) as folder:
        copy = RunFolder(Path(folder) / target.name)
        copy.samples.mkdir(parents=True)
        for name in ("record_file", "history_file", "steps_file", "gif", "losses"):
            shutil.copy(getattr(run, name), getattr(copy, name))
        if run.scores_file.is_file():
            shutil.copy(run.scores_file, copy.scores_file)
        grids = {run.last_grid, run.grid_file(SHARED_EPOCH)}
        for grid in filter(Path.is_file, grids):
            shutil.copy(grid, copy.samples / grid.name)
        np.savez_compressed(copy.generated, images=images)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(copy.path, target)
    return target


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python tools/publish.py RUN [RUN ...]")
    for path in sys.argv[1:]:
        try:
            print(publish(RunFolder.existing(path)))
        except (GanlibError, OSError) as error:
            sys.exit(f"publish: {error}")
