"""What lesson 20 times, and what it reads from the records of the benchmarks."""

import time

import numpy as np
import pytest

from ganlib import recipes
from ganlib.lessons import clock, records, roofline
from ganlib.models import flops


def test_the_quicker_call_has_the_larger_speed_up_in_every_round():
    ratios = clock.speed_up(lambda: time.sleep(0.02), lambda: time.sleep(0.002), rounds=4)
    assert len(ratios) == 4
    assert min(ratios) > 2


def test_a_call_against_itself_has_a_range():
    ratios = clock.speed_up(call := lambda: sum(range(1000)), call, rounds=6)
    assert len(set(ratios)) > 1


def test_a_call_that_is_timed_has_been_made_once_before():
    calls = []
    assert clock.quickest(lambda: calls.append(1), calls=3) < 1
    assert len(calls) == 4


@pytest.fixture(scope="module")
def found():
    return clock.costs(recipes.get("mnist-express").build(), batch_size=2)


def test_every_product_and_every_kind_of_other_layer_is_timed_once(found):
    names = [cost.name for cost in found]
    assert len(set(names)) == len(names)
    assert [name for name in names if "Dense" in name] == [
        "G  Dense 32 to 256",
        "G  Dense 256 to 1568",
        "D  Dense 1568 to 128",
        "D  Dense 128 to 1",
    ]
    assert {"G  batch norm, 3 of them", "G  pixel shuffle", "D  pixel shuffle"} <= set(names)
    assert all(cost.seconds > 0 for cost in found)


def test_the_operations_of_a_layer_are_three_passes_for_each_image(found):
    networks = recipes.get("mnist-express").build()
    forward = sum(o.macs for o in flops.operations(**networks) if o.what == "forward")
    assert sum(cost.flop for cost in found) == 2 * 3 * 2 * forward


def test_the_chart_of_costs_has_a_bar_for_each_layer_on_both_sides(found):
    left, right = clock.cost_chart(found).axes
    assert len(left.patches) == len(right.patches) == len(found)
    for axis in (left, right):
        assert sum(bar.get_width() for bar in axis.patches) == pytest.approx(100)
    assert [label.get_text() for label in left.get_yticklabels()] == [cost.name for cost in found]


def test_a_ratio_is_drawn_as_its_median_and_its_range():
    rows = {"a trick": {"one": [0.5, 2.0, 1.5], "two": [1.0]}, "another": {"two": [3.0]}}
    figure = clock.ratio_chart(rows, "speed")
    drawn = {tuple(line.get_xdata()) for line in figure.axes[0].lines}
    assert {(0.5, 2.0), (1.5,), (3.0, 3.0), (1.0, 1.0)} <= drawn
    assert [text.get_text() for text in figure.legends[0].texts] == ["one", "two"]


def test_speeds_are_measured_for_every_width_and_every_batch():
    speeds = clock.convolutions([2, 3], batch_size=1)
    assert all(len(values) == 2 and min(values) > 0 for values in speeds.values())
    panels = clock.batches(recipes.get("mnist-nn"), [2, 4])
    images, steps = (next(iter(panel.values())) for panel in panels.values())
    assert [i / s for i, s in zip(images, steps, strict=True)] == pytest.approx([2, 4])


def test_the_race_ends_with_the_last_mark_of_each_contestant(capsys):
    race = records.read("race-bfloat16")
    ends = records.race_ends(race)
    assert {len(runs) for runs in ends.values()} == {3}
    assert {run["mark"] for runs in ends.values() for run in runs} == {60.0}
    records.print_race(race)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("race-bfloat16: 2 cores, ")
    assert [line.split()[0] for line in lines[2:]] == list(ends)
    assert max(map(len, lines)) < 90


def test_a_trick_that_was_taken_out_has_its_ratio_turned_round():
    record = {
        "ideas": {"a": "taken out: one", "b": "two"},
        "recipes": {"x": {"a": [0.5, 0.25], "b": [0.5]}},
    }
    rows = records.tried_rows(record, ["x"])
    assert rows == {"one": {"x": [2.0, 4.0]}, "two": {"x": [0.5]}}


def test_speeds_over_the_tutorials_come_by_workload_and_kind_of_processor():
    rates = {
        "tutorial float32": [10.0, 20.0],
        "torch": [9.0, 9.0],
        "tutorial, oneDNN": [10, 40],
        "ganlib float32 (auto)": [12, 30],
    }
    record = {"workloads": {"mlp": {"batch_size": 64, "images_per_second": rates}}}
    rows = records.throughput_rows({"AVX2": record})
    assert rows == {
        "mlp, batch 64": {"AVX2: ganlib float32": [1.2, 1.5], "AVX2: tutorial, oneDNN": [1, 2]}
    }


def operation(**changed):
    seconds = {"tensorflow": [2e-3, 4e-3, 3e-3], "oneDNN": [1e-3]}
    kind = {
        "operation": "forward",
        "macs": 3e6,
        "images": 2,
        "large": (4, 4, 8),
        "small": (4, 4, 2),
    }
    return {**kind, "kernel": (3, 3, 8, 2), "seconds": seconds, **changed}


def test_a_roof_has_a_ring_and_a_dot_for_each_operation_of_some_size():
    assert roofline.intensity(operation()) == 6e6 / (4 * (2 * (128 + 32) + 144))
    assert roofline.speed(operation(), "tensorflow") == pytest.approx(2.0)
    found = [operation(), operation(operation="input gradient", macs=9e6), operation(macs=1e4)]
    bounds = {"gflops": 100.0, "gbytes": 10.0}
    figure = roofline.roofline({"one core": bounds, "recipes": {"a": found}}, ["a"])
    (axes,) = figure.axes
    drawn = [line.get_ydata() for line in axes.lines if line.get_linestyle() == "None"]
    assert np.ravel(drawn) == pytest.approx([2, 6, 6, 18])
    assert list(axes.lines[0].get_ydata()) == [10, 100, 100]
    assert {"forward", "input gradient", "the roof"} <= {
        t.get_text() for t in figure.legends[0].texts
    }


def test_an_ablation_is_sorted_and_holds_the_recipe_itself():
    rows = records.ablation_rows(records.read("ablation-mnist-express"))
    medians = [sorted(values)[1] for values in rows.values()]
    assert medians == sorted(medians)
    assert "the recipe itself" in rows and "nothing" not in rows
