"""What the notebooks share beside the library itself."""

from ganlib.lessons.budget import train
from ganlib.lessons.exercises import check
from ganlib.lessons.references import ROOT, generated_by, grid_of, recorded, reference, strip, told

__all__ = [
    "ROOT", "check", "generated_by", "grid_of", "recorded", "reference", "strip", "told", "train",
]  # fmt: skip
