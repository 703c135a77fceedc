"""The lecturer's page: its glossary, its minutes, its notes on each lesson and its syllabi."""

import json
import re
import tomllib
from pathlib import Path

import glossary
import lessons
import nbformat
import pytest
import store_notebooks

from ganlib.errors import GanlibError

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
EXISTING = {number: (file, title) for number, file, title, _ in lessons.lessons()}
COMING = {number for number in lessons.PLANNED if number <= "04"}
TERMS = tomllib.loads(glossary.DATA.read_text(encoding="utf-8"))["terms"]
NOTES = dict(re.findall(r"^### (\d\d · .+)\n\n((?:\* .+\n)+)", PAGE, re.MULTILINE))
WEEKS = {"Four": 4, "Eight": 8, "Fourteen": 14}


def headings(file: str) -> set[str]:
    cells = lessons.stored(file)["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return {head for text in texts for head in re.findall(r"^#{2,3} (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("number", EXISTING)
def test_a_lesson_has_its_three_lines_and_they_name_headings_that_it_has(number):
    file, title = EXISTING[number]
    lines = NOTES[f"{number} · {title}"].splitlines()
    starts = ["* **Show**: ", "* **Ask**: ", "* **Stumble**: "]
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts
    named = [re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", line[2:]) for line in lines]
    assert named[0], "what to show is under a heading"
    assert {head for heads in named for head in heads} <= headings(file)


def test_nobody_is_told_about_a_lesson_that_nobody_writes():
    assert {head[:2] for head in NOTES} <= EXISTING.keys() | COMING


@pytest.mark.parametrize(("name", "weeks"), WEEKS.items())
def test_a_syllabus_has_its_weeks_and_only_lessons_that_exist(name, weeks):
    _, _, rest = PAGE.partition(f"### {name} weeks\n")
    table = rest.strip().partition("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]
    assert [row[0] for row in rows] == [str(week + 1) for week in range(weeks)]
    for _, numbers, lecture, home in rows:
        in_words = set(re.findall(r"\b\d\d\b", f"{lecture} {home}"))
        assert {*numbers.split(", "), *in_words} <= EXISTING.keys() | COMING
        assert lecture and home


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_explained_in_one_sentence(term):
    assert TERMS[term].endswith(".") and ". " not in TERMS[term]


def notebook(*texts: str) -> dict:
    return {"cells": [{"cell_type": "markdown", "source": [text]} for text in texts]}


def test_what_is_in_bold_or_italics_is_found_and_code_and_formulas_are_not():
    text = "A *critic*, two **time\nscales**.\n\n* a **Mode:**\n* $a*b*c$ and `x *y* z`, 2 * 3 * 4"
    assert glossary.set_off(notebook(text)) == {"critic", "time scales", "mode"}
    assert glossary.set_off(notebook("```\n*no*\n```\n", "an *end\n\nof* nothing")) == set()


def test_a_term_is_introduced_by_the_first_lesson_that_sets_it_off():
    found = [("00", {"noise"}), ("05", {"modes", "noise"}), ("07", {"clip", "mode"})]
    terms = {"noise": "", "mode": "", "clipping": ""}
    first = glossary.introductions(terms, {"clipping": ["clip"]}, found)
    assert first == {"noise": "00", "mode": "05", "clipping": "07"}


def test_a_term_that_no_lesson_introduces_is_named():
    with pytest.raises(GanlibError, match="no lesson introduces fog, mode: set it in bold"):
        glossary.introductions({"mode": "", "fog": "", "noise": ""}, {}, [("00", {"noise"})])
    with pytest.raises(GanlibError, match="no term of the glossary: fog"):
        glossary.introductions({}, {"fog": ["mist"]}, [])


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("**Time:** half an hour to read. The computer", 30),
        ("Time: 45 minutes to read.", 45),
        ("**Time:** an hour to read; the", 60),
        ("**Time:** about 50 minutes\nto read.", 50),
    ],
)
def test_the_minutes_to_read_are_those_of_the_lesson(words, minutes):
    assert lessons.minutes_to_read(f"# 99 · Title\n\n{words}") == minutes


def test_a_lesson_without_minutes_to_read_is_refused():
    with pytest.raises(GanlibError, match="no minutes in 'Time: some days to read'; write one"):
        lessons.minutes_to_read("**Time:** some days to read")


def test_the_table_of_minutes_has_a_column_for_each_kind_and_dashes():
    rows = [("[98](98) | A", 30, {}), ("[99](99) | B", 60, {"AVX2": 95, "AVX-512": 30})]
    head, *lines = lessons.minutes_table(rows).splitlines()
    kinds = "| to run on AVX2 | to run on AVX-512, bfloat16 | to run on AVX-512 |"
    assert head == f"| lesson |  | minutes to read {kinds}"
    assert lines == [
        "|---|---|---:|---:|---:|---:|",
        "| [98](98) | A | 30 | – | – | – |",
        "| [99](99) | B | 60 | 1.6 | – | 0.5 |",
    ]


def test_storing_on_another_kind_of_machine_adds_its_time_and_keeps_the_rest():
    kept = {"about": "digits", "seconds": {"AVX2": 200, "other": 1}}
    again = store_notebooks.with_seconds(kept, "AVX-512, bfloat16", 60.4)
    assert again == {
        "about": "digits",
        "seconds": {"AVX-512, bfloat16": 60, "AVX2": 200, "other": 1},
    }
    assert store_notebooks.with_seconds(again, "AVX2", 99.0)["seconds"]["AVX2"] == 99
    assert store_notebooks.with_seconds({}, "", 2.0) == {"seconds": {"other": 2}}
    assert kept["seconds"] == {"AVX2": 200, "other": 1}


def test_times_of_stored_notebooks_are_whole_seconds():
    for file, _ in EXISTING.values():
        seconds = lessons.stored(file)["metadata"]["ganlib"].get("seconds", {})
        assert all(isinstance(value, int) and value > 0 for value in seconds.values())
        assert json.dumps(seconds) == json.dumps(dict(sorted(seconds.items())))


def test_an_imitated_processor_adds_seconds_and_leaves_what_is_stored(tmp_path, monkeypatch):
    monkeypatch.setattr(store_notebooks.devices, "instructions", lambda: "AVX2, imitated")
    cells = [nbformat.v4.new_code_cell("print(sum(i % 7 for i in range(20_000_000)))")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "slow.ipynb")
    store_notebooks.store_imitated(tmp_path / "slow.ipynb")
    stored = nbformat.read(tmp_path / "slow.ipynb", 4)
    assert not stored.cells[0].outputs
    assert 1 <= stored.metadata["ganlib"]["seconds"]["AVX2, imitated"] <= 60
