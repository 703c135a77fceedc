"""The claims of the other four reports, each decided by a function of what was measured."""

from collections.abc import Callable

import numpy as np
from claims_record import (
    HOLDS,
    MIXED,
    NOT,
    RELATED,
    Claim,
    Finding,
    better,
    compared,
    correlation,
    kept,
    seeds,
)

from ganlib.lessons.claims import Record


def fooled_half(record: Record) -> Finding:
    shares = {
        run: [float(loss[-10:].mean()) for loss in record.losses(run, "fake_accuracy")]
        for run in ("mnist gan", "svhn gan")
    }
    words = "generated images that D gets right at the end: " + "; ".join(
        f"{run} {seeds(values, 2)}" for run, values in shares.items()
    )
    near = [abs(value - 0.5) <= 0.1 for values in shares.values() for value in values]
    return HOLDS if all(near) else NOT if not any(near) else MIXED, words


def real_loss_falls(record: Record) -> Finding:
    found = {
        run: [correlation(np.arange(len(x)), x) for x in record.losses(run, "d_loss_real")]
        for run in ("mnist gan", "svhn gan")
    }
    words = "rank correlation of D's loss on real images with time: " + "; ".join(
        f"{run} {seeds(values, 2)}" for run, values in found.items()
    )
    falls = [value <= -RELATED for values in found.values() for value in values]
    return HOLDS if all(falls) else NOT if not any(falls) else MIXED, words


def sudden_drops(record: Record) -> Finding:
    counts = {
        run: [
            float(sum(b > 1.2 * a for a, b in zip(one, one[1:], strict=False)))
            for one in record.looks(run, "frechet")
        ]
        for run in ("mnist gan", "svhn gan")
    }
    words = "of nine looks, those with a distance 20 % larger than the look before: " + "; ".join(
        f"{run} {seeds(values, 0)}" for run, values in counts.items()
    )
    drops = [value >= 1 for values in counts.values() for value in values]
    return HOLDS if all(drops) else NOT if not any(drops) else MIXED, words


def of_seeds(file: str, one: str, other: str, words: str) -> Callable[[Record], Finding]:
    """A claim that "one" is better, decided by a lesson's own seeds in ``figures/seeds/``."""

    def decide(record: Record) -> Finding:
        scores = kept(f"figures/seeds/{file}.json")["frechet"]
        a, b = (list(scores[name].values()) for name in (one, other))
        return compared(a, b), f"distance {words.format(seeds(a), seeds(b))}"

    return decide


def losses_differ_little(record: Record) -> Finding:
    variants = kept("figures/fashion-mlp-losses/variants.json")["variants"]
    far = {name: [one["frechet"]["value"] for one in runs] for name, runs in variants.items()}
    words = "distance of the dense networks after six epochs: "
    words += "; ".join(f"{name} {seeds(values)}" for name, values in far.items())
    best = min(far.values(), key=np.median)
    apart = [name for name, values in far.items() if better(best, values)]
    return (f"does not hold for: {', '.join(apart)}" if apart else HOLDS), words


def digits_1_7_9(record: Record) -> Finding:
    control = kept("benchmarks/control.json")
    real, runs = control["real"]["shares"], control["runs"]["review-mlp"]
    ratios = {
        digit: [one["shares"][digit] / real[digit] for one in runs.values()] for digit in range(10)
    }
    words = "share over that of real images: " + "; ".join(
        f"{digit}: {seeds(ratios[digit])}" for digit in (1, 7, 9, 3, 8)
    )
    more = [min(ratios[digit]) > 1 for digit in (1, 7, 9)]
    return HOLDS if all(more) else NOT if not any(more) else MIXED, words


def classes_are_even(record: Record) -> Finding:
    control = kept("benchmarks/control.json")
    real = np.array(control["real"]["shares"])
    far = {
        name: [float(np.abs(np.array(one["shares"]) - real).sum() / 2) for one in runs.values()]
        for name, runs in control["runs"].items()
    }
    words = "share of images in the wrong class (0 is even): " + "; ".join(
        f"{name} {seeds(values, 2)}" for name, values in far.items() if "review" in name
    )
    return compared(far["review-cgan"], far["review-mlp"]), words


def white_spots(record: Record) -> Finding:
    control = kept("benchmarks/control.json")
    spots = [one["white spots"] for one in control["runs"]["review-cgan"].values()]
    real = control["real"]["white spots"]
    words = f"isolated bright pixels an image: {seeds(spots)}; real {real:.1f}"
    return (HOLDS if min(spots) > 0.5 else NOT), words


IG, MS, RV, LN = "image-generation", "milestone", "review", "lecture"
CLAIMS = (
    Claim(
        IG,
        "5.2",
        "the DCGAN outperforms the other two implementations",
        "13",
        of_seeds("13_pca_and_a_first_gan", "DCGAN", "GAN(NN)", "DCGAN {}, GAN(NN) {}, PCA 33.9"),
    ),
    Claim(IG, "5.2", "The loss of D for real images is also decreasing", "13", real_loss_falls),
    Claim(IG, "5.2", "the next epoch suddenly exposes a drop", "13", sudden_drops),
    Claim(
        MS,
        "GAN Loss Functions",
        "minor differences in these approaches",
        "16",
        losses_differ_little,
    ),
    Claim(MS, "Introduction", "the discriminator is fooled approximately 50%", "16", fooled_half),
    Claim(RV, "4.2", "1, 7 and 9 are more likely to show up", "17", digits_1_7_9),
    Claim(RV, "4.2", "cGAN: the distribution has a normal density", "17", classes_are_even),
    Claim(RV, "4.2", "cGAN: the white spots are wide-spread", "17", white_spots),
    Claim(
        LN,
        "ReLU vs LeakyReLU",
        "(asked of it:) LeakyReLU instead of ReLU",
        "02",
        of_seeds("02_mlp_gan", "LeakyReLU", "ReLU in both", "LeakyReLU {}, ReLU {}"),
    ),
    Claim(
        LN,
        "Downsampling",
        "Dense (not suggested)",
        "04",
        of_seeds(
            "04_convolutions", "the lecture's", "D: Dense", "strided convolutions {}, dense {}"
        ),
    ),
    Claim(
        LN,
        "Downsampling",
        "Maxpooling2D (not suggested)",
        "04",
        of_seeds(
            "04_convolutions",
            "the lecture's",
            "D: MaxPooling2D",
            "strided convolutions {}, max pooling {}",
        ),
    ),
    Claim(
        LN,
        "Objective",
        "we can only train these two models alternatively",
        "02",
        of_seeds(
            "02_mlp_gan", "LeakyReLU", "LeakyReLU, both steps at once", "in turn {}, at once {}"
        ),
    ),
)
