"""Architecture search: spaces, the controller, a toy, workers that die, the command."""

import random
import subprocess
import sys
import time

import numpy as np
import optuna
import pytest
from optuna.storages import InMemoryStorage
from optuna.trial import TrialState
from PIL import Image

from ganlib import cli, recipes
from ganlib.errors import GanlibError
from ganlib.search import report, spaces
from ganlib.search.controller import Controller
from ganlib.search.samplers import SEARCHERS, results
from ganlib.search.spaces import OPTIMUM, TOY, toy
from ganlib.search.study import Plan, filled, open_study, spent, storage, work
from ganlib.search.training import chosen_by

BEST = {"generator layers": 2, "generator 1": 64, "generator 2": 256}
BEST |= {"discriminator layers": 1, "discriminator 1": 256}


def played(trial: optuna.Trial, plan: Plan) -> float:
    """The toy's score; at earlier rungs it is higher by the same for all."""
    score = toy(chosen_by(trial, TOY))
    for number, rung in enumerate(plan.rungs):
        trial.set_user_attr("steps", rung)
        trial.report(score + 2 - number, rung)
        if trial.should_prune():
            raise optuna.TrialPruned
    return score


def searched(searcher, trials, seed=0, store=None, objective=played):
    plan = Plan(trials, 4, searcher, seed)
    study = open_study(store or InMemoryStorage(), searcher, plan, TOY)
    work(study, plan, TOY, objective)
    return study, plan


def test_a_space_has_the_architectures_that_its_numbers_say():
    every = TOY.every()
    assert len(every) == len({TOY.text(one) for one in every}) == (2 + 4 + 8) * (2 + 4)
    assert TOY.text(BEST) == "G 64-256, D 256" and TOY.stacks(BEST)["generator"] == [64, 256]
    assert list(TOY.decisions())[:4] == ["generator layers", *(f"generator {n}" for n in (1, 2, 3))]


@pytest.mark.parametrize("name", spaces.SPACES)
def test_the_deepest_and_the_shallowest_networks_of_a_space_can_be_built(name):
    space, recipe = spaces.space_of(name), recipes.get(name)
    for choose in (min, max):
        chosen = space.complete(lambda _, choices, choose=choose: choose(choices))
        if choose is max:  # deep, and narrow enough for a test
            chosen |= {n: min(c) for n, c in space.decisions().items() if "layers" not in n}
        made = space.applied(recipe, chosen)
        widths = space.stacks(chosen)
        for network, built in made.build().items():
            assert made.networks[network].options[space.option] == widths[network]
            assert built.count_params() > 0
        made.check_generator(made.build()["generator"])  # its images have the recipe's size


def test_the_toy_has_one_optimum_and_it_is_known():
    scores = {TOY.text(one): toy(one) for one in TOY.every()}
    assert min(scores, key=scores.get) == TOY.text(BEST)
    assert TOY.stacks(BEST) == {name: list(stack) for name, stack in OPTIMUM.items()}
    assert sorted(scores.values())[:2] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("searcher", "trials"),
    [("random", 200), ("tpe", 80), ("halving", 200), ("reinforce", 150), ("all", 84)],
)
def test_every_search_finds_the_optimum_of_the_toy_within_its_budget(searcher, trials):
    study, plan = searched(searcher, trials)
    best = min(results(study), key=lambda trial: trial.value)
    assert (best.value, best.params) == (1.0, BEST)
    assert plan.budget - plan.steps < spent(study) <= plan.budget + plan.steps


def chance(controller):
    """How likely the optimum is."""
    so_far, likely = {}, 1.0
    for name, choice in BEST.items():
        choices = TOY.decision(so_far)[1]
        likely *= controller.probabilities(so_far)[list(choices).index(choice)]
        so_far[name] = choice
    return likely


def test_the_controller_learns_and_the_frozen_one_does_not():
    by_chance = 1 / 3 / 4 / 2 / 2
    for frozen in (False, True):
        controller, rng = Controller(TOY, 0, frozen), np.random.default_rng(0)
        assert chance(controller) == pytest.approx(by_chance, rel=0.05)
        for _ in range(150):
            chosen = controller.propose(rng)
            controller.learn(chosen, -np.log(toy(chosen)))
        if frozen:
            assert chance(controller) == pytest.approx(by_chance, rel=0.05)
        else:
            assert chance(controller) > 0.5


def test_a_reward_above_the_average_makes_an_architecture_likelier_and_one_below_rarer():
    for later, sign in ((1.0, 1), (-1.0, -1)):
        controller = Controller(TOY)
        before = chance(controller)
        controller.learn(BEST, 0.0)
        assert chance(controller) == before  # the first reward is the average itself
        controller.learn(BEST, later)
        assert sign * (chance(controller) - before) > 0
        assert controller.baseline == pytest.approx(0.2 * later)


@pytest.mark.parametrize("searcher", ["random", "reinforce"])
def test_a_search_that_goes_on_tries_what_it_would_have_tried(searcher):
    whole, _ = searched(searcher, 12)
    store = InMemoryStorage()
    searched(searcher, 5, store=store)
    halves, _ = searched(searcher, 12, store=store)
    assert [t.params for t in results(halves)] == [t.params for t in results(whole)]


def test_a_finished_study_ends_at_once():
    store = InMemoryStorage()
    searched("random", 3, store=store)
    study, _ = searched("random", 3, store=store, objective=None)  # would fail if it were called
    assert len(results(study)) == 3


def test_a_worker_with_another_plan_is_refused():
    store = InMemoryStorage()
    searched("random", 3, store=store)
    with pytest.raises(GanlibError, match="the study random has steps 4, not 8: choose another"):
        open_study(store, "random", Plan(3, 8, "random"), TOY)
    with pytest.raises(GanlibError, match="unknown searcher 'luck'"):
        Plan(3, 8, "luck")


def test_all_searchers_are_paid_alike():
    budgets = {s: Plan(8, 40, s).budget for s in SEARCHERS}
    assert set(budgets.values()) == {320}
    study, plan = searched("halving", 20)
    stopped = [t for t in filled(study).values() if t.state == TrialState.PRUNED]
    assert stopped and len(filled(study)) > 20
    assert all(t.user_attrs["steps"] < plan.steps for t in stopped)


WORKER = """
import sys, time
from ganlib.search.spaces import TOY, toy
from ganlib.search.study import Plan, open_study, storage, work

def slowly(trial, plan):
    chosen = TOY.complete(lambda name, choices: int(trial.suggest_categorical(name, choices)))
    print("begun", trial.number, flush=True)
    time.sleep(0.4)
    trial.set_user_attr("steps", plan.steps)
    return toy(chosen)

plan = Plan(24, 4, sys.argv[2])
study = open_study(storage(sys.argv[1], heartbeat=1, grace=6), "shared", plan, TOY)
work(study, plan, TOY, slowly)
"""


@pytest.mark.slow
@pytest.mark.parametrize("searcher", ["tpe", "random"])
def test_two_workers_share_a_study_and_killed_ones_lose_nothing(searcher, tmp_path):
    url = f"sqlite:///{tmp_path / 'search.db'}"

    def worker():
        arguments = [sys.executable, "-c", WORKER, url, searcher]
        return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)

    workers = [worker(), worker()]
    for _ in range(2):  # die in the middle of a trial, twice, and come back
        unlucky = workers.pop()
        unlucky.stdout.readline()
        time.sleep(random.uniform(0.0, 0.3))
        unlucky.kill()
        unlucky.wait()
        workers.append(worker())
    for survivor in workers:
        survivor.communicate(timeout=240)
        assert survivor.returncode == 0
    study = optuna.load_study(study_name="shared", storage=url)
    ended = study.get_trials(states=(TrialState.COMPLETE,))
    places = [trial.user_attrs["place"] for trial in ended]
    assert sorted(places) == list(range(24))  # each place once
    died = [t for t in study.get_trials(states=(TrialState.FAIL,)) if t.params and t.user_attrs]
    assert died  # and its architecture was tried again
    for trial in died:
        (again,) = (t for t in ended if t.user_attrs["place"] == trial.user_attrs["place"])
        assert again.params == trial.params


def test_the_table_and_the_picture_name_the_best(tmp_path):
    study, plan = searched("tpe", 40)
    text = report.table(study, plan, TOY)
    assert "G 64-256, D 256" in text.splitlines()[2] and "160 of 160 steps" in text
    assert "40 trials to the end, 0 stopped early" in text
    shares = report.importances(study)
    assert set(shares) <= set(TOY.decisions()) and sum(shares.values()) == pytest.approx(1.0)
    report.picture(study).savefig(tmp_path / "p.png")


def test_importances_of_too_few_trials_are_left_out():
    assert report.importances(searched("random", 2)[0]) == {}


def test_the_command_trains_resumes_and_reports(tmp_path, monkeypatch, capsys):
    few = spaces._space((1, 1), (8, 16), "units")
    monkeypatch.setitem(spaces.SPACES, "review-mlp", few)
    url = f"sqlite:///{tmp_path / 's.db'}"
    command = ["search", "review-mlp", "--steps", "20", "--storage", url, "--data", "synthetic"]
    command += ["--searcher", "random", "--output", str(tmp_path / "p.png")]
    assert cli.main([*command, "--trials", "1"]) == 0
    assert cli.main([*command, "--trials", "2"]) == 0
    out = capsys.readouterr().out
    assert out.count("best ") == 2 and "2 trials to the end" in out and "40 of 40 steps" in out
    assert "SYNTHETIC" in out and Image.open(tmp_path / "p.png").size[0] == 1000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mnist-baseline"], "mnist-baseline has no search space: choose one of review-mlp"),
        (["review-mlp", "--storage", "nowhere"], "the storage nowhere cannot be opened"),
        (["review-mlp", "--output", "a.jpg"], "--output a.jpg must end in .png"),
    ],
)
def test_a_search_that_cannot_begin_says_why(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["search", *arguments, "--data", "synthetic"]) == 2
    assert sentence in capsys.readouterr().err


def test_a_storage_of_a_damaged_file_is_one_sentence(tmp_path):
    (tmp_path / "s.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(GanlibError, match="cannot be opened"):
        storage(f"sqlite:///{tmp_path / 's.db'}")
