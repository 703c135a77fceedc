"""The doctor: each finding on numbers made by hand, provoked failures, and the command."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ganlib.cli import main
from ganlib.evaluation import doctor, evidence
from ganlib.evaluation.evidence import Evidence
from ganlib.evaluation.metrics.checkerboards import stride_peak, unevenness

HEALTHY = {
    "finite": 1.0, "flag": 0.03, "contrast": 0.6, "darkest": -1.0, "brightest": 1.0, "mean": -0.72,
    "white": 0.07, "peak": 1.05, "fake_apart": 10.0, "fake_twin": 5.5, "noise_size": 32,
    "noise_spread": 1.0, "real_contrast": 0.61, "real_darkest": -1.0, "real_brightest": 0.99,
    "real_mean": -0.73, "real_white": 0.08, "real_peak": 1.0, "real_apart": 10.0, "real_twin": 6.0,
    "nearest": 4.8, "real_nearest": 4.2, "copied": 0.0, "modes": 10, "real_modes": 10,
    "largest_class": 0.13, "frechet": 2.2, "noise_frechet": 144.0,
}  # fmt: skip
"""What the shipped mnist-express has, rounded."""


def rows(d_loss=1.3, g_loss=0.8, real=0.6, fake=0.65):
    """A hundred rows of steps.csv; a pair goes from its first number to its second."""
    columns = {"d_loss": d_loss, "g_loss": g_loss, "real_accuracy": real, "fake_accuracy": fake}
    lines = {key: np.linspace(*np.broadcast_to(value, 2), 100) for key, value in columns.items()}
    return [{key: float(line[i]) for key, line in lines.items()} for i in range(100)]


def case(steps=None, scores=(), objective="non_saturating", **numbers):
    return Evidence(steps or rows(), scores, objective, 50_000, False, HEALTHY | numbers)


FAR = {"frechet": 130.0, "modes": 1, "largest_class": 1.0, "mean": 0.0, "darkest": -0.8}
WINS = rows((0.5, 0.0), (-0.1, 0.0), 1.0, 1.0)
CASES = {
    "exploding": case(rows(d_loss=(-1, -5000)), objective="wasserstein"),
    "constant noise": case(noise_spread=0.0, fake_apart=0.0, fake_twin=0.0),
    "blank images": case(contrast=0.01, mean=-1.0, fake_apart=0.0, fake_twin=0.0),
    "wrong scaling": case(**FAR | {"mean": 0.14, "darkest": -0.1, "contrast": 0.3}),
    "forgotten training flag": case(flag=0.7),
    "vanishing gradient": case(WINS, objective="minimax", **FAR),
    "noise too small": case(noise_size=1, fake_twin=0.04),
    "memorisation": case(nearest=1.2, copied=0.7),
    "mode collapse": case(fake_twin=0.3, fake_apart=3.0, modes=2, largest_class=0.8),
    "weak discriminator": case(  # its loss grows, as it never learns
        rows((1.4, 3.5), 0.1, 0.45, 0.0), **FAR
    ),
    "checkerboards": case(peak=2.5),
    "divergence": case(scores=[(1, 20.0), (2, 8.0), (3, 15.0), (4, 40.0)]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_failure_is_named_first_with_its_numbers_and_advice(name):
    first = doctor.examine(CASES[name])[0]
    assert first.name == name
    assert any(letter.isdigit() for letter in first.numbers) and first.advice


@pytest.mark.parametrize("name", ["noise too small", "memorisation", "mode collapse"])
def test_a_few_images_again_and_again_are_no_checkerboard(name):
    few = replace(CASES[name], numbers=CASES[name].numbers | {"peak": 3.0, "fake_apart": 1.0})
    assert doctor.examine(few)[0].name == name
    assert "checkerboards" not in [finding.name for finding in doctor.examine(few)]


def test_every_check_has_a_case():
    assert len(CASES) == len(doctor.CHECKS)


def test_a_healthy_generator_is_not_accused():
    assert doctor.examine(case()) == []


def test_without_any_numbers_nothing_is_said():
    assert doctor.examine(Evidence()) == []


@pytest.mark.parametrize("name", ["vanishing gradient", "weak discriminator"])
def test_losses_alone_are_no_failure_where_images_are_good(name):
    assert doctor.examine(replace(CASES[name], numbers=HEALTHY)) == []


def test_a_critic_that_grew_a_little_does_not_explode():
    steady = case(rows(d_loss=(-1, -5)), objective="wasserstein")
    assert doctor.examine(steady) == []


def test_infinity_explodes():
    broken = Evidence(rows(), diverged=doctor.not_finite([{"d_loss": float("inf")}]))
    assert doctor.examine(broken)[0].name == "exploding"
    assert not doctor.not_finite(rows())


def test_best_scores_near_the_end_are_no_divergence():
    assert doctor.examine(case(scores=[(1, 40.0), (2, 20.0), (3, 8.0), (4, 9.0)])) == []


def test_little_work_is_a_remark_and_no_finding():
    assert "only 3,200 images" in doctor.little_work(Evidence(images=3_200))
    assert doctor.little_work(Evidence(images=60_000)) == ""


def test_a_pattern_with_the_stride_is_a_peak_and_noise_is_none():
    rng = np.random.default_rng(0)
    smooth = rng.standard_normal((200, 28, 28, 1))
    pattern = smooth.copy()
    pattern[:, ::2] += 1.0
    assert stride_peak(smooth) < 1.3
    assert stride_peak(pattern) > 1.9
    pattern = smooth.copy()
    pattern[:, :, ::4] += 2.0
    assert stride_peak(pattern) > 1.9


def test_gaps_that_a_kernel_leaves_are_uneven():
    noise = np.random.default_rng(0).standard_normal((200, 28, 28, 1))
    assert unevenness(noise) == pytest.approx(1, abs=0.1)
    noise[:, 1::4] *= 0.5
    assert unevenness(noise) == pytest.approx(4, rel=0.1)


@pytest.fixture(scope="module")
def stand_in():
    from ganlib import datasets

    return [datasets.load("mnist", split, stand_in="always") for split in ("train", "test")]


def provoked(stand_in, **options):
    """The names that the doctor gives a small GAN with these options, on the stand-in."""
    from ganlib.lessons import failures

    images = failures.scaled(stand_in[0].images)
    patient = failures.train(options.pop("change", lambda x: x)(images), **options)
    return [finding.name for finding in doctor.examine(patient.evidence(*stand_in))]


def test_constant_noise_is_named_end_to_end(stand_in):
    from ganlib.startup import tf

    assert provoked(stand_in, steps=20, noise=lambda n: tf.ones((n, 32)))[0] == "constant noise"


def test_a_critic_without_a_bound_is_named_end_to_end(stand_in):
    found = provoked(stand_in, steps=150, loss="wasserstein", rates=(3e-3, 5e-3))
    assert found[0] == "exploding"


def test_data_from_0_to_1_are_named_end_to_end(stand_in):
    assert provoked(stand_in, steps=200, change=lambda x: (x + 1) / 2)[0] == "wrong scaling"


def test_the_command_prints_what_it_measured(capsys):
    assert main(["doctor", "pretrained:mnist-express", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["findings"] == [] and told["numbers"]["finite"] == 1.0
    assert main(["doctor", "pretrained:mnist-express"]) == 0
    assert "finding  none" in capsys.readouterr().out


def test_the_command_refuses_what_is_no_run_in_a_sentence(tmp_path, capsys):
    assert main(["doctor", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "holds no run" in told


def test_a_call_in_training_leaves_the_generator_as_it_was():
    from ganlib.runs import pretrained
    from ganlib.runs.sampling import load_system

    system = load_system(pretrained.find("pretrained:mnist-express"))
    inputs = system.draw(np.random.default_rng(0), 50)
    before = system.generate(inputs)
    assert not np.allclose(evidence._made(system, inputs, True), before)
    np.testing.assert_array_equal(system.generate(inputs), before)
