"""What every stored notebook promises: its size, its outputs, its badge and its exercises.

The notebooks themselves are run by nbval (``make notebooks``); nothing is trained here.
"""

import contextlib
import io
import json
import os
import re
import statistics
import sys
import warnings
from pathlib import Path

import nbclient
import nbformat
import pytest
import stamp
from store_notebooks import LIBRARY, imports_of, library_cells

from ganlib import recipes
from ganlib.models import layers

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
MEDIAN_LINES = 6
MEGABYTES = 1.5
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|work|tmp|Users|usr|opt|var|mnt|content)/")
BADGE = re.compile(
    r"https://colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/blob/main/(\S+?)\)"
)
EXERCISES = (1, 2, 3)
FULL = os.environ.get("GANLIB_EXERCISES") == "full"
TRAINS = re.compile(r"trial\(|tried\(|train\(|ring\.|steps\(")
SCORES = re.compile(r"registry\.score|neighbours\.|GaussianMixture|drawn\(")  # ten seconds each
SHOWS_LIBRARY = re.compile(r"getsource\(|cli\.main\(\[\"recipes\"|print\(.*\.names\(\)")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells_of(path, kind=None):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if kind in (None, cell["cell_type"])]


def source(cell):
    return "".join(cell["source"])


def lines(cell):
    return [line for line in source(cell).splitlines() if line.strip()]


def tagged(path, tag):
    found = [cell for cell in cells_of(path) if tag in cell["metadata"].get("tags", [])]
    assert len(found) == 1, f"{len(found)} cells with the tag {tag}"
    return source(found[0])


def outputs_of(path):
    return [output for cell in cells_of(path, "code") for output in cell["outputs"]]


def texts_of(output):
    """All that an output shows as text: a stream, a traceback, plain text or HTML."""
    data = output.get("data", {})
    shown = [output.get("text", ""), output.get("traceback", "")]
    shown += [value for kind, value in data.items() if kind.startswith("text/")]
    return ["".join(text) for text in shown]


@every_notebook
def test_half_of_its_code_cells_are_short(path):
    counts = [len(lines(cell)) for cell in cells_of(path, "code") if lines(cell)]
    assert statistics.median(counts) <= MEDIAN_LINES


@every_notebook
def test_it_is_small_enough_to_be_shown(path):
    assert path.stat().st_size <= MEGABYTES * 1e6


@every_notebook
def test_it_is_stored_executed_from_top_to_bottom(path):
    counts = [cell["execution_count"] for cell in cells_of(path, "code") if lines(cell)]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_it_is_stored_without_errors_and_warnings(path):
    for output in outputs_of(path):
        assert output["output_type"] != "error", output.get("evalue")
        assert output.get("name") != "stderr", output["text"]


@every_notebook
def test_what_it_claims_outside_its_exercises_is_right(path):
    for cell in cells_of(path, "code"):
        if "lessons.check(" not in source(cell) or "GANs are easy to train" in source(cell):
            continue  # the latter shows how a wrong answer looks
        if not any("exercise" in tag for tag in cell["metadata"].get("tags", [])):
            told = [text for output in cell["outputs"] for text in texts_of(output)]
            assert "✓ right" in "".join(told) and "✗" not in "".join(told), told


@every_notebook
def test_it_names_no_folder_of_the_machine_it_ran_on(path):
    for cell in cells_of(path):
        assert not MACHINE_PATH.search(source(cell))
    for output in outputs_of(path):
        for text in texts_of(output):
            assert not MACHINE_PATH.search(text), text[:500]


@every_notebook
def test_its_set_up_is_the_same_as_everywhere(path):
    first = source(cells_of(path, "code")[0])
    assert first == source(cells_of(NOTEBOOKS[0], "code")[0])
    assert "\n%" not in first  # such a line would end the lesson as an exported script


@every_notebook
def test_its_badge_opens_this_notebook_of_this_repository(path):
    badges = BADGE.findall(source(cells_of(path)[0]))
    course = re.match(r'COURSE = "(.*)"', source(cells_of(path, "code")[0]))[1]
    assert course == stamp.address()
    slug = course.removeprefix("https://github.com/")
    assert badges == ([(slug, f"notebooks/{path.name}")] if course else [])


def test_whoever_has_no_ganlib_gets_one_sentence(tmp_path):
    cells = [source(cells_of(NOTEBOOKS[0], "code")[0]), "print('not run')"]
    cells[0] = cells[0].replace("import ganlib\n", "import ganlib_that_is_not_there\n")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    folder = {"metadata": {"path": str(tmp_path)}}
    with pytest.raises(nbclient.exceptions.CellExecutionError):
        nbclient.NotebookClient(notebook, kernel_name="python3", resources=folder).execute()
    told = notebook.cells[0].outputs[0].traceback
    assert len(told) == 1 and told[0].startswith(f"{sys.executable} lacks ganlib: choose")
    assert not notebook.cells[1].outputs


@every_notebook
def test_it_links_only_to_what_exists(path):
    for cell in cells_of(path, "markdown"):
        for target in re.findall(r"\]\(([^)#]+)\)", source(cell)):
            if "://" not in target:
                assert (path.parent / target).exists(), target


def solutions_of(path):
    """Exercise number to its solution's code, from the notebook's file in ``solutions/``."""
    text = (path.parent / "solutions" / f"{path.stem}.py").read_text(encoding="utf-8")
    parts = re.split(r"^# %% exercise-(\d+)[^\n]*\n", text, flags=re.MULTILINE)[1:]
    return {int(number): code for number, code in zip(parts[::2], parts[1::2], strict=True)}


def verdicts(path, number, answer):
    """What the check of an exercise prints for an answer, line by line."""
    names = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # it would show under the reader's cell
        for code in (imports_of(cells_of(path)), answer, tagged(path, f"exercise-{number}-check")):
            exec(compile(code, f"{path.stem}, exercise {number}", "exec"), names)
    return [line for line in printed.getvalue().splitlines() if line[:1] in "✓✗"]


def trains(path, number):
    return TRAINS.search(tagged(path, f"exercise-{number}-check"))


def chosen(path, number):
    """Whether this solution is trained here: the first that trains of every third lesson."""
    return NOTEBOOKS.index(path) % 3 == 0 and not any(trains(path, n) for n in range(1, number))


@pytest.fixture
def few_steps(monkeypatch):
    """Trainings of exercises take a twentieth of their steps, unless ``make exercises`` asks."""
    if not FULL:
        monkeypatch.setenv("GANLIB_QUICK_MINUTES", "0.05")


@every_notebook
@pytest.mark.parametrize("number", EXERCISES)
def test_the_starter_of_an_exercise_is_not_yet_right(path, number, few_steps):
    check = tagged(path, f"exercise-{number}-check")
    if not FULL and (TRAINS.search(check) or SCORES.search(check)):
        pytest.skip("it takes as long as its solution does: make exercises")
    told = verdicts(path, number, tagged(path, f"exercise-{number}-starter"))
    assert any("not yet" in line for line in told), told


@every_notebook
@pytest.mark.parametrize("number", EXERCISES)
def test_the_solution_of_an_exercise_is_right_throughout(path, number, few_steps):
    if trains(path, number) and not FULL and not chosen(path, number):
        pytest.skip("some trainings are enough here: make exercises has all")
    told = verdicts(path, number, solutions_of(path)[number])
    assert told
    if FULL or not trains(path, number):
        assert all(line.startswith("✓ right") for line in told), told


@every_notebook
def test_there_is_a_solution_for_every_exercise_and_no_other(path):
    tags = {tag for cell in cells_of(path) for tag in cell["metadata"].get("tags", [])}
    numbers = {int(tag.split("-")[1]) for tag in tags if tag.startswith("exercise-")}
    assert numbers == set(EXERCISES) == set(solutions_of(path))


def library_now(path):
    """What the cells that show the library print today, and what is stored: two lists."""
    cells = library_cells(cells_of(path))
    stored = [
        "".join("".join(o["text"]) for o in cell["outputs"] if o.get("name") == "stdout")
        for cell, _ in cells
    ]
    return [printed for _, printed in cells], stored


@every_notebook
def test_what_it_shows_of_the_library_is_so_today(path):
    printed, stored = library_now(path)
    for now, then in zip(printed, stored, strict=True):
        assert now == then, "renew it: python tools/store_notebooks.py --library"


@every_notebook
def test_cells_that_show_the_library_have_the_tag(path):
    for cell in cells_of(path, "code"):
        if SHOWS_LIBRARY.search(source(cell)):
            assert LIBRARY in cell["metadata"].get("tags", []), source(cell)


def test_a_new_recipe_makes_the_stored_list_stale(monkeypatch):
    (path,) = (path for path in NOTEBOOKS if path.name.startswith("00"))
    monkeypatch.setitem(recipes.RECIPES, "new", recipes.get("mnist-nn"))
    printed, stored = library_now(path)
    assert [now == then for now, then in zip(printed, stored, strict=True)] == [True, False]


def test_changed_source_makes_the_stored_source_stale(monkeypatch):
    (path,) = (path for path in NOTEBOOKS if path.name.startswith("06"))
    monkeypatch.setattr(layers, "logits", layers.plain_copy)
    printed, stored = library_now(path)
    assert [now == then for now, then in zip(printed, stored, strict=True)] == [False]
