"""Write the glossary, made from tools/glossary.toml and the notebooks, into TEACHING.md.

    python tools/glossary.py

The file has the terms, a sentence for each. The tool finds the lesson that introduces a term: the
first, in order of numbers, whose text has the term in **bold** or *italics*.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from lessons import lessons, stored
from pages import ROOT, renew

from ganlib.errors import GanlibError

DATA = ROOT / "tools" / "glossary.toml"
ELSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)  # code, formulas
SET_OFF = re.compile(r"(?<![\w*])(\*\*?)(?![\s*])((?:[^*\n]|\n(?!\s*\n))+?)(?<!\s)\1(?!\*)")


def set_off(notebook: Mapping[str, Any]) -> set[str]:
    """All that a notebook's text has in bold or italics, in small letters."""
    texts = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]
    found = [text for _, text in SET_OFF.findall(ELSE.sub("", "\n\n".join(texts)))]
    return {" ".join(text.split()).strip(".,:;?!()").lower() for text in found}


def introductions(
    terms: Mapping[str, str],
    also: Mapping[str, Sequence[str]],
    found: Sequence[tuple[str, set[str]]],
) -> dict[str, str]:
    """For each term the first lesson that has it, or one of its other names, or its plural.

    Parameters
    ----------
    terms : name and sentence
    also : name to its other names
    found : of each lesson, in order, its name and what it sets off
    """
    unknown = sorted(also.keys() - terms.keys())
    if unknown:
        raise GanlibError(f"other names of what is no term of the glossary: {', '.join(unknown)}")
    first = {}
    for term in terms:
        names = [name.lower() for name in (term, *also.get(term, ()))]
        forms = {name + end for name in names for end in ("", "s")}
        first[term] = next((lesson for lesson, words in found if words & forms), "")
    missing = sorted(term for term, lesson in first.items() if not lesson)
    if missing:
        raise GanlibError(
            f"no lesson introduces {', '.join(missing)}: set it in bold where it is explained"
        )
    return first


def glossary() -> str:
    """TEACHING's glossary: a row for each term, with a link to the lesson that introduces it."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    files = {number: file for number, file, *_ in lessons()}
    found = [(number, set_off(stored(file))) for number, file in files.items()]
    first = introductions(data["terms"], data["also"], found)
    rows = [
        f"| **{term}** | {data['terms'][term]} | [{first[term]}](notebooks/{files[first[term]]}) |"
        for term in sorted(first, key=str.casefold)
    ]
    return "\n".join(["| term | in one sentence | lesson |", "|---|---|---|", *rows])


PARTS = {"TEACHING.md": {"glossary": glossary}}

if __name__ == "__main__":
    renew("glossary", PARTS)
