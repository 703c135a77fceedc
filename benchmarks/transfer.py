"""Floor and ceilings of train-on-synthetic, test-on-real: ``python benchmarks/transfer.py``.

A classifier learns from 10,000 labelled images and is tested on the real test images: real training
images (what a perfect conditional model would reach), a PCA of each class with uniform latents, and
noise with labels drawn by lot. Between them lie the conditional models.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from ganlib import datasets
from ganlib.evaluation.metrics.intervals import bootstrap
from ganlib.evaluation.metrics.transfer import hits
from ganlib.figures import to_uint8
from ganlib.systems import pca

COUNT, LATENT_DIM = 10_000, 100


def main() -> None:
    """Score the three and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="mnist", help="a labelled set; default: mnist")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    train, test = (datasets.load(options.data, s, channels=1) for s in ("train", "test"))
    assert train.labels is not None and test.labels is not None
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(train))[:COUNT]
    labels = train.labels[chosen]
    decoded = np.empty((len(labels), *train.images.shape[1:]), np.uint8)
    for label in np.unique(labels):
        kernel, bias = pca.pca_weights(train.images[train.labels == label], LATENT_DIM)
        places = np.flatnonzero(labels == label)
        pixels = rng.uniform(-1, 1, (len(places), LATENT_DIM)).astype(np.float32) @ kernel + bias
        decoded[places] = to_uint8(np.clip(pixels, -1, 1)).reshape(-1, *decoded.shape[1:])
    noise = np.asarray(rng.integers(0, 256, decoded.shape, dtype=np.uint8))
    samples = {"floor": train.images[chosen], "pca of each class": decoded, "noise": noise}
    scores = {}
    for name, images in samples.items():
        shown = rng.permutation(labels) if name == "noise" else labels
        right = hits(images, shown, test.images, test.labels)
        scores[name] = bootstrap(np.mean, right, count=len(images))
    print(f"{len(labels):,} images each, seed 0; {test.describe()}")
    for name, score in scores.items():
        print(f"{name:<18} {score}")
    if options.json:
        values = {"test": test.describe(), **{n: s.to_json() for n, s in scores.items()}}
        options.json.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
