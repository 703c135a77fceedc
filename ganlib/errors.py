"""The one exception a user should ever read: a sentence that says what is wrong and what to do.

What it quotes comes from files and arguments of others, so it is made harmless here, in one place.
"""

import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

LONGEST_WORD, LONGEST = 400, 2000  # characters of a message: paths are long, digits need not be


def plain(text: str) -> str:
    """The text with control characters as escapes: a terminal obeys none of them."""
    return "".join(
        c
        if c.isprintable() or c in "\n\t" or unicodedata.category(c) == "Zs"
        else c.encode("unicode_escape", "backslashreplace").decode()
        for c in text
    )


def shortened(text: str, word: int = LONGEST_WORD, whole: int = LONGEST) -> str:
    """The text with "…" for what is too long of a word, and of the whole."""
    text = re.sub(rf"\S{{{word},}}", lambda long: long[0][: word - 1] + "…", text)
    return text if len(text) <= whole else text[: whole - 1] + "…"


def shown(value: Any, most: int = 60) -> str:
    """A value as a sentence quotes it: short, and without control characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a whole number of 5,000 digits, a list within itself
        text = f"a {type(value).__name__}"
    return plain(text if len(text) <= most else text[: most - 1] + "…")


def first_line(error: BaseException) -> str:
    """What an error says, in one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


class GanlibError(Exception):
    """Base of every error that ganlib raises on purpose; its text is one line for a terminal."""

    def __init__(self, text: str = "") -> None:
        super().__init__(shortened(plain(str(text))))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows under the cell, in place of the calls that led here."""
        return [str(self)]


def lacking(error: ModuleNotFoundError) -> GanlibError:
    """The error for a Python, such as that of a wrong kernel, in which a package is missing."""
    python, course = sys.executable, Path(__file__).resolve().parent.parent
    return GanlibError(
        f"{python} lacks {error.name}: choose the Python of the course (in a notebook, its "
        f'kernel), or run "{python}" -m pip install -e "{course}"'
    )


class DataError(GanlibError, ValueError):
    """A data file, or an array given as data, is not what it should be."""


class DataNotFound(DataError):
    """A data set is neither in the data folder, nor prepared, nor downloadable here."""
