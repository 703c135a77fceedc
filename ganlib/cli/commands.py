"""Every command but ``train``: list, look, sample, score and compare."""

import argparse
import json
from pathlib import Path
from typing import Any

from ganlib import datasets, recipes
from ganlib.cli import translation
from ganlib.cli.arguments import a_png
from ganlib.datasets.catalog import KNOWN
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.recipes.vary import vary
from ganlib.runs import pretrained
from ganlib.runs.sampling import check_generator
from ganlib.systems import KINDS, latents


def list_recipes(options: argparse.Namespace) -> int:
    """Every recipe, its data set and where it comes from."""
    if options.json:
        print(json.dumps([r.to_json() for r in recipes.RECIPES.values()], indent=2))
        return 0
    width = max(map(len, recipes.RECIPES)) + 2
    for recipe in recipes.RECIPES.values():
        print(f"{recipe.name:<{width}}{recipe.title}, on {recipe.dataset}")
        print(f"{'':<{width}}{recipe.source}")
    return 0


def list_pretrained(options: argparse.Namespace) -> int:
    """The trained generators of the course: how long they were trained and how good they are."""
    rows = [pretrained.facts(name) for name in pretrained.names()]
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    width = max((len(row["name"]) for row in rows), default=0) + 2
    for row in rows:
        print(f"{row['name']:<{width}}{row['title']}, on {row['data']}")
        seen = f"{row['images']:,} images seen ({row['epochs']:.1f} epochs)"
        score = row["frechet"] and f", Fréchet distance {row['frechet']:.2f}"
        print(f"{'':<{width}}{seen}{score or ''}, {row['bytes'] / 1e6:.2f} MB")
    return 0


def summary(options: argparse.Namespace) -> int:
    """A recipe's networks layer by layer."""
    recipe = vary(recipes.get(options.recipe), channels=options.channels)
    from ganlib.models.summaries import as_text, describe

    networks = {name: describe(network) for name, network in recipe.build().items()}
    if options.json:
        print(json.dumps({"recipe": recipe.to_json(), **networks}, indent=2))
        return 0
    print(f"{recipe.name}: {recipe.title} ({recipe.source})")
    if recipe.notes:
        print(recipe.notes)
    for name, network in networks.items():
        print(f"\n{as_text(name, network)}")
    return 0


def sample(options: argparse.Namespace) -> int:
    """Images of a run's generator, as a grid or as an array."""
    run = pretrained.find(options.run)
    default = f"{run.path.resolve().name}.png" if run.ships else run.path / "sample.png"
    output = Path(options.output or default)
    if output.suffix not in (".png", ".npz"):
        raise GanlibError(f"--output {output} must end in .png or .npz")
    check_generator(run, options.weights)
    import numpy as np

    from ganlib.runs import sampling

    if KINDS[run.recipe.kind].sets:
        return translation.sample(run, options, output)
    shown = dict(options.code) | ({"labels": options.label} if options.label else {})
    given: dict[str, Any] = {}
    columns = 0
    if shown or options.count is None:
        rng = np.random.default_rng([options.seed, 4])
        given, columns = latents.arranged(run.recipe.latent, rng, options.count, **shown)
    count = len(
        next(iter(given.values()), range(latents.ALIKE if options.count is None else options.count))
    )
    images = sampling.sample(run, count, options.seed, weights=options.weights, **given)
    legend = latents.legend(run.recipe.latent, **shown) if given else ""
    translation.write(run, output, images, columns, legend, **given)
    print(f"{len(images)} images in {output}")
    return 0


def compare(options: argparse.Namespace) -> int:
    """Several runs in one picture and one table."""
    output = a_png(options.output)
    runs = [pretrained.find(text) for text in options.runs]
    from ganlib.evaluation import comparison

    print(comparison.compare(runs, output))
    print(f"picture  {output}")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Print a run's scores; write scores.json, unless the run ships with the course."""
    run = pretrained.find(options.run)
    if KINDS[run.recipe.kind].sets:
        return translation.evaluate(run, options)
    from ganlib.evaluation.evaluate import evaluate, merged_with_file

    asked = {name: getattr(options, name) for name in ("count", "seed", "judge", "data_dir")}
    found = evaluate(run, **asked, weights=options.weights, write=False)
    print(f"images   {found.count:,} from {run.path}, seed {found.seed}")
    print(f"against  {found.data}")
    print(f"by       {found.judge}")
    print(f"\n{found.table()}\n")
    print("floor: training images in place of generated ones; pca, noise: what is easy to beat;")
    print("95 % intervals in brackets. Do not compare with published FIDs: they use another judge.")
    if found.blind:
        print(f"No use with this judge, noise beats real images in: {', '.join(found.blind)}.")
    if run.ships:
        print(f"scores   not written: {run.scores_file} belongs to the course and is unchanged")
        return 0
    merged_with_file(found, run).write(run.scores_file)
    print(f"scores   {run.scores_file}")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Say what a run looks like, with the numbers that make the doctor say so."""
    run = pretrained.find(options.run)
    from ganlib.evaluation import doctor, evidence

    seen = evidence.of_run(run, options.data_dir)
    findings, remark = doctor.examine(seen), doctor.little_work(seen)
    if options.json:
        found = {"findings": [vars(finding) for finding in findings], "remark": remark}
        print(json.dumps({"run": str(run.path), **found, "numbers": dict(seen.numbers)}, indent=2))
        return 0
    print(f"run      {options.run}")
    if "real_mean" not in seen.numbers:
        print("data     not at hand, or no generator: much cannot be checked")
    for number, finding in enumerate(findings):
        print(f"{'also' if number else 'finding':<9}{finding.name}: {finding.numbers}")
        print(f"{'try':<9}{finding.advice}")
    if not findings:
        print("finding  none: nothing that the doctor knows is wrong")
    if remark:
        print(f"remark   {remark}")
    return 0


def list_judges(options: argparse.Namespace) -> int:
    """The judges that ship, and how good they are."""
    for name in judges.names():
        print(judges.load(name).describe())
    return 0


def train_judge(options: argparse.Namespace) -> int:
    """A judge of one's own, from a labelled data set."""
    output = Path(options.output or f"judges/{options.data}.npz")
    known = KNOWN.get(options.data)
    channels = None if known and not known.classes else 1  # digits are read in grey
    train, test = (
        datasets.load(options.data, split, options.data_dir, channels=channels)
        for split in ("train", "test")
    )
    print(f"data     {train.describe()}")
    print(f"test     {test.describe()}", flush=True)
    from ganlib.evaluation.judges import training

    judge = training.train(train, test, output, epochs=options.epochs, seed=options.seed)
    print(judge.describe())
    print(f"judge    {output}: evaluate RUN --judge {output}")
    return 0
