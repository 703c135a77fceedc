"""The classifiers that score generated images: ``judges.load("mnist")``.

Listing them is quick; TensorFlow is imported when one is loaded.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ganlib.evaluation.judges.shipped import TRAINED, names

if TYPE_CHECKING:
    from ganlib.evaluation.judges.judge import Judge

__all__ = ["TRAINED", "load", "names"]


def load(name: str | Path) -> "Judge":
    """Load a judge, see `ganlib.evaluation.judges.judge.load`."""
    from ganlib.evaluation.judges import judge

    return judge.load(name)
