"""Write the repository's address into badges and set-up cells.

``python tools/stamp.py https://github.com/owner/name`` first writes it to its one place, in
pyproject.toml; without an argument the address that stands there is used. The branch is main.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"


def address() -> str:
    """The repository's address as pyproject.toml has it."""
    return tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["urls"]["Repository"]


def stamp(new: str) -> list[Path]:
    """Replace the address everywhere; returns the files that changed."""
    old = address()
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", new):
        sys.exit(f"{new} is not of the form https://github.com/owner/name")
    slugs = [url.removeprefix("https://github.com/") for url in (old, new)]
    changed = []
    for path in [PROJECT, ROOT / "README.md", *sorted(ROOT.glob("notebooks/**/*.ipynb"))]:
        text = path.read_text(encoding="utf-8")
        stamped = text.replace(f"/{slugs[0]}", f"/{slugs[1]}")
        if stamped != text:
            path.write_text(stamped, encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    for path in stamp(sys.argv[1] if len(sys.argv) > 1 else address()):
        print(f"stamped {path.relative_to(ROOT)}")
