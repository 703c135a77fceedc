"""The decks of ``make slides``: how cells become slides, and how slides look in a browser.

The tests in a browser need npm, Playwright and a Chromium; without them they are skipped. They walk
through the opening and two lessons; ``GANLIB_SLIDES=all`` walks through all.
"""

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module as tool  # pytest knows the folder tools/
from pathlib import Path

import pytest
from PIL import Image

from ganlib.errors import GanlibError

nbformat = pytest.importorskip("nbformat")
slides, rules, text = tool("slides"), tool("slide_rules"), tool("slide_text")

ROOT = Path(__file__).resolve().parent.parent
LESSONS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
WALKED = ["opening", *(LESSONS if os.environ.get("GANLIB_SLIDES") == "all" else [*LESSONS][:2])]
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
CAREFUL = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
CAREFUL += ["--disable-background-networking", "--disable-component-update"]


# --- sentences and lines


def sentences(markdown):
    (paragraph,) = (e for e in text.markdown(markdown).children if e.name == "p")
    return text.sentences(paragraph.children)


def test_a_paragraph_falls_into_its_sentences():
    assert sentences("One is here. Two? **Three!** It is $1.5. X$ wide.") == [
        "One is here.",
        "Two?",
        "<strong>Three!</strong>",
        "It is $1.5. X$ wide.",
    ]


@pytest.mark.parametrize(
    "whole",
    [
        "Goodfellow et al. A. B. wrote it",
        "Take one (The chart joins points. The rest is drawn) and go on.",
        'He says: "It works. It does not." so often.',
        "Bold <strong>One. Two.</strong> stays",
        "See $a < b. C$ there",
    ],
)
def test_what_belongs_together_stays_in_one_sentence(whole):
    assert len(sentences(whole)) <= (2 if "A. B." in whole else 1)


def test_tex_counts_as_wide_as_it_is_drawn():
    assert text.length(r"$\theta$") == 1
    assert text.length(r"$\mathrm{softplus}(-a)$") < 16
    assert text.rows("x" * 300, text.WIDTH) > 3


def lines_of(markdown):
    return [line for e in text.markdown(markdown).children for line in text.lines(e)]


LONG = "\n\n".join(["A sentence of some words is here. It is followed by another one."] * 15)


def test_long_text_is_dealt_out_evenly_and_nothing_is_lost():
    lines = lines_of(LONG)
    parts = text.split(lines)
    assert [line for part in parts for line in part] == lines
    heights = [text.height(part) for part in parts]
    assert len(parts) > 2 and max(heights) <= text.ROOM and min(heights) > max(heights) / 2


def test_short_text_is_one_slide():
    assert len(text.split(lines_of("One.\n\nTwo."))) == 1 and text.split([]) == []


def test_a_long_table_is_continued_under_its_head():
    rows = "\n".join(f"| {n} | a row |" for n in range(30))
    parts = text.split(lines_of(f"| number | what |\n|---|---|\n{rows}"))
    assert len(parts) > 1
    assert all(text.render(part).count("<th>number</th>") == 1 for part in parts)


@pytest.mark.parametrize("before", range(1, 16))
def test_a_formula_is_not_parted_from_the_words_before_it(before):
    words = "\n\n".join(["A sentence of its own is here."] * before)
    after = "\n\n".join(["Another one."] * 5)
    parts = text.split(lines_of(f"{words}\n\nSo we have\n\n$$a = b$$\n\n{after}"))
    assert not [part for part in parts if "formula" in part[0].html]


def test_a_list_goes_on_with_its_numbers():
    parts = text.split(lines_of("\n".join(f"{n}. {'word ' * 30}" for n in range(1, 9))))
    assert len(parts) > 1
    assert f'<li value="{len(parts[0]) + 1}">' in text.render(parts[1])


def test_what_is_printed_is_as_large_as_fits_and_never_tiny():
    assert text.letters(["x"])[0] == 22
    assert text.letters(["x" * 100])[0] == 18
    assert text.letters(["x" * 300])[0] == 16
    assert max(map(len, text.wrapped("word " * 60))) <= 114


# --- rules


def png(width=100, height=50, kind="PNG"):
    made = io.BytesIO()
    Image.new("L", (width, height)).save(made, kind)
    return base64.b64encode(made.getvalue()).decode()


def code(source, *outputs, tags=()):
    cell = nbformat.v4.new_code_cell(source, outputs=list(outputs))
    cell.metadata["tags"] = list(tags)
    return cell


def picture(**size):
    data, metadata = {"image/png": png(**size)}, {"image/png": {"alt": "an  alt\ntext"}}
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata)


def printed(words):
    return nbformat.v4.new_output("stream", name="stdout", text=words)


TITLE = "# 07 · A lesson\n\nWhy so? You will\nlearn\n\n- this;\n- that.\n\nTime: an hour."


def deck(*cells, decks=("07", "08")):
    made = nbformat.v4.new_notebook()
    made.cells = [
        cell if not isinstance(cell, str) else nbformat.v4.new_markdown_cell(cell) for cell in cells
    ]
    return rules.Deck(made, "07", decks)


def texts(slide):
    return " ".join(text.plain(line.html) for line in slide.lines)


def test_the_first_cell_is_the_title_and_set_up_is_left_out():
    made = deck(TITLE, code("import os"), code("BUDGET = 1", printed("some")), "## Then\n\nText.")
    title, then = made.slides
    assert made.title == "07 · A lesson" and title.kind == "title"
    assert title.asked == ["Why so?"] and texts(title) == "this; that."
    assert "an hour" in "".join(title.notes)
    assert (then.title, texts(then), then.code) == ("Then", "Text.", "")


def test_a_heading_starts_a_slide():
    made = deck(TITLE, "## One\n\nText.\n\n### Two\n\nMore.\n\n## Three\n\nEnd.")
    assert [slide.title for slide in made.slides[1:]] == ["One", "Two", "Three"]


ASKING = "## See\n\nSomething is so. **What do you expect?** Draw it."
ANSWER = (
    "<details><summary>What there was to see</summary>\n\nIt rises. $a < b$ holds.\n\n</details>"
)


def test_question_picture_and_answer():
    drawing = code("charts.curves(x)", picture())
    more = "This is a sentence.\n\n" * 4
    _, asks, shows, after = deck(TITLE, ASKING, drawing, f"{ANSWER}\n\n{more}").slides
    assert texts(asks).startswith("Something is so. What do you expect?")
    assert asks.lines[-1].group is text.QUESTION
    assert shows.picture.alt == "an alt text" and shows.code == ""
    assert shows.answer == ["It rises.", "$a &lt; b$ holds."]
    assert "charts.curves(x)" in shows.notes[0] and "It rises." in shows.notes[1]
    assert texts(after) == " ".join(["This is a sentence."] * 4)
    page = slides.shown(shows, "")
    assert '<div class="answer fragment"><p>It rises. $a' in page and 'alt="an alt text"' in page


def test_what_is_folded_under_another_heading_is_no_answer():
    later = f"## Later\n\n{ANSWER}"
    shows = deck(TITLE, ASKING, code("charts.curves(x)", picture()), later).slides[-1]
    assert shows.picture and not shows.answer and "It rises." in shows.notes[-1]


def test_an_answer_to_several_pictures_is_a_slide_after_them():
    drawing = code("charts.curves(x)", picture())
    first, second, answer = deck(TITLE, ASKING, drawing, drawing, ANSWER).slides[-3:]
    assert first.picture and second.picture and not first.answer and not second.answer
    assert texts(answer) == "It rises. $a < b$ holds." and "It rises." in second.notes[-1]


def test_code_that_defines_is_shown_before_its_picture():
    teaching = code("def f(x):\n    return x\n\n\nplot(f)", picture(), printed("one\n"))
    _, _, codes, shows = deck(TITLE, ASKING, teaching).slides
    assert codes.code.startswith("def f") and not codes.picture
    assert shows.printed == "one" and shows.asked[0] == "<strong>What do you expect?</strong>"


def test_long_code_is_left_to_the_notes():
    long = code("def f():\n" + "    pass\n" * rules.MOST_LINES, printed("done"))
    shows = deck(TITLE, ASKING, long).slides[-1]
    assert shows.code == "" and shows.printed == "done" and "def f()" in shows.notes[0]


def test_code_that_is_too_high_loses_its_empty_lines():
    many = "\n\n\n".join(f"def f{n}():\n    return {n}" for n in range(rules.MOST_LINES // 2))
    shows = deck(TITLE, ASKING, code(many)).slides[-1]
    assert len(shows.code.splitlines()) == rules.MOST_LINES
    assert text.letters(text.wrapped(shows.code))[1] <= text.ROOM
    few = deck(TITLE, ASKING, code("def f():\n    return 1\n\n\nf()")).slides[-1]
    assert "1\n\nf()" in few.code


def test_much_print_gets_slides_of_its_own():
    made = deck(TITLE, ASKING, code("show()", printed("row\n" * 50)), ANSWER).slides[2:]
    assert [len(slide.printed.splitlines()) for slide in made] == [0, 17, 17, 16]
    assert made[-1].answer and not made[0].answer


def test_a_line_that_only_leads_on_is_for_the_notes():
    leads = f"{ANSWER}\n\nNow look at the other."
    shows, other = deck(TITLE, ASKING, code("x", picture()), leads, code("y", picture())).slides[2:]
    assert shows.picture and other.picture and "Now look" in shows.notes[-1]


def test_a_film_in_html_is_a_picture():
    film = f'<img src="data:image/gif;base64,{png(kind="GIF")}" width="9" alt="a &quot;film&quot;">'
    output = nbformat.v4.new_output("display_data", data={"text/html": film, "text/plain": "x"})
    shows = deck(TITLE, ASKING, code("film()", output)).slides[-1]
    assert shows.picture.alt == 'a "film"' and shows.picture.name.endswith(".gif")
    assert shows.picture.scaled(250, 250) == (200, 100)  # whole pixels
    assert shows.picture.scaled(50, 250) == (50, 25)


def test_a_table_in_an_answer_is_a_slide():
    answer = "<details><summary>S</summary>\n\nSo:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n</details>"
    shows, table = deck(TITLE, ASKING, code("x", picture()), answer).slides[-2:]
    assert table.lines[0].group.kind == "table" and shows.picture


def test_a_film_stays_large_beside_a_long_answer():
    drawn = rules.Picture("a.gif", base64.b64decode(png(464, 232, "GIF")), "")
    for sentence in ("It rises.", "word " * 60):
        page = slides.pictured(rules.Slide("", picture=drawn, answer=[sentence]), slides.ROOM)
        assert 'width="928" height="464"' in page
    assert "answer" not in page


def test_an_exercise_is_a_slide_with_its_starter_and_without_its_check():
    made = deck(
        TITLE,
        "## Exercises\n\nReplace it.\n\n**Exercise 1: one more.** Do it. Then predict.",
        code("x = 0", tags=["exercise-1-starter"]),
        code("check(x)", printed("not yet"), tags=["exercise-1-check"]),
        f"{ANSWER}\n\n**Exercise 2: again.** Do more.",
        code("y = 0", tags=["exercise-2-starter"]),
        "## What you have seen\n\n- this",
    ).slides[1:]
    assert [slide.title for slide in made] == [
        "Exercise 1: one more",
        "Exercise 2: again",
        "What you have seen",
    ]
    assert [slide.code for slide in made] == ["x = 0", "y = 0", ""]
    assert texts(made[0]) == "Do it. Then predict."
    assert "Replace it." in made[0].notes[0] and "It rises." in made[0].notes[1]


def test_answers_of_questions_and_what_to_read_are_notes():
    asked = (
        "1. Why?\n   <details><summary>Answer</summary>\n\n   Because.\n\n   </details>\n2. How?"
    )
    read = "## Read on\n\n- [A paper](https://arxiv.org/abs/1)\n\n**Next:** [08](08_b.ipynb): more."
    (last,) = deck(TITLE, f"## Questions\n\n{asked}\n\n{read}").slides[1:]
    assert texts(last).startswith("Why? How? Next: 08: more.") and "Because" not in texts(last)
    assert "Because." in last.notes[0] and "A paper" in "".join(last.notes)


def test_links_lead_to_decks_or_to_the_web_and_nowhere_else():
    page = text.render(
        deck(TITLE, "[a](08_b.ipynb) [b](99_c.ipynb) [c](../figures/x.png) [d](https://e.org)")
        .slides[1]
        .lines
    )
    assert 'href="08.html"' in page and 'href="https://e.org"' in page and page.count("href") == 2


def test_brackets_around_a_link_that_leads_nowhere_go():
    (slide,) = deck(TITLE, "## So\n\nIt is so ([results](../R.md)). See [it](R.md).").slides[1:]
    assert texts(slide) == "It is so. See it."


def test_the_speaker_is_told_the_minutes():
    slide = rules.Slide("", lines=lines_of("word " * 240))
    assert slide.seconds() == 120
    assert slides.minutes(150) == "2½" and slides.minutes(30) == "½" and slides.minutes(60) == "1"
    assert 'data-timing="120"' in slides.section(slide, "", "", 60, 300)
    assert "2 min. After it 3 of 5 min." in slides.section(slide, "", "", 60, 300)


@pytest.mark.parametrize("size", [(1011, 431), (1020, 797), (1044, 87), (911, 331)])
def test_picture_and_answer_have_room(size):
    drawn = rules.Picture("a.png", base64.b64decode(png(*size)), "")
    page = slides.pictured(rules.Slide("", picture=drawn, answer=["It rises."] * 9), slides.ROOM)
    wide, high = map(int, re.search(r'width="(\d+)" height="(\d+)"', page).groups())
    shown = page.count("It rises.")
    assert shown >= 1
    if "beside" in page:
        assert wide + 32 + slides.COLUMN <= slides.WIDTH and high <= slides.ROOM
    else:
        room = slides.answer_height(["It rises."] * shown, slides.WIDTH) + 12
        assert wide <= slides.WIDTH and high + room <= slides.ROOM


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_becomes_a_deck_without_empty_or_full_slides(name):
    made = rules.Deck(nbformat.read(LESSONS[name], 4), name)
    assert len(made.slides) > 20
    for slide in made.slides[1:]:
        assert slide.title
        assert slide.lines or slide.code or slide.printed or slide.picture, slide
        assert text.height(slide.lines) <= text.ROOM or len(slide.lines) == 1, texts(slide)


def test_the_opening_has_ten_pictures_that_exist():
    chosen = json.loads((slides.PARTS / "opening.json").read_text(encoding="utf-8"))
    names = {entry["lesson"] for entry in chosen}
    decks = {name: rules.Deck(nbformat.read(LESSONS[name], 4), name) for name in names}
    made = slides.opening(decks, chosen)
    assert len({slide.picture.name for slide in made if slide.picture}) == len(chosen) == 10
    with pytest.raises(GanlibError, match="has no picture 99 under 'There'"):
        slides.chosen_picture(next(iter(decks.values())), "There", 99)


def test_without_npm_there_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(slides, "MODULES", tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GanlibError, match="^npm is missing: install Node.js from https://nodejs"):
        slides.fetched()


def test_npm_is_told_fixed_versions_with_checksums():
    wanted = json.loads((slides.PARTS / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((slides.PARTS / "package-lock.json").read_text(encoding="utf-8"))
    for name, version in wanted["dependencies"].items():
        package = locked["packages"][f"node_modules/{name}"]
        assert package["version"] == version and package["integrity"].startswith("sha512-")
        assert any(path.startswith(name) for paths in slides.ASSETS.values() for path in paths)


def test_a_lesson_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(GanlibError, match="there is no lesson 99: there are 00, "):
        slides.build(tmp_path, ["99"])


# --- in a browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """All that make slides makes for the decks that are walked through."""
    if shutil.which("npm") is None:
        pytest.skip("no npm: install Node.js")
    try:
        slides.fetched()
    except GanlibError as error:  # without a network
        pytest.skip(str(error))
    made = tmp_path_factory.mktemp("slides")
    slides.build(made, WALKED[1:])
    return made


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=CAREFUL)
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """A page of 1280 × 720, and what it asked of the network or complained of."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(60_000)
    opened, told = context.new_page(), []
    context.route(
        "**/*", lambda route: route.abort() if is_remote(route.request) else route.continue_()
    )
    context.on("request", lambda request: told.append(request.url) if is_remote(request) else None)
    context.on("console", lambda m: told.append(m.text) if m.type in ("error", "warning") else None)
    context.on("requestfailed", lambda request: told.append(f"failed: {request.url}"))
    opened.on("pageerror", lambda error: told.append(str(error)))
    yield opened, told
    context.close()


def is_remote(request):
    return not request.url.startswith(("file:", "data:", "blob:", "about:"))


READY = "window.Reveal && Reveal.isReady() && document.fonts.status == 'loaded'"
FONTS = """Promise.all(['28px "Source Sans 3"', '20px "Deck Mono"'].map(
  font => document.fonts.load(font))).then(
  found => found.every(faces => faces.length && faces[0].status == "loaded"))"""
PICTURES = "Promise.all([...Reveal.getCurrentSlide().querySelectorAll('img')].map(i => i.decode()))"
WHAT_IS_WRONG = """() => {
  const slide = Reveal.getCurrentSlide(), body = slide.querySelector(".body"), found = [];
  const room = body.getBoundingClientRect();
  const say = (element, what) => found.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  if (body.scrollHeight > body.clientHeight + 1) say(body, "too high");
  if (body.scrollWidth > body.clientWidth + 1) say(body, "too wide");
  const title = slide.querySelector("h2");
  if (title && title.scrollWidth > title.clientWidth) say(title, "title cut off");
  for (const element of body.querySelectorAll("*")) {
    if (element.parentElement.closest(".katex")) continue;  // the inner parts of formulas
    const at = element.getBoundingClientRect();
    if (at.left < room.left - 1 || at.right > room.right + 1) say(element, "beyond a side");
    if (at.top < room.top - 1 || at.bottom > room.bottom + 1) say(element, "beyond an end");
    const least = element.closest("pre, code, .katex") ? 16 : 20;
    if (element.innerText && parseFloat(getComputedStyle(element).fontSize) < least)
      say(element, "too small");
    if (element.matches("img") && !element.naturalWidth) say(element, "no picture");
    if (element.matches(".katex-error")) say(element, "no formula");
  }
  if (!slide.querySelector("aside").innerText && !slide.querySelector("aside").textContent)
    say(slide, "no notes");
  return found;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("name", WALKED)
def test_nothing_is_cut_off_and_no_request_leaves_the_machine(folder, page, name):
    opened, told = page
    opened.goto((folder / f"{name}.html").as_uri())
    opened.wait_for_function(READY)
    count = opened.evaluate("Reveal.getTotalSlides()")
    assert count > 10
    wrong = {}
    for number in range(count):
        opened.evaluate("number => Reveal.slide(number, 0, 99)", number)
        opened.evaluate("document.fonts.ready")
        opened.evaluate(PICTURES)
        if found := opened.evaluate(WHAT_IS_WRONG):
            wrong[number + 1] = found
    assert not wrong
    assert opened.evaluate(FONTS)
    assert "$" not in opened.evaluate(
        "[...document.querySelectorAll('.frame')].map(f => f.innerText).join()"
    )
    assert told == []


@pytest.mark.slow
def test_the_speakers_view_shows_notes_and_minutes(folder, page):
    opened, told = page
    opened.goto((folder / f"{WALKED[1]}.html").as_uri())
    opened.wait_for_function(READY)
    with opened.context.expect_page() as popup:
        opened.keyboard.press("s")
    popup.value.wait_for_selector(".speaker-controls-notes .value:has-text('min. After it')")
    opened.keyboard.press("ArrowRight")
    popup.value.wait_for_selector(".speaker-controls-notes .value:not(:has-text('Estimated'))")
    assert told == []


def test_the_folder_can_be_copied(folder):
    for file in folder.glob("*.html"):
        page = file.read_text(encoding="utf-8")
        for link in re.findall(r'(?:src|href)="([^"]+)"', page):
            if not link.startswith(("https://", "data:")):
                known = (folder / link).is_file() or link.removesuffix(".html") in LESSONS
                assert known, link


def test_the_program_says_what_is_wrong_in_one_line():
    ended = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "slides.py"), "99"], capture_output=True, text=True
    )
    assert ended.returncode == 2 and ended.stderr.startswith("slides: there is no lesson 99")
