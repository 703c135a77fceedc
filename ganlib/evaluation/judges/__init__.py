"""The classifiers that score generated images: ``judges.load("mnist")``.

Listing them is quick; TensorFlow is imported when one is loaded.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganlib.evaluation.judges.judge import Judge

TRAINED = Path(__file__).with_name("trained")
"""The folder of the judges that ship with the package."""


def names() -> list[str]:
    """The judges that ship with the package."""
    return sorted({path.stem for path in TRAINED.glob("*.*") if path.suffix in (".json", ".npz")})


def load(name: str | Path) -> "Judge":
    """Load a judge, see `ganlib.evaluation.judges.judge.load`."""
    from ganlib.evaluation.judges import judge

    return judge.load(name)
