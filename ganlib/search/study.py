"""A search that workers share through a database: they join, leave and die as they like.

The trials of a study are planned when it is made: each has a number, its place in the plan. A
worker takes the next one that waits. A trial whose worker died, as its heartbeat says, waits again
with the same architecture. A place counts once, whoever fills it.
"""

import contextlib
import json
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import optuna
from optuna.exceptions import (
    DuplicatedStudyError,
    ExperimentalWarning,
    UpdateFinishedTrialError,
)
from optuna.storages import BaseStorage, RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from ganlib.errors import GanlibError, first_line
from ganlib.search.samplers import FACTOR, SEARCHERS, pruner, sampler
from ganlib.search.spaces import Space

ENDED = (TrialState.COMPLETE, TrialState.PRUNED)
HEARTBEAT, GRACE = 10, 60  # seconds
ATTEMPTS = 4  # to open a database
PLACE, STEPS = "place", "steps"  # attributes of a trial


@dataclass(frozen=True)
class Plan:
    """What a study costs.

    Attributes
    ----------
    trials : full trainings that are paid for; "halving" makes twice as many and stops most early
    steps : of a full training
    searcher, seed : who searches
    about : what else has to be the same for a worker to join: recipe, data, space
    """

    trials: int
    steps: int
    searcher: str
    seed: int = 0
    about: str = ""

    def __post_init__(self) -> None:
        if self.searcher not in SEARCHERS:
            raise GanlibError(f"unknown searcher {self.searcher!r}: one of {', '.join(SEARCHERS)}")

    @property
    def rungs(self) -> tuple[int, ...]:
        """Steps after which a trial is scored: a quarter, a half, all."""
        return tuple(max(1, self.steps // FACTOR**k) for k in (2, 1, 0))

    @property
    def budget(self) -> int:
        """Steps of all trainings together."""
        return self.trials * self.steps

    @property
    def places(self) -> int:
        """Trials that are planned."""
        return self.trials * (2 if self.searcher == "halving" else 1)


Objective = Callable[[optuna.Trial, Plan], float]
"""Trains what a trial chose; it reports scores at the plan's rungs, less is better, and writes the
steps taken so far into the trial's attribute "steps"."""


class Foreign(Exception):
    """A trial that nobody planned: another worker took the last place first."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Optuna without its notes on what is new."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        warnings.filterwarnings("ignore", message=".*heartbeat.*")
        yield


def storage(url: str, heartbeat: int = HEARTBEAT, grace: int = GRACE) -> RDBStorage:
    """The database at an address of SQLAlchemy, such as ``sqlite:///search.db``."""
    waits = {"connect_args": {"timeout": 60}} if url.startswith("sqlite") else {}
    for attempt in range(ATTEMPTS):
        try:
            with quiet():
                return RDBStorage(
                    url,
                    engine_kwargs=waits,
                    heartbeat_interval=heartbeat,
                    grace_period=grace,
                    heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(),
                )
        except (SQLAlchemyError, ImportError, ValueError, RuntimeError) as error:
            another = isinstance(error, IntegrityError | OperationalError)
            if another and attempt + 1 < ATTEMPTS:  # another worker makes the tables just now
                time.sleep(1.0)
                continue
            raise GanlibError(
                f"the storage {url} cannot be opened ({first_line(error)}): give the address of a "
                "database, such as sqlite:///search.db"
            ) from error
    raise AssertionError("the last attempt returns or raises")


def open_study(store: BaseStorage, name: str, plan: Plan, space: Space) -> optuna.Study:
    """The study of this name, made with its plan if it is not there.

    A study with another plan raises `GanlibError`; only more trials than before are welcome.
    """
    with quiet():
        try:
            study = optuna.create_study(storage=store, study_name=name, direction="minimize")
            study.set_user_attr("plan", json.dumps(asdict(plan)))
        except DuplicatedStudyError:
            study = optuna.load_study(study_name=name, storage=store)
        while "plan" not in study.user_attrs:  # its maker is about to write it
            time.sleep(0.1)
        before = Plan(**json.loads(study.user_attrs["plan"]))
        if asdict(before) | {"trials": 0} != asdict(plan) | {"trials": 0}:
            was, now = asdict(before), asdict(plan)
            other = next(key for key in was if key != "trials" and was[key] != now[key])
            raise GanlibError(
                f"the study {name} has {other} {was[other]!r}, not {now[other]!r}: choose another "
                "--storage, or repeat what it was begun with"
            )
        if plan.trials > before.trials:
            study.set_user_attr("plan", json.dumps(asdict(plan)))
        begun = len(study.get_trials(deepcopy=False))
        study.sampler = sampler(plan.searcher, space, plan.seed, begun)
        study.pruner = pruner(plan.searcher, plan.rungs[0])
        return study


def work(
    study: optuna.Study,
    plan: Plan,
    space: Space,
    objective: Objective,
    told: Callable[[FrozenTrial], None] = lambda trial: None,
) -> None:
    """Run trials until the plan is fulfilled, by this worker and by others.

    Parameters
    ----------
    told : gets each trial that this worker ended
    """

    def run(trial: optuna.Trial) -> float:
        if PLACE not in trial.user_attrs:
            raise Foreign
        value = objective(trial, plan)
        return value if abs(value) < 1e9 else 1e9  # what diverged is worst

    with quiet():
        while True:
            optuna.storages.fail_stale_trials(study)
            trials = study.get_trials(deepcopy=False)
            if len(placed := filled(study)) >= plan.places or spent(study) >= plan.budget:
                return
            if not any(trial.state == TrialState.WAITING for trial in trials):
                running = {t.user_attrs.get(PLACE) for t in trials if t.state == TrialState.RUNNING}
                open_ = [k for k in range(plan.places) if k not in placed and k not in running]
                if not open_:
                    time.sleep(0.5)  # others are at the last ones; one of them may die
                    continue
                _plan(study, plan, space, open_)
            # A worker that was thought dead may come too late: its trial is another's now.
            with contextlib.suppress(UpdateFinishedTrialError):
                study.optimize(
                    run,
                    n_trials=1,
                    catch=(Foreign,),
                    callbacks=[lambda _, trial: _tell(trial, told)],
                )


def _plan(study: optuna.Study, plan: Plan, space: Space, places: list[int]) -> None:
    every = space.every() if plan.searcher == "all" else []
    for place in places:
        study.enqueue_trial(every[place] if every else {}, user_attrs={PLACE: place})


def _tell(trial: FrozenTrial, told: Callable[[FrozenTrial], None]) -> None:
    if trial.state in ENDED:
        told(trial)


def filled(study: optuna.Study) -> dict[int, FrozenTrial]:
    """The trials that ended, one for each place of the plan: the first one, were there two."""
    found: dict[int, FrozenTrial] = {}
    for trial in study.get_trials(deepcopy=False, states=ENDED):
        found.setdefault(trial.user_attrs[PLACE], trial)
    return found


def spent(study: optuna.Study) -> int:
    """Steps that the trials that ended have cost."""
    return sum(trial.user_attrs.get(STEPS, 0) for trial in filled(study).values())
