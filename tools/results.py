"""The tables of results, from recorded runs: ``python tools/results.py [RUN …]``.

Runs that are named are scored, if they have not been, and recorded in figures/results/: record,
history and scores, without weights; by their recipe's name, or as ``--name`` says. The tables in
figures/RESULTS.md and the lines in README.md are then made from all that is recorded there, from
the reference runs, and from the judges that ship and their references.
"""

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Sequence

from pages import ROOT, processor, renew
from tables import as_markdown, mean_and_spread, rows, shipped

from ganlib import recipes
from ganlib.errors import GanlibError
from ganlib.evaluation.judges import TRAINED
from ganlib.evaluation.metrics.intervals import Score
from ganlib.evaluation.scores import NOTHING, Evaluation, Scores
from ganlib.lessons import recorded, reference
from ganlib.lessons.references import GENERATED
from ganlib.runs.folder import RunFolder

SYSTEMS = ("mnist-nn", "mnist-baseline", "mnist-modified", "mnist-wgan")
EXPRESS = ("mnist-express", "mnist-express-3-minutes")
LONGER = (*SYSTEMS, "mnist-wgan-rmsprop")
LONGEST = "mnist-baseline-50-epochs"
HOUSES = ("svhn-baseline", "svhn-modified", "svhn-wgan", "svhn-wgan-gp", "svhn-express")
BETTER = "svhn-express"
FILM = "mnist-express-3-minutes"
NAMES = {"floor": "real training images (floor)", "noise": "noise", "pca": "PCA"}
SAMPLING = "One seed each, with the interval of the sampling, which is not the spread over seeds:"
BOTH = (
    "With one seed, the interval of the sampling, which is not the spread over seeds; with three, "
    "mean ± standard deviation:"
)


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


def images(run: RunFolder) -> int:
    """How many images a run has seen."""
    return run.record["progress"]["images"]


def evaluations(runs: Sequence[RunFolder]) -> list[Evaluation]:
    """What the runs were scored with; it must be the same for all."""
    first, *others = found = [Evaluation.read(run.scores_file) for run in runs]
    if not all(first.comparable_with(other) for other in others):
        raise GanlibError(
            "the runs of a table differ in judge, real images or number of images: "
            f"evaluate them again ({', '.join(str(run.path) for run in runs)})"
        )
    return found


def scores(runs: Sequence[RunFolder]) -> list[Scores]:
    """The scores of each run's last generator."""
    return [evaluation.generators["last"] for evaluation in evaluations(runs)]


def against(runs: Sequence[RunFolder]) -> str:
    """What the scores of runs are made of."""
    one = evaluations(runs)[0]
    return f"{one.count:,} images of each against {one.data}, by {one.judge}"


def references(judge: str, runs: Sequence[RunFolder]) -> dict[str, list[Scores]]:
    """What the floor, noise and a PCA get from a judge, to be compared with the runs."""
    like = evaluations(runs)[0]
    return {label: shipped(judge, name, like) for name, label in NAMES.items()}


def minutes_table() -> str:
    """What `mnist-express` reaches in one minute and in three."""
    groups = [recorded(name) for name in EXPRESS]
    everything = sum(groups, [])
    labelled = {
        f"{for_minutes(runs[0])}, {statistics.median(map(images, runs)):,.0f} images": scores(runs)
        for runs in groups
    }
    return (
        f"`mnist-express` on {processor(everything[0].record)}; the images seen are medians. "
        f"{against(everything)}. Mean ± standard deviation over seeds, for real images over "
        f"draws:\n\n"
        f"{as_markdown(rows({NAMES['floor']: floor()} | labelled))}"
    )


def for_minutes(run: RunFolder) -> str:
    """A run's budget, such as ``1 minute``."""
    minutes = run.record["budget"]["minutes"]
    return f"{minutes:g} minute{'s' * (minutes != 1)}"


def floor() -> list[Scores]:
    """What real training images of MNIST get."""
    return references("mnist", recorded(SYSTEMS[0]))[NAMES["floor"]]


def seeds_table() -> str:
    """Four systems after equally many images, three seeds of each."""
    groups = {name: recorded(name) for name in SYSTEMS}
    everything = sum(groups.values(), [])
    seen = {images(run) for run in everything}
    if len(seen) != 1:
        raise GanlibError(f"the recorded runs have not seen equally many images: {seen}")
    labelled = {f"{recipes.get(n).title}, `{n}`": scores(runs) for n, runs in groups.items()}
    apart = sorted(found["frechet"].value for found in scores(groups["mnist-modified"]))
    return (
        f"Every GAN has seen {seen.pop():,} images. {against(everything)}. "
        "Mean ± standard deviation, over seeds of the training for the GANs, over draws for the "
        "first three:\n\n"
        f"{as_markdown(rows(references('mnist', everything) | labelled))}\n\n"
        "The Fréchet distances of `mnist-modified`, seed by seed: "
        f"{', '.join(f'{value:.1f}' for value in apart)}."
    )


def longer_table() -> str:
    """Longer runs on MNIST."""
    runs = [*map(reference, LONGER), *recorded(LONGEST)]
    labelled = {f"`{run.recipe.name}`, {images(run):,} images": scores([run]) for run in runs}
    return f"{against(runs)}. {SAMPLING}\n\n{as_markdown(rows(labelled))}"


def houses_table() -> str:
    """The reference runs on house numbers, and those that the judge has not scored yet."""
    found = {name: reference(name) for name in HOUSES}
    today = Evaluation.read(found[HOUSES[-1]].scores_file)
    waiting = [
        name
        for name, run in found.items()
        if not Evaluation.read(run.scores_file).comparable_with(today)
    ]
    runs = [run for name, run in found.items() if name not in waiting]
    labelled = {f"`{run.recipe.name}`, {images(run):,} images": scores([run]) for run in runs}
    if seeds := recorded(BETTER):
        evaluations([*runs, *seeds])  # which says so if they are not comparable
        seen = statistics.median(map(images, seeds))
        labelled[f"`{BETTER}`, {for_minutes(seeds[0])}, {seen:,.0f} images"] = scores(seeds)
    table = as_markdown(rows(references("svhn_cropped", runs) | labelled))
    left_out = (
        f"\n\nThe judge has been trained anew since {', '.join(f'`{n}`' for n in waiting)} were "
        "scored: their scores cannot be compared with these, and wait for longer runs."
    )
    return f"{against(runs)}. {BOTH}\n\n{table}{left_out if waiting else ''}"


def runs_table() -> str:
    """How each run in figures/ was made, and what of it ships."""
    head = ["run", "film", "seed", "images", "epochs", "minutes", "precision", "machine", "ships"]
    table = [head]
    for file in sorted((ROOT / "figures").glob("*/run.json")):
        run = RunFolder.existing(file.parent)
        values, name = run.record, file.parent.name
        done = values["progress"]
        table.append(
            [
                f"[`{name}`]({name}/run.json)",
                f"[film]({name}/samples.gif)",
                str(values["seed"]),
                f"{done['images']:,}",
                f"{done['epochs']:.1f}",
                f"{done['seconds'] / 60:.1f}",
                values["precision"],
                processor(values),
                ", ".join(values.get("shipped", [f"{GENERATED} images"])),
            ]
        )
    return as_markdown(table)


def variants_tables() -> str:
    """What changes of a recipe do; each family's record is made by benchmarks/variants.py."""
    parts = []
    for file in sorted((ROOT / "figures").glob("*/variants.json")):
        values, name = json.loads(file.read_text(encoding="utf-8")), file.parent.name
        table = [["", "images", "steps", "seeds", "Fréchet distance, a number for each seed"]]
        for variant, runs in values["variants"].items():
            if not runs:
                continue
            found = [
                Score.from_json(run["frechet"]).short() if run["frechet"] else "diverged"
                for run in runs
            ]
            seeds = ", ".join(str(run["seed"]) for run in runs)
            length = [f"{max(run[key] for run in runs):,}" for key in ("images", "steps")]
            table.append([f"`{variant}`", *length, seeds, ", ".join(found)])
        machines = [processor({"machine": machine}) for machine in values["machines"].values()]
        parts.append(
            f"[`{name}`]({name}/comparison.png): {' and '.join(dict.fromkeys(machines))}; "
            f"{values['count']:,} images "
            f"of each against {values['data']}, by {values['judge']}; ± half a 95 % interval."
        )
        parts.append(as_markdown(table))
        if missing := values.get("missing"):
            parts.append(f"Not run yet: {'; '.join(missing)}.")
    return "\n\n".join(parts)


def modes_table() -> str:
    """How many of the modes of stacked MNIST each family finds, by benchmarks/stacked.py."""
    values = json.loads((ROOT / "benchmarks" / "stacked.json").read_text(encoding="utf-8"))
    table = [["", "images", "seeds", "modes of 1,000, a number for each seed", "KL, in nats"]]
    for name, runs in values["found"].items():
        modes = ["diverged" if run["modes"] is None else f"{run['modes']:,}" for run in runs]
        apart = [NOTHING if run["kl"] is None else f"{run['kl']:.2f}" for run in runs]
        seen, seeds = runs[0].get("images"), [str(run["seed"]) for run in runs]
        row = [f"{seen:,}" if seen else NOTHING, ", ".join(seeds)]
        table.append([f"`{name}`" if seen else name, *row, ", ".join(modes), ", ".join(apart)])
    made = f"{processor(values['machine'])}; {values['count']:,} images of each"
    return f"{made}; {values['data']}; {values['judge']}.\n\n{as_markdown(table)}"


def judges_table() -> str:
    """The judges that ship, and whether they see that real images are blurred or noisy."""
    seen = json.loads((ROOT / "benchmarks" / "sensitivity.json").read_text(encoding="utf-8"))
    faults = ("fresh", "blurred", "noisy")
    table = [["judge", "test accuracy", "learnt from", *faults, "command in its record"]]
    for file in sorted(TRAINED.glob("*.json")):
        values = json.loads(file.read_text(encoding="utf-8"))
        data, command = values["data"], values["command"]
        official = data.get("official_images", data["images"])
        part = f" of {official:,}" if official > data["images"] else ""
        accuracy = f"{100 * values['test']['accuracy']:.1f} %"
        learnt_from = f"{data['images']:,}{part} images"
        measured = seen.get(values["name"], {})
        distances = measured["frechet"] if measured.get("sha256") == values["sha256"] else {}
        found = [f"{distances[f]:.2f}" if f in distances else NOTHING for f in faults]
        table.append([f"`{values['name']}`", accuracy, learnt_from, *found, f"`{command}`"])
    return as_markdown(table)


def film() -> str:
    """README's film."""
    run = reference(FILM)
    shows = f"64 digits while {run.recipe.name} trains for {for_minutes(run)}"
    source = f"figures/{FILM}/samples.gif"
    return f'<img src="{source}" width="380" align="right" alt="{shows}">'


def caption() -> str:
    """What README's film is."""
    run, folder = reference(FILM), f"figures/{FILM}"
    return (
        f"*The film: 64 digits as `{run.recipe.name}` trains for {for_minutes(run)} on "
        f"{processor(run.record)}, seed {run.record['seed']} ([record]({folder}/run.json), "
        f'[scores]({folder}/scores.json)).*<br clear="right">'
    )


def distance(runs: Sequence[RunFolder]) -> str:
    """The mean Fréchet distance of runs, with its spread over seeds."""
    return mean_and_spread(scores(runs), "frechet")


def results() -> str:
    """README's three lines."""
    baseline = recorded("mnist-baseline")
    made = {
        f"`mnist-express` after {for_minutes(runs[0])} on {processor(runs[0].record)}": runs
        for runs in map(recorded, EXPRESS)
    }
    epochs = baseline[0].record["progress"]["epochs"]
    (longest,) = recorded(LONGEST)
    (score,) = (found["frechet"].plain() for found in scores([longest]))
    later = f"after {longest.record['progress']['epochs']:g}, one seed: {score}"
    dcgan = f"`mnist-baseline`, the DCGAN of lesson 05, after {epochs:g} epochs ({later})"
    made |= {dcgan: baseline}
    evaluations([longest, *sum(made.values(), [])])  # which says so if they are not comparable
    lines = [f"* **{distance(runs)}**, {len(runs)} seeds: {what}" for what, runs in made.items()]
    beside = references("mnist", baseline)
    real, pca = (mean_and_spread(beside[NAMES[name]], "frechet") for name in ("floor", "pca"))
    others = f"Real training images get {real}, and the digits of a PCA (lesson 13) get {pca}."
    return "\n".join([*lines, "", others])


PARTS = {
    "README.md": {"film": film, "caption": caption, "results": results},
    "figures/RESULTS.md": {
        "minutes": minutes_table,
        "seeds": seeds_table,
        "longer": longer_table,
        "houses": houses_table,
        "runs": runs_table,
        "variants": variants_tables,
        "modes": modes_table,
        "judges": judges_table,
    },
}


def main() -> None:
    """Record runs and renew the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", metavar="RUN")
    parser.add_argument("--name", help="to record the runs by, in place of their recipe's")
    options = parser.parse_args()
    for path in options.runs:
        record(RunFolder.existing(path), options.name)
    renew("results", PARTS)


if __name__ == "__main__":
    try:
        main()
    except GanlibError as error:
        sys.exit(f"results: {error}")
