"""Why mnist-wgan shows no digits after a few minutes: optimiser and batch size, each on its own.

    python benchmarks/wgan_variants.py --epochs 0.5 [--data auto] [--output figures/wgan-variants]

Trains the recipe's networks, objective, clipping and n_critic four times on the same number of
images, seed 0: the report's Adam 1e-4 and RMSprop 3e-4, each with a batch of 256 and of 32. Leaves
one picture and one table. One seed and the eye: a look, not a verdict.
"""

import argparse
import dataclasses
import tempfile
from pathlib import Path

from ganlib import datasets, recipes
from ganlib.comparison import compare
from ganlib.training import train


def main() -> None:
    """Train the four variants and compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=float, default=0.5, help="for each variant")
    parser.add_argument("--data", choices=["auto", "real", "synthetic"], default="auto")
    parser.add_argument("--output", type=Path, default=Path("figures/wgan-variants"))
    options = parser.parse_args()
    stand_in = {"auto": "fallback", "real": "never", "synthetic": "always"}[options.data]
    data = datasets.load("mnist", stand_in=stand_in)
    wgan = recipes.get("mnist-wgan")
    rmsprop = recipes.get("mnist-wgan-rmsprop").generator_optimizer
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for optimizer in (wgan.generator_optimizer, rmsprop):
            for batch_size in (256, 32):
                variant = dataclasses.replace(
                    wgan,
                    generator_optimizer=optimizer,
                    discriminator_optimizer=optimizer,
                    batch_size=batch_size,
                )
                rate = optimizer.options["learning_rate"]
                name = f"{optimizer.name}-{rate:g}-batch-{batch_size}"
                runs.append(train(variant, data, Path(folder) / name, epochs=options.epochs))
        options.output.mkdir(parents=True, exist_ok=True)
        table = compare(runs, options.output / "comparison.png")
    (options.output / "comparison.txt").write_text(table + "\n", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
