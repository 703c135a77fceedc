"""The lessons in a real browser: what ``make lab`` opens and runs, and a lesson as a page.

It needs Playwright and a Chromium or Chrome of the system's; without them it is skipped.
"""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api")
nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
LESSONS = sorted(LESSON.parent.glob("[0-9]*.ipynb"))
ERRORS = ", ".join(f"[data-mime-type$='{kind}']" for kind in ("jupyter.error", "jupyter.stderr"))
SECONDS, TRAINING = 60, 600
LAPTOP = {"width": 1024, "height": 768}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=LAPTOP)
    context.set_default_timeout(1000 * SECONDS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course with notebooks of its own, for JupyterLab stores what it runs."""
    folder = tmp_path_factory.mktemp("course")
    for path in ROOT.iterdir():
        if path.name != "notebooks" and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


@pytest.fixture(scope="module")
def lab(course, tmp_path_factory):
    """The address of a JupyterLab that is started as ``make lab`` does, with no settings."""
    home = tmp_path_factory.mktemp("jupyter")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    options = shlex.split(re.search(r"jupyter lab (.+)", makefile)[1])
    options += ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    options += ["--IdentityProvider.token=", "--ServerApp.port_retries=0"]
    options += ["--ServerApp.disable_check_xsrf=True"]
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    folders += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = os.environ | {name: str(home / name) for name in folders}
    environment |= {"GANLIB_QUICK_MINUTES": "0.05", "GANLIB_RUNS": str(home / "runs")}
    with open(home / "log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", *options],
            cwd=course,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        address = f"http://127.0.0.1:{port}/"
        for _ in range(4 * SECONDS):
            if server.poll() is not None:
                pytest.fail((home / "log").read_text())
            try:
                urllib.request.urlopen(address + "api").close()
                break
            except OSError:
                time.sleep(0.25)
        yield address
    finally:
        server.terminate()
        server.wait(SECONDS)


def too_wide(page, scope: str) -> list[str]:
    """The tables within `scope` that reach beyond its right edge."""
    return page.eval_on_selector_all(
        f"{scope} table",
        """(tables, scope) => tables.filter(table =>
            table.getBoundingClientRect().right > 1 +
            table.closest(scope).getBoundingClientRect().right).map(table => table.innerText)""",
        scope,
    )


def test_make_lab_opens_the_first_lesson_beside_the_whole_project(page, lab):
    page.goto(lab)
    page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1")
    assert page.url.endswith(LESSON.relative_to(ROOT).as_posix())
    page.wait_for_selector(".jp-DirListing-itemText:has-text('README.md')")
    listed = set(page.locator(".jp-DirListing-itemText").all_inner_texts())
    assert {"README.md", "notebooks", "figures", "data"} <= listed
    assert not too_wide(page, ".jp-Notebook")
    assert page.locator(".jp-Dialog").count() == 0


def open_lesson(page, lab, path: Path) -> int:
    """Open a lesson in JupyterLab, with all its cells; returns how many of them are code."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    page.goto(f"{lab}lab/workspaces/{path.stem}/tree/notebooks/{path.name}")
    every = "document.querySelectorAll('.jp-Notebook .jp-Cell').length"
    page.wait_for_function(f"{every} === {len(cells)}")
    return sum(cell["cell_type"] == "code" for cell in cells)


def assert_nothing_is_wrong(page):
    assert page.locator(f".jp-Notebook :is({ERRORS})").all_text_contents() == []
    assert page.locator(".jp-Dialog").all_inner_texts() == []
    page.wait_for_function("[...document.querySelectorAll('.jp-Notebook img')].every(i => i.width)")


@pytest.fixture
def no_kernels(lab):
    """Ends the kernels that the test has started."""
    yield
    for kernel in json.load(urllib.request.urlopen(lab + "api/kernels")):
        address = f"{lab}api/kernels/{kernel['id']}"
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE")).close()


@pytest.mark.parametrize("path", LESSONS[::3], ids=lambda path: path.stem)
def test_jupyterlab_opens_every_third_lesson(page, lab, no_kernels, path):
    open_lesson(page, lab, path)
    page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1")
    assert_nothing_is_wrong(page)


def test_lesson_01_runs_in_jupyterlab_and_its_sliders_draw_again(page, lab, no_kernels, course):
    (path,) = (course / "notebooks").glob("01_*.ipynb")
    lesson = nbformat.read(path, 4)
    for cell in (cell for cell in lesson.cells if cell.cell_type == "code"):
        cell.outputs, cell.execution_count = [], None  # what is there later was made here
    nbformat.write(lesson, path)
    count = open_lesson(page, lab, path)
    page.click(".lm-MenuBar-itemLabel:text-is('Run')")
    page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
    last = f".jp-CodeCell .jp-InputPrompt:text-is('[{count}]:')"
    page.wait_for_selector(last, state="attached", timeout=1000 * TRAINING)
    assert_nothing_is_wrong(page)
    boxes = page.locator(".jp-OutputArea-output:has(.widget-image)")
    assert boxes.count() == sum("widgets." in cell.source for cell in lesson.cells)
    for box in boxes.all():
        picture = box.locator(".widget-image")
        before = picture.get_attribute("src")
        box.locator("[role=slider]").first.press("ArrowLeft")
        changed = "([image, before]) => image.src !== before && image.complete"
        page.wait_for_function(changed, arg=[picture.element_handle(), before])
    assert_nothing_is_wrong(page)


def as_page(notebook: Path, folder: Path, template: str = "lab") -> str:
    """The address of a notebook that is made a web page."""
    command = ["-m", "nbconvert", "--to", "html", "--template", template]
    command += ["--output-dir", str(folder), str(notebook)]
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return (folder / f"{notebook.stem}.html").as_uri()


@pytest.fixture
def offline(page):
    page.route(re.compile("^https?:"), lambda route: route.abort())
    return page


def test_the_page_of_a_lesson_fits_a_small_screen(offline, tmp_path):
    offline.goto(as_page(LESSON, tmp_path), wait_until="domcontentloaded")
    widths = offline.eval_on_selector_all(".jp-OutputArea img", "all => all.map(i => i.width)")
    assert len(widths) > 8 and max(widths) <= LAPTOP["width"]
    assert not too_wide(offline, ".jp-Cell")
    assert offline.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_pictures_fill_the_page_and_have_texts_and_an_error_is_one_line(offline, tmp_path):
    set_up = next(c for c in nbformat.read(LESSON, 4).cells if c.cell_type == "code").source
    cells = [
        set_up,
        "import numpy as np\nfrom ganlib import errors, figures, lessons",
        "figures.grid(np.zeros((32, 28, 28, 1), np.uint8), columns=16)",
        "figures.loss_curves({'run': [{'images': 1, 'd_loss': 2.0}]}, ['d_loss'])",
        "raise errors.GanlibError('what is wrong: what to do')",
        "print('not run')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    folder = {"metadata": {"path": str(LESSON.parent)}}
    with pytest.raises(nbclient.exceptions.CellExecutionError):
        nbclient.NotebookClient(notebook, kernel_name="python3", resources=folder).execute()
    assert notebook.cells[-2].outputs[0].traceback == ["what is wrong: what to do"]
    assert not notebook.cells[-1].outputs
    file = tmp_path / "page.ipynb"
    nbformat.write(notebook, file)
    # The template "lab", like JupyterLab 4.6 itself, leaves out the texts that a notebook holds.
    offline.goto(as_page(file, tmp_path, "classic"), wait_until="domcontentloaded")
    texts = offline.eval_on_selector_all("img", "all => all.map(image => image.alt)")
    assert texts == ["32 images", "discriminator loss against images seen"]
    share = "image => image.width / image.parentElement.clientWidth"
    assert 0.95 < offline.locator("img").first.evaluate(share) <= 1
