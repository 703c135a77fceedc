"""How several measurements of one thing are written."""

import statistics
from collections.abc import Sequence


def median_and_range(values: Sequence[float], digits: int = 2) -> str:
    """Median, least and greatest, such as ``1.70 (1.46 to 1.82)``."""
    numbers = (statistics.median(values), min(values), max(values))
    return "{} ({} to {})".format(*(f"{number:,.{digits}f}" for number in numbers))
