"""Lesson 21: the table that ships, searches in it, and what the record says of them."""

import numpy as np
import pytest

from ganlib.lessons import architectures
from ganlib.lessons.architectures import SPACE, Search
from ganlib.search.spaces import OPTIMUM, TOY


@pytest.fixture(scope="module")
def known():
    return architectures.table()


@pytest.fixture(scope="module")
def record():
    return architectures.record()


def test_the_table_has_every_architecture_once_with_three_rungs(known):
    assert sorted(known) == sorted(SPACE.text(one) for one in SPACE.every()) and len(known) == 84
    for rungs in known.values():
        assert [steps for steps, _, _ in rungs] == [160, 320, 640]
        assert all(a[2] < b[2] for a, b in zip(rungs, rungs[1:], strict=False))


def test_all_searches_of_the_record_have_spent_the_same(known, record):
    dearest = max(rungs[-1][2] for rungs in known.values())
    for many in architectures.from_record(record).values():
        assert len(many) == 20
        for one in many:
            assert record["budget"] - dearest < one.spent <= record["budget"]


def test_what_a_search_of_the_record_measured_is_in_the_table(known, record):
    for many in architectures.from_record(record).values():
        for one in many:
            for text, score, seconds in zip(one.texts, one.scores, one.seconds, strict=True):
                rungs = known[text]
                assert seconds in [at for _, _, at in rungs]
                assert score is None or (score, seconds) == rungs[-1][1:]


@pytest.mark.parametrize("name", ["chance", "halving"])
def test_a_search_of_the_record_can_be_repeated(name, known, record):
    searcher = architectures.SEARCHES[name]
    again = architectures.search(searcher, 3, known, record["budget"])
    assert again == architectures.from_record(record)[name][3]


def test_a_search_pays_until_the_next_training_is_too_dear():
    known = {"G 64, D 64": [(1, 9.0, 2.0)], "G 256, D 64": [(1, 5.0, 3.0)]}
    texts = ["G 64, D 64", "G 256, D 64", "G 256, D 64"]
    found = architectures.search_with(lambda tried, _: texts[len(tried)], 0, known, 7.0)
    assert found == Search(tuple(texts[:2]), (9.0, 5.0), (2.0, 3.0))
    assert found.spent == 5.0 and found.best == "G 256, D 64" and found.steps(known) == 2
    np.testing.assert_array_equal(found.best_after([1.0, 2.0, 4.0, 5.0]), [np.nan, 9, 9, 5])


def test_the_fresh_seeds_are_three_of_each_network(record):
    fresh = architectures.fresh()
    wanted = set(architectures.CAPTIONS.values())
    wanted |= {text for ladder in architectures.LADDERS.values() for text in ladder.values()}
    for many in architectures.from_record(record).values():
        wanted |= {one.best for one in many[:3]}
    assert wanted == set(fresh) and all(set(seeds) == {1, 2, 3} for seeds in fresh.values())


def test_an_interval_and_a_verdict_by_hand():
    mean, low, high = architectures.interval([1.0, 2.0, 3.0])
    half = 4.3027 / 3**0.5  # t of two degrees of freedom, times the standard error
    assert (mean, low, high) == pytest.approx((2.0, 2.0 - half, 2.0 + half), rel=1e-4)
    assert architectures.verdict([3, 4], [1, 2]) == "helps"
    assert architectures.verdict([1, 2], [3, 4]) == "hurts"
    assert architectures.verdict([1, 3], [2, 4]) == "not decided"


def test_the_best_of_the_toy_is_its_optimum():
    stacks = TOY.stacks(architectures.TOY_BEST)
    assert {name: tuple(widths) for name, widths in stacks.items()} == OPTIMUM


def test_a_text_becomes_a_recipe_of_these_widths():
    made = architectures.of("G 16-32, D 8")
    assert made.networks["generator"].options["units"] == [16, 32]
    assert made.networks["discriminator"].options["units"] == [8]
    assert made.optimizers["generator"].options["learning_rate"] == architectures.RATE
