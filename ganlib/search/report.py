"""A search as text and picture: the best architectures, the way there, what counts."""

import optuna
from matplotlib.figure import Figure
from optuna.trial import FrozenTrial, TrialState

from ganlib.evaluation.scores import NOTHING, aligned
from ganlib.search.samplers import results
from ganlib.search.spaces import Space
from ganlib.search.study import Plan, filled, quiet, spent

BEST = 10  # rows of the table
LEAST = 4  # trials, for importances


def line(trial: FrozenTrial, study: optuna.Study, plan: Plan, space: Space) -> str:
    """What a worker says of a trial that ended."""
    ended = results(study)
    best = min((t.value for t in ended if t.value is not None), default=float("inf"))
    score = f"{trial.value:8.2f}" if trial.state == TrialState.COMPLETE else " stopped"
    place = f"{len(filled(study)):>3} of {plan.places}"
    return f"{place}  {score}  best {best:8.2f}  {space.text(trial.params)}"


def table(study: optuna.Study, plan: Plan, space: Space) -> str:
    """The best architectures with their costs, and what all of them have cost."""
    ended = sorted(results(study), key=lambda t: (t.value, t.number))
    rows = [["rank", "architecture", "Fréchet distance", "steps", "CPU seconds"]]
    for rank, trial in enumerate(ended[:BEST]):
        known = trial.user_attrs
        rows.append(
            [str(rank + 1), space.text(trial.params), f"{trial.value:.2f}"]
            + [str(known.get("steps", NOTHING)), str(known.get("seconds", NOTHING))]
        )
    stopped = len(filled(study)) - len(ended)
    again = sum(
        trial.state == TrialState.FAIL and "place" in trial.user_attrs
        for trial in study.get_trials(deepcopy=False)
    )
    about = (
        f"{len(ended)} trials to the end, {stopped} stopped early, {again} that died were tried "
        f"again; {spent(study):,} of {plan.budget:,} steps"
    )
    return f"{aligned(rows)}\n\n{about}"


def importances(study: optuna.Study) -> dict[str, float]:
    """How much of the scores' variance each decision explains, the largest first.

    Only decisions that every trial had to make are compared, such as numbers of layers; Optuna's
    fANOVA. Nothing where there are too few trials or they are all alike.
    """
    ended = results(study)
    if len(ended) < LEAST or len({trial.value for trial in ended}) < 2:
        return {}
    shared = set.intersection(*(set(trial.params) for trial in ended))
    varied = [n for n in ended[0].params if n in shared and len({t.params[n] for t in ended}) > 1]
    if not varied:
        return {}
    with quiet():
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
        return dict(
            optuna.importance.get_param_importances(study, evaluator=evaluator, params=varied)
        )


def picture(study: optuna.Study, title: str = "") -> Figure:
    """Scores in the order in which they came, the best so far, and importances."""
    figure = Figure(figsize=(10, 4), dpi=100, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    values = [trial.value for trial in results(study) if trial.value is not None]
    best = [min(values[: n + 1]) for n in range(len(values))]
    numbers = range(1, len(values) + 1)
    left.plot(numbers, values, "o", alpha=0.6, label="a trial")
    left.step(numbers, best, where="post", linewidth=2, label="best so far")
    left.set(xlabel="trials that ran to their end", ylabel="Fréchet distance", yscale="log")
    left.set_title(title, fontsize=10)
    left.grid(alpha=0.3)
    left.legend()
    shares = importances(study)
    right.barh(list(shares)[::-1], list(shares.values())[::-1])
    right.set(xlabel="share of the variance", title="decisions that count" if shares else "")
    return figure
