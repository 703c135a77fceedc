"""The README's tables of results, from recorded runs: ``python tools/results.py [RUN …]``.

Runs that are named are scored, if they have not been, and recorded in figures/results/: record,
history and scores, without weights; by their recipe's name, or as ``--name`` says. The tables are
then made from all that is recorded there and in the reference runs, and from the references that
ship with the judge, and written into the README.
"""

import argparse
import shutil
import sys
from pathlib import Path

from pages import replace_between

from ganlib import recipes
from ganlib.errors import GanlibError
from ganlib.evaluation.scores import Evaluation
from ganlib.evaluation.tables import as_markdown, rows, shipped
from ganlib.lessons import recorded, reference
from ganlib.runs.folder import RunFolder

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- results: made by tools/results.py -->", "<!-- end of results -->"
SYSTEMS = ("mnist-nn", "mnist-baseline", "mnist-modified", "mnist-wgan")
LONGER = (*SYSTEMS, "mnist-wgan-rmsprop")
NAMES = {"floor": "real training images (floor)", "noise": "noise", "pca": "PCA, `mnist-pca`"}


def record(run: RunFolder, name: str | None) -> None:
    """Score a run and keep what the table is made of."""
    from ganlib.evaluation.evaluate import evaluate

    values = run.record
    scored = run.scores_file.is_file() and Evaluation.read(run.scores_file)
    if not scored or scored.step != values["progress"]["steps"]:
        evaluate(run)
    name = name or values["recipe"]["name"]
    folder = ROOT / "figures" / "results" / f"{name}-seed-{values['seed']}"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (run.record_file, run.history_file, run.scores_file):
        if file.is_file():
            shutil.copyfile(file, folder / file.name)
    print(f"recorded {folder.relative_to(ROOT)}")


def tables() -> str:
    """Both tables and what they were made with, as Markdown."""
    scores, longer, images, judges = {}, {}, set(), set()
    for name in SYSTEMS:
        runs = recorded(name)
        found = [Evaluation.read(run.scores_file) for run in runs]
        scores[f"{recipes.get(name).title}, `{name}`"] = [e.generators["last"] for e in found]
        images |= {run.record["progress"]["images"] for run in runs}
        judges |= {(e.judge, e.count, e.data) for e in found}
        one = found[0]
    for name in LONGER:
        run = reference(name)
        evaluation = Evaluation.read(run.scores_file)
        label = f"`{name}`, {run.record['progress']['images']:,} images"
        longer[label] = [evaluation.generators["last"]]
        judges.add((evaluation.judge, evaluation.count, evaluation.data))
    if len(images) != 1 or len(judges) != 1:
        raise GanlibError(f"the recorded runs are not alike: images {images}, judged by {judges}")
    (seen,), ((judge, count, data),) = images, judges
    references = {NAMES[name]: shipped("mnist", name, one) for name in ("floor", "noise", "pca")}
    return (
        f"Every GAN has seen {seen:,} images; {count:,} of its images against {data}, by {judge}. "
        "Mean ± standard deviation, over seeds of the training for the GANs, over draws for the "
        "first three:\n\n"
        f"{as_markdown(rows(references | scores))}\n\n"
        "Longer runs, one seed each, with the interval of the sampling, which is not the spread "
        f"over seeds:\n\n{as_markdown(rows(longer))}"
    )


def main() -> None:
    """Record runs and renew the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", metavar="RUN")
    parser.add_argument("--name", help="to record the runs by, in place of their recipe's")
    options = parser.parse_args()
    for path in options.runs:
        record(RunFolder.existing(path), options.name)
    replace_between(ROOT / "README.md", BEGIN, END, tables())
    print(tables())


if __name__ == "__main__":
    try:
        main()
    except GanlibError as error:
        sys.exit(f"results: {error}")
