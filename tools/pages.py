"""What the tools share: the parts of pages that they make, each between two marks.

A tool's ``PARTS`` names them: the page, the part, and the function that makes its text.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ganlib.errors import GanlibError
from ganlib.files import write_text

ROOT = Path(__file__).resolve().parent.parent
Parts = Mapping[str, Mapping[str, Callable[[], str]]]


def replaced(old: str, part: str, tool: str, new: str) -> str:
    """A page's text with another text between the marks of a part; both marks must be there."""
    begin, end = f"<!-- {part}: made by tools/{tool}.py -->", f"<!-- end of {part} -->"
    before, begun, rest = old.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise GanlibError(f"the page has no place for {part!r}, from {begin} to {end}")
    return f"{before}{begin}\n{new}\n{end}{after}"


def renew(tool: str, parts: Parts) -> None:
    """Make all parts of a tool and write them into their pages."""
    for page, makers in parts.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        for part, make in makers.items():
            text = replaced(text, part, tool, make())
        write_text(ROOT / page, text)
        print(f"renewed {', '.join(makers)} in {page}")


def processor(record: Mapping[str, Any]) -> str:
    """The cores and the processor of a record, such as ``2 cores (AMD EPYC, AVX2)``."""
    machine = record["machine"]
    kind = ", ".join(filter(None, (machine["processor"], machine.get("instructions"))))
    return f"{machine['cores']} cores ({kind})"
