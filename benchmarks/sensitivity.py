"""What the metrics see with a judge: ``python benchmarks/sensitivity.py svhn_cropped``.

Scores samples of real images with one known fault each (`ganlib.metrics.cases`) against the real
test images, 1,999 of each, and prints a line for each metric: lesson 12's table for any judge.
"""

import argparse

from ganlib import datasets
from ganlib.metrics import cases, judges, panel
from ganlib.scores import aligned


def main() -> None:
    """Make the cases, score them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("judge", choices=judges.names())
    parser.add_argument("--count", type=int, default=1999)
    options = parser.parse_args()
    judge, count = judges.load(options.judge), options.count
    train, test = (
        datasets.load(options.judge, split, channels=judge.image_shape[-1])
        for split in ("train", "test")
    )
    real = panel.Real(panel.Sample.of(judge, test.images[:count]), train.images[count:])
    fresh, labels = train.images[:count], train.labels[:count]
    made = {
        "fresh": fresh,
        "blurred": cases.blurred(fresh),
        "noisy": cases.noisy(fresh),
        "one class": cases.one_class(fresh, labels, 3),
        "repeated": cases.repeated(fresh),
        "copied": train.images[count : 2 * count],
        "noise": cases.noise(fresh),
    }
    scores = {name: panel.score(panel.Sample.of(judge, made[name]), real) for name in made}
    rows = [[m.label, *(scores[name][m.key].short() for name in made)] for m in panel.METRICS]
    print(f"{judge.describe()}; {test.describe()}")
    print(aligned([["", *made], *rows]))


if __name__ == "__main__":
    main()
