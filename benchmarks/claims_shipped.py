"""What the runs in ``figures/`` say of a claim: the reports' own networks, rates and batches.

They were trained for fewer epochs than the reports' (but for one), with one seed each. So they
decide nothing by themselves. They show which verdicts on thin networks and 1,000 steps change.
"""

import csv
import json
from collections.abc import Callable
from functools import cached_property

import numpy as np
from claims_record import (
    FALLS,
    GRAIN,
    HOLDS,
    NOT,
    RELATED,
    UNMEASURABLE,
    Finding,
    compared,
    correlation,
    directness,
    of_all,
    seeds,
    straighter,
    ups,
)

from ganlib import figures
from ganlib.evaluation.judges import TRAINED
from ganlib.lessons.claims import PCA, ROOT, Record
from ganlib.lessons.codes import stroke_width
from ganlib.lessons.thin import of_images
from ganlib.runs.pretrained import pretrained

IMAGES = 256  # as many as the runs without a generator have kept
MNIST = ("mnist-baseline", "mnist-modified", "mnist-wgan")
SVHN = ("svhn-baseline", "svhn-modified", "svhn-wgan")


class Run:
    """A run that ships: its budget in words, its score, its curves, and its last images."""

    def __init__(self, name: str) -> None:
        self.name, self.folder = name, ROOT / "figures" / name
        self.record = json.loads((self.folder / "run.json").read_text("utf-8"))

    def __str__(self) -> str:
        name, epochs = self.record["recipe"]["name"], self.record["progress"]["epochs"]
        return f"{name} ({epochs:.0f} epochs)"

    @property
    def far(self) -> float:
        """Fréchet distance of 10,000 images; NaN where an older judge gave it."""
        scores = json.loads((self.folder / "scores.json").read_text("utf-8"))
        judge = TRAINED / f"{self.record['recipe']['dataset']}.json"
        if scores["judge_sha256"] != json.loads(judge.read_text("utf-8"))["sha256"]:
            return float("nan")
        return float(scores["generators"]["last"]["frechet"]["value"])

    def curve(self, key: str, file: str = "steps") -> np.ndarray:
        """A column of the losses, or with "history" of the scores on the way."""
        return self.curves(key, file=file)[0]

    def curves(self, *keys: str, file: str = "steps") -> np.ndarray:
        """Several columns, in the rows that have all of them."""
        with (self.folder / f"{file}.csv").open(newline="") as lines:
            rows = [[row[key] for key in keys] for row in csv.DictReader(lines)]
        return np.array([row for row in rows if all(row)], float).T

    @cached_property
    def images(self) -> np.ndarray:
        """Its last images, uint8 (256, H, W, C)."""
        if (kept := self.folder / "generated.npz").is_file():
            return np.load(kept)["images"]
        noise = np.random.default_rng(0).standard_normal((IMAGES, 100), np.float32)
        return figures.to_uint8(pretrained(self.name)(noise, training=False).numpy())

    def measured(self) -> dict[str, float]:
        """Numbers of its images that need no judge."""
        found = of_images(self.images)
        if self.name.startswith("mnist"):
            found["stroke"] = round(float(stroke_width(self.images).mean()), 3)
        return found


def measured() -> dict[str, dict[str, float]]:
    """The images of the six systems of `final-project`, measured as the thin ones are."""
    return {name: Run(name).measured() for name in (*MNIST, *SVHN)}


def distances(*names: str) -> str:
    """Runs, their epochs and their distances in words."""
    parts = [f"{run} {run.far:.1f}" for run in map(Run, names) if not np.isnan(run.far)]
    left_out = [name for name in names if np.isnan(Run(name).far)]
    words = f"distance of {', '.join(parts)}"
    return words + (f"; {', '.join(left_out)} has the score of an older judge" if left_out else "")


def numbers(record: Record, names: tuple[str, ...], key: str = "sharpness", digits: int = 3) -> str:
    """Runs, and a number of the images of each, in words."""
    kept = record.kept["shipped"]
    return ", ".join(f"{Run(name)} {kept[name][key]:.{digits}f}" for name in names)


def mnist_is_good(record: Record) -> Finding:
    """By the longest run of each; of the baseline that is one of which the scores were kept."""
    baseline, modified, wgan = (Run(name) for name in MNIST)
    long = Run("results/mnist-baseline-50-epochs-seed-0")
    words = f"{distances(long.name, modified.name, wgan.name)}; {distances(baseline.name)}"
    good = [run.far < PCA["mnist"] for run in (long, modified, wgan)]
    return HOLDS if all(good) else NOT, f"{words}; principal components {PCA['mnist']}"


def finer(data: str, key: str, less: bool, digits: int) -> Callable[[Record], Finding]:
    """The WGAN's edges are sharper than the baseline's, or its strokes thinner; else, grain."""
    names = {"mnist": MNIST, "svhn": SVHN}[data]

    def decide(record: Record) -> Finding:
        kept, real = record.kept["shipped"], record.data[data]["sharpness"]
        words = numbers(record, names, key, digits)
        verdict = compared([kept[names[-1]][key]], [kept[names[0]][key]], less)
        if verdict == HOLDS and kept[names[-1]]["sharpness"] > GRAIN * real:
            sharp = "" if key == "sharpness" else f"; sharpness {numbers(record, names)}"
            return UNMEASURABLE, f"what differs is grain: {words}{sharp}; real {real:.3f}"
        return verdict, words

    return decide


def svhn_is_not_clear(record: Record) -> Finding:
    best = min(Run(name).far for name in SVHN[:2])
    return HOLDS if best > 3 * record.data["svhn"]["frechet"] else NOT, distances(*SVHN)


def svhn_baseline_is_best(record: Record) -> Finding:
    base, modified = ([Run(name).far] for name in SVHN[:2])
    return compared(base, modified), distances(*SVHN)


def one_change(record: Record) -> Finding:
    fails = Run("svhn-modified").far >= PCA["svhn"]
    words = f"{distances('svhn-modified')}, which has all three changes; principal components "
    return HOLDS if fails else NOT, f"{words}{PCA['svhn']}"


def losses_are_inverse(record: Record) -> Finding:
    runs = [Run(name) for name in ("mnist-baseline", "mnist-wgan", "svhn-baseline")]
    found = [correlation(*(np.diff(x) for x in run.curves("d_loss", "g_loss"))) for run in runs]
    words = ", ".join(f"{run} {value:.2f}" for run, value in zip(runs, found, strict=True))
    return of_all([value <= -RELATED for value in found]), words


def wgan_goes_straight(record: Record) -> Finding:
    runs = [Run("mnist-baseline"), Run("mnist-wgan")]
    gan, wgan = ([directness(run.curve("d_loss"))] for run in runs)
    words = f"straightness of {runs[0]} {seeds(gan, 2)}, {runs[1]} {seeds(wgan, 2)}"
    return straighter(wgan, gan), words


def black(record: Record) -> Finding:
    dark = [record.kept["shipped"][name]["black"] for name in (*MNIST, *SVHN)]
    words = f"share of black images: {numbers(record, (*MNIST, *SVHN), 'black', 2)}"
    return of_all([share >= 0.5 for share in dark]), words


def fluctuate(*names: str) -> Callable[[Record], Finding]:
    """Both losses of each run go up and down."""

    def decide(record: Record) -> Finding:
        runs = [Run(name) for name in names]
        found = {str(run): [ups(run.curve(key)) for key in ("d_loss", "g_loss")] for run in runs}
        words = "; ".join(f"{run} {seeds(values, 2)}" for run, values in found.items())
        both = [FALLS <= value <= 1 - FALLS for values in found.values() for value in values]
        return of_all(both), f"share of moves that go up, D and G: {words}"

    return decide


def with_time(key: str, sign: float, *names: str) -> Callable[[Record], Finding]:
    """A loss that goes down (-1) or up (+1) over the whole of each run."""

    def decide(record: Record) -> Finding:
        runs = [Run(name) for name in names]
        found = [correlation(np.arange(len(x)), x) for x in (run.curve(key) for run in runs)]
        words = ", ".join(f"{run} {value:.2f}" for run, value in zip(runs, found, strict=True))
        return of_all([sign * value >= RELATED for value in found]), f"rank correlation: {words}"

    return decide


def not_up(*names: str) -> Callable[[Record], Finding]:
    """A loss of the generator that does not go up."""
    rises = with_time("g_loss", 1, *names)

    def decide(record: Record) -> Finding:
        verdict, words = rises(record)
        return {HOLDS: NOT, NOT: HOLDS}.get(verdict, verdict), words

    return decide


def apart(record: Record) -> Finding:
    runs = [Run("mnist-baseline"), Run("svhn-baseline")]
    found = [
        [correlation(np.arange(len(x)), x) for x in (run.curve("d_loss"), run.curve("g_loss"))]
        for run in runs
    ]
    words = "; ".join(f"{run} {seeds(one, 2)}" for run, one in zip(runs, found, strict=True))
    seen = [d <= -RELATED and g >= RELATED for d, g in found]
    return of_all(seen), f"rank correlation with time, D and G: {words}"


def fooled_half(record: Record) -> Finding:
    runs = [Run("fashion-mlp"), Run("fashion-dcgan")]
    shares = [float(run.curve("fake_accuracy")[-10:].mean()) for run in runs]
    words = ", ".join(f"{run} {share:.2f}" for run, share in zip(runs, shares, strict=True))
    return of_all([abs(share - 0.5) <= 0.1 for share in shares]), words


def sudden_drops(record: Record) -> Finding:
    words, seen = [], []
    for run in map(Run, SVHN[:2]):
        looks = run.curve("frechet", "history")
        drops = int((looks[1:] > 1.2 * looks[:-1]).sum())
        words.append(f"{run} {drops} of {len(looks) - 1}")
        seen.append(drops > 0)
    return of_all(
        seen
    ), f"looks with a distance 20 % larger than the one before: {', '.join(words)}"


def dcgan_is_best(record: Record) -> Finding:
    dcgan, nn = ([Run(name).far] for name in ("mnist-dcgan4", "mnist-nn"))
    return compared(dcgan, nn), distances("mnist-dcgan4", "mnist-nn")


def dcgan_is_perfect(record: Record) -> Finding:
    far = Run("mnist-dcgan4").far
    verdict = HOLDS if far <= 3 * record.data["mnist"]["frechet"] else NOT
    return verdict, distances("mnist-dcgan4")


def nn_is_satisfactory(record: Record) -> Finding:
    return HOLDS if Run("mnist-nn").far < PCA["mnist"] else NOT, distances("mnist-nn")
