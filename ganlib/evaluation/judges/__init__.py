"""The classifiers that score generated images: ``judges.load("mnist")``.

Listing them is quick; TensorFlow is imported when one is loaded.
"""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from ganlib.errors import GanlibError

if TYPE_CHECKING:
    from ganlib.evaluation.judges.judge import Judge

TRAINED = Path(__file__).with_name("trained")
"""The folder of the judges that ship with the package."""


def names() -> list[str]:
    """The judges that ship with the package."""
    return sorted({path.stem for path in TRAINED.glob("*.*") if path.suffix in (".json", ".npz")})


def load(name: str | Path) -> "Judge":
    """Load one of `names`, or the .npz of this path, its .json beside it."""
    path = TRAINED / f"{name}.npz" if str(name) in names() else Path(name)
    if path.suffix != ".npz":
        near = difflib.get_close_matches(str(name), names(), n=1)
        hint = f", did you mean {near[0]!r}?" if near else ""
        choices = ", ".join([*names(), "or the path of a .npz that judge training wrote"])
        raise GanlibError(f"there is no judge {str(name)!r}{hint}: choose from {choices}")
    from ganlib.evaluation.judges import judge

    return judge.load(path)
