"""The claims of `final-project`, each decided by a function of what was measured."""

import claims_shipped as shipped
import numpy as np
from claims_record import (
    GRAIN,
    HOLDS,
    MIXED,
    NOT,
    RELATED,
    UNMEASURABLE,
    Claim,
    Finding,
    compared,
    correlation,
    directness,
    kept,
    processors,
    seeds,
    straighter,
    three,
)
from scipy.stats import fisher_exact

from ganlib.lessons.claims import PCA, Record

COLLAPSED = 2  # classes of which the judge is sure; this rule was set after the runs were seen
CHANGES = (
    "kernel 3",
    "a layer more in G",
    "a layer more in D",
    "sigmoid",
    "no batch norm in G",
    "rate x 10",
)


def mnist_is_good(record: Record) -> Finding:
    fails = sum(record.fails(f"mnist {run}") for run in ("gan", "modified", "wgan"))
    verdict = HOLDS if fails == 0 else MIXED if fails < 5 else NOT
    return verdict, f"distance of {three(record, 'mnist')}; principal components {PCA['mnist']}"


def granularity(record: Record) -> Finding:
    gan, wgan = (record.last(f"mnist {run}", "sharpness") for run in ("gan", "wgan"))
    words = f"sharpness of edges {three(record, 'mnist', 'sharpness', 3)}; "
    words += f"real {record.data['mnist']['sharpness']:.3f}"
    return compared(wgan, gan, less=False), words


def strokes(record: Record) -> Finding:
    widths = {
        run: [one["stroke"] for one in record.runs[f"mnist {run}"].values()]
        for run in ("gan", "wgan")
    }
    words = f"stroke width in pixels: GAN {seeds(widths['gan'], 2)}; "
    words += f"WGAN {seeds(widths['wgan'], 2)}; real {record.data['mnist']['stroke']:.2f}"
    return compared(widths["wgan"], widths["gan"]), words


def svhn_granularity(record: Record) -> Finding:
    gan, wgan = (record.last(f"svhn {run}", "sharpness") for run in ("gan", "wgan"))
    words = f"sharpness of edges {three(record, 'svhn', 'sharpness', 3)}; "
    real = record.data["svhn"]["sharpness"]
    verdict = compared(wgan, gan, less=False)
    grainy = verdict == HOLDS and max(wgan) > GRAIN * real
    return UNMEASURABLE if grainy else verdict, f"{words}real {real:.3f}"


def svhn_strokes(record: Record) -> Finding:
    real = record.data["svhn"]
    words = "the measure takes what is brighter than the middle for ink, and half of the "
    words += "photographs have dark digits: on real ones it finds strokes of "
    words += f"{real['stroke']:.1f} pixels, on their negatives {real['stroke of negatives']:.1f} "
    words += f"(MNIST {record.data['mnist']['stroke']:.1f}); an image is 32 pixels wide"
    return UNMEASURABLE, words


def data_are_to_blame(record: Record) -> Finding:
    runs = kept("benchmarks/ablation-svhn-express.json")["changes"]["nothing"]["runs"]
    other = [run["frechet"] for run in runs]
    ours = record.last("svhn gan")
    words = f"distance of svhn-express after a minute on the same photographs {seeds(other)}; "
    return compared(ours, other), words + f"of the baseline {seeds(ours)}"


def sigmoid_is_good(record: Record) -> Finding:
    pairs = {
        data: [record.last(f"{data} gan{change}") for change in (", sigmoid", "")]
        for data in ("mnist", "svhn")
    }
    verdicts = {compared(one, other) for one, other in pairs.values()}
    words = "; ".join(
        f"{data} with a sigmoid {seeds(one)}, without {seeds(other)}"
        f"{processors(record, f'{data} gan, sigmoid', f'{data} gan')}"
        for data, (one, other) in pairs.items()
    )
    return verdicts.pop() if len(verdicts) == 1 else MIXED, f"distance: {words}"


def svhn_is_not_clear(record: Record) -> Finding:
    floor = record.data["svhn"]["frechet"]
    best = min(min(record.last(f"svhn {run}")) for run in ("gan", "modified", "wgan"))
    words = f"distance of {three(record, 'svhn')}; as many training images {floor:.1f}"
    return HOLDS if best > 3 * floor else NOT, words


def svhn_baseline_is_best(record: Record) -> Finding:
    base = record.last("svhn gan")
    verdicts = {compared(base, record.last(f"svhn {run}")) for run in ("modified", "wgan")}
    verdict = verdicts.pop() if len(verdicts) == 1 else MIXED
    return verdict, f"distance of {three(record, 'svhn')}"


def smaller_filters(record: Record) -> Finding:
    five, small = (record.last(f"mnist {run}", "sharpness") for run in ("gan", "gan, kernel 3"))
    words = f"sharpness of edges with 5×5 filters {seeds(five, 3)}, with 3×3 {seeds(small, 3)}"
    return compared(small, five, less=False), words


def losses_are_inverse(record: Record) -> Finding:
    control, parts, words = correlation(*nobody_fights()), [], []
    for run in ("mnist gan", "mnist wgan", "svhn gan"):
        pairs = zip(record.losses(run, "d_loss"), record.losses(run, "g_loss"), strict=True)
        found = [correlation(np.diff(d), np.diff(g)) for d, g in pairs]
        parts += found
        words.append(f"{run} {seeds(found, 2)}")
    text = "rank correlation of the moves of both losses: " + "; ".join(words)
    text += f"; of random logits, where nobody learns, {control:.2f}"
    if not all(value <= -RELATED for value in parts):
        return (MIXED if any(value <= -RELATED for value in parts) else NOT), text
    return (HOLDS if max(parts) < control else "holds, but without a fight too"), text


def nobody_fights() -> tuple[np.ndarray, np.ndarray]:
    """Moves of both losses where the logits of 32 real and 32 generated images are random."""
    real, fake = np.random.default_rng(0).standard_normal((2, 2_000, 32))
    d_loss = np.logaddexp(0, -real).mean(1) + np.logaddexp(0, fake).mean(1)
    return np.diff(d_loss), np.diff(np.logaddexp(0, -fake).mean(1))


def wgan_goes_straight(record: Record) -> Finding:
    ways = {
        run: [directness(loss) for loss in record.losses(f"mnist {run}", "d_loss")]
        for run in ("gan", "wgan")
    }
    words = "straightness of the discriminator's loss (1 is a line): "
    words += f"GAN {seeds(ways['gan'], 2)}; WGAN {seeds(ways['wgan'], 2)}"
    return straighter(ways["wgan"], ways["gan"]), words


def tracks(record: Record, run: str, loss: str, sign: float) -> list[float]:
    """Rank correlation of a loss, times a sign, with the distance, over the looks of each seed."""
    found = []
    for values, far in zip(record.losses(run, loss), record.looks(run, "frechet"), strict=True):
        parts = np.array_split(sign * values, len(far))
        found.append(correlation(np.array([part[-3:].mean() for part in parts]), np.array(far)))
    return found


def wgan_loss_tracks_quality(record: Record) -> Finding:
    wgan = tracks(record, "mnist wgan", "d_loss", -1.0)
    gan = tracks(record, "mnist gan", "g_loss", 1.0)
    ours, theirs = min(wgan) >= RELATED, min(gan) >= RELATED
    words = "rank correlation with the distance over ten looks: "
    words += f"WGAN's estimate {seeds(wgan, 2)}; GAN's generator loss {seeds(gan, 2)}"
    return HOLDS if ours and not theirs else NOT if not ours else MIXED, words


def in_part(seen: dict[str, list[bool]]) -> str:
    """The verdict, from each run's seeds in which it was seen: always, in some runs, or never."""
    always = [run for run, seeds_of in seen.items() if all(seeds_of)]
    some = [run for run, seeds_of in seen.items() if any(seeds_of)]
    if len(always) == len(seen):
        return HOLDS
    if not some:
        return NOT
    return (
        f"holds only for: {', '.join(always)}" if always else f"in some seeds of: {', '.join(some)}"
    )


def told(seen: dict[str, list[bool]]) -> str:
    """In how many runs it was seen, and in which."""
    words = f"{sum(map(sum, seen.values()))} of {sum(map(len, seen.values()))} runs"
    some = [f"{run} {sum(one)} of {len(one)}" for run, one in seen.items() if any(one)]
    return words + (f" ({'; '.join(some)})" if some else "")


def one_change_fails(record: Record) -> Finding:
    seen = {}
    for run in (f"{data} gan, {change}" for data in PCA for change in CHANGES):
        if run in record.runs:
            data, change = run.split(" gan, ")
            bound = PCA[data]
            seen[f"{change} ({data})"] = [far >= bound for far in record.last(run)]
    return in_part(seen), f"fail: {told(seen)}"


def gans(record: Record) -> list[str]:
    """The runs that are no Wasserstein GANs."""
    return [run for run in record.runs if "wgan" not in run]


def gradients_vanish(record: Record) -> Finding:
    seen = {}
    for run in gans(record):
        key = "pull, minimax" if "saturating" in run else "pull, non_saturating"
        seen[run] = [max(one) / max(one[-1], 1e-9) >= 100 for one in record.looks(run, key)]
    saturating = {run: one for run, one in seen.items() if "saturating" in run}
    words = f"the gradient at the noise falls to a hundredth in {told(seen)}"
    return in_part(seen), f"{words}; with the saturating loss in {told(saturating)}"


def black_images(record: Record) -> Finding:
    seen = {run: [one >= 0.5 for one in record.last(run, "black")] for run in gans(record)}
    words = f"mostly black: {told(seen)}"
    for run, black in seen.items():
        for seed, looks in enumerate(record.looks(run, "pull, non_saturating")):
            if black[seed]:
                words += f"; {run}, seed {seed}: the gradient at the noise is {looks[0]:.0e} after "
                words += "100 steps"
    return in_part(seen), words


def wgan_vanishes_less(record: Record) -> Finding:
    """Of the changes that both were given. Fewer, or chance? By Fisher's exact test, one-sided."""
    black = {}
    for kind in ("gan", "wgan"):
        other = {"gan": "wgan", "wgan": "gan"}[kind]
        runs = [run for run in record.runs if f" {kind}" in run]
        both = [run for run in runs if run.replace(f" {kind}", f" {other}") in record.runs]
        seen = [share >= 0.5 for run in both for share in record.last(run, "black")]
        black[kind] = [sum(seen), len(seen) - sum(seen)]
    chance = fisher_exact([black["gan"], black["wgan"]], alternative="greater").pvalue
    words = "mostly black, of the runs that both have: " + "; ".join(
        f"{kind.upper()} {dark} of {dark + rest}" for kind, (dark, rest) in black.items()
    )
    fewer = black["wgan"][0] < black["gan"][0]
    verdict = HOLDS if chance <= 0.05 else MIXED if fewer else NOT
    return verdict, f"{words} (by chance alone in {chance:.0%} of cases)"


def wgan_is_robust(record: Record) -> Finding:
    changes = ("a layer more in G", "no batch norm in G", "rate x 10")
    worse = {}
    for kind in ("gan", "wgan"):
        base = np.median(record.last(f"mnist {kind}"))
        runs = [f"mnist {kind}, {change}" for change in changes]
        worse[kind] = [float(np.median(record.last(run)) / base) for run in runs]
        worse[kind + " fails"] = [sum(record.fails(run) for run in runs), 3 * len(runs)]
    words = "distance over the unchanged one's, three changes: " + "; ".join(
        f"{kind.upper()} {seeds(worse[kind])} ({worse[kind + ' fails'][0]} of "
        f"{worse[kind + ' fails'][1]} runs fail)"
        for kind in ("gan", "wgan")
    )
    gan, wgan = max(worse["gan"]), max(worse["wgan"])
    if worse["wgan fails"][0] < worse["gan fails"][0] and wgan < gan:
        return HOLDS, words
    both = worse["wgan fails"][0] >= worse["gan fails"][0] and wgan >= gan
    return (NOT if both else MIXED), words


STEPS_OF_EACH = {
    "gan": {"1:2": ", D:G 1:2", "1:1": "", "2:1": ", D:G 2:1", "5:1": ", D:G 5:1"},
    "wgan": {"1:2": ", D:G 1:2", "1:1": ", D:G 1:1", "2:1": ", D:G 2:1", "5:1": ""},
}


def wgan_collapses_less(record: Record) -> Finding:
    rates = (", D's rate x 4", ", D's rate / 4")
    runs = {
        kind: [f"mnist {kind}{change}" for change in (*steps.values(), *rates)]
        for kind, steps in STEPS_OF_EACH.items()
    }
    runs = {kind: [run for run in names if run in record.runs] for kind, names in runs.items()}
    seen = {
        kind: {
            run: [classes <= COLLAPSED for classes in record.last(run, "modes")] for run in names
        }
        for kind, names in runs.items()
    }
    words = f"at most {COLLAPSED} of ten classes: GAN {told(seen['gan'])}; "
    words += f"WGAN {told(seen['wgan'])}"
    if any(any(one) for one in seen["wgan"].values()):
        return MIXED, words
    return in_part(seen["gan"]), words


def wgan_needs_no_balance(record: Record) -> Finding:
    spread, words = {}, []
    for kind in ("gan", "wgan"):
        runs = [f"mnist {kind}", f"mnist {kind}, D's rate x 4", f"mnist {kind}, D's rate / 4"]
        medians = [float(np.median(record.last(run))) for run in runs]
        spread[kind] = max(medians) / min(medians)
        words.append(f"{kind.upper()} {seeds(medians)}")
    text = "distance with D's rate as it is, four times it, a quarter (medians): "
    return (HOLDS if spread["wgan"] < spread["gan"] else NOT), text + "; ".join(words)


def wgan_needs_no_ratio(record: Record) -> Finding:
    """The rule, fixed before the runs: in each seed, the worst ratio's distance over the best's.

    Of the ratios that both GANs have been trained with.
    """
    steps = STEPS_OF_EACH
    ran = {
        kind: {ratio for ratio, run in runs.items() if f"mnist {kind}{run}" in record.runs}
        for kind, runs in steps.items()
    }
    both = [ratio for ratio in steps["gan"] if all(ratio in one for one in ran.values())]
    worst, words = {}, []
    for kind, runs in steps.items():
        far = {r: record.last(f"mnist {kind}{runs[r]}") for r in runs if r in ran[kind]}
        worst[kind] = [max(s) / min(s) for s in zip(*(far[r] for r in both), strict=True)]
        parts = "; ".join(f"{ratio} {seeds(values)}" for ratio, values in far.items())
        words.append(f"{kind.upper()} {parts} (worst over best {seeds(worst[kind], 2)})")
    text = "distance for D's steps to G's steps, 1,000 steps of D: " + ". ".join(words)
    if missing := [r for r in steps["gan"] if r not in both]:
        text += f". Compared over {' and '.join(both)}; for both, {' and '.join(missing)} not run"
    return compared(worst["wgan"], worst["gan"]), text


def pooling(record: Record) -> Finding:
    base, average = record.last("svhn gan"), record.last("svhn gan, average pooling")
    words = f"distance with max pooling {seeds(base)}, with average pooling {seeds(average)}"
    return compared(base, average), words


def dense_layers(record: Record) -> Finding:
    base, one = record.last("svhn gan"), record.last("svhn gan, one dense layer")
    return compared(base, one), f"distance with three {seeds(base)}, with one {seeds(one)}"


FP = "final-project"
CLAIMS = (
    Claim(FP, "3.2", "smaller filters can get a more fine texture", "06", smaller_filters),
    Claim(
        FP,
        "3.2",
        "sigmoid is good to transfer this kind of information",
        "06",
        sigmoid_is_good,
    ),
    Claim(FP, "3.4", "Max pooling layers can extract more … texture", "09", pooling),
    Claim(FP, "3.4", "one dense layer just handle linear problems", "09", dense_layers),
    Claim(
        FP,
        "4, no. 1",
        "all MNIST dataset models get good images",
        "11",
        mnist_is_good,
        shipped.mnist_is_good,
    ),
    Claim(
        FP,
        "4, no. 1",
        "WGAN produce a higher granularity for the figures of number (its edges)",
        "07",
        granularity,
        shipped.finer("mnist", "sharpness", False, 3),
    ),
    Claim(
        FP,
        "4, no. 1",
        "WGAN produce a higher granularity for the figures of number (its strokes)",
        "07",
        strokes,
        shipped.finer("mnist", "stroke", True, 2),
    ),
    Claim(
        FP,
        "4, no. 1",
        "(asked of SVHN too:) WGAN produce a higher granularity (its edges)",
        "10",
        svhn_granularity,
        shipped.finer("svhn", "sharpness", False, 3),
    ),
    Claim(
        FP,
        "4, no. 1",
        "(asked of SVHN too:) WGAN produce a higher granularity (its strokes)",
        "10",
        svhn_strokes,
    ),
    Claim(
        FP,
        "4, no. 1",
        "For SVHN, all images are not very clear",
        "11",
        svhn_is_not_clear,
        shipped.svhn_is_not_clear,
    ),
    Claim(
        FP,
        "4, no. 1",
        "only baseline model is slightly better",
        "11",
        svhn_baseline_is_best,
        shipped.svhn_baseline_is_best,
    ),
    Claim(
        FP,
        "4, no. 1",
        "maybe it's because the quality of data set is not so good",
        "08",
        data_are_to_blame,
    ),
    Claim(
        FP,
        "4, no. 2",
        "the loss function of discriminators and the loss function of generators has an inverse "
        "proportion relationship",
        "05",
        losses_are_inverse,
        shipped.losses_are_inverse,
    ),
    Claim(
        FP,
        "4, no. 2",
        "for WGAN, it … goes directly to a good performance",
        "07",
        wgan_goes_straight,
        shipped.wgan_goes_straight,
    ),
    Claim(
        FP,
        "4, no. 2",
        "(asked of it:) the WGAN's loss tracks quality",
        "07",
        wgan_loss_tracks_quality,
    ),
    Claim(
        FP,
        "4, no. 3",
        "GAN is not robust and stable. … just adjust one fittler size or add a layer …, the image "
        "may fail",
        "09",
        one_change_fails,
        shipped.one_change,
    ),
    Claim(
        FP,
        "4, no. 4",
        "GAN has a comparely high frequency to have gradient vanishing",
        "08",
        gradients_vanish,
    ),
    Claim(
        FP,
        "4, no. 4",
        "the result is to get a all-black image",
        "08",
        black_images,
        shipped.black,
    ),
    Claim(
        FP,
        "4, no. 5",
        "the comparly high frequency of Mode collapse (of the GAN, and not of the WGAN)",
        "07",
        wgan_collapses_less,
    ),
    Claim(
        FP,
        "4, no. 5",
        "we do not need to balance … generator and discriminator (their rates)",
        "07",
        wgan_needs_no_balance,
    ),
    Claim(
        FP,
        "4, no. 5",
        "we do not need to balance … generator and discriminator (steps of each)",
        "07",
        wgan_needs_no_ratio,
    ),
    Claim(FP, "4, no. 5", "(WGAN:) increase the robustness", "07", wgan_is_robust),
    Claim(
        FP,
        "4, no. 5",
        "(WGAN:) decrease the frequency of gradient vanishing",
        "07",
        wgan_vanishes_less,
    ),
)
