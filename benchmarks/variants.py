"""What one choice does: a recipe beside variants of it, after the same number of images.

    python benchmarks/variants.py wgan-variants [--epochs 0.5] [--seeds 0] [--data auto] [--ended]

Each family below trains its variants one after the other, scores each (Fréchet distance of 10,000
images) and leaves a record in ``figures/<family>/``, with a picture and a table of the first seed.
One seed is a look, not a verdict. The runs stay in ``runs/variants/``: a variant that was stopped
goes on, one that has ended is not trained again. The record keeps seeds that are not asked for.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import datasets, recipes
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation.comparison import compare
from ganlib.evaluation.evaluate import evaluate
from ganlib.evaluation.scores import Evaluation
from ganlib.recipes import Optimizer, Recipe
from ganlib.runs.folder import RunFolder
from ganlib.training.progress import TrainingDiverged
from ganlib.training.train import train

get, replace = recipes.get, dataclasses.replace


def both(optimizer: Optimizer) -> dict[str, dict[str, Optimizer]]:
    """The same optimiser for both networks."""
    return {"optimizers": {"generator": optimizer, "discriminator": optimizer}}


def wgan_variants() -> dict[str, Recipe]:
    """Why mnist-wgan shows no digits after a few minutes: optimiser and batch size."""
    rmsprop = get("mnist-wgan-rmsprop").optimizers["generator"]
    return {
        f"{optimizer.name}-{optimizer.options['learning_rate']:g}-batch-{size}": replace(
            get("mnist-wgan"), batch_size=size, **both(optimizer)
        )
        for optimizer in (get("mnist-wgan").optimizers["generator"], rmsprop)
        for size in (256, 32)
    }


def svhn_wgan_variants() -> dict[str, Recipe]:
    """The report's Wasserstein GAN, two ways to clip with small batches, and the penalty."""
    wgan = replace(get("svhn-wgan"), batch_size=32)
    rmsprop = [Optimizer("RMSprop", {"learning_rate": rate}) for rate in (3e-4, 5e-4)]
    return {
        "svhn-wgan": get("svhn-wgan"),
        "RMSprop-0.0003-clip-0.01": replace(wgan, **both(rmsprop[0])),
        "RMSprop-0.0005-clip-0.02": replace(
            wgan, options={"n_critic": 3, "clip": 0.02}, **both(rmsprop[1])
        ),
        "svhn-wgan-gp": get("svhn-wgan-gp"),
    }


def wgan_settings(name: str) -> dict[str, Recipe]:
    """What the report may have meant by a Wasserstein GAN: it names no `n_critic` and no bound."""
    bounds = {"no-bound": {}, "clip-0.01": {"clip": 0.01}, "penalty-10": {"gradient_penalty": 10.0}}
    return {
        f"n-critic-{n_critic}-{bound}": replace(get(name), options={"n_critic": n_critic} | options)
        for bound, options in bounds.items()
        for n_critic in (1, 5)
    }


def svhn_one_change() -> dict[str, Recipe]:
    """The report's third claim: one filter size or one layer more, and the images may fail.

    From svhn-baseline to svhn-modified by one network at a time, with a batch of 32.
    """
    baseline, modified = (
        replace(get(f"svhn-{k}"), batch_size=32) for k in ("baseline", "modified")
    )
    return {
        "baseline": baseline,
        "smaller-kernels": replace(
            baseline, networks={**baseline.networks, "generator": modified.networks["generator"]}
        ),
        "more-layers": replace(
            modified, networks={**modified.networks, "generator": baseline.networks["generator"]}
        ),
        "modified": modified,
    }


def svhn_balance() -> dict[str, Recipe]:
    """How svhn-baseline comes to show digits early: small batches, then a slower discriminator."""
    small = replace(get("svhn-baseline"), batch_size=32)
    slow = Optimizer("Adam", {"learning_rate": 1e-5})
    return {
        "batch-32": small,
        "slow-discriminator": replace(
            small, optimizers={**small.optimizers, "discriminator": slow}
        ),
        "svhn-baseline-ttur": get("svhn-baseline-ttur"),
    }


def fashion_losses(name: str, of_critic: dict[str, Any], steps: int = 0) -> dict[str, Recipe]:
    """The losses that `milestone` compares; all else is equal: one step of D, one of G, same Adam.

    Parameters
    ----------
    of_critic : other options of the discriminator's builder for the gradient penalty, which needs a
        critic without batch norm
    steps : of networks with a quarter of the width, see `narrow`, at five times the rate; 0: the
        recipe as it is
    """
    recipe = replace(get(name), kind="alternating")
    if steps:
        quick = Optimizer("Adam", {"learning_rate": 1e-3, "beta_1": 0.5})
        recipe = narrow(recipe, steps=steps, **both(quick))
    critic = recipe.networks["discriminator"]
    critic = replace(critic, options={**critic.options, **of_critic})
    wasserstein = replace(recipe, objective="wasserstein")
    return {
        "minimax": replace(recipe, objective="minimax"),
        "non-saturating": recipe,
        "least-squares": replace(recipe, objective="least_squares"),
        "wasserstein-clipped": replace(wasserstein, options={"clip": 0.01}),
        "wasserstein-penalty": replace(
            wasserstein,
            options={"gradient_penalty": 10.0},
            networks={**recipe.networks, "discriminator": critic},
        ),
    }


NARROW = 0.25
"""Of the channels and units of `final-project`, whose comparison would take days on a processor."""
RATES = {"Adam": 2e-3, "RMSprop": 2e-3, "SGD": 0.01, "momentum": 1e-3}
"""The best of three on mnist-baseline with seed 9, which no table has: see mnist-rates."""


def narrow(recipe: Recipe, **changes: Any) -> Recipe:
    """The recipe with a quarter of its width, and 500 steps of 32 images, but for the changes."""
    networks = {
        name: replace(network, options={**network.options, "width": NARROW})
        for name, network in recipe.networks.items()
    }
    few = {"batch_size": 32, "steps_per_execution": 20, "steps": 500, "epochs": None}
    return replace(recipe, networks=networks, **(few | changes))


def optimizer(name: str, rate: float) -> dict[str, dict[str, Optimizer]]:
    """One for both networks; "momentum" is SGD with 0.9 of it."""
    options = {"learning_rate": rate} | ({"momentum": 0.9} if name == "momentum" else {})
    return both(Optimizer("SGD" if name == "momentum" else name, options))


def later(data: str) -> dict[str, Recipe]:
    """The three systems of `final-project` as it trains them, beside three later ways."""
    kinds = ("baseline", "modified", "wgan", "wgan-gp", "sngan", "r3gan")
    return {kind: narrow(get(f"{data}-{kind}")) for kind in kinds}


def optimizers(data: str) -> dict[str, Recipe]:
    """The three systems with four optimisers, which `final-project` names as future work."""
    return {
        f"{kind}-{name}": narrow(get(f"{data}-{kind}"), **optimizer(name, rate))
        for kind in ("baseline", "modified", "wgan")
        for name, rate in RATES.items()
    }


def rates() -> dict[str, Recipe]:
    """Three learning rates for each optimiser, and two weights for R1 and R2."""
    baseline, r3gan = narrow(get("mnist-baseline")), narrow(get("mnist-r3gan"))
    tried = dict.fromkeys(("Adam", "RMSprop"), (1e-4, 5e-4, 2e-3))
    tried |= {"SGD": (0.01, 0.1, 0.5), "momentum": (1e-3, 0.01, 0.05)}
    found = {
        f"{name}-{rate:g}": replace(baseline, **optimizer(name, rate))
        for name, those in tried.items()
        for rate in those
    }
    weights = {f"r3gan-{weight:g}": {"r1": weight, "r2": weight} for weight in (0.1, 1.0)}
    return found | {n: replace(r3gan, options={**r3gan.options, **w}) for n, w in weights.items()}


# What is varied, and epochs for each variant; None: as its recipe says.
FAMILIES: dict[str, tuple[Callable[[], dict[str, Recipe]], float | None]] = {
    "wgan-variants": (wgan_variants, 0.5),
    "svhn-wgan-variants": (svhn_wgan_variants, 2.6),
    "mnist-wgan-settings": (partial(wgan_settings, "mnist-wgan"), 5),
    "svhn-wgan-settings": (partial(wgan_settings, "svhn-wgan"), 10),
    "svhn-one-change": (svhn_one_change, 2.6),
    "svhn-balance": (svhn_balance, 2.6),
    "mnist-rates": (rates, None),
    "mnist-later": (partial(later, "mnist"), None),
    "svhn-later": (partial(later, "svhn"), None),
    "mnist-optimizers": (partial(optimizers, "mnist"), None),
    "svhn-optimizers": (partial(optimizers, "svhn"), None),
    "fashion-mlp-losses": (partial(fashion_losses, "fashion-mlp", {}), 6),
    "fashion-dcgan-losses": (
        partial(fashion_losses, "fashion-dcgan", {"batch_norm": False}, steps=800),
        None,
    ),
}
PARTS = 10
"""Of a run's training; the shares of images that its discriminator gets right are kept of each."""


def trained(
    recipe: Recipe, data: Dataset, path: Path, epochs: float | None, seed: int
) -> RunFolder:
    """The run in that folder, trained to its end and scored, unless it was before.

    One whose losses or weights are no longer finite is left as it is, without scores.
    """
    run = RunFolder(path)
    begun = run.record_file.is_file()
    first = None if begun else seed
    try:
        if begun and run.record["status"] == "diverged":
            return run
        if not begun or run.record["status"] != "finished":
            train(recipe, data, path, epochs=epochs, seed=first, resume=begun, score_every=0)
            if run.record["status"] == "interrupted":
                raise GanlibError("interrupted: the same command goes on")
        if not scored(run):
            print(evaluate(run, metrics=["frechet"]).generators["last"]["frechet"])
    except TrainingDiverged as error:
        print(error)
    return run


def ended(path: Path) -> bool:
    """Whether the run in that folder is one that nothing is left to do for."""
    run = RunFolder(path)
    there = run.record_file.is_file()
    return there and (run.record["status"] == "diverged" or scored(run))


def scored(run: RunFolder) -> bool:
    """Whether the scores are of the run as it is now, and not of an earlier end."""
    there = run.scores_file.is_file()
    return (
        there
        and "progress" in run.record
        and Evaluation.read(run.scores_file).step == run.record["progress"]["steps"]
    )


def facts(run: RunFolder) -> dict[str, Any]:
    """What is kept of a run: its seed and length, its discriminator's accuracies, its score."""
    record, steps = run.record, run.steps
    progress = record.get("progress", dict.fromkeys(("images", "steps", "seconds"), 0))
    kept = {
        "seed": record["seed"],
        "images": progress["images"],
        "steps": progress["steps"],
        "seconds": round(progress["seconds"]),
        "diverged": record["status"] == "diverged",
        "frechet": None,
    }
    for key in ("real_accuracy", "fake_accuracy"):
        if steps and key in steps[0]:  # a critic has none
            parts = np.array_split([row[key] for row in steps], PARTS)
            kept[key] = [round(float(np.mean(part)), 4) for part in parts]
    if scored(run):
        scores = Evaluation.read(run.scores_file).generators["last"]
        kept["frechet"] = scores["frechet"].to_json()
    return kept


def with_seeds(before: dict[str, Any], new: dict[str, Any], seeds: Sequence[int]) -> dict[str, Any]:
    """A family's record with the seeds of an earlier one that were not asked for this time."""
    if not before:
        return new
    same = {key: before[key] == new[key] for key in ("data", "judge", "count")}
    if not all(same.values()):
        raise GanlibError(
            f"the record has another {' and '.join(k for k, s in same.items() if not s)}: "
            "--output another folder"
        )
    for name, runs in new["variants"].items():
        runs += [run for run in before["variants"].get(name, []) if run["seed"] not in seeds]
        runs.sort(key=lambda run: run["seed"])
    machines = before["machines"] | new["machines"]
    old = [m for m in before["missing"] if int(m.split()[1]) not in seeds]
    return new | {
        "machines": {seed: machines[seed] for seed in sorted(machines, key=int)},
        "missing": sorted(old + new["missing"]),
    }


def in_words(missing: list[tuple[int, str]], count: int) -> list[str]:
    """What is missing, as seed and name, by seed; of a seed that has nothing yet, no names."""
    found = []
    for seed in dict.fromkeys(seed for seed, _ in missing):
        names = [name for other, name in missing if other == seed]
        found.append(f"seed {seed}" + (f" of {', '.join(names)}" if len(names) < count else ""))
    return found


def main() -> None:
    """Train a family's variants and compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--epochs", type=float, help="for each variant; default: the family's")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--data", choices=["auto", "real", "synthetic"], default="auto")
    parser.add_argument("--ended", action="store_true", help="train nothing: record what has ended")
    parser.add_argument("--output", type=Path, help="default: figures/<family>")
    options = parser.parse_args()
    make, epochs = FAMILIES[options.family]
    variants = make()
    stand_in = {"auto": "fallback", "real": "never", "synthetic": "always"}[options.data]
    recipe = next(iter(variants.values()))
    data = datasets.load(recipe.dataset, stand_in=stand_in, channels=recipe.image_shape[-1])
    output = options.output or Path("figures") / options.family
    runs, missing = {}, []
    for seed in options.seeds:
        for name, variant in variants.items():
            path = Path("runs") / "variants" / f"{options.family}-seed-{seed}" / name
            if options.ended and not ended(path):
                missing.append((seed, name))
                continue
            runs[name, seed] = trained(variant, data, path, options.epochs or epochs, seed)
    output.mkdir(parents=True, exist_ok=True)
    file = output / "variants.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    first = [run for (_, seed), run in runs.items() if seed == options.seeds[0]]
    if options.seeds[0] <= min(map(int, before.get("machines", {})), default=options.seeds[0]):
        table = compare(first, output / "comparison.png")
        (output / "comparison.txt").write_text(table + "\n", encoding="utf-8")
        print(table)
    scores = next(Evaluation.read(r.scores_file) for r in first if r.scores_file.is_file())
    new = {
        "machines": {str(run.record["seed"]): run.record["machine"] for run in runs.values()},
        "data": scores.data,
        "judge": scores.judge,
        "count": scores.count,
        "references": {name: s["frechet"].value for name, s in scores.references.items()},
        "variants": {
            name: [facts(run) for (other, _), run in runs.items() if other == name]
            for name in variants
        },
        "missing": in_words(missing, len(variants)),
    }
    kept = with_seeds(before, new, options.seeds)
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except GanlibError as error:
        sys.exit(f"variants: {error}")
