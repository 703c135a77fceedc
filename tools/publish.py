"""Put what a reader wants to see of a run into figures/: ``python tools/publish.py RUN``.

Copies the record, the tables, the film, the loss curves and the last sample grid to
``figures/<recipe>/``, and adds freshly generated images; checkpoints and weights stay behind.
"""

import shutil
import sys
from pathlib import Path

import numpy as np

from ganlib.run_folder import RunFolder
from ganlib.sampling import sample

COUNT = 256  # images that show what the generator makes, beside the grid's 64
FIGURES = Path(__file__).resolve().parent.parent / "figures"


def publish(run: RunFolder) -> Path:
    """Copy one run; returns the folder in ``figures/``."""
    target = RunFolder(FIGURES / run.record["recipe"]["name"])
    shutil.rmtree(target.path, ignore_errors=True)
    target.samples.mkdir(parents=True)
    for name in ("record_file", "history_file", "steps_file", "gif", "losses"):
        shutil.copy(getattr(run, name), getattr(target, name))
    last = max(run.samples.glob("epoch_*.png"))
    shutil.copy(last, target.samples / last.name)
    np.savez_compressed(target.generated, images=sample(run, COUNT))
    return target.path


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python tools/publish.py RUN [RUN ...]")
    for path in sys.argv[1:]:
        print(publish(RunFolder.existing(path)))
