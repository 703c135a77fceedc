"""Write the table of lessons, made from the notebooks, into README and lesson 00.

    python tools/lessons.py

A lesson's number and title are its first line, ``# NN · Title``; what it is about is its metadata's
``ganlib.about``. The table stands between two marks, which both pages have.
"""

import json
import re

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


def lessons() -> list[tuple[str, str, str, str]]:
    """Number, file, title and what it is about, of every lesson that exists."""
    found = []
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
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


PARTS = {"README.md": {"lessons": course}}


def with_table(notebook: dict) -> dict:
    """Lesson 00 with the table in the cell that has the marks."""
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if "<!-- lessons: " in text:
            text = replaced(text, "lessons", "lessons", table())
            cell["source"] = text.splitlines(keepends=True)
    return notebook


def main() -> None:
    """Write both pages."""
    renew("lessons", PARTS)
    notebook = with_table(json.loads((ROOT / FIRST).read_text(encoding="utf-8")))
    write_text(ROOT / FIRST, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
