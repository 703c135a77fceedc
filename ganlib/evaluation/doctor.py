"""What a GAN that fails looks like: findings, each a pure function of measured evidence.

A finding has a name, the numbers that speak for it, and what to try. Causes come before what they
cause: the first one is the doctor's answer. The limits lie between what the provoked failures and
the trained generators that ship show; ``benchmarks/doctor.py`` counts both. Sources: Salimans et
al. 2016, https://arxiv.org/abs/1606.03498 (collapse), Arjovsky and Bottou 2017,
https://arxiv.org/abs/1701.04862 (vanishing gradients), Arjovsky et al. 2017,
https://arxiv.org/abs/1701.07875 (critics), Odena et al. 2016,
https://distill.pub/2016/deconv-checkerboard.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ganlib.evaluation.evidence import Evidence
from ganlib.runs.tables import Row

LITTLE = 10_000
"""Real images seen below which bad images may just be the beginning."""
HELPLESS = 1.5 * math.log(4)
"""A discriminator's loss that is worse than no answer at all."""
END = 0.8
"""The share of the training after which its end begins."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    name : one of `NAMES`
    numbers : what makes the doctor say so
    advice : what to try
    """

    name: str
    numbers: str
    advice: str


def examine(evidence: Evidence) -> list[Finding]:
    """All findings, the most likely cause first; none for what looks healthy."""
    return [finding for check in CHECKS if (finding := check(evidence))]


def little_work(evidence: Evidence) -> str:
    """A remark where the training was so short that bad images say little; else nothing."""
    if 0 < evidence.images < LITTLE:
        return f"only {evidence.images:,} images were seen: train longer before you worry"
    return ""


def not_finite(rows: Iterable[Row]) -> bool:
    """Whether a loss is NaN or infinite."""
    return not all(math.isfinite(value) for row in rows for value in row.values())


def exploding(evidence: Evidence) -> Finding | None:
    """Losses without bound, NaN or infinity."""
    advice = "bound the critic (clipping or a gradient penalty), or lower the learning rates"
    if evidence.diverged or evidence.numbers.get("finite") == 0:
        return Finding("exploding", "a loss, a weight or an image is not finite", advice)
    for key in ("d_loss", "g_loss"):
        early, late = (_size(evidence.part(key, *part)) for part in ((0, 0.2), (END, 1)))
        if late > 100 and (late > 3 * early or late > 10_000):
            return Finding("exploding", f"|{key}| went from {early:.3g} to {late:.3g}", advice)
    return None


def constant_noise(evidence: Evidence) -> Finding | None:
    """Every row of noise is the same."""
    if (spread := evidence.numbers.get("noise_spread", 1.0)) > 1e-3:
        return None
    numbers = f"the noise deviates by {spread:.2g} from image to image"
    return Finding("constant noise", numbers, "draw new random noise for every image")


def blank(evidence: Evidence) -> Finding | None:
    """Images of one grey value."""
    n = evidence.numbers
    if n.get("contrast", 1.0) >= 0.3 * n.get("real_contrast", 0.1):
        return None
    numbers = f"pixels of an image deviate by {n['contrast']:.2g}, their mean is {n['mean']:.2f}"
    advice = "end the generator in tanh, not in relu; lower its learning rate"
    return Finding("blank images", numbers, advice)


def wrong_scale(evidence: Evidence) -> Finding | None:
    """Images as grey as data in [0, 1], or as white as data in [0, 255], seen by a tanh."""
    n = evidence.numbers
    if "real_mean" not in n or _alike(n):
        return None
    half = (n["real_mean"] + 1) / 2  # of data in [0, 1]
    grey = abs(n["mean"] - half) < 0.15 and n["contrast"] < 0.75 * n["real_contrast"]
    grey &= n["darkest"] > n["real_darkest"] + 0.4
    white = n["white"] > n["real_white"] + 0.2 and n["mean"] > n["real_mean"] + 0.4
    white &= not _fooled(evidence)
    if not (grey or white):
        return None
    numbers = (
        f"mean {n['mean']:.2f}, real {n['real_mean']:.2f}; darkest {n['darkest']:.2f}, real "
        f"{n['real_darkest']:.2f}; white {n['white']:.0%}, real {n['real_white']:.0%}"
    )
    advice = "scale the data to the range of the generator: x / 127.5 - 1 for tanh"
    return Finding("wrong scaling", numbers, advice)


def forgotten_flag(evidence: Evidence) -> Finding | None:
    """Images depend on the flag ``training``: batch normalisation never learnt its averages."""
    if (share := evidence.numbers.get("flag", 0.0)) <= 0.3 or _one_image(evidence.numbers):
        return None
    numbers = f"training=True changes pixels by {share:.2f} of their deviation"
    advice = "call the generator with training=True in the step and training=False afterwards"
    return Finding("forgotten training flag", numbers, advice)


def vanishing(evidence: Evidence) -> Finding | None:
    """The discriminator makes no mistake: nothing reaches the generator."""
    n = evidence.numbers
    right = _accuracy(evidence)
    if not right > 0.97 or _one_image(n) or _near(n):
        return None
    loss = np.mean(evidence.part("d_loss", END))
    numbers = f"the discriminator is right in {right:.0%} of the images, its loss is {loss:.2g}"
    advice = "use the non-saturating loss; give the discriminator a lower rate or fewer steps"
    return Finding("vanishing gradient", numbers, advice)


def small_noise(evidence: Evidence) -> Finding | None:
    """A noise of so few numbers that images lie on a curve or a sheet."""
    n = evidence.numbers
    if n.get("noise_size", 100) > 4 or not _twins(n):
        return None
    numbers = f"the noise has {n['noise_size']:.0f} number(s); {_twin_words(n)}"
    return Finding("noise too small", numbers, "give the noise 32 numbers or more")


def memorised(evidence: Evidence) -> Finding | None:
    """Generated images are nearer to training images than held-out images are."""
    n = evidence.numbers
    if "nearest" not in n:
        return None
    ratio = n["nearest"] / max(n["real_nearest"], 1e-9)
    if ratio > 0.6 and n["copied"] < 0.3 or _one_image(n):
        return None
    numbers = (
        f"the nearest training image is {n['nearest']:.1f} away, for held-out images "
        f"{n['real_nearest']:.1f}; {n['copied']:.0%} look copied"
    )
    return Finding("memorisation", numbers, "train on more images, or stop earlier")


def weak(evidence: Evidence) -> Finding | None:
    """The discriminator cannot tell, and the images are far from the data."""
    right, every = _accuracy(evidence), evidence.part("d_loss", 0)
    if not right < 0.6 or not _far(evidence.numbers):
        return None
    loss = [float(np.mean(evidence.part("d_loss", *part))) for part in ((0, 0.2), (END, 1))]
    # It answers a collapse by bringing its loss down again; a frozen one cannot.
    if loss[1] < HELPLESS and np.std(every) > 0.03 * np.mean(every):
        return None
    numbers = (
        f"the discriminator is right in {right:.0%} of the images, its loss went from "
        f"{loss[0]:.2f} to {loss[1]:.2f} (log 4 is 1.39), and the images are far from the data"
    )
    advice = "see that the discriminator is trained: its rate, its trainable flag, its capacity"
    return Finding("weak discriminator", numbers, advice)


def collapsed(evidence: Evidence) -> Finding | None:
    """The same image again and again, or few classes."""
    n = evidence.numbers
    if "fake_apart" not in n:
        return None
    few = n.get("modes", 10) <= 0.5 * n.get("real_modes", 10)
    few &= not _fooled(evidence) and n.get("largest_class", 0) > 0.5
    if not (_twins(n) or few or n["fake_apart"] < 0.35 * n.get("real_apart", 0)):
        return None
    classes = f"; {n['modes']:.0f} of {n['real_modes']:.0f} classes" if "modes" in n else ""
    advice = "lower the generator's learning rate, or give the discriminator more steps"
    return Finding("mode collapse", _twin_words(n) + classes, advice)


def checkerboards(evidence: Evidence) -> Finding | None:
    """A peak in the spectrum at the frequency of a stride."""
    n = evidence.numbers
    peak = n.get("peak", 1.0) / n.get("real_peak", 1.0)
    uneven = n.get("uneven", 1.0) / n.get("real_uneven", 1.0)
    if peak < 1.8 and uneven < 3:
        return None
    # A few images again and again have a peak somewhere, as many images have not.
    if n.get("fake_apart", 1.0) < 0.25 * n.get("real_apart", 1.0):
        return None
    places = f"the places within a stride vary {uneven:.1f} times as unevenly as real ones"
    if uneven > 1_000:
        places = "some places within a stride never vary"
    numbers = f"{peak:.1f} times the real power at a period of one stride; {places}"
    advice = "make the kernel a multiple of the stride, or resize and convolve"
    return Finding("checkerboards", numbers, advice)


def diverged(evidence: Evidence) -> Finding | None:
    """The best images were made long ago."""
    if len(evidence.scores) < 3:
        return None
    epoch, best = min(evidence.scores, key=lambda pair: pair[1])
    last_epoch, last = evidence.scores[-1]
    if last < 2 * best or last - best < 5 or epoch > 0.8 * last_epoch:
        return None
    numbers = f"Fréchet distance {best:.1f} after epoch {epoch:g}, {last:.1f} after {last_epoch:g}"
    advice = "use the best weights (sample --weights best); lower the rates towards the end"
    return Finding("divergence", numbers, advice)


CHECKS = (
    exploding, constant_noise, diverged, blank, wrong_scale, forgotten_flag, weak, small_noise,
    memorised, checkerboards, vanishing, collapsed,
)  # fmt: skip


def _size(values: np.ndarray) -> float:
    return float(np.median(np.abs(values))) if len(values) else 0.0


def _accuracy(evidence: Evidence) -> float:
    """Mean share of images that the discriminator gets right in the end; NaN for a critic."""
    if evidence.objective == "wasserstein":
        return math.nan
    parts = [evidence.part(key, END) for key in ("real_accuracy", "fake_accuracy")]
    return float(np.mean([part.mean() for part in parts])) if all(map(len, parts)) else math.nan


def _fooled(evidence: Evidence) -> bool:
    """Whether images far from the data pass for real."""
    return _accuracy(evidence) < 0.6 and _far(evidence.numbers)


def _far(n: Mapping[str, float]) -> bool:
    return n.get("frechet", 0.0) > 0.5 * n.get("noise_frechet", math.inf)


def _near(n: Mapping[str, float]) -> bool:
    return n.get("frechet", math.inf) < 0.25 * n.get("noise_frechet", 0.0)


def _alike(n: Mapping[str, float]) -> bool:
    return _near(n) or abs(n["mean"] - n["real_mean"]) < 0.2


def _one_image(n: Mapping[str, float]) -> bool:
    return n.get("fake_apart", 1.0) < 0.02 * n.get("real_apart", 1.0)


def _twins(n: Mapping[str, float]) -> bool:
    return n.get("fake_twin", 1.0) < 0.2 * n.get("real_twin", 1.0)


def _twin_words(n: Mapping[str, float]) -> str:
    real = f", a real one's {n['real_twin']:.2f}" if "real_twin" in n else ""
    return f"an image's twin, the one most like it, is {n['fake_twin']:.2f} away{real}"
