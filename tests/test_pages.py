"""The pages: what is made is made from the records, links lead somewhere, commands exist."""

import copy
import json
import re
import shlex
from functools import cache
from importlib import import_module as tool  # pytest knows the folder tools/
from pathlib import Path

import pytest

from ganlib import lessons, recipes
from ganlib.cli import arguments
from ganlib.errors import GanlibError

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("[!.]*/*.md")])
MADE = re.compile(
    r"<!-- (?P<part>[\w ]+): made by tools/(?P<tool>\w+)\.py -->\n(.*?)\n<!-- end of (?P=part) -->",
    re.DOTALL,
)
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
MOST_LINES = 90  # of the README


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=named)


def code_of(page: Path) -> str:
    """Everything in blocks and spans of code, a line each."""
    blocks, spans = r"```\w*\n(.*?)```", r"`([^`\n]+)`"
    text = page.read_text(encoding="utf-8")
    found = [
        *re.findall(blocks, text, re.DOTALL),
        *re.findall(spans, re.sub(blocks, "", text, flags=re.DOTALL)),
    ]
    return "\n".join(found)


@cache
def anchors(page: Path) -> set[str]:
    """The addresses of a page's headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_made_part_is_what_its_tool_makes_and_stands_once():
    marked = []
    for page in PAGES:
        for part, name, text in MADE.findall(page.read_text(encoding="utf-8")):
            marked.append((name, named(page), part))
            assert tool(name).PARTS[named(page)][part]() == text, f"run tools/{name}.py"
    made = [
        (name, page, part)
        for name in ("lessons", "glossary", "results", "speed")
        for page, parts in tool(name).PARTS.items()
        for part in parts
    ]
    assert sorted(marked) == sorted(made)


def test_a_text_without_its_marks_is_refused():
    page = "<!-- end of it -->\n<!-- it: made by tools/some.py -->\n"
    with pytest.raises(GanlibError, match="no place for 'it', from <!-- it: made by"):
        tool("pages").replaced(page, "it", "some", "new")


def test_runs_that_were_scored_differently_are_not_put_into_one_table():
    runs = [*lessons.recorded("mnist-baseline"), lessons.reference("svhn-baseline")]
    with pytest.raises(GanlibError, match="differ in judge, real images or number of images"):
        tool("results").evaluations(runs)


def test_what_stands_around_a_made_part_stays():
    page = "a\n<!-- it: made by tools/some.py -->\nold\n<!-- end of it -->\nb\n"
    assert tool("pages").replaced(page, "it", "some", "new") == page.replace("old", "new")


@every_page
def test_its_links_lead_to_files_and_headings_that_exist(page):
    for target in map("".join, LINK.findall(page.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        goal = (page.parent / file).resolve() if file else page
        assert goal.exists(), target
        if anchor:
            assert anchor in anchors(goal), target


@every_page
def test_its_commands_are_understood(page):
    for line in re.findall(r"python -m ganlib ([a-z].*)", code_of(page)):
        try:
            options = arguments.parser().parse_args(shlex.split(line, comments=True))
        except SystemExit as end:
            assert end.code == 0, line  # --help
        else:
            assert getattr(options, "recipe", "NAME") in {*recipes.RECIPES, "NAME"}, line


@every_page
def test_its_programs_and_make_targets_exist(page):
    code = code_of(page)
    for program in re.findall(r"python ((?:tools|benchmarks)/[a-z_]+\.py)", code):
        assert (ROOT / program).is_file(), program
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z-]+)", code, re.MULTILINE):
        assert re.search(rf"^([a-z-]+ )*{target}( [a-z-]+)*:", makefile, re.MULTILINE), target


def test_lesson_00_has_the_table_of_lessons():
    made = tool("lessons")
    first = json.loads((ROOT / made.FIRST).read_text(encoding="utf-8"))
    assert made.with_table(copy.deepcopy(first)) == first
    assert any(made.table() in "".join(cell["source"]) for cell in first["cells"])


def test_a_lesson_that_exists_is_not_still_to_come(monkeypatch):
    made = tool("lessons")
    monkeypatch.setattr(made, "PLANNED", {"00": "there", "99": "not there"})
    assert made.course().endswith("\n\nStill to come: 99 not there.")
    monkeypatch.setattr(made, "PLANNED", {"00": "there"})
    assert made.course() == made.table("notebooks/")


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= MOST_LINES
