"""Lesson 21: the table that ships, searches in it, and what the record says of them."""

import numpy as np
import pytest

from ganlib.lessons import architecture_charts, architecture_verdicts, architectures
from ganlib.lessons.architectures import FAMILIES, GAN, Search
from ganlib.search.spaces import OPTIMUM, TOY

SIZES = {"GAN": 84, "cGAN": 36, "DCGAN": 24}


@pytest.fixture(scope="module", params=FAMILIES.values(), ids=FAMILIES)
def family(request):
    return request.param


@pytest.fixture(scope="module")
def known(family):
    return family.table()


def test_the_table_has_every_architecture_once_with_three_rungs(family, known):
    space, steps = family.space, family.steps
    assert sorted(known) == sorted(space.text(one) for one in space.every())
    assert len(known) == SIZES[family.name]
    for rungs in known.values():
        assert [taken for taken, _, _ in rungs] == [steps // 4, steps // 2, steps]
        assert all(a[2] < b[2] for a, b in zip(rungs, rungs[1:], strict=False))


def test_all_searches_of_the_record_have_spent_the_same(family, known):
    found = architectures.record()[family.name]
    assert (found["budget"], found["steps"]) == (family.budget, family.steps)
    assert found["machine"]["instructions"] == "AVX2"
    dearest = max(rungs[-1][2] for rungs in known.values())
    for many in family.searches().values():
        assert len(many) == 20
        for one in many:
            assert family.budget - dearest < one.spent <= family.budget


def test_what_a_search_of_the_record_measured_is_in_the_table(family, known):
    for many in family.searches().values():
        for one in many:
            for text, score, seconds in zip(one.texts, one.scores, one.seconds, strict=True):
                rungs = known[text]
                assert seconds in [at for _, _, at in rungs]
                assert score is None or (score, seconds) == rungs[-1][1:]


@pytest.mark.parametrize("name", ["chance", "halving"])
def test_a_search_of_the_record_can_be_repeated(name, family, known):
    again = architectures.search(architectures.SEARCHES[name], 3, family, known)
    assert again == family.searches()[name][3]


def test_a_search_pays_until_the_next_training_is_too_dear():
    known = {"G 64, D 64": [(1, 9.0, 2.0)], "G 256, D 64": [(1, 5.0, 3.0)]}
    texts = ["G 64, D 64", "G 256, D 64", "G 256, D 64"]
    found = architectures.search_with(lambda tried, _: texts[len(tried)], 0, known, 7.0)
    assert found == Search(tuple(texts[:2]), (9.0, 5.0), (2.0, 3.0))
    assert found.spent == 5.0 and found.best == "G 256, D 64" and found.steps(known) == 2
    np.testing.assert_array_equal(found.best_after([1.0, 2.0, 4.0, 5.0]), [np.nan, 9, 9, 5])


def test_the_fresh_seeds_are_three_of_each_network_that_was_trained(family):
    fresh = family.fresh()
    wanted = {*family.captions.values(), *architecture_verdicts.winners(family.searches())}
    if family is GAN:
        wanted |= {text for ladder in architectures.LADDERS.values() for text in ladder.values()}
    assert all(set(seeds) == {1, 2, 3} for seeds in fresh.values())
    assert set(fresh) == wanted if family is GAN else set(fresh) <= wanted
    assert all(min(seeds.values()) > 0 for seeds in family.fresh("seconds").values())


def test_a_network_of_a_caption_has_its_widths_and_draws_images_of_full_size(family):
    for text in family.captions.values():
        made = family.of(text)
        stacks = [made.networks[n].options[family.space.option] for n in made.networks]
        assert text == ", ".join(
            f"{name} {'-'.join(map(str, stack))}" for name, stack in zip("GD", stacks, strict=True)
        )
        made.check_generator(made.build()["generator"])


def test_the_captions_of_the_dcgan_have_a_quarter_of_the_channels():
    assert all(place.endswith("/ 4") for place in FAMILIES["DCGAN"].captions)


def test_a_search_beats_chance_where_the_intervals_do_not_overlap():
    assert architecture_verdicts.beats([3, 4, 3, 4], [1, 2, 1, 2]) == "beats chance"
    assert architecture_verdicts.beats([1, 2, 1, 2], [3, 4, 3, 4]) == "behind chance"
    assert architecture_verdicts.beats([1, 3, 1, 3], [2, 4, 2, 4]) == "not decided"


def test_a_family_is_told_from_its_record(family):
    text = architecture_verdicts.told(family)
    assert f"{family.name}: {SIZES[family.name]} architectures, {family.steps} steps" in text
    searches, known = family.searches(), family.table()
    for name, many in searches.items():
        best = [known[one.best][-1][1] for one in many]
        chance = [known[one.best][-1][1] for one in searches["chance"]]
        (line,) = (x for x in text.splitlines() if x.strip().startswith(f"{name} "))
        assert f"{np.mean(best):.1f} (" in line
        assert name == "chance" or line.endswith(architecture_verdicts.beats(chance, best))


def test_the_mean_of_the_last_proposals_by_hand():
    tried = [Search(("a",) * n, tuple(map(float, range(n))), (1.0,) * n) for n in (6, 8)]
    means = architecture_verdicts.proposed(tried, last=2)
    assert means == [4.5, 4.5]  # of the sixth trial and the one before


def test_the_picture_has_a_panel_for_each_family():
    figure = architecture_charts.families([*FAMILIES.values()])
    assert [axis.get_title() for axis in figure.axes] == [
        f"{name}, {size} architectures" for name, size in SIZES.items()
    ]


def test_an_interval_and_a_verdict_by_hand():
    mean, low, high = architecture_verdicts.interval([1.0, 2.0, 3.0])
    half = 4.3027 / 3**0.5  # t of two degrees of freedom, times the standard error
    assert (mean, low, high) == pytest.approx((2.0, 2.0 - half, 2.0 + half), rel=1e-4)
    assert architecture_verdicts.verdict([3, 4], [1, 2]) == "helps"
    assert architecture_verdicts.verdict([1, 2], [3, 4]) == "hurts"
    assert architecture_verdicts.verdict([1, 3], [2, 4]) == "not decided"


def test_the_best_of_the_toy_is_its_optimum():
    stacks = TOY.stacks(architectures.TOY_BEST)
    assert {name: tuple(widths) for name, widths in stacks.items()} == OPTIMUM


def test_a_text_becomes_a_recipe_of_these_widths():
    made = GAN.of("G 16-32, D 8")
    assert made.networks["generator"].options["units"] == [16, 32]
    assert made.networks["discriminator"].options["units"] == [8]
    assert made.optimizers["generator"].options["learning_rate"] == architectures.RATE
