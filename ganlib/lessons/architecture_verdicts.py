"""What the record of lesson 21 says of each family: its searches against chance, its networks."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import t

from ganlib.lessons.architectures import Family, Search


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean of a few numbers and its 95 % interval by Student's t."""
    found = np.asarray(values, float)
    half = t.ppf(0.975, len(found) - 1) * found.std(ddof=1) / np.sqrt(len(found))
    return float(found.mean()), float(found.mean() - half), float(found.mean() + half)


def verdict(before: Sequence[float], after: Sequence[float]) -> str:
    """Whether growing helped, seeds against seeds: it is certain where they do not overlap."""
    if max(after) < min(before):
        return "helps"
    return "hurts" if min(after) > max(before) else "not decided"


RETRAINED = 3
"""Searches of each kind whose best is trained anew."""


def winners(searches: Mapping[str, Sequence[Search]]) -> list[str]:
    """What the first searches of each kind found."""
    return sorted({one.best for many in searches.values() for one in many[:RETRAINED]})


def beats(chance: Sequence[float], other: Sequence[float]) -> str:
    """Whether a search is better than chance: it is certain where the intervals do not overlap."""
    _, low, high = interval(chance)
    _, least, most = interval(other)
    return "beats chance" if most < low else "behind chance" if least > high else "not decided"


def proposed(searches: Sequence[Search], last: int = 5, of: int | None = None) -> list[float]:
    """The mean score of a few proposals, `of` the shortest search, one number for each seed."""
    count = of or min(len(one.scores) for one in searches)
    return [float(np.mean(np.array(one.scores[count - last : count], float))) for one in searches]


def told(family: Family) -> str:
    """What the record says of a family: its searches against chance, and the report's networks."""
    searches, known, fresh = family.searches(), family.table(), family.fresh()
    trials = np.median([len(one.texts) for one in searches["chance"]])
    lines = [
        f"{family.name}: {len(known)} architectures, {family.steps} steps each; "
        f"{family.budget:.0f} CPU seconds a search, which are {trials:.0f} trials by chance"
    ]
    best = {name: [known[one.best][-1][1] for one in many] for name, many in searches.items()}
    for name, values in best.items():
        mean, low, high = interval(values)
        against = "" if name == "chance" else beats(best["chance"], values)
        lines.append(f"  {name:<18}{mean:5.1f} ({low:.1f} to {high:.1f})  {against}".rstrip())
    count = min(len(one.scores) for n in ("controller", "frozen controller") for one in searches[n])
    own, frozen = (
        interval(proposed(searches[name], of=count)) for name in ("controller", "frozen controller")
    )
    learnt = "it has learnt" if own[2] < frozen[1] else "learning is not decided"
    lines.append(
        f"  proposals {count - 4} to {count}: controller {own[0]:.1f} ({own[1]:.1f} to "
        f"{own[2]:.1f}), frozen {frozen[0]:.1f} ({frozen[1]:.1f} to {frozen[2]:.1f}): {learnt}"
    )
    trained = [
        (place, [*fresh[text].values()])
        for place, text in family.captions.items()
        if len(fresh.get(text, ())) > 2
    ]
    if len(trained) > 1:
        (place, first), *others = trained
        steps = [verdict(first, values) for _, values in others]
        counts = ", ".join(f"{steps.count(word)} {word}" for word in sorted(set(steps)))
        share = f"{len(trained)} of {len(family.captions)} networks trained"
        lines.append(f"  the report's steps from {place} ({share}): {counts}")
    return "\n".join(lines)
