"""Train a judge: the data set's own training images in, ``<name>.npz`` and ``<name>.json`` out."""

import hashlib
import json
import math
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from ganlib import devices
from ganlib.datasets import Dataset
from ganlib.datasets.batches import batches, steps_per_epoch
from ganlib.datasets.catalog import KNOWN
from ganlib.errors import DataError, GanlibError
from ganlib.evaluation import corruptions
from ganlib.evaluation.judges.augmentation import Settings, augmentation
from ganlib.evaluation.judges.judge import Judge, load
from ganlib.evaluation.judges.network import CLASSES, SIDES, build_network, weight_names
from ganlib.evaluation.judges.puzzles import puzzles
from ganlib.evaluation.metrics import checks
from ganlib.files import atomic, write_text
from ganlib.startup import keras, tf

SETTINGS = {
    "mnist": Settings(epochs=5, shift=0.07, turn=10.0, zoom=0.1),
    "fashion_mnist": Settings(epochs=8, shift=0.04, flip=True),
    "celeb_a": Settings(epochs=4),
    "svhn_cropped": Settings(
        epochs=30,
        shift=0.07,
        turn=8.0,
        zoom=0.12,
        brightness=0.2,
        contrast=0.3,
        blurs=(1.0, 1.5, 2.0),
        grains=(4.0, 8.0, 16.0),
    ),  # fmt: skip
}
OTHERS = Settings(epochs=6, shift=0.04)
"""For a data set of any other name."""
SHARE = 0.1
"""Of the training images that join once more, for each blur and each grain."""
BLURRED = 0.25
"""How far a blurred image is of the class "blurred", and not of its digit's: enough for features
that see blur, and little enough to leave the digit in them."""


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
    """Train a judge, write its two files and load it from them.

    Parameters
    ----------
    data : labelled training images of ten classes, at least ten of each. Of images without labels
        it learns `puzzles`, and then it has features but no classes
    test : images that are used once, for the accuracy in the record
    output : the .npz of the weights; the record goes beside it. Files that exist are replaced
    epochs : in place of the settings' own
    seed : of weights, order of images, augmentation and dropout; also seeds the global random state
    progress : whether to show bars on standard error
    settings : by default those that the data set has in `SETTINGS`, else `OTHERS`
    """
    output = Path(output)
    if output.suffix != ".npz" or output.is_dir():
        raise GanlibError(f"a judge is written to a .npz file, not {output}: name such a file")
    settings = settings or SETTINGS.get(data.name, OTHERS)
    epochs = settings.epochs if epochs is None else epochs
    puzzled = data.labels is None
    if puzzled:
        checks.images(data.images, data.name)
        checks.images(test.images, test.name)
        data, test = puzzles(data, seed), puzzles(test, seed)
    if type(epochs) is not int or epochs < 1:
        raise GanlibError(f"epochs must be a whole number above 0, not {epochs}")
    _check(data, 10)
    _check(test, 1)
    image_shape = data.images.shape[1:]
    checks.same_shape(data.images, test.images, ("the training set", "the test set"))
    if data.checksum == test.checksum:
        raise DataError("the test images are the training images: take the data set's test split")
    output.parent.mkdir(parents=True, exist_ok=True)
    with atomic(output) as partial:
        partial.touch()  # fails now rather than after training
        keras.utils.set_random_seed(seed)
        begun = time.monotonic()
        network = _fitted(data, settings, epochs, seed, progress)
        seconds = round(time.monotonic() - begun, 1)
        weights = zip(weight_names(network), network.get_weights(), strict=True)
        np.savez(partial, **dict(weights))  # type: ignore[arg-type]
        known = KNOWN.get(data.name)
        record = {
            "name": data.name,
            "image_shape": list(image_shape),
            "turns_grey": bool(known and known.image_shape[2] == 3 > image_shape[-1]),
            "classes": CLASSES,
            "puzzles": puzzled,
            "parameters": network.count_params(),
            "data": _provenance(data),
            "test": _provenance(test),
            "seed": seed,
            "epochs": epochs,
            "settings": asdict(settings),
            "seconds": seconds,
            **devices.describe(),
            "command": f"python -m ganlib judge train {data.name} --epochs {epochs} --seed {seed}",
            "sha256": hashlib.sha256(partial.read_bytes()).hexdigest(),
        }
        record["test"] |= _measured(Judge(record, network), test)
    write_text(output.with_suffix(".json"), json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    return load(output)


def _examples(data: Dataset, settings: Settings, seed: int) -> Dataset:
    """The images, then those that join them; a label above 9 is that of a blurred digit, + 10."""
    assert data.labels is not None
    rng = np.random.default_rng(seed)
    images, labels = [data.images], [data.labels.astype(np.int64)]
    for fault, amounts, shift in (
        (corruptions.blurred, settings.blurs, CLASSES),
        (corruptions.noisy, settings.grains, 0),
    ):
        for amount in amounts:
            chosen = rng.permutation(len(data))[: round(SHARE * len(data))]
            images.append(fault(data.images[chosen], amount))
            labels.append(labels[0][chosen] + shift)
    return replace(data, images=np.concatenate(images), labels=np.concatenate(labels))


def _fitted(data: Dataset, settings: Settings, epochs: int, seed: int, progress: bool) -> Any:
    """The trained network.

    Where blurred images are among the examples, it learns a class more, "blurred", so that blur
    shows in its features: a plain classifier learns to ignore it. That logit is cut off at the end.
    """
    shape = data.images.shape[1:]
    network = build_network(shape, seed, settings.dropout, CLASSES + bool(settings.blurs))
    _fit(network, _examples(data, settings, seed), settings, epochs, seed, progress)
    weights = network.get_weights()
    weights[-2:] = [weight[..., :CLASSES] for weight in weights[-2:]]  # the logits' kernel and bias
    judged = build_network(shape)
    judged.set_weights(weights)
    return judged


def _fit(
    network: Any, data: Dataset, settings: Settings, epochs: int, seed: int, progress: bool
) -> None:
    from tqdm.keras import TqdmCallback  # imports TensorFlow, so not before ganlib.startup

    targets = np.eye(CLASSES, network.output_shape[1][-1], dtype=np.float32)
    if settings.blurs:
        blurred = (1 - BLURRED) * targets + BLURRED * np.eye(CLASSES + 1, dtype=np.float32)[CLASSES]
        targets = np.concatenate([targets, blurred])
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
        images = x = keras.Input(data.images.shape[1:])
        for layer in augmentation(settings, seed):
            x = layer(x)
        classifier = keras.Model(images, network(x)[1])
        classifier.compile(
            optimizer,
            keras.losses.CategoricalCrossentropy(
                from_logits=True, label_smoothing=settings.label_smoothing
            ),
            metrics=["accuracy"],
            jit_compile=False,
        )
        history = classifier.fit(
            batches(data, settings.batch_size, seed).map(
                lambda batch: (batch["images"], tf.gather(targets, batch["labels"]))
            ),
            epochs=epochs,
            steps_per_epoch=steps,
            shuffle=False,  # the batches are shuffled already
            verbose=0,
            callbacks=[TqdmCallback(mininterval=devices.bar_interval())] if progress else [],
        )
    if not math.isfinite(history.history["loss"][-1]):
        raise GanlibError(f"the loss on {data.name} diverged to NaN or infinity: try another seed")


def _check(data: Dataset, fewest: int) -> None:
    """Raise `DataError` unless these are images and labels that a judge can learn from."""
    place, images, labels = f"{data.name} ({data.split})", data.images, data.labels
    checks.images(images, place)
    if images.shape[-1] not in (1, 3) or not set(images.shape[1:3]) <= set(SIDES):
        raise DataError(
            f"{place} has shape {images.shape}: a judge learns from images (N, H, W, 1 or 3) with "
            f"sides from {SIDES[0]} to {SIDES[-1]}"
        )
    if labels is None or len(labels) != len(images) or not np.isin(labels, range(CLASSES)).all():
        raise DataError(f"{place} needs a label from 0 to {CLASSES - 1} for each image: add them")
    counts = np.bincount(labels, minlength=CLASSES)
    if counts.min() < fewest:
        raise DataError(
            f"{place} has {counts.min()} image(s) of class {counts.argmin()}, where a judge needs "
            f"{fewest} of each of {CLASSES} classes: take more images"
        )


def _measured(judge: Judge, test: Dataset) -> dict[str, Any]:
    """How often the judge is right: "accuracy", and "class_accuracy" of each class, in [0, 1]."""
    assert test.labels is not None
    right = judge(test.images).probabilities.argmax(axis=1) == test.labels
    classes = [right[test.labels == label].mean() for label in range(CLASSES)]
    return {
        "accuracy": round(float(right.mean()), 6),
        "class_accuracy": [round(float(share), 4) for share in classes],
    }


def _provenance(data: Dataset) -> dict[str, Any]:
    known = KNOWN.get(data.name)
    official = known.sizes.get(data.split) if known else None
    return {**data.provenance, "official_images": official}
