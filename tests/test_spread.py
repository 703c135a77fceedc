"""How several measurements are told."""

from ganlib.evaluation.tables import median_and_range


def test_the_middle_comes_first_and_the_ends_are_in_order():
    assert median_and_range([3000.0, 1.0, 2.5], digits=1) == "2.5 (1.0 to 3,000.0)"
    assert median_and_range([0.5, 1.0]) == "0.75 (0.50 to 1.00)"
