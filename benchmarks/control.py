"""Does a conditional GAN draw what it is asked for? ``python benchmarks/control.py [PART]``.

`labels` trains GANs with and without labels for a fixed number of steps, several seeds each, and
measures 5,000 images of each: label alignment and its control, class shares, white spots, train on
synthetic, test on real, and the Fréchet distance. `real` has the same of test images, and the
classifier's accuracy after 5,000 real training images.

`passes` asks whether the report's cGAN learns its training images by heart. It passes 200 times
over 2,000 images of MNIST, and after 50, 100, 150 and 200 passes 2,000 of its images are compared
with the 2,000 and with 2,000 others that it never saw. An image is nearer to either by chance in
half of the cases. A run that was stopped goes on.

`speed` says what the report's 200 epochs cost: images in a second of processor time for each of its
three recipes, in five calls of 20 steps, or of 2 for the DCGAN. Set TF_NUM_INTRAOP_THREADS=1.

`heads` compares discriminators that see the label in different ways, at equal steps: label
alignment and recall of 2,000 images. What the record has is not repeated.
"""

import argparse
import dataclasses
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import datasets, devices, figures, recipes
from ganlib.datasets import Dataset
from ganlib.datasets.batches import batches
from ganlib.evaluation import judges
from ganlib.evaluation.metrics.alignment import aligned
from ganlib.evaluation.metrics.classes import class_shares
from ganlib.evaluation.metrics.frechet import frechet_distance
from ganlib.evaluation.metrics.intervals import bootstrap
from ganlib.evaluation.metrics.memorisation import copied_share, nearest, nearest_distances
from ganlib.evaluation.metrics.neighbours import neighbour_scores
from ganlib.evaluation.metrics.transfer import hits
from ganlib.lessons import control
from ganlib.lessons.trials import train_quietly, trial
from ganlib.recipes import Network
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder
from ganlib.runs.sampling import sample
from ganlib.startup import keras
from ganlib.systems import latents
from ganlib.training.train import train

PARTS = ("labels", "passes", "speed", "heads")
FILE = Path(__file__).with_suffix(".json")
NAMES = ("mnist-express-cgan", "review-cgan", "review-mlp")
IMAGES = 5_000
SEEN, PASSES, COMPARED = 2_000, (50, 100, 150, 200), 2_000
SHIPPED = ("review-cgan", "review-mlp", "review-dcgan", "mnist-dcgan4", "fashion-mlp")
PICTURE = FILE.parent.parent / "figures" / "passes.png"


layers = keras.layers


def _trunk(image: Any) -> Any:
    """The trunk of lesson 17's exercises: features (B, 128)."""
    for filters in (16, 32):
        image = layers.Conv2D(filters, 4, strides=2, padding="same")(image)
        image = layers.LeakyReLU(negative_slope=0.1)(image)
    return layers.LeakyReLU(negative_slope=0.1)(layers.Dense(128)(layers.Flatten()(image)))


def head(shape: tuple[int, int, int], channel: bool, projection: bool, names: bool) -> keras.Model:
    """A discriminator that sees the label beside the image or by a projection, or names it."""
    images = layers.Input(shape, name="images")
    labels = layers.Input((), dtype="int64", name="labels")
    start, seen = keras.initializers.RandomNormal(stddev=1.0), images
    if channel:
        picture = layers.Embedding(10, shape[0] * shape[1], start)(labels)
        seen = layers.Concatenate()([images, layers.Reshape((*shape[:2], 1))(picture)])
    features = _trunk(seen)
    score = layers.Dense(11 if names else 1)(features)
    if projection:
        asked = layers.Dot(axes=1)([layers.Embedding(10, 128)(labels), features])
        score = layers.Add()([score, asked])
    return keras.Model({"images": images, "labels": labels}, score, name="discriminator")


HEADS = {
    "channel": {"channel": True, "projection": False, "names": False},
    "projection": {"channel": False, "projection": True, "names": False},
    "both": {"channel": True, "projection": True, "names": False},
    "names the class": {"channel": False, "projection": False, "names": True},
    "channel, names the class": {"channel": True, "projection": False, "names": True},
}


def main() -> None:
    """Measure what is missing in the record, and write it down at once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=PARTS, default="labels")
    parser.add_argument("--recipes", nargs="+", default=NAMES)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=1_000)
    options = parser.parse_args()
    data, test = datasets.load("mnist"), datasets.load("mnist", "test")
    record = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
    if options.part == "passes":
        passes(record, data, test)
    elif options.part == "speed":
        speed(record, data)
    elif options.part == "heads":
        heads(record, data, test, options.seeds, options.steps)
    else:
        labels(record, data, test, options)


def labels(record: dict[str, Any], data: Dataset, test: Dataset, options: Any) -> None:
    """What short runs draw, with and without labels."""
    assert data.labels is not None and test.labels is not None
    record |= {"data": data.describe(), "images": IMAGES, **devices.describe()}
    if "real" not in record:
        record["real"] = measured(test.images[:IMAGES], test.labels[:IMAGES], test, None)
        right = hits(data.images[:IMAGES], data.labels[:IMAGES], test.images, test.labels)
        record["real"]["transfer"] = round(float(right.mean()), 4)
        write(record)
    for seed in options.seeds:
        for name in options.recipes:
            runs = record.setdefault("runs", {}).setdefault(name, {})
            if str(seed) not in runs:
                recipe = recipes.get(name)
                with tempfile.TemporaryDirectory() as folder:
                    run = train_quietly(recipe, data, folder, options.steps, seed)
                    given = latents.like(recipe.latent, data, IMAGES)
                    images = sample(run, IMAGES, seed, **given)
                found = measured(images, given.get("labels"), test, seed)
                runs[str(seed)] = {"steps": options.steps, "batch": recipe.batch_size} | found
                print(name, seed, runs[str(seed)], flush=True)
                write(record)


def measured(
    images: np.ndarray, labels: np.ndarray | None, test: Dataset, seed: int | None
) -> dict[str, Any]:
    """The numbers of one sample; without a seed it is real, and no classifier learns from it."""
    assert test.labels is not None
    judged, real = judges.load("mnist")(images), judges.load("mnist")(test.images)
    found: dict[str, Any] = {
        "frechet": round(frechet_distance(real.features, judged.features), 2),
        "shares": np.round(class_shares(judged.probabilities), 4).tolist(),
        "white spots": round(float(control.white_spots(images).mean()), 3),
    }
    if labels is not None:
        permuted = np.random.default_rng(0).permutation(labels)
        for name, asked in (("aligned", labels), ("permuted", permuted)):
            found[name] = round(float(aligned(judged.probabilities, asked).mean()), 4)
        if seed is not None:
            right = hits(images, labels, test.images, test.labels, seed)
            found["transfer"] = round(float(right.mean()), 4)
    return found


def passes(record: dict[str, Any], data: Dataset, test: Dataset) -> None:
    """Does the report's cGAN copy, the longer the more, and do the generators that ship?"""
    assert data.labels is not None
    parts = [
        dataclasses.replace(data, images=data.images[rows], labels=data.labels[rows])
        for rows in (slice(SEEN), slice(SEEN, 2 * SEEN))
    ]
    seen, unseen = (part.images for part in parts)
    recipe = recipes.get("review-cgan")
    folder = RunFolder("runs/control/review-cgan-2000")
    found = {"recipe": recipe.name, "seen": SEEN, "images": COMPARED, "seed": 0}
    found |= {"data": data.describe(), "machine": devices.describe()["machine"]}
    kept = record.setdefault("passes", found)
    held_out = test.images[:COMPARED]
    kept.setdefault("held out", nearness(held_out, seen, unseen, held_out))
    asked, rows = np.resize(np.arange(10), COMPARED), {}
    for count in PASSES:
        begun = folder.record_file.is_file()
        if not begun or folder.record["progress"]["epochs"] < count:
            first = {"resume": True} if begun else {"seed": 0}
            train(recipe, parts[0], folder.path, epochs=count, score_every=0, **first)
            images = sample(folder, COMPARED, 0, labels=asked)
            np.savez_compressed(folder.path / f"passes-{count}.npz", images=images)
        with np.load(folder.path / f"passes-{count}.npz") as archive:
            images = archive["images"]
        if str(count) not in (times := kept.setdefault("times", {})):
            times[str(count)] = nearness(images, seen, unseen, held_out)
            times[str(count)] |= measured(images, asked, test, None)
            print(count, times[str(count)], flush=True)
            write(record, "passes")
        rows[f"after {count} passes"] = images[:10]
    # The copies, if there are any: of each digit the image that is nearest to a training image.
    distances, indices = nearest(images, seen)
    chosen = np.arange(10) + 10 * distances.reshape(-1, 10).argmin(axis=0)
    rows[f"after {count} passes, those nearest to a training image"] = images[chosen]
    rows["these training images"] = seen[indices[chosen]]
    grids = [figures.captioned(figures.grid(shown, 10), name, 14) for name, shown in rows.items()]
    figures.save(figures.stacked(grids, gap=4), PICTURE)
    ships = kept.setdefault("shipped", {})
    for name in SHIPPED:
        run = RunFolder(pretrained.FIGURES / name)
        if run.record_file.is_file() and ships.get(name, {}).get("epochs") != epochs_of(run):
            train_set, others = (datasets.load(run.recipe.dataset, s) for s in ("train", "test"))
            images = sample(run, COMPARED, 0, **latents.like(run.recipe.latent, data, COMPARED))
            some, real = train_set.images[: len(others)], train_set.images[-COMPARED:]
            ships[name] = {"epochs": epochs_of(run), **nearness(images, some, others.images, real)}
            print(name, ships[name], flush=True)
            write(record, "passes")


def epochs_of(run: RunFolder) -> float:
    """How often a run passed over its data."""
    return float(run.record["progress"]["epochs"])


def speed(record: dict[str, Any], data: Dataset) -> None:
    """Images in a second of processor time, each call apart; the first call compiles."""
    threads = os.environ.get("TF_NUM_INTRAOP_THREADS")
    record["speed"] = {"threads": threads, "machine": devices.describe()["machine"]}
    for name, steps in (("review-mlp", 20), ("review-cgan", 20), ("review-dcgan", 2)):
        recipe, rates = recipes.get(name), []
        system, size = recipe.system(seed=0), recipe.batch_size
        stream = iter(batches(data, size, 0, together=steps))
        for call in range(6):
            batch, started = next(stream), time.process_time()
            for values in system.many(batch, call * steps, size).values():
                values.numpy()
            rates.append(round(steps * size / (time.process_time() - started)))
        record["speed"][name] = rates[1:]
        print(name, rates[1:], f"{200 * len(data) / np.median(rates[1:]) / 3600:.1f} h", flush=True)
    write(record, "speed")


def nearness(
    images: np.ndarray, seen: np.ndarray, unseen: np.ndarray, held_out: np.ndarray
) -> dict[str, Any]:
    """How near images are to some that were trained on, beside as many that were not."""
    to_seen, to_unseen = (nearest_distances(images, each) for each in (seen, unseen))
    real = nearest_distances(held_out, seen)
    nearer = (to_seen < to_unseen) + 0.5 * (to_seen == to_unseen)
    scores = {
        "nearer to seen": bootstrap(np.mean, nearer),
        "copied": bootstrap(copied_share, to_seen, real, count=len(images)),
        "ratio": bootstrap(lambda a, b: np.median(a) / np.median(b), to_seen, real),
    }
    return {
        name: {key: round(value, 4) for key, value in score.to_json().items()}
        for name, score in scores.items()
    }


def heads(
    record: dict[str, Any], data: Dataset, test: Dataset, seeds: list[int], steps: int
) -> None:
    """Discriminators of one trunk that see the label in different ways."""
    base = recipes.get("mnist-express-cgan")
    real = judges.load("mnist")(test.images)
    kept = record.setdefault("heads", {"machine": devices.describe()["machine"]})
    for seed in seeds:
        for name, given in HEADS.items():
            runs = kept.setdefault("runs", {}).setdefault(name, {})
            if str(seed) in runs:
                continue
            networks = {**base.networks, "discriminator": Network(head, given)}
            result = trial(
                dataclasses.replace(base, networks=networks, kind=control.KIND), data, steps, seed
            )
            judged = judges.load("mnist")(result.images)
            assert result.labels is not None
            scores = neighbour_scores(real.features[: len(result.images)], judged.features)
            runs[str(seed)] = {
                "steps": steps,
                "batch": base.batch_size,
                "aligned": round(float(aligned(judged.probabilities, result.labels).mean()), 4),
                "frechet": round(result.frechet, 2),
                **{key: round(scores[key].value, 4) for key in ("precision", "recall")},
            }
            print(name, seed, runs[str(seed)], flush=True)
            write(record, "heads")


def write(record: dict[str, Any], *keys: str) -> None:
    """Write these keys of the record as JSON, or all: other parts may be running."""
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() and keys else {}
    kept |= {key: record[key] for key in keys or record}
    FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
