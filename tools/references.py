"""Compute what training images, a PCA and noise get from the judges that ship.

    python tools/references.py [NAME …]

Writes ganlib/evaluation/references/NAME.json from the real data, with 10,000 images of each (or as
many as there are) and the seeds 0, 1 and 2. To be run again whenever a judge or a metric changes.
"""

import sys

from ganlib import datasets
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.evaluation.evaluate import SHIPPED, write_references


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
