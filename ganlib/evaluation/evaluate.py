"""How good are a run's images? Scores with intervals, and those of real images, a PCA and noise.

Scores depend on the judge, the number of images and the real images; all three are written beside
them. Do not compare them with published FIDs, which use another judge.
"""

import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganlib import datasets
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.evaluation.metrics import registry
from ganlib.evaluation.metrics.registry import Real, Sample
from ganlib.evaluation.scores import REFERENCES, Evaluation, Scores, scores_from_json
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import check_generator, sample
from ganlib.systems import latents

if TYPE_CHECKING:
    from ganlib.evaluation.judges.judge import Judge

COUNT = 10_000
LATENT_DIM = 100  # principal components of the PCA
NO_JUDGE = "no judge: only what pixels show"
SHIPPED = Path(__file__).parent / "references"


def evaluate(
    run: RunFolder,
    *,
    count: int = COUNT,
    seed: int = 0,
    judge: str | Path | None = None,
    data_dir: str | Path | None = None,
    weights: Sequence[str] = (),
    metrics: Collection[str] = registry.BY_KEY,
    write: bool = True,
) -> Evaluation:
    """Score a run's generators against the real test images and write scores.json.

    Scores of other generators of the run stay there, if all else was the same.

    Parameters
    ----------
    count : images to generate, at least 1,000; scores of different counts must not be compared
    seed : of the generated images, intervals and subsets
    judge : a shipped judge's name, or the path of one that was trained; by default that of the
        run's data set. Where there is none, metrics that need a judge are left out
    data_dir : as for `ganlib.datasets.load`
    weights : "last", "average", "best"; by default the last and, where there is one, the average
    metrics : keys of the metrics, in `ganlib.evaluation.metrics.registry`; by default all
    write : whether to write scores.json; a run that ships keeps its own in any case
    """
    if count < registry.LEAST:
        raise GanlibError(
            f"{count:,} images are too few to score: generate at least {registry.LEAST:,}"
        )
    record = run.record
    about = record["data"]
    kept = [w for w in ("last", "average") if run.network_file("generator", w).is_file()]
    chosen = weights or kept or ["last"]
    for each in chosen:  # fail early
        check_generator(run, each)
    if judge is None and about["name"] in judges.names():
        judge = about["name"]
    judge_used = judges.load(judge) if judge else None
    channels = (judge_used.image_shape if judge_used else run.recipe.image_shape)[-1]
    stand_in = "always" if about["synthetic"] else "never"
    train, test = (
        datasets.load(
            about["name"], split, data_dir, stand_in, channels, run.recipe.image_shape[:2]
        )
        for split in (about.get("split", "train"), "test")
    )
    for one in (train, test):
        if len(one) < registry.LEAST:
            raise GanlibError(
                f"there are {len(one):,} {one.split} images ({one.describe()}), too few to score "
                f"against: at least {registry.LEAST:,} are needed, whatever --count is"
            )
    samples, given = {}, latents.like(run.recipe.latent, train, count)
    for each in chosen:
        images = sample(run, count, seed, weights=each, **given)
        # Greyscale where the judge wants it, so that pixels are compared in that form too.
        seen = judge_used.seen(images) if judge_used else images
        samples[each] = Sample.of(judge_used, seen, given.get("labels"))
    real = real_of(judge_used, train, test)
    same_shape = run.recipe.image_shape == train.images.shape[1:]
    others = same_shape and train.checksum != about.get("checksum", train.checksum)
    evaluation = Evaluation(
        judge_used.describe() if judge_used else NO_JUDGE,
        judge_used.record["sha256"] if judge_used else "",
        f"{len(real.test.images):,} real images ({test.describe()}"
        + ("; the training images are not the run's, or in another order)" if others else ")"),
        test.content,
        record["progress"]["steps"],
        count,
        seed,
        {w: registry.score(fake, real, seed, metrics) for w, fake in samples.items()},
        shipped_references(judge_used, train, test, count)
        or references(judge_used, train, real, count, only=metrics),
    )
    if write and not run.ships:
        merged_with_file(evaluation, run).write(run.scores_file)
    return evaluation


def merged_with_file(evaluation: Evaluation, run: RunFolder) -> Evaluation:
    """The evaluation with what scores.json holds of the run's other generators."""
    try:
        before = Evaluation.read(run.scores_file)
    except (GanlibError, OSError):  # none, or damaged: it is replaced
        return evaluation
    same = (before.step, before.seed) == (evaluation.step, evaluation.seed)
    if not (same and before.comparable_with(evaluation)):
        return evaluation
    return replace(evaluation, generators=before.generators | evaluation.generators)


def real_of(judge: "Judge | None", train: Dataset, test: Dataset) -> Real:
    """The real side of a comparison: at most 10,000 test images, evenly chosen."""
    chosen = registry.some(np.arange(len(test)), COUNT)
    labels = None if test.labels is None else test.labels[chosen]
    return Real(Sample.of(judge, test.images[chosen], labels), train.images)


def references(
    judge: "Judge | None",
    train: Dataset,
    real: Real,
    count: int,
    seed: int = 0,
    only: Collection[str] = registry.BY_KEY,
) -> dict[str, Scores]:
    """What `count` training images, a PCA and noise get: floor and ceilings for every score."""
    from ganlib.figures import to_uint8
    from ganlib.systems.pca import pca_weights

    shape = train.images.shape[1:]
    rng = np.random.default_rng([seed, 3])
    chosen = rng.permutation(len(train))[:count]
    kernel, bias = pca_weights(train.images, LATENT_DIM)
    latent = rng.uniform(-1.0, 1.0, (count, LATENT_DIM)).astype(np.float32)
    pca = to_uint8(np.clip(latent @ kernel + bias, -1.0, 1.0)).reshape(count, *shape)
    noise = rng.integers(0, 256, (count, *shape), dtype=np.uint8)
    return {
        "floor": registry.floor(Sample.of(judge, train.images[chosen]), real, seed, only),
        "pca": registry.score(Sample.of(judge, pca), real, seed, only),
        "noise": registry.score(Sample.of(judge, noise), real, seed, only),
    }


def shipped_references(
    judge: "Judge | None", train: Dataset, test: Dataset, count: int
) -> dict[str, Scores] | None:
    """References that ship, seed 0; None where they are of other images or another judge."""
    if judge is None or not (path := SHIPPED / f"{judge.name}.json").is_file():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        found = values.pop("references")[0]
        wanted = belonging(judge, train, test, count)
        if {key: values[key] for key in wanted} != wanted:
            return None
        return {name: scores_from_json(found[name]) for name in REFERENCES}
    except (ValueError, TypeError, KeyError, AttributeError, GanlibError):
        print(f"ganlib: {path} is damaged: what it holds is computed anew", file=sys.stderr)
        return None


def belonging(judge: "Judge", train: Dataset, test: Dataset, count: int) -> dict[str, Any]:
    """What references are of, as they are kept with it."""
    return {
        "judge": judge.record["sha256"],
        "train": train.content,
        "test": test.content,
        "count": count,
    }
