"""Who generates good digits first? The Fréchet distance against seconds of training.

    python benchmarks/race.py [--seconds 60] [--seeds 1] [--data-dir DIR] [--only NAME …]
                              [--json FILE] [--picture FILE.png]
    python benchmarks/race.py --from FILE.json --picture FILE.png

Each contestant trains on the real MNIST in a process of its own, one after the other. At every
mark 10,000 images are generated and held against the 10,000 test images, by the judge that ships
for MNIST. The clock counts training, tracing included, and stands still meanwhile; the loading of
data and the building of networks are not counted. Seconds depend on the machine: it should be
quiet, and only contestants of the same run can be compared. What the JSON file holds already is not
repeated: after an interruption, or with more seeds, it goes on.
"""

import argparse
import contextlib
import functools
import itertools
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from contestants import Side, Torch, Tutorial, describe, torch_is_here
from throughput import TORCH_VARIANTS, best_torch, noise_images

from ganlib import datasets, figures, recipes
from ganlib.errors import GanlibError
from ganlib.lessons import plots
from ganlib.recipes import Recipe
from ganlib.systems import latents

COUNT = 10_000  # generated images
FIRST_MARK = 15.0  # seconds; then twice as many each time
Record = dict[str, Any]
Answer = tuple[float, int, np.ndarray]  # seconds of training, real images seen, generated images


@dataclass(frozen=True)
class Contestant:
    """One line of the picture.

    Attributes
    ----------
    recipe : its name
    kind : a class of `contestants`; None: ganlib's own ``train``
    budgets : seconds; each budget anew, for a schedule that goes by the budget. A run's end is
        then its only point. None: the points of one run.
    """

    recipe: str
    kind: type | None = None
    budgets: tuple[float, ...] | None = None


CONTESTANTS = {
    "tutorial": Contestant("mnist-baseline", Tutorial),
    "torch": Contestant("mnist-baseline", Torch),
    "mnist-baseline": Contestant("mnist-baseline"),
    "mnist-express": Contestant("mnist-express", budgets=(15, 30, 60)),
}


def marks_until(seconds: float) -> list[float]:
    """When to score, in seconds of training."""
    marks = [FIRST_MARK]
    while marks[-1] < seconds:
        marks.append(2 * marks[-1])
    return [mark for mark in marks if mark < seconds] + [float(seconds)]


def mnist_images(data_dir: Path | None) -> np.ndarray:
    """The real training images, uint8 (60000, 28, 28, 1)."""
    return datasets.load("mnist", data_dir=data_dir).images


def scorer(
    dataset: str, channels: int, data_dir: Path | None = None
) -> tuple[Callable[[np.ndarray], float], Record]:
    """A function from generated images to their Fréchet distance, and what to know about it."""
    from ganlib.evaluation import judges
    from ganlib.evaluation.metrics.frechet import distance_between, mean_and_covariance

    judge = judges.load(dataset)
    test = datasets.load(dataset, "test", data_dir=data_dir, channels=channels)
    real = mean_and_covariance(judge(test.images).features, "real")

    def score(images: np.ndarray) -> float:
        fake = mean_and_covariance(judge(figures.to_uint8(images)).features, "fake")
        return distance_between(*real, *fake)

    return score, {"judge": judge.describe(), "data": test.describe()}


def floor() -> float:
    """What as many real training images get: the mean of the references that ship."""
    from ganlib.evaluation import evaluate

    text = (evaluate.SHIPPED / "mnist.json").read_text(encoding="utf-8")
    values = [scores["floor"]["frechet"]["value"] for scores in json.loads(text)["references"]]
    return statistics.mean(values)


def noise_for(recipe: Recipe, seed: int) -> np.ndarray:
    """The noise that `ganlib.runs.sampling.sample` draws."""
    return latents.draw(recipe.latent, np.random.default_rng([seed, 2]), COUNT)["noise"]


@functools.cache
def quickest_torch(name: str) -> str:
    """The quickest of PyTorch's variants for a recipe on this machine; a short trial."""
    recipe = recipes.get(name)
    images = functools.partial(noise_images, recipe.image_shape)
    variant, trial = best_torch(recipe, images, seconds=1.0)
    trial.side.close()
    return variant


def run_side(
    kind: type,
    variant: str,
    recipe: Recipe,
    marks: Sequence[float],
    seed: int,
    data_dir: Path | None,
) -> Iterator[Answer]:
    """Train a contestant of `contestants`, in float32 or as the variant is; stop at every mark."""
    precision, last = TORCH_VARIANTS.get(variant, ("float32", False))
    options = {"channels_last": last} if kind is Torch else {}
    load = functools.partial(mnist_images, data_dir)
    per_epoch, rest = divmod(len(load()), recipe.batch_size)
    side = Side(kind, recipe, load, precision, seed=seed, **options)
    noise = noise_for(recipe, seed)
    clock, steps, block, taken = 0.0, 0, 1, 0.0
    for mark in marks:
        while clock < mark:
            if steps > 1:  # the first block traces, the second tells the speed
                block = max(1, int((mark - clock) * block / taken))
            taken = side.run(block)
            clock, steps = clock + taken, steps + block
        epochs, own = divmod(steps, per_epoch + bool(rest))
        seen = epochs * (per_epoch * recipe.batch_size + rest) + own * recipe.batch_size
        yield clock, seen, side.generate(noise)
    side.close()


def run_ganlib(
    recipe: Recipe, marks: Sequence[float], anew: bool, seed: int, data_dir: Path | None
) -> Iterator[Answer]:
    """Train with ganlib until the last mark, in another process, and stop at every mark.

    With `anew` there is one mark, the end of the run, and the images come from its run folder.
    """
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    arguments = (theirs, recipe, list(marks), anew, seed, data_dir, noise_for(recipe, seed))
    process = context.Process(target=_train, args=arguments, daemon=True)
    process.start()
    theirs.close()
    for _ in marks:
        try:
            answer = pipe.recv()
        except EOFError:
            raise GanlibError("the process that trained has died: look at its output") from None
        if isinstance(answer, str):
            raise GanlibError(f"training failed:\n{answer}")
        yield answer
        pipe.send("scored")
    process.join()


def _train(
    pipe: Any,
    recipe: Recipe,
    marks: list[float],
    anew: bool,
    seed: int,
    data_dir: Path | None,
    noise: np.ndarray,
) -> None:
    """In the other process: ganlib's own training, and a callback that shows images."""
    from ganlib.runs.sampling import sample
    from ganlib.startup import keras
    from ganlib.training.train import train

    def show(seconds: float, images: int, generated: np.ndarray) -> None:
        pipe.send((seconds, images, generated))
        pipe.recv()

    class Marks(keras.callbacks.Callback):
        left = [] if anew else marks

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            progress = self.model.progress
            if not self.left or progress.seconds < self.left[0]:
                return
            start = time.monotonic()
            self.left = self.left[1:]
            show(progress.seconds, progress.images, self.model.system.generate({"noise": noise}))
            # The budget does not pay for this.
            progress.started += time.monotonic() - start

    try:
        with tempfile.TemporaryDirectory() as folder:
            run = train(
                recipe,
                datasets.load("mnist", data_dir=data_dir),
                Path(folder) / "run",
                minutes=marks[-1] / 60.0,
                seed=seed,
                callbacks=[Marks()],
                display="none",
                score_every=0,
            )
            if anew:
                progress = run.record["progress"]
                weights = "average" if recipe.ema else "last"
                generated = sample(run, COUNT, seed, weights=weights)
                show(progress["seconds"], progress["images"], generated)
    except Exception:
        with contextlib.suppress(OSError):
            pipe.send(traceback.format_exc())


def race(
    name: str, seconds: float, seed: int, data_dir: Path | None, score: Callable[..., float]
) -> Iterator[Record]:
    """The points of one contestant and seed."""
    contestant = CONTESTANTS[name]
    recipe = recipes.get(contestant.recipe)
    variant = quickest_torch(contestant.recipe) if contestant.kind is Torch else ""
    runs: list[list[float]] = [marks_until(seconds)]
    if contestant.budgets:
        runs = [[b] for b in contestant.budgets if b <= seconds] or [[seconds]]
    for marks in runs:
        if contestant.kind:
            answers = run_side(contestant.kind, variant, recipe, marks, seed, data_dir)
        else:
            answers = run_ganlib(recipe, marks, bool(contestant.budgets), seed, data_dir)
        for mark, (clock, images, generated) in zip(marks, answers, strict=True):
            yield {
                "contestant": name,
                "variant": variant,
                "seed": seed,
                "mark": mark,
                "seconds": clock,
                "images": images,
                "frechet": score(generated),
            }


def main() -> None:
    """Race, print, and write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=1, help="how many, from 0")
    parser.add_argument("--data-dir", type=Path, help="as for ganlib; default: $GANLIB_DATA")
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--picture", type=Path, metavar="FILE")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="source", help="only draw")
    options = parser.parse_args()
    if options.source:
        record = json.loads(options.source.read_text(encoding="utf-8"))
    else:
        record = run_all(options)
    if options.picture:
        plots.race({"": record}).savefig(options.picture, dpi=100)


def run_all(options: argparse.Namespace) -> Record:
    """Every contestant with every seed that the JSON file lacks; the record."""
    score, record = scorer("mnist", 1, options.data_dir)
    record |= {"real_images": floor(), "count": COUNT, "points": [], **describe()}
    if options.json and options.json.exists():
        before = json.loads(options.json.read_text(encoding="utf-8"))
        if before["machine"] != record["machine"]:
            raise GanlibError(f"{options.json} is of another machine: name another file")
        record["points"] = before["points"]
    done = {(point["contestant"], point["seed"]) for point in record["points"]}
    for seed, name in itertools.product(range(options.seeds), options.only):
        if CONTESTANTS[name].kind is Torch and not torch_is_here():
            print("torch is not installed and left out")
            continue
        if (name, seed) in done:
            continue
        for point in race(name, options.seconds, seed, options.data_dir, score):
            record["points"].append(point)
            print(
                f"{name:<16} seed {seed}  {point['seconds']:7.1f} s  "
                f"{point['images']:>9,} images  Fréchet {point['frechet']:.3f}  "
                f"{point['variant']}",
                flush=True,
            )
        names = list(CONTESTANTS)
        record["points"].sort(key=lambda point: names.index(point["contestant"]))
        if options.json:
            text = json.dumps(record, indent=2, ensure_ascii=False)
            options.json.write_text(text + "\n", encoding="utf-8")
    print(f"real images {record['real_images']:.3f}; {record['judge']}; {record['data']}")
    return record


if __name__ == "__main__":
    try:
        main()
    except GanlibError as error:
        sys.exit(f"race: {error}")
