"""What the metrics see with a judge.

    python benchmarks/sensitivity.py svhn_cropped [--json benchmarks/sensitivity.json]

Scores samples of real images with one known fault each (`ganlib.evaluation.corruptions`)
against the real test images, 1,999 of each, and prints a line for each metric: lesson 12's table
for any judge. The Fréchet distances can be recorded, judge by judge.
"""

import argparse
import json
from pathlib import Path

from ganlib import datasets
from ganlib.evaluation import corruptions, judges
from ganlib.evaluation.metrics import registry
from ganlib.evaluation.scores import aligned


def main() -> None:
    """Make the cases, score them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("judge", choices=judges.names())
    parser.add_argument("--count", type=int, default=1999)
    parser.add_argument("--json", type=Path, help="the record to add this judge to")
    options = parser.parse_args()
    judge, count = judges.load(options.judge), options.count
    train, test = (
        datasets.load(options.judge, split, channels=judge.image_shape[-1])
        for split in ("train", "test")
    )
    assert train.labels is not None
    real = registry.Real(registry.Sample.of(judge, test.images[:count]), train.images[count:])
    fresh, labels = train.images[:count], train.labels[:count]
    made = {
        "fresh": fresh,
        "blurred": corruptions.blurred(fresh),
        "noisy": corruptions.noisy(fresh),
        "one class": corruptions.one_class(fresh, labels, 3),
        "repeated": corruptions.repeated(fresh),
        "copied": train.images[count : 2 * count],
        "noise": corruptions.noise(fresh),
    }
    scores = {name: registry.score(registry.Sample.of(judge, made[name]), real) for name in made}
    shown = [m for m in registry.METRICS if all(m.key in scores[name] for name in made)]
    rows = [[m.label, *(scores[name][m.key].short() for name in made)] for m in shown]
    print(f"{judge.describe()}; {test.describe()}")
    print(aligned([["", *made], *rows]))
    if options.json:
        record = (
            json.loads(options.json.read_text(encoding="utf-8")) if options.json.exists() else {}
        )
        record[options.judge] = {
            "sha256": judge.record["sha256"],
            "count": count,
            "frechet": {name: round(scores[name]["frechet"].value, 4) for name in made},
        }
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
