"""Compute what training images, a PCA and noise get from the judges that ship.

    python tools/references.py [NAME …]

Writes ganlib/evaluation/references/NAME.json from the real data, with 10,000 images of each (or as
many as there are) and the seeds 0, 1 and 2. To be run again whenever a judge or a metric changes.
"""

import json
import sys
from pathlib import Path

from ganlib import datasets
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.evaluation.evaluate import COUNT, SHIPPED, belonging, real_of, references
from ganlib.evaluation.judges.judge import Judge
from ganlib.evaluation.metrics.intervals import Score
from ganlib.files import write_text


def write_references(
    judge: Judge, train: Dataset, test: Dataset, path: Path, count: int = COUNT
) -> None:
    """Compute `references` with the seeds 0, 1 and 2 and keep them with what they belong to."""
    real = real_of(judge, train, test)
    drawn = [references(judge, train, real, count, seed) for seed in range(3)]
    values = belonging(judge, train, test, count) | {"references": drawn}
    path.parent.mkdir(exist_ok=True)
    write_text(path, json.dumps(values, indent=1, default=Score.to_json) + "\n")


def main(names: list[str]) -> None:
    """Write the references of each judge."""
    for name in names or judges.names():
        judge = judges.load(name)
        channels = judge.image_shape[-1]
        train, test = (datasets.load(name, s, channels=channels) for s in ("train", "test"))
        write_references(judge, train, test, SHIPPED / f"{name}.json")
        print(f"{SHIPPED / name}.json by {judge.describe()}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except GanlibError as error:
        sys.exit(f"references: {error}")
