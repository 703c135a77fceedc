"""The judges that ship with the package, without TensorFlow."""

from pathlib import Path

TRAINED = Path(__file__).with_name("trained")
"""The folder of the judges that ship with the package."""


def names() -> list[str]:
    """The judges that ship with the package."""
    return sorted({path.stem for path in TRAINED.glob("*.*") if path.suffix in (".json", ".npz")})
