"""Train a judge: the data set's own training images in, ``<name>.npz`` and ``<name>.json`` out."""

import hashlib
import json
import math
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ganlib import devices
from ganlib.datasets import Dataset
from ganlib.datasets.batches import steps_per_epoch
from ganlib.datasets.catalog import KNOWN, by
from ganlib.errors import DataError, GanlibError
from ganlib.evaluation.judges.augmentation import Settings, batches
from ganlib.evaluation.judges.judge import Judge, load
from ganlib.evaluation.judges.network import CLASSES, SIDES, build_network, weight_names
from ganlib.files import write_text
from ganlib.startup import keras

FEWEST = 10  # images of each class


SETTINGS = {
    "mnist": Settings(epochs=5, shift=0.07, turn=10.0, zoom=0.1),
    "fashion_mnist": Settings(epochs=8, shift=0.04, flip=True),
    "svhn_cropped": Settings(
        epochs=30, shift=0.07, turn=8.0, zoom=0.12, brightness=0.2, contrast=0.3
    ),
}
OTHERS = Settings(epochs=6, shift=0.04)
"""For a data set of any other name."""


def train(
    data: Dataset,
    test: Dataset,
    output: str | Path,
    *,
    epochs: int | None = None,
    seed: int = 0,
    progress: bool = True,
    settings: Settings | None = None,
) -> Judge:
    """Train a judge and write its two files.

    Parameters
    ----------
    data
        Labelled training images of ten classes, at least ten of each.
    test
        Images that are used once, for the accuracy in the record.
    output
        Where to write the weights, ``<name>.npz``; the record goes beside it, ``<name>.json``. What
        is there already is replaced, each file in one piece.
    epochs
        In place of the settings' own.
    seed
        Of weights, order of images, augmentation and dropout. The global random state is seeded.
    progress
        A bar on standard error.
    settings
        By default those that the data set has in `SETTINGS`, else `OTHERS`.

    Returns
    -------
    The judge, loaded from the files.

    Raises
    ------
    DataError
        If the images or labels do not serve.
    GanlibError
        If `output` is no .npz, epochs no whole number above 0, or the loss not finite.
    """
    output = Path(output)
    if output.suffix != ".npz":
        raise GanlibError(f"a judge is written to a .npz file, not {output}: add .npz")
    settings = settings or SETTINGS.get(data.name, OTHERS)
    epochs = settings.epochs if epochs is None else epochs
    if type(epochs) is not int or epochs < 1:
        raise GanlibError(f"epochs must be a whole number above 0, not {epochs}")
    _check(data, FEWEST)
    _check(test, 1)
    if data.images.shape[1:] != test.images.shape[1:]:
        shapes = [by(part.images.shape[1:]) for part in (data, test)]
        raise DataError(
            f"training images are {shapes[0]}, test images {shapes[1]}: load both alike"
        )
    if data.checksum == test.checksum:
        raise DataError("the test images are the training images: take the data set's test split")
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.is_dir():
        raise GanlibError(f"{output} is a folder: give the name of a .npz file")
    partial = output.with_name(output.name + ".partial")
    partial.touch()  # fails now rather than after training
    partial.unlink()

    keras.utils.set_random_seed(seed)
    begun = time.monotonic()
    network = build_network(data.images.shape[1:], seed, settings.dropout)
    _fit(network, data, settings, epochs, seed, progress)
    seconds = time.monotonic() - begun

    try:
        with partial.open("wb") as file:
            weights = zip(weight_names(network), network.get_weights(), strict=True)
            np.savez(file, **dict(weights))  # type: ignore[arg-type]
        known = KNOWN.get(data.name)
        record = {
            "name": data.name,
            "image_shape": list(data.images.shape[1:]),
            "turns_grey": bool(known and known.image_shape[2] == 3 > data.images.shape[-1]),
            "classes": CLASSES,
            "parameters": network.count_params(),
            "data": _provenance(data),
            "test": _provenance(test),
            "seed": seed,
            "epochs": epochs,
            "settings": asdict(settings),
            "seconds": round(seconds, 1),
            **devices.describe(),
            "command": _command(data.name, epochs, seed),
            "sha256": hashlib.sha256(partial.read_bytes()).hexdigest(),
        }
        record["test"] |= measured(Judge(record, network), test)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    write_text(output.with_suffix(".json"), json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    return load(output)


def measured(judge: Judge, test: Dataset) -> dict[str, Any]:
    """How often the judge is right: "accuracy", and "class_accuracy" of each class, in [0, 1]."""
    assert test.labels is not None
    right = judge(test.images).probabilities.argmax(axis=1) == test.labels
    classes = [right[test.labels == label].mean() for label in range(CLASSES)]
    return {
        "accuracy": round(float(right.mean()), 6),
        "class_accuracy": [round(float(share), 4) for share in classes],
    }


class _Bar(keras.callbacks.Callback):
    """A bar over all steps, on standard error."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        lively = sys.stderr and sys.stderr.isatty()
        self.bar = tqdm(total=steps, unit=" batches", mininterval=0.2 if lively else 15.0)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs:
            self.bar.set_postfix({k: f"{logs[k]:.4f}" for k in ("loss", "accuracy")}, refresh=False)

    def on_train_end(self, logs: Any = None) -> None:
        self.bar.close()


def _fit(
    network: Any, data: Dataset, settings: Settings, epochs: int, seed: int, progress: bool
) -> None:
    steps = steps_per_epoch(len(data), settings.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate / 20,
        decay_steps=max(1, round(0.9 * steps * epochs)),
        warmup_target=settings.learning_rate,
        warmup_steps=round(0.1 * steps * epochs),
    )
    with devices.precision_policy("float32"):
        optimizer = keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
        optimizer.build(network.trainable_variables)
        classifier = keras.Model(network.input, network.outputs[1])
        classifier.compile(
            optimizer,
            keras.losses.CategoricalCrossentropy(
                from_logits=True, label_smoothing=settings.label_smoothing
            ),
            metrics=["accuracy"],
            jit_compile=False,
        )
        history = classifier.fit(
            batches(data, settings, seed),
            epochs=epochs,
            steps_per_epoch=steps,
            shuffle=False,  # the batches are shuffled already
            verbose=0,
            callbacks=[_Bar(steps * epochs)] if progress else [],
        )
    if not math.isfinite(history.history["loss"][-1]):
        raise GanlibError(
            f"the judge's training on {data.name} diverged (the loss is not a finite number): try "
            "another seed"
        )


def _check(data: Dataset, fewest: int) -> None:
    place = f"{data.name} ({data.split})"
    if data.labels is None:
        raise DataError(f"{place} has no labels, from which a judge learns: take a labelled set")
    images, labels = data.images, data.labels
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise DataError(
            f"{place} holds {images.dtype} of shape {images.shape}: a judge learns from uint8 "
            "images (N, H, W, 1) or (N, H, W, 3)"
        )
    if not set(images.shape[1:3]) <= set(SIDES):
        raise DataError(
            f"{place} has images of {by(images.shape[1:])}: a judge's images have sides from "
            f"{SIDES[0]} to {SIDES[-1]}, so resize them"
        )
    if len(labels) != len(images) or not np.isin(labels, range(CLASSES)).all():
        raise DataError(
            f"{place} needs one label from 0 to {CLASSES - 1} for each image: mend them"
        )
    counts = np.bincount(labels, minlength=CLASSES)
    if counts.min() < fewest:
        raise DataError(
            f"{place} has {counts.min()} image(s) of class {counts.argmin()}, where a judge needs "
            f"{fewest} of each of {CLASSES} classes: take more images"
        )


def _provenance(data: Dataset) -> dict[str, Any]:
    known = KNOWN.get(data.name)
    official = known.sizes.get(data.split) if known else None
    return {**data.provenance, "official_images": official}


def _command(name: str, epochs: int, seed: int) -> str:
    return f"python -m ganlib judge train {name} --epochs {epochs} --seed {seed}"
