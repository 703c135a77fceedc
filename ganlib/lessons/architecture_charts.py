"""Charts of lesson 21: searches by their cost, what they propose, winners, ladders."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ganlib.lessons.architecture_verdicts import interval, winners
from ganlib.lessons.architectures import LADDERS, SEARCHES, Family, Search
from ganlib.lessons.charts import POINTS, _legible, _panels

COLOURS = dict(zip(SEARCHES, ("#777777", "#e69f00", "#009e73", "#0072b2", "#cc79a7"), strict=True))


def histories(searches: Mapping[str, Sequence[Search]], lines: Mapping[str, float]) -> Figure:
    """Best so far against CPU seconds, a mean and its interval for each search, and fixed lines.

    Parameters
    ----------
    lines : a name and a score of each horizontal line
    """
    figure, (axis,) = _panels(1, 5.0)
    _histories(axis, searches, lines)
    axis.set_ylabel("Fréchet distance, best so far")
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def _histories(
    axis: Any, searches: Mapping[str, Sequence[Search]], lines: Mapping[str, float]
) -> None:
    budget = max(one.spent for many in searches.values() for one in many)
    moments = np.linspace(0, budget, 61)[1:]
    for name, many in searches.items():
        best = np.array([one.best_after(moments.tolist()) for one in many])
        whole = ~np.isnan(best).any(axis=0)
        mean, low, high = np.array([interval(column) for column in best[:, whole].T]).T
        axis.plot(moments[whole], mean, color=COLOURS[name], linewidth=2.5, label=name)
        axis.fill_between(moments[whole], low, high, color=COLOURS[name], alpha=0.15)
    for number, (name, score) in enumerate(lines.items()):
        axis.axhline(score, color="black", linestyle=("--", ":", "-.")[number % 3], label=name)
    axis.set(xlabel="CPU seconds of training")
    axis.grid(alpha=0.3)


def families(found: Sequence[Family]) -> Figure:
    """A panel for each family: its searches, and networks that were trained with fresh seeds.

    A network stands at the CPU seconds of one training and the mean score of its seeds.
    """
    figure, axes = _panels(len(found), 5.4)
    for axis, family in zip(axes, found, strict=True):
        searches, known = family.searches(), family.table()
        best = min(rungs[-1][1] for rungs in known.values())
        _histories(axis, searches, {"best of the table": best})
        scores, seconds = family.fresh(), family.fresh("seconds")
        groups = {"winners, fresh seeds": ("o", winners(searches))}
        groups["captions, fresh seeds"] = ("*", [*family.captions.values()])
        for label, (marker, texts) in groups.items():
            texts = [text for text in texts if len(scores.get(text, ())) > 2]
            x, y = ([np.mean([*of[t].values()]) for t in texts] for of in (seconds, scores))
            axis.plot(x, y, marker, color="black", markersize=11, label=label, alpha=0.7)
        axis.set(title=f"{family.name}, {len(known)} architectures", yscale="log")
        axis.yaxis.set_major_formatter("{x:.0f}")
        axis.yaxis.set_minor_formatter("{x:.0f}")
    axes[0].set_ylabel("Fréchet distance, best so far")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=POINTS - 1)
    return _legible(figure)


def learning(searches: Mapping[str, Sequence[Search]], least: int = 5) -> Figure:
    """The mean score of what each search proposes, five trials at a time, with its interval."""
    figure, (axis,) = _panels(1, 4.4)
    for name, many in searches.items():
        count = min(len(one.scores) for one in many) // least * least
        rows = [one.scores[:count] for one in many]
        means = np.array(rows, float).reshape(len(rows), -1, least).mean(axis=2)
        mean, low, high = np.array([interval(column) for column in means.T]).T
        places = np.arange(1, len(mean) + 1) * least - (least - 1) / 2
        axis.plot(places, mean, "o-", color=COLOURS[name], linewidth=2.5, label=name)
        axis.fill_between(places, low, high, color=COLOURS[name], alpha=0.2)
    axis.set(xlabel="trial", ylabel=f"Fréchet distance, mean of {least} trials")
    axis.grid(alpha=0.3)
    axis.legend(fontsize=POINTS - 1)
    return _legible(figure)


def ends(groups: Mapping[str, Sequence[float]], xlabel: str) -> Figure:
    """A row for each group: a dot for each score, and the mean with its 95 % interval."""
    figure, (axis,) = _panels(1, 1.4 + 0.5 * len(groups))
    for row, values in enumerate(groups.values()):
        mean, low, high = interval(values)
        shifts = np.linspace(-0.2, 0.2, len(values))
        axis.plot(values, row + shifts, "o", color="#777777", alpha=0.6)
        axis.errorbar(mean, row, xerr=[[mean - low], [high - mean]], fmt="s", capsize=6, color="k")
    axis.set(yticks=range(len(groups)), yticklabels=list(groups), xlabel=xlabel)
    axis.invert_yaxis()
    axis.grid(alpha=0.3)
    return _legible(figure)


def ladders(found: Mapping[str, Mapping[int, float]]) -> Figure:
    """A panel for each of `LADDERS`: seeds as dots, means with 95 % intervals."""
    figure, axes = _panels(len(LADDERS), 4.2)
    for axis, (title, ladder) in zip(axes, LADDERS.items(), strict=True):
        known = {rung: list(found[text].values()) for rung, text in ladder.items() if text in found}
        spans = np.array([interval(values) for values in known.values()])
        places = np.arange(len(known))
        mean, low, high = spans.T
        axis.errorbar(places, mean, yerr=(mean - low, high - mean), capsize=5, linewidth=2.5)
        for place, values in zip(places, known.values(), strict=True):
            axis.plot([place] * len(values), values, "o", color="#777777", alpha=0.7)
        axis.set(xlabel=title, xticks=places, xticklabels=list(known))
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("Fréchet distance")
    return _legible(figure)
