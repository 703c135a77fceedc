"""Write the table of lessons into README and lesson 00, and that of minutes into TEACHING.md.

    python tools/lessons.py

Both are made from the notebooks. A lesson's number and title are its first line, ``# NN · Title``;
what it is about is its metadata's ``ganlib.about``. The minutes to read are those of its "Time:",
the computer's are its metadata's ``ganlib.seconds``, which ``tools/store_notebooks.py`` measures.
Each table stands between two marks.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pages import ROOT, renew, replaced

from ganlib.errors import GanlibError
from ganlib.files import write_text

FIRST = "notebooks/00_start_here.ipynb"
PLANNED = {
    "01": "what is a GAN",
    "02": "MLP-GAN",
    "03": "losses",
    "04": "convolutions",
    "14": "claims",
    "15": "when GANs fail",
    "16": "Fashion-MNIST",
    "17": "conditional GAN",
    "18": "InfoGAN",
    "19": "CycleGAN",
    "21": "architecture search",
    "22": "cross validation",
    "23": "faces",
}
"""Number and title of lessons to come; one that has a file is no longer called so."""
KINDS = ("AVX2", "AVX-512, bfloat16")
"""The kinds of processor that always have a column of minutes; others have one once measured."""
READING = re.compile(r"\bTime:(?:\*\*)?\s+(.+?)\s+to read", re.DOTALL)
SPELT = {"half an hour": 30, "three quarters of an hour": 45, "an hour": 60}


def stored(file: str) -> dict[str, Any]:
    """A notebook, as it is stored."""
    return json.loads((ROOT / "notebooks" / file).read_text(encoding="utf-8"))


def lessons() -> list[tuple[str, str, str, str]]:
    """Number, file, title and what it is about, of every lesson that exists."""
    found = []
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        notebook = stored(path.name)
        head = "".join(notebook["cells"][0]["source"]).partition("\n")[0]
        match = re.fullmatch(r"# (\d\d) · (.+)", head)
        if not match or match[1] != path.name[:2]:
            raise GanlibError(f"{path.name} does not begin with '# {path.name[:2]} · Title'")
        found.append((match[1], path.name, match[2], notebook["metadata"]["ganlib"]["about"]))
    return found


def table(folder: str = "") -> str:
    """The table in Markdown, with links to files in `folder`."""
    rows = [f"| [{n}]({folder}{file}) | {title} | {about} |" for n, file, title, about in lessons()]
    return "\n".join(["| lesson | | |", "|---|---|---|", *rows])


def course() -> str:
    """README's map: the table, and a line for the lessons to come."""
    there = {number for number, *_ in lessons()}
    missing = [f"{number} {title}" for number, title in PLANNED.items() if number not in there]
    to_come = [f"Still to come: {' · '.join(missing)}."] if missing else []
    return "\n\n".join([table("notebooks/"), *to_come])


def minutes_to_read(head: str) -> int:
    """The minutes that a lesson's first cell asks of a reader: "Time: 45 minutes to read"."""
    found = READING.search(head)
    words = found[1].lower() if found else ""
    number = re.fullmatch(r"(?:about )?(\d+) minutes", words)
    if not number and words not in SPELT:
        known = ", ".join(["45 minutes", *SPELT])
        raise GanlibError(f"no minutes in 'Time: {words} to read'; write one of {known}")
    return int(number[1]) if number else SPELT[words]


def minutes_table(rows: Sequence[tuple[str, int, Mapping[str, float]]]) -> str:
    """A lesson's link and title, minutes to read, seconds by kind of processor: in Markdown."""
    measured = {kind for *_, seconds in rows for kind in seconds}
    kinds = [*KINDS, *sorted(measured.difference(KINDS))]
    heads = ["lesson", "", "minutes to read", *(f"to run on {kind}" for kind in kinds)]
    lines = ["| " + " | ".join(heads) + " |", "|---|---|---:|" + "---:|" * len(kinds)]
    for name, reading, seconds in rows:
        cells = [f"{seconds[kind] / 60:.1f}" if kind in seconds else "–" for kind in kinds]
        lines.append(f"| {name} | {reading} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def minutes() -> str:
    """TEACHING's table: the minutes that a lesson takes a reader, and a computer."""
    rows = []
    for number, file, title, _ in lessons():
        notebook = stored(file)
        try:
            reading = minutes_to_read("".join(notebook["cells"][0]["source"]))
        except GanlibError as error:
            raise GanlibError(f"{file}: {error}") from None
        seconds = notebook["metadata"]["ganlib"].get("seconds", {})
        rows.append((f"[{number}](notebooks/{file}) | {title}", reading, seconds))
    return minutes_table(rows)


PARTS = {"README.md": {"lessons": course}, "TEACHING.md": {"minutes": minutes}}


def with_table(notebook: dict) -> dict:
    """Lesson 00 with the table in the cell that has the marks."""
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if "<!-- lessons: " in text:
            text = replaced(text, "lessons", "lessons", table())
            cell["source"] = text.splitlines(keepends=True)
    return notebook


def main() -> None:
    """Write all pages."""
    renew("lessons", PARTS)
    notebook = with_table(json.loads((ROOT / FIRST).read_text(encoding="utf-8")))
    write_text(ROOT / FIRST, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
