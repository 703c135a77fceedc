"""The tournament: its numbers by hand, who may take part, and the command."""

import csv
import dataclasses
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from ganlib import cli, datasets, recipes
from ganlib.datasets import Dataset, pairs
from ganlib.errors import GanlibError
from ganlib.evaluation import tournament
from ganlib.evaluation.league import league
from ganlib.evaluation.metrics.intervals import Score
from ganlib.evaluation.ratings import ELO, Table, mean_of, share
from ganlib.evaluation.tournament import Contestant
from ganlib.lessons import leagues
from ganlib.lessons.trials import changed, train_quietly
from ganlib.startup import keras


def wins(*rates, count=1000):
    """Margins of which a share is above 0."""
    return np.array([[1.0] * round(r * count) + [-1.0] * (count - round(r * count)) for r in rates])


def table_of(real, fooled) -> Table:
    """Discriminators that take these shares of real and of generated images for real."""
    fake = np.stack([wins(*row) for row in fooled])
    return Table(tuple("abcdefgh"[: len(real)]), wins(*real), fake)


def test_wilsons_interval_is_his():
    # 95 % for 81 of 100, by his formula: (p + z²/2n ± z sqrt(pq/n + z²/4n²)) / (1 + z²/n).
    p, n, z = 0.81, 100, 1.959964
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    found = share(np.array([True] * 81 + [False] * 19))
    assert (found.low, found.high) == pytest.approx(
        ((middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)), abs=1e-6
    )
    assert share(np.ones(50, bool)).low < 1.0 == share(np.ones(50, bool)).high


def test_the_interval_of_a_mean_of_two_is_narrower_than_the_wider_one():
    found = mean_of(Score(0.9, 0.86, 0.93, 100), Score(0.5, 0.42, 0.58, 100))
    assert found.value == pytest.approx(0.7)
    assert found.value - found.low == pytest.approx(np.hypot(0.04, 0.08) / 2)


def test_accuracy_is_the_mean_of_both_kinds():
    table = table_of([0.9, 0.6], [[0.2, 0.4], [0.5, 0.1]])
    np.testing.assert_allclose(table.accuracies, [[0.85, 0.75], [0.55, 0.75]])
    assert table.accuracy(0, 1).value == pytest.approx(0.75)
    assert table.fake_accuracy(1, 0).value == pytest.approx(0.5)


def test_gam_by_hand():
    table = table_of([0.9, 0.9], [[0.3, 0.1], [0.4, 0.3]])
    test, samples, winner = table.gam(0, 1)
    assert (test, samples) == pytest.approx((1.0, 100.5 / 400.5))
    assert winner == "a" == table.gam(1, 0)[2]
    assert table.gam(1, 0)[1] == pytest.approx(400.5 / 100.5)


def test_gam_decides_nothing_where_one_discriminator_knows_real_images_better():
    assert table_of([0.9, 0.6], [[0.3, 0.1], [0.4, 0.3]]).gam(0, 1)[2] == "neither"


def test_gmam_by_hand_and_the_sign_of_the_paper():
    # a's images fool nobody and b's fool both: b's generator is the better one.
    table = table_of([0.9, 0.9], [[0.1, 0.6], [0.1, 0.6]])
    assert table.gmam(0, 1) > 0 > table.gmam(1, 0)
    assert table.gmam(0, 1) == pytest.approx(-table.gmam(1, 0))
    low, high = np.log1p(np.exp(-1.0)), np.log1p(np.exp(1.0))  # of a right and a wrong image
    v = [0.9 * low + 0.1 * high + (1 - r) * low + r * high for r in (0.1, 0.6)]
    assert table.gmam(0, 1) == pytest.approx(2 * np.log(v[1] / v[0]))


def test_ratings_find_the_strengths_that_the_games_were_played_with():
    told, made = np.array([150.0, 50.0, -30.0]), np.array([-120.0, 10.0, -60.0])
    chances = 1 / (1 + np.exp(-(told[:, None] - made[None, :]) / ELO))
    table = table_of([1.0, 1.0, 1.0], np.zeros((3, 3)))

    class Played(Table):
        accuracies = chances

    found = Played(*(getattr(table, f.name) for f in dataclasses.fields(table))).ratings(1e-6)
    np.testing.assert_allclose(np.concatenate(found), np.concatenate([told, made]), atol=0.1)


def test_in_a_full_table_the_rating_ranks_as_the_share_of_wins_does():
    rng = np.random.default_rng(0)
    for _ in range(5):
        table = table_of(rng.uniform(0.5, 1, 5), rng.uniform(0, 0.6, (5, 5)))
        by_wins = np.argsort(table.accuracies.mean(axis=0))
        assert table.ranking() == list(by_wins)


def test_a_discriminator_that_is_always_right_has_a_finite_rating():
    told, made = table_of([1.0, 1.0], np.zeros((2, 2))).ratings()
    assert np.isfinite([told, made]).all() and told.min() > made.max()


def test_rows_and_columns_explain_what_they_explain():
    assert leagues.effects(np.array([[1.0, 1.0], [3.0, 3.0]])) == (1.0, 0.0)
    rows, columns = leagues.effects(leagues.REPORT)
    assert rows > 0.9 > 0.1 > columns


@pytest.fixture(scope="module")
def drawn() -> Dataset:
    return datasets.load("mnist", stand_in="always")


@pytest.fixture(scope="module")
def folders(drawn, tmp_path_factory) -> dict[str, str]:
    """Runs of two steps: a GAN, a conditional one and a CycleGAN, of the stand-in for MNIST."""
    small = {"units": [16]}
    found = {}
    for name in ("review-mlp", "review-cgan"):
        recipe = changed(recipes.get(name), generator=small, discriminator=small)
        folder = tmp_path_factory.mktemp(name)
        found[name] = str(train_quietly(recipe, drawn, str(folder), 2).path)
    recipe = recipes.get("coloured-cyclegan")
    recipe = changed(recipe, **dict.fromkeys(recipe.networks, {"filters": 4}))
    both = pairs.load(recipe.dataset, stand_in="always", shape=recipe.image_shape)
    found["cyclegan"] = str(
        train_quietly(recipe, both, str(tmp_path_factory.mktemp("cyclegan")), 2).path
    )
    return found


def test_the_command_leaves_text_table_and_picture(folders, tmp_path, capsys):
    output = tmp_path / "here" / "t.png"
    runs = [*folders.values(), str(tmp_path / "nothing")]
    assert cli.main(["tournament", *runs, "--count", "100", "--output", str(output)]) == 0
    out, err = capsys.readouterr()
    assert "SYNTHETIC" in out and "95 % intervals" in out and "GMAM" in out and "rank" in out
    assert err.count("refused") == 1 and "nothing holds no run" in err
    assert Image.open(output).size[0] > 300
    with open(output.with_suffix(".csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    assert all(0 <= float(r["low"]) <= float(r["accuracy"]) <= float(r["high"]) for r in rows)
    assert len({r["on_real"] for r in rows if r["discriminator"] == rows[0]["discriminator"]}) == 1


def test_the_same_seed_plays_the_same_tournament(folders):
    one, other = (league(list(folders.values()), 100) for _ in range(2))
    np.testing.assert_array_equal(one.table.fake, other.table.fake)
    assert one.frechet == other.frechet


def broken(folder, tmp_path, file="discriminator.keras", cut=300):
    copy = tmp_path / "broken"
    shutil.copytree(folder, copy)
    (copy / file).write_bytes((copy / file).read_bytes()[:cut])
    return str(copy)


def varied(folder, tmp_path, change):
    copy = tmp_path / "varied"
    shutil.copytree(folder, copy)
    record = json.loads((copy / "run.json").read_text("utf-8"))
    change(record)
    (copy / "run.json").write_text(json.dumps(record), "utf-8")
    return str(copy)


def test_foreign_and_damaged_folders_are_refused_in_a_sentence_each(folders, tmp_path):
    good = [folders["review-mlp"], folders["review-cgan"]]

    def refusal(text):
        found = league([*good, text], 100)
        assert len(found.table.names) == 2
        (sentence,) = found.refused
        return sentence

    assert "discriminator.keras is damaged" in refusal(broken(good[0], tmp_path))
    shutil.rmtree(tmp_path / "broken")
    assert "run.json is damaged" in refusal(broken(good[0], tmp_path, "run.json"))
    assert "is given twice" in refusal(good[0])
    assert "was trained on mnist, and this" in refusal("pretrained:lecture-conv")
    assert "has no discriminator" in refusal("pretrained:mnist-vae")
    real = varied(good[0], tmp_path, lambda r: r["data"].update(synthetic=False))
    assert "was trained on mnist, and this tournament is on mnist (SYNTH" in refusal(real)
    shutil.rmtree(tmp_path / "varied")
    critic = varied(good[0], tmp_path, lambda r: r["recipe"].update(objective="wasserstein"))
    assert "has a critic" in refusal(critic)


def test_most_runs_choose_the_data_and_one_alone_is_no_tournament(folders):
    with pytest.raises(GanlibError, match="takes two runs at least that have a discriminator"):
        league([folders["review-mlp"], "pretrained:mnist-vae"])
    with pytest.raises(GanlibError, match="the others were refused"):
        league([folders["review-mlp"], "pretrained:lecture-conv"], 100)
    with pytest.raises(GanlibError, match="99 images say little"):
        league(list(folders.values()), 99)


def test_a_conditional_discriminator_is_told_what_the_judge_sees(drawn, monkeypatch):
    seen = []

    class Reads(Contestant):
        needs_labels = True

        def margins(self, images, labels=None):
            seen.append(labels)
            return np.zeros(len(images), np.float32)

        def images(self, test, count, seed):
            return test.images[:count], None

    from ganlib.evaluation import translation

    monkeypatch.setattr(translation, "classes", lambda images, name: np.full(len(images), 7))
    one = Reads("a", 0.0, (28, 28, 1), None, "generator", None)
    tournament.play([one], drawn, 100)
    real, fake = seen
    places = np.linspace(0, len(drawn) - 1, 100).astype(int)
    np.testing.assert_array_equal(real, drawn.labels[places])
    assert set(fake) == {7}


def test_margins_are_logits_less_the_boundary_and_means_over_patches():
    layers = keras.layers
    pool = keras.Sequential([layers.Input((4, 4, 3)), layers.AveragePooling2D(2)])
    one = Contestant("a", 0.5, (4, 4, 3), None, "generator", pool)
    grey = np.zeros((2, 4, 4, 1), np.uint8)
    grey[1, :2] = 255  # its upper half is white
    np.testing.assert_allclose(one.margins(grey), [-1.5, -0.5], atol=1e-6)


def test_snapshots_are_of_their_moments(drawn):
    small = {"units": [8]}
    recipe = changed(recipes.get("review-mlp"), generator=small, discriminator=small)
    first, last = leagues.grown(recipe, drawn, (1, 3))
    assert (first.name, last.name) == ("review-mlp 1", "review-mlp 3")
    kernels = [one.discriminator.get_weights()[0] for one in (first, last)]
    assert not np.array_equal(*kernels)
    again = leagues.grown(recipe, drawn, (1,))[0]
    np.testing.assert_array_equal(kernels[0], again.discriminator.get_weights()[0])


def record_of(seeds=2):
    """A record of all four models: GAN's images are found out, CycleGAN's fool everybody."""
    names = [f"{recipe}-{seed}" for seed in range(seeds) for recipe in leagues.ORDER]
    n = len(names)
    found_out = [1.0, 0.8, 0.6, 0.5] * seeds
    return {
        "names": names,
        "real": [0.9] * n,
        "generated": [found_out] * n,
        "frechet": [40.0, 30.0, 20.0, 10.0] * seeds,
        "gam": [[[1.0, 1.0, names[min(a, b)]] for b in range(n)] for a in range(n)],
        "gmam": [[0.5 if b > a else -0.5 for b in range(n)] for a in range(n)],
    }


def test_the_lessons_tables_are_those_of_one_seed_each():
    tables = leagues.by_seed(record_of())
    assert tables["accuracy"].shape == tables["generated"].shape == (2, 4, 4)
    np.testing.assert_allclose(tables["generated"][1, 2], [100, 80, 60, 50])
    np.testing.assert_allclose(tables["accuracy"][0, :, 0], 95)
    points = leagues.points(record_of())
    assert points["CycleGAN"] == [(10.0, pytest.approx(30.0))] * 2
    assert len(leagues.pairs_of(record_of(), 1)) == 6


def test_agreement_counts_who_names_the_nearer_generator():
    # GAM names the first of each pair, which is farther; GMAM the second.
    told = leagues.agreement(record_of(3))
    assert "18 pairs: GAM names a winner in 18" in told and "Fréchet distance in 0;" in told
    assert told.endswith("GMAM names that one in 18")


def test_rank_correlations_are_of_each_seed():
    falls = {"ratings": {"generators": [1.0, 2.0, 3.0]}, "frechet": [9.0, 5.0, 1.0]}
    rises = {"ratings": {"generators": [1.0, 2.0, 3.0]}, "frechet": [1.0, 5.0, 9.0]}
    assert leagues.correlations({"seeds": {"0": falls, "1": rises}}) == ["+1.00", "-1.00"]


@pytest.mark.parametrize("shape", [(4, 4), (3, 4, 4)])
def test_a_table_shows_every_number_and_a_range_where_there_are_seeds(shape):
    values = np.linspace(50, 99, int(np.prod(shape))).reshape(shape)
    figure = leagues.tables({"a": values, "b": values}, leagues.MODELS, leagues.MODELS)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert len(figure.axes) == 2 and len(texts) == 16
    assert all(("–" in text) == (len(shape) == 3) for text in texts)


def test_a_discriminator_that_is_taught_old_images_too_stays_what_it_was_elsewhere(drawn):
    small = {"units": [16]}
    recipe = changed(recipes.get("review-mlp"), generator=small, discriminator=small)
    (one,) = leagues.grown(recipe, drawn, (2,))
    before = one.discriminator.get_weights()[0].copy()
    black = np.zeros((64, 28, 28, 1), np.uint8)
    mind = leagues.taught(one, drawn, black, 255 - black, 0.5, 30)
    np.testing.assert_array_equal(one.discriminator.get_weights()[0], before)  # a copy learnt
    assert (mind.margins(black[:4]) < 0).all() and (mind.margins(255 - black[:4]) < 0).all()
    assert (mind.margins(drawn.images[:200]) > 0).mean() > 0.9
