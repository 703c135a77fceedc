"""Can a person read a run's digits, or name its clothes? Numbered images, and answers counted.

    python benchmarks/readability.py RUN [--real] [--seed 1] [--page page.png]
    python benchmarks/readability.py RUN [--real] [--seed 1] --answers "6 6 2 ? …" [--record FILE]

The first command draws 64 images, not chosen, each with its number. Write down, in order, the digit
that you read in each, or ? where you read none (where several digits show, the one in the middle).
For clothes, write the number of the class that you see; the command prints their names. The second
command, with the same seed, holds the answers against the labels that the judge of the run's data
gives, prints how many agree, and keeps both as JSON where a record is asked for. With ``--real``
the images are test images of the run's data: a reference for what a person can name at all.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from ganlib import datasets, figures
from ganlib.datasets.catalog import known_dataset
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.files import write_text
from ganlib.runs import pretrained
from ganlib.runs.sampling import sample

COUNT, COLUMNS, SCALE = 64, 8, 3


def page(images: np.ndarray) -> figures.Image.Image:
    """The images, each under its number from 1 on."""
    tiles = [
        figures.captioned(figures.grid(image[None], 1, SCALE, gap=0), str(number))
        for number, image in enumerate(images, start=1)
    ]
    rows = [figures.row(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    return figures.stacked(rows)


def counted(answers: str, labels: np.ndarray) -> str:
    """How many answers, separated by spaces, are the labels, in a sentence."""
    read = answers.split()
    if len(read) != len(labels) or not set(read) <= set("?0123456789"):
        raise GanlibError(
            f"{len(read)} answers for {len(labels)} images: give a digit or ? for each, in order, "
            "separated by spaces"
        )
    agree = sum(r == str(label) for r, label in zip(read, labels, strict=True))
    return (
        f"{agree} of {len(labels)} read as the judge labels them, {read.count('?')} not read, "
        f"{len(labels) - agree - read.count('?')} read otherwise"
    )


def main() -> None:
    """Draw the page, or count the answers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", help="a run folder, or pretrained:NAME")
    parser.add_argument("--real", action="store_true", help="show test images in their place")
    parser.add_argument("--seed", type=int, default=1, help="of the images; default: 1")
    parser.add_argument("--page", type=Path, default=Path("page.png"), help="default: page.png")
    parser.add_argument("--answers", help="what was read, in order: digits, and ? for none")
    parser.add_argument("--record", type=Path, help="where answers and labels are kept")
    options = parser.parse_args()
    run = pretrained.find(options.run)
    data = run.record["data"]["name"]
    names = known_dataset(data, "test", own=True).class_names
    if options.real:
        test = datasets.load(data, "test", channels=run.recipe.image_shape[-1]).images
        images = np.random.default_rng(options.seed).choice(test, COUNT, replace=False)
    else:
        images = sample(run, COUNT, options.seed)
    if options.answers is None:
        page(images).save(options.page)
        print(f"{COUNT} images in {options.page}")
        if names:
            print(", ".join(f"{label}: {name}" for label, name in enumerate(names)))
        return
    judge = judges.load(data)
    labels = judge(judge.seen(images)).probabilities.argmax(axis=1)
    sentence = f"{counted(options.answers, labels)} ({judge.describe()})"
    if options.record:
        kept = {
            "run": options.run,
            "real": options.real,
            "seed": options.seed,
            "judge": judge.describe(),
            "answers": options.answers.split(),
            "labels": labels.tolist(),
        }
        write_text(options.record, json.dumps(kept) + "\n")
    print(sentence)


if __name__ == "__main__":
    try:
        main()
    except GanlibError as error:
        sys.exit(f"readability: {error}")
