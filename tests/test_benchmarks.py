"""The benchmarks' parts: what is counted, that every contestant trains, and the race's picture."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganlib import recipes
from ganlib.errors import GanlibError
from ganlib.recipes import Recipe

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import contestants
import kernels
import race
import readability
import throughput

NOISE = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)
KERAS = [contestants.Tutorial, contestants.KerasFit, contestants.Ganlib]


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (64, 8, 8, 1), dtype=np.uint8)


def weights(contestant) -> list[np.ndarray]:
    variables = contestant.generator.trainable_variables
    return [v.numpy() for v in (*variables, *contestant.discriminator.trainable_variables)]


def test_flops_of_the_baseline_are_those_counted_by_hand():
    # Multiplications with an addition for one image, forwards, layer by layer.
    generator = [100 * 12544, 7 * 7 * 25 * 256 * 128, 7 * 7 * 25 * 128 * 64, 14 * 14 * 25 * 64]
    discriminator = [14 * 14 * 25 * 64, 7 * 7 * 25 * 64 * 128, 7 * 7 * 128]
    # Forwards and both ways back, but none to the noise.
    macs = 3 * sum(generator) - generator[0]
    # Two ways forwards, two back to the weights, three through: one of them to the images.
    macs += 7 * sum(discriminator) - 2 * discriminator[0]
    counted = throughput.flops_per_image(**recipes.get("mnist-baseline").build())
    assert counted == 2 * macs == 451_671_808


def test_flops_of_the_dense_networks_are_those_counted_by_hand():
    macs = 2 * 100 * 128 + 3 * 128 * 784 + 5 * 784 * 128 + 7 * 128
    assert throughput.flops_per_image(**recipes.get("mnist-nn").build()) == 2 * macs


@pytest.mark.parametrize("kind", KERAS)
def test_a_contestant_with_keras_networks_trains_and_generates(kind, tiny_recipe: Recipe, images):
    contestant = kind(tiny_recipe, images, "float32")
    before = weights(contestant)
    losses = contestant.run(2)
    assert np.isfinite(losses).all() and min(losses) > 0.0
    assert all((a != b).any() for a, b in zip(before, weights(contestant), strict=True))
    made = contestant.generate(NOISE)
    assert made.shape == (3, 8, 8, 1) and made.dtype == np.float32
    assert 0.0 < np.abs(made).max() <= 1.0


def test_ganlib_trains_several_steps_in_one_execution(tiny_recipe: Recipe, images):
    alone = contestants.Ganlib(tiny_recipe, images, "float32")
    together = contestants.Ganlib(
        dataclasses.replace(tiny_recipe, steps_per_execution=2), images, "float32"
    )
    assert together.run(2) == pytest.approx(alone.run(2), rel=1e-4)
    assert together.done == alone.done == 2


def test_torch_trains_the_same_networks(tiny_recipe: Recipe, images):
    torch = pytest.importorskip("torch")
    plain = {  # PyTorch's side knows no pixel shuffle
        name: dataclasses.replace(network, options={**network.options, "shuffle": False})
        for name, network in tiny_recipe.networks.items()
    }
    recipe = dataclasses.replace(tiny_recipe, networks=plain)
    contestant = contestants.Torch(recipe, images, "float32", channels_last=True)
    for own, keras_network in zip(
        (contestant.generator, contestant.discriminator), recipe.build().values(), strict=True
    ):
        trainable = sum(int(np.prod(v.shape)) for v in keras_network.trainable_variables)
        assert sum(p.numel() for p in own.parameters()) == trainable
    parameters = [*contestant.generator.parameters(), *contestant.discriminator.parameters()]
    before = [p.detach().clone() for p in parameters]
    assert np.isfinite(contestant.run(2)).all()
    assert not any(torch.equal(a, b) for a, b in zip(before, parameters, strict=True))
    assert contestant.generate(NOISE).shape == (3, 8, 8, 1)


def test_a_wide_network_scales_what_lies_between_its_ends():
    baseline = recipes.get("mnist-baseline")
    for network, ends in zip(baseline.networks.values(), ((28, 28, 1), (1,)), strict=True):
        half = contestants.WideNetwork(network, 0.5).build((28, 28, 1))
        assert half.output_shape == (None, *ends)
        full = network.build((28, 28, 1))
        channels = [layer.output.shape[-1] for layer in full.layers[:-1]]
        assert [layer.output.shape[-1] for layer in half.layers[:-1]] == [c // 2 for c in channels]


def test_the_race_is_drawn_from_its_json(tmp_path, monkeypatch):
    points = [
        {"contestant": name, "seed": seed, "mark": mark, "seconds": mark + 0.5, "frechet": value}
        for name, seed, mark, value in (
            ("tutorial", 0, 5, 90.0),
            ("tutorial", 0, 10, 30.0),
            ("tutorial", 1, 10, 20.0),
            ("tutorial", 2, 10, 28.0),
            ("mnist-baseline", 0, 10, 25.0),
        )
    ]
    source, drawn = tmp_path / "race.json", tmp_path / "race.png"
    source.write_text(race.json.dumps({"points": points, "real_images": 0.1}), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["race", "--from", str(source), "--picture", str(drawn)])
    race.main()
    assert Image.open(drawn).size == (900, 500)


def test_marks_double_and_end_with_the_race():
    assert race.marks_until(60) == [15, 30, 60]
    assert race.marks_until(100) == [15, 30, 60, 100]
    assert race.marks_until(5) == [5]


def test_answers_to_the_page_of_digits_are_counted():
    labels = np.array([3, 1, 4, 1])
    sentence = readability.counted("3 ? 4 7", labels)
    assert sentence == "2 of 4 read as the judge labels them, 1 not read, 1 read otherwise"
    for answers in ("3 1 4", "3 1 4 x", "3 1 4 12", ""):
        with pytest.raises(GanlibError, match="answers for 4 images"):
            readability.counted(answers, labels)


def test_the_page_of_digits_shows_every_image_under_its_number():
    images = np.random.default_rng(0).integers(0, 256, (10, 8, 8, 1), dtype=np.uint8)
    page, shorter = (np.asarray(readability.page(images[:n]).convert("L")) for n in (10, 8))
    assert page.shape[0] > 1.9 * shorter.shape[0] and page.shape[1] == shorter.shape[1]


def test_the_floor_takes_each_operation_where_it_is_quickest(tiny_recipe: Recipe, monkeypatch):
    class Made:
        """A process whose first operation is quicker by one library, the others by the other."""

        def call(self, method, shape):
            if method == "measure":
                first = shape == next(iter(floor.times))
                return {"tensorflow": 1.0, "oneDNN": 0.5 if first else 2.0}

    monkeypatch.setattr(kernels, "sides_for", lambda precision: [Made()])
    floor = kernels.Floor(tiny_recipe, "float32")
    floor.measure()
    floor.measure()
    first, *others = floor.times.values()
    assert floor.seconds() == pytest.approx([0.5 * first + sum(others)] * 2)


def test_large_batches_count_as_many_small_ones(tiny_recipe: Recipe, monkeypatch):
    monkeypatch.setattr(kernels, "sides_for", lambda precision: [])
    one, four = (
        kernels.Floor(
            dataclasses.replace(tiny_recipe, batch_size=k * kernels.MOST), "float32"
        ).times
        for k in (1, 4)
    )
    assert {shape: 4 * times for shape, times in one.items()} == four


def test_distances_between_weights_are_those_of_the_farthest_control():
    class Trained:
        """Moves one weight by 3, and by a little more or less."""

        def __init__(self, more):
            self.more = more

        def call(self, method, name, steps, rounded=None):
            moved = 3 + self.more + (0 if rounded is None else rounded / 100)
            return {0: np.zeros(4), 1: np.array([moved, 0, 0, 0])}

    after = kernels.distance_after("any", 1, [Trained(0), Trained(0.2)])
    assert after["1"] == pytest.approx(
        {"oneDNN": 0.1, "rounding": (kernels.CONTROLS - 1) / 200, "moved": 1.5, "far": 0.25}
    )


def test_a_rounding_changes_half_of_the_weights_by_one_in_their_last_place(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    side = kernels.Steps(None, None, "float32", "oneDNN")
    plain, rounded = (side.weights("mnist-nn", 1, seed) for seed in (None, 0))
    changed = plain[0] != rounded[0]
    assert 0.3 < changed.mean() < 0.6  # zeros, as biases are, stay as they are
    np.testing.assert_allclose(plain[0], rounded[0], rtol=2e-7)
    assert (plain[1] != plain[0]).any()


def test_a_race_goes_on_where_its_record_ends(tmp_path, monkeypatch, capsys):
    began = []

    def one_point(name, seconds, seed, data_dir, score):
        began.append((name, seed))
        point = {"contestant": name, "variant": "", "seed": seed, "mark": 1.0, "seconds": 1.0}
        yield point | {"images": 1, "frechet": 2.0}

    monkeypatch.setattr(race, "scorer", lambda *_: (None, {"judge": "a judge", "data": "images"}))
    monkeypatch.setattr(race, "race", one_point)
    record = tmp_path / "race.json"
    only = ["--only", "mnist-baseline", "mnist-express", "--json", str(record)]
    for seeds in ("1", "2"):
        monkeypatch.setattr("sys.argv", ["race", "--seeds", seeds, *only])
        race.main()
    assert began == [(n, s) for s in (0, 1) for n in ("mnist-baseline", "mnist-express")]
    other = race.json.loads(record.read_text())
    record.write_text(race.json.dumps(other | {"machine": {"cores": 99}}))
    with pytest.raises(GanlibError, match="is of another machine"):
        race.main()
