"""Write the repository's address into badges and set-up cells.

``python tools/stamp.py https://github.com/owner/name`` first writes it to its one place, in
pyproject.toml; without an argument the address that stands there is used. The branch is main. As
long as there is no address, notebooks have no badges.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
BADGE = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
URLS = "[project.urls]\nRepository = "


def address() -> str:
    """The repository's address as pyproject.toml has it; nothing where it has none."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    return str(project.get("urls", {}).get("Repository", ""))


def stamp(new: str) -> list[Path]:
    """Write the address everywhere; returns the files that changed."""
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", new):
        sys.exit(f"{new or 'nothing'} is not of the form https://github.com/owner/name")
    changed = []
    for path in [PROJECT, *sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]:
        text = path.read_text(encoding="utf-8")
        stamped = project_with(text, new) if path == PROJECT else notebook_with(text, new, path)
        if stamped != text:
            path.write_text(stamped, encoding="utf-8")
            changed.append(path)
    return changed


def project_with(text: str, new: str) -> str:
    """The project's file with the address in its table of URLs."""
    if URLS in text:
        return re.sub(re.escape(URLS) + r'"[^"]*"', f'{URLS}"{new}"', text)
    return f'{text.rstrip()}\n\n{URLS}"{new}"\n'


def notebook_with(text: str, new: str, path: Path) -> str:
    """A notebook whose badge and set-up cell have the address."""
    notebook = json.loads(text)
    title = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    set_up = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    slug = new.removeprefix("https://github.com/")
    opened = f"https://colab.research.google.com/github/{slug}/blob/main/notebooks/{path.name}"
    lines = [line for line in title["source"] if not line.startswith(BADGE)]
    if len(lines) == len(title["source"]):  # no badge yet
        lines.insert(1, "\n")
    title["source"] = [*lines[:2], f"{BADGE}({opened})\n", *lines[2:]]
    set_up["source"][0] = re.sub('"[^"]*"', f'"{new}"', set_up["source"][0], count=1)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path in stamp(sys.argv[1] if len(sys.argv) > 1 else address()):
        print(f"stamped {path.relative_to(ROOT)}")
