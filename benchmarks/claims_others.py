"""The claims of the other four reports, each decided by a function of what was measured."""

import json
from collections.abc import Callable, Mapping

import claims_shipped as shipped
import numpy as np
from claims_final_project import gans, gradients_vanish
from claims_record import (
    FALLS,
    HOLDS,
    MIXED,
    NOT,
    RELATED,
    ROOT,
    Claim,
    Finding,
    better,
    compared,
    correlation,
    kept,
    of_all,
    processors,
    seeds,
    ups,
)

from ganlib.lessons.architectures import FAMILIES, GAN
from ganlib.lessons.claims import PCA, Record

PLAIN = ("mnist gan", "svhn gan")


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


def trends(record: Record, key: str) -> dict[str, list[float]]:
    """Rank correlation of a loss with time, of each plain GAN and seed."""
    return {
        run: [correlation(np.arange(len(x)), x) for x in record.losses(run, key)] for run in PLAIN
    }


def in_words(found: dict[str, list[float]]) -> str:
    """Runs and a number of each seed."""
    return "; ".join(f"{run} {seeds(values, 2)}" for run, values in found.items())


def falls(key: str) -> Callable[[Record], Finding]:
    """A loss of D that goes down with time."""

    def decide(record: Record) -> Finding:
        found = trends(record, key)
        down = [value <= -RELATED for values in found.values() for value in values]
        return of_all(down), f"rank correlation with time: {in_words(found)}"

    return decide


def g_loss_does_not_rise(record: Record) -> Finding:
    found = trends(record, "g_loss")
    flat = [value < RELATED for values in found.values() for value in values]
    return of_all(flat), f"rank correlation of G's loss with time: {in_words(found)}"


def losses_go_apart(record: Record) -> Finding:
    of_d, of_g = trends(record, "d_loss"), trends(record, "g_loss")
    seen = [
        d <= -RELATED and g >= RELATED
        for run in PLAIN
        for d, g in zip(of_d[run], of_g[run], strict=True)
    ]
    return of_all(seen), f"rank correlation with time, D: {in_words(of_d)}. G: {in_words(of_g)}"


def moves_up(record: Record) -> dict[str, list[float]]:
    """The share of moves that go up of each loss, of each plain GAN and seed."""
    return {
        f"{run}, {key[0].upper()}": [ups(loss) for loss in record.losses(run, key)]
        for run in PLAIN
        for key in ("d_loss", "g_loss")
    }


def losses_fluctuate(record: Record) -> Finding:
    found = moves_up(record)
    both = [FALLS <= value <= 1 - FALLS for values in found.values() for value in values]
    return of_all(both), f"share of moves that go up: {in_words(found)}"


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


def wider(record: Record) -> Finding:
    """All widths of a dense GAN of the report, times a number: is 1.5 no better than 1?"""
    file = ROOT / "benchmarks" / "architectures-fresh.jsonl"
    if not file.is_file():
        return MIXED, f"not run: there is no `benchmarks/{file.name}`"
    of: dict[str, dict[str, list[float]]] = {name: {} for name in FAMILIES}
    for one in map(json.loads, file.read_text("utf-8").splitlines()):
        of[one["family"]].setdefault(one["architecture"], []).append(one["score"])
    found = of[GAN.name]
    named = {
        times: "G {}-{}-{}-{}, D {}-{}".format(
            *(round(times * width) for width in (128, 256, 512, 1024, 512, 256))
        )
        for times in (0.125, 0.25, 0.5, 1, 1.5)
    }
    rungs = {times: found[text] for times, text in named.items() if len(found.get(text, ())) > 2}
    words = "; ".join(f"times {times:g} {seeds(values)}" for times, values in rungs.items())
    if not {1, 1.5} <= set(rungs):
        return MIXED, f"not run with three seeds: {words or 'none'}"
    words = f"distance by widths, {named[1]} {words}"
    steps = [captions_worse(name, scores) for name, scores in of.items()]
    if any(steps):
        words += "; the report's own steps, a question asked later"
    return compared(rungs[1], rungs[1.5]), "; ".join([words, *filter(None, steps)])


def captions_worse(family: str, found: Mapping[str, list[float]]) -> str:
    """Scores of the networks in the report's captions, where three seeds of the first are there."""
    captions = {
        place: found[text]
        for place, text in FAMILIES[family].captions.items()
        if len(found.get(text, ())) > 2
    }
    if len(captions) < 2:
        return ""
    (place, first), *others = captions.items()
    worse = [name for name, values in others if better(first, values)]
    words = f"{family}, {len(worse)} of {len(others)} are worse in each seed: "
    return words + ", ".join(f"{name} {seeds(values)}" for name, values in captions.items())


def cross_entropy_vanishes(record: Record) -> Finding:
    """As of any GAN, and where: are images far from real ones when the gradient is small?"""
    small: dict[bool, list[bool]] = {True: [], False: []}
    for run in gans(record):
        data = run.split()[0]
        own = "pull, minimax" if "saturating" in run else "pull, non_saturating"
        usual = np.median([x for x in record.looks(f"{data} gan", "pull, non_saturating")])
        for pulls, far in zip(record.looks(run, own), record.looks(run, "frechet"), strict=True):
            for pull, distance in zip(pulls, far, strict=True):
                small[distance >= PCA[data]].append(pull < usual / 100)
    verdict, words = gradients_vanish(record)
    words += "; looks at which it is below a hundredth of the plain GAN's median, a question asked "
    words += f"later: {sum(small[True])} of {len(small[True])} where images are as far as "
    words += f"principal components, {sum(small[False])} of {len(small[False])} elsewhere"
    return verdict, words


def losses_differ_little(record: Record) -> Finding:
    words, verdicts = [], []
    for kind, what in (
        ("mlp", "the dense networks after six epochs"),
        ("dcgan", "the DCGAN with a quarter of its channels after 800 steps of 32 images"),
    ):
        variants = kept(f"figures/fashion-{kind}-losses/variants.json")["variants"]
        far = {name: [one["frechet"]["value"] for one in runs] for name, runs in variants.items()}
        best = min(far.values(), key=np.median)
        verdicts += [f"{name} ({kind})" for name, values in far.items() if better(best, values)]
        found = "; ".join(f"{name} {seeds(values)}" for name, values in far.items())
        words.append(f"distance of {what}: {found}")
    return f"does not hold for: {', '.join(verdicts)}" if verdicts else HOLDS, ". ".join(words)


def losses_go_up_too(record: Record) -> Finding:
    found = moves_up(record)
    up = [value >= FALLS for values in found.values() for value in values]
    return of_all(up), f"share of moves that go up: {in_words(found)}"


def g_improves(record: Record) -> Finding:
    found = {
        run: [
            correlation(np.arange(len(one)), np.array(one)) for one in record.looks(run, "frechet")
        ]
        for run in PLAIN
    }
    better_ones = [value <= -RELATED for values in found.values() for value in values]
    words = f"rank correlation of the distance with time, ten looks: {in_words(found)}"
    return of_all(better_ones), words


def dcgan_is_perfect(record: Record) -> Finding:
    scores = kept("figures/seeds/13_pca_and_a_first_gan.json")
    far, floor = list(scores["frechet"]["DCGAN"].values()), record.data["mnist"]["frechet"]
    words = f"distance after {scores['steps']} steps {seeds(far)}; training images {floor:.1f}"
    return of_all([value <= 3 * floor for value in far]), words


def nn_is_satisfactory(record: Record) -> Finding:
    scores = kept("figures/seeds/13_pca_and_a_first_gan.json")
    far = list(scores["frechet"]["GAN(NN)"].values())
    words = f"distance after {scores['steps']} steps {seeds(far)}; principal components "
    return of_all([value < PCA["mnist"] for value in far]), f"{words}{PCA['mnist']}"


def cross_entropy_is_better(record: Record) -> Finding:
    variants = kept("figures/fashion-mlp-losses/variants.json")["variants"]
    a, b = (
        [one["frechet"]["value"] for one in variants[name]]
        for name in ("non-saturating", "least-squares")
    )
    return compared(a, b), f"distance with cross-entropy {seeds(a)}, with squared errors {seeds(b)}"


def batch_norm_steadies(record: Record) -> Finding:
    words, verdicts = [], set()
    for data in ("mnist", "svhn"):
        base, without = (record.last(f"{data} gan{x}") for x in ("", ", no batch norm in G"))
        verdicts.add(compared(base, without))
        note = processors(record, f"{data} gan", f"{data} gan, no batch norm in G")
        words.append(f"{data} with {seeds(base)}, without {seeds(without)}{note}")
    verdict = verdicts.pop() if len(verdicts) == 1 else MIXED
    return verdict, f"distance, batch norm in G: {'; '.join(words)}"


def more_layers_help(record: Record) -> Finding:
    words, verdicts = [], set()
    for run in ("mnist gan, a layer more in G", "mnist gan, a layer more in D"):
        verdicts.add(compared(record.last(run), record.last("mnist gan")))
        words.append(f"{run} {seeds(record.last(run))}")
    base, deep = record.last("svhn gan"), record.last("svhn gan, a layer more in D")
    verdicts.add(compared(deep, base))
    words = [f"mnist gan {seeds(record.last('mnist gan'))}", *words]
    words += [f"svhn gan {seeds(base)}", f"svhn gan, a layer more in D {seeds(deep)}"]
    verdict = verdicts.pop() if len(verdicts) == 1 else MIXED
    return verdict, f"distance from test images: {'; '.join(words)}"


def table_1(record: Record) -> Finding:
    """Accuracy of each discriminator over the generators of its seed: real images count half."""
    played = kept("benchmarks/tournament.json")["models"]
    names, right = played["names"], np.array(played["generated"])
    accuracy: dict[str, list[float]] = {}
    for row, name in enumerate(names):
        model, seed = name.rsplit("-", 1)
        others = [column for column, other in enumerate(names) if other.endswith(f"-{seed}")]
        share = (played["real"][row] + right[row, others].mean()) / 2
        accuracy.setdefault(model, []).append(100 * float(share))
    best = [max(accuracy, key=lambda model: accuracy[model][seed]) for seed in range(2)]
    words = (
        f"right answers in %, two seeds, {played['steps']['review-dcgan']} steps of the DCGAN: "
        + "; ".join(f"{model} {seeds(values)}" for model, values in accuracy.items())
    )
    return of_all([model == "review-dcgan" for model in best]), words


def overfitting(record: Record) -> Finding:
    """One seed of the conditional GAN, so a number and no verdict; 50 % is chance."""
    found = kept("benchmarks/control.json").get("passes", {})
    if not found.get("times"):
        return MIXED, "not run: `benchmarks/control.json` has no passes over a small set"
    shares = [
        f"{100 * one['nearer to seen']['value']:.0f} % after {count}"
        for count, one in found["times"].items()
    ]
    words = f"of {found['recipe']}, which passes again and again over {found['seen']:,} images, "
    words += f"nearer to these than to others that it never saw: {', '.join(shares)} (50 % is "
    words += "chance; one seed)"
    ships = found.get("shipped", {})
    dcgans = [
        f"{name} ({one['epochs']:.0f} epochs) {100 * one['nearer to seen']['value']:.0f} %"
        for name, one in ships.items()
        if "dcgan" in name
    ]
    return MIXED, f"{words}; DCGANs that ship: {', '.join(dcgans)}" if dcgans else words


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
        "the DCGAN results is almost perfect on MNIST dataset",
        "13",
        dcgan_is_perfect,
        shipped.dcgan_is_perfect,
    ),
    Claim(
        IG,
        "5.2",
        "(the DCGAN) also outperforms the other two implementations",
        "13",
        of_seeds("13_pca_and_a_first_gan", "DCGAN", "GAN(NN)", "DCGAN {}, GAN(NN) {}, PCA 33.9"),
        shipped.dcgan_is_best,
    ),
    Claim(
        IG,
        "5.2",
        "The NN implementation of GANs has satisfactory results",
        "13",
        nn_is_satisfactory,
        shipped.nn_is_satisfactory,
    ),
    Claim(
        IG,
        "5.2",
        "the loss of both G and D fluctuates and never converge smoothly",
        "13",
        losses_fluctuate,
        shipped.fluctuate("mnist-baseline", "svhn-baseline"),
    ),
    Claim(
        IG,
        "5.2",
        "in general, the loss of D is decreasing",
        "13",
        falls("d_loss"),
        shipped.with_time("d_loss", -1, "mnist-dcgan4", "mnist-nn"),
    ),
    Claim(
        IG,
        "5.2",
        "The loss of D for real images is also decreasing",
        "13",
        falls("d_loss_real"),
        shipped.with_time("d_loss_real", -1, "mnist-dcgan4", "svhn-baseline"),
    ),
    Claim(
        IG,
        "5.2",
        "the loss of G does not increase to a comparable extent",
        "13",
        g_loss_does_not_rise,
        shipped.not_up("mnist-dcgan4", "mnist-nn"),
    ),
    Claim(
        IG,
        "5.2",
        "the next epoch suddenly exposes a drop in the performance",
        "13",
        sudden_drops,
        shipped.sudden_drops,
    ),
    Claim(
        MS,
        "Introduction to GANs",
        "the discriminator is fooled approximately 50% of the time",
        "16",
        fooled_half,
        shipped.fooled_half,
    ),
    Claim(
        MS,
        "GAN Loss Functions",
        "minor differences in these approaches",
        "16",
        losses_differ_little,
    ),
    Claim(
        MS,
        "Alternate GAN Loss Functions",
        "binary cross-entropy loss could lead to vanishing gradients, particularly when generated "
        "images starkly differed",
        "03",
        cross_entropy_vanishes,
    ),
    Claim(MS, "DCGAN", "batch normalization for stability", "15", batch_norm_steadies),
    Claim(
        MS,
        "Observations from Training Logs",
        "Both the discriminator and generator exhibit fluctuations in loss",
        "16",
        losses_fluctuate,
        shipped.fluctuate("fashion-mlp", "fashion-dcgan"),
    ),
    Claim(MS, "Conclusion", "the generator improving over time", "16", g_improves),
    Claim(
        RV,
        "4.1",
        "the loss curve is not always going down",
        "14",
        losses_go_up_too,
        shipped.fluctuate("mnist-baseline", "svhn-baseline"),
    ),
    Claim(
        RV,
        "4.1",
        "the loss for generator … is always being larger while the loss for discriminator … is "
        "always being smaller",
        "14",
        losses_go_apart,
        shipped.apart,
    ),
    Claim(
        RV,
        "4.2",
        "The number 1, 7 and 9 are more likely to show up",
        "17",
        digits_1_7_9,
    ),
    Claim(RV, "4.2", "(cGAN:) the distribution has a normal density", "17", classes_are_even),
    Claim(RV, "4.2", "the noise or the white spots are wide-spread", "17", white_spots),
    Claim(RV, "4.2", "After 200 epochs … a little bit overfit", "17", overfitting),
    Claim(RV, "4.3, table 1", "(DCGAN's discriminator has the best row)", "22", table_1),
    Claim(RV, "5", "aimlessly adding the channels … will not increase", "21", wider),
    Claim(
        RV,
        "5",
        "The convolution neural network has a better ability",
        "04",
        of_seeds(
            "13_pca_and_a_first_gan", "DCGAN", "GAN(NN)", "of convolutions {}, of dense layers {}"
        ),
    ),
    Claim(
        RV,
        "5",
        "More complicated architecture can really help the generalization ability",
        "14",
        more_layers_help,
    ),
    Claim(
        LN,
        "Objective for each model",
        "Cross-entropy (preferred), MSE",
        "16",
        cross_entropy_is_better,
    ),
    Claim(
        LN,
        "Objective for each model",
        "we can only train these two models alternatively",
        "02",
        of_seeds(
            "02_mlp_gan", "LeakyReLU", "LeakyReLU, both steps at once", "in turn {}, at once {}"
        ),
    ),
    Claim(
        LN,
        "ReLU vs LeakyReLU",
        "(asked of it:) LeakyReLU is better than ReLU",
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
)
