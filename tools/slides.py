"""Turn lessons into reveal.js decks that need no network: ``python tools/slides.py``.

Decks go to ``build/slides``: ``07.html`` and so on, ``opening.html`` with ten pictures of the
course, and ``index.html``, which lists them. The folder can be copied. Numbers of lessons may be
given; by default all decks are made. How cells become slides is said in ``slide_rules.py``.
"""

import html
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import matplotlib
import nbformat
import slide_text as text
from nbconvert.filters import Highlight2HTML
from pages import ROOT
from slide_rules import A_LOOK, WORDS_A_MINUTE, Deck, Picture, Slide
from slide_text import ROOM, WIDTH, plain

from ganlib.errors import GanlibError
from ganlib.files import write_text

PARTS = ROOT / "tools" / "slides"
"""Templates, the style, the packages of npm, and what the opening deck shows."""
OUTPUT = ROOT / "build" / "slides"
MODULES = ROOT / "build" / "npm"
FONTS = "@fontsource/source-sans-3"
ASSETS = {
    "": (
        "reveal.js/dist/reset.css",
        "reveal.js/dist/reveal.css",
        "reveal.js/dist/reveal.js",
        "reveal.js/dist/plugin/notes.js",
        "katex/dist/katex.min.css",
        "katex/dist/katex.min.js",
        "katex/dist/contrib/auto-render.min.js",
        *(f"{FONTS}/{weight}{style}.css" for weight in (400, 600) for style in ("", "-italic")),
    ),
    "fonts": ("katex/dist/fonts/*.woff2",),
    "files": (f"{FONTS}/files/*-400-*.woff2", f"{FONTS}/files/*-600-*.woff2"),
}
"""What a deck takes of npm's packages, by the folder in its assets."""
COLUMN = 330
"""The least width of the words beside a picture."""
HOOK = 10
"""Rows that a title has for its hook and for what you will learn."""
COURSE = "Generative adversarial networks"
OPENING = "Ten pictures to begin with"


def fetched() -> Path:
    """The folder of npm's packages, fetched where they are not there yet in these versions."""
    MODULES.mkdir(parents=True, exist_ok=True)
    wanted = {name: (PARTS / name).read_bytes() for name in ("package.json", "package-lock.json")}
    there = {name: MODULES / name for name in wanted}
    done = MODULES / "node_modules" / ".package-lock.json"
    if done.is_file() and all(there[n].read_bytes() == text for n, text in wanted.items()):
        return MODULES / "node_modules"
    npm = shutil.which("npm")
    if npm is None:
        raise GanlibError("npm is missing: install Node.js from https://nodejs.org, then try again")
    for name, content in wanted.items():
        there[name].write_bytes(content)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    ended = subprocess.run(command, cwd=MODULES, capture_output=True, text=True)
    if ended.returncode:
        told = ended.stderr.replace("npm error", "").strip().splitlines() or ["npm ci failed"]
        why = next((row for row in told if not row.strip().startswith("code ")), told[0])
        raise GanlibError(f"npm could not fetch reveal.js and KaTeX: {why.strip()}")
    return MODULES / "node_modules"


def copy_assets(folder: Path) -> None:
    """Put scripts, styles and fonts into a folder."""
    modules = fetched()
    for place, patterns in ASSETS.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        for file in (file for pattern in patterns for file in modules.glob(pattern)):
            shutil.copy(file, folder / place)
    for package in ("reveal.js", "katex", FONTS):
        shutil.copy(modules / package / "LICENSE", folder / f"LICENSE-{Path(package).name}")
    shutil.copy(Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSansMono.ttf"), folder)
    shutil.copy(PARTS / "deck.css", folder)


def block(content: str, code: bool) -> str:
    """Code, or printed text, in letters as large as fit."""
    rows = text.wrapped(content)
    if not content:
        return ""
    size = text.letters(rows)[0]
    kind = "code" if code else "printed"
    shown = html.escape("\n".join(rows))
    if code:
        marked = Highlight2HTML(pygments_lexer="python3")("\n".join(rows))
        shown = marked[marked.index("<pre>") + 5 : marked.rindex("</pre>")].strip("\n")
    return f'<pre class="highlight {kind}" style="font-size:{size}px">{shown}</pre>'


def answer_height(sentences: Sequence[str], width: float) -> float:
    """The height of sentences of an answer, one after the other in letters of 26 pixels."""
    return text.rows(plain(" ".join(sentences)), width - 28, 0.92) * 35 + 4 if sentences else 0


def fitting(sentences: Sequence[str], room: float, width: float) -> list[str]:
    """The first sentences, as many as fit into a height; a formula of its own ends them."""
    count = 0
    while count < len(sentences) and "$$" not in sentences[count]:
        if answer_height(sentences[: count + 1], width) > room:
            break
        count += 1
    return list(sentences[:count])


def fragment(sentences: Sequence[str]) -> str:
    """Sentences that appear when the speaker presses a key."""
    shown = " ".join(sentences)
    return f'<div class="answer fragment"><p>{shown}</p></div>' if shown else ""


def pictured(slide: Slide, room: float) -> str:
    """A picture above or beside its answer: whichever leaves it larger."""
    assert slide.picture
    film = slide.picture.name.endswith(".gif")  # has few sizes: its answer takes what is left
    usual = answer_height(["x"] * 2, WIDTH) + 35 * (not film)
    first = fitting(slide.answer, usual, WIDTH) or slide.answer[: not film]
    strip = answer_height(first, WIDTH) + 12 if first else 0
    below = slide.picture.scaled(WIDTH, room - strip)
    beside = slide.picture.scaled(WIDTH - COLUMN - 32, room)
    column = WIDTH - beside[0] - 32
    if not slide.answer or below[0] >= beside[0] or not fitting(slide.answer, room, column):
        size, where = below, ""
        words = fragment(fitting(slide.answer, room - below[1] - 12, WIDTH))
    else:
        size, where = beside, " beside"
        asked = f"<p>{' '.join(slide.asked)}</p>" if slide.asked else ""
        left = room - answer_height(slide.asked, column - 60) - 50 if asked else room
        question = f'<div class="question">{asked}</div>'
        if not asked or not fitting(slide.answer, left, column):
            left, question = room, ""
        words = question + fragment(fitting(slide.answer, left, column))
    image = (
        f'<img{" class=film" * film} src="pictures/{slide.picture.name}"'
        f' width="{size[0]}" height="{size[1]}" alt="{html.escape(slide.picture.alt)}">'
    )
    told = f'<div class="words">{words}</div>' if words else ""
    return f'<div class="picture{where}">{image}{told}</div>'


def hooks(slide: Slide) -> list[str]:
    """The first sentences of a title's hook that have room above what you will learn."""
    rows = [text.rows(plain(sentence), 1060, 30 / 24) for sentence in slide.asked]
    room = HOOK - len(slide.lines)
    return [s for n, s in enumerate(slide.asked) if sum(rows[: n + 1]) <= room]


def title_page(slide: Slide, title: str) -> str:
    """The title, its hook and what you will learn."""
    number, _, name = title.rpartition(" · ")
    hook = "".join(f"<p>{sentence}</p>" for sentence in hooks(slide))
    learn = f'<div class="learn"><p>You will learn</p>{text.render(slide.lines)}</div>'
    lesson = f"Lesson {number}" if number else COURSE
    return (
        f'<div class="number">{lesson}</div><h1>{html.escape(name)}</h1>'
        f'<div class="hook">{hook}</div>{learn if slide.lines else ""}'
    )


def shown(slide: Slide, title: str) -> str:
    """What a slide shows below its title."""
    if slide.kind == "title":
        return title_page(slide, title)
    parts = [text.render(slide.lines), block(slide.code, True), block(slide.printed, False)]
    used = text.height(slide.lines)
    for content in filter(None, (slide.code, slide.printed)):
        used += text.letters(text.wrapped(content))[1] + 14
    if slide.picture:
        parts.append(pictured(slide, ROOM - used))
    else:
        parts.append(fragment(fitting(slide.answer, ROOM - used, WIDTH)))
    return "\n".join(filter(None, parts))


def minutes(seconds: float) -> str:
    """Seconds as minutes and halves, such as ``2½``."""
    halves = round(seconds / 30)
    return f"{halves // 2 or ''}{'½' * (halves % 2)}" or "0"


def section(slide: Slide, title: str, footer: str, before: int, total: int) -> str:
    """One slide with its notes, which say how long it takes and where in the lecture it is."""
    seconds = slide.seconds()
    clock = f"{minutes(seconds)} min. After it {minutes(before + seconds)} of {minutes(total)} min."
    if slide.kind == "title":
        clock += f" Estimated: {WORDS_A_MINUTE} words a minute, answers included, and"
        clock += f" {A_LOOK} seconds more for a picture, a question, an exercise."
    left = slide.asked[len(hooks(slide)) :] if slide.kind == "title" else []
    notes = "\n".join([f"<p><b>{clock}</b></p>", *(f"<p>{one}</p>" for one in left), *slide.notes])
    head = f"<h2>{slide.title}</h2>" if slide.kind != "title" else ""
    return (
        f'<section data-timing="{seconds}"><div class="frame {slide.kind}">{head}'
        f'<div class="body">{shown(slide, title)}</div><footer>{footer}</footer></div>'
        f'<aside class="notes">{notes}</aside></section>'
    )


def template(name: str, **parts: str) -> str:
    """A template with its places filled."""
    return Template((PARTS / name).read_text(encoding="utf-8")).substitute(parts)


def write_deck(path: Path, title: str, slides: Sequence[Slide], footers: Sequence[str]) -> str:
    """Write a deck and its pictures; returns how many slides and minutes it has."""
    total, before, sections = sum(slide.seconds() for slide in slides), 0, []
    for slide, footer in zip(slides, footers, strict=True):
        sections.append(section(slide, title, html.escape(footer), before, total))
        before += slide.seconds()
        if slide.picture:
            (path.parent / "pictures" / slide.picture.name).write_bytes(slide.picture.data)
    page = template("deck.html", title=html.escape(title), slides="\n".join(sections))
    write_text(path, page)
    return f"{len(slides)} slides, {minutes(total)} minutes"


def opening(decks: Mapping[str, Deck], chosen: Sequence[Mapping[str, Any]]) -> list[Slide]:
    """The slides of the opening: a title, and the chosen pictures with a sentence each."""
    slides = [
        Slide(
            "", "title", asked=["One picture a slide, and one sentence. The lessons explain them."]
        )
    ]
    for entry in chosen:
        picture = chosen_picture(decks[entry["lesson"]], entry["heading"], entry["picture"])
        said = text.Group("text", '<div class="text">', "</div>")
        line = text.line(entry["sentence"], said)
        note = f"<p>From lesson {html.escape(decks[entry['lesson']].title)}.</p>"
        slides.append(Slide(entry["title"], "opening", [line], picture=picture, notes=[note]))
    return slides


def chosen_picture(deck: Deck, heading: str, number: int) -> Picture:
    """The picture of a lesson with a number, from 1 on, under a heading."""
    found = [s.picture for s in deck.slides if s.picture and plain(s.title) == heading]
    if len(found) < number:
        raise GanlibError(f"lesson {deck.name} has no picture {number} under {heading!r}")
    return found[number - 1]


def build(output: Path, names: Sequence[str] = ()) -> None:
    """Make the decks of lessons, by default of all, with the opening and the index."""
    notebooks = {p.name[:2]: p for p in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
    if unknown := [name for name in names if name not in notebooks]:
        raise GanlibError(f"there is no lesson {unknown[0]}: there are {', '.join(notebooks)}")
    (output / "pictures").mkdir(parents=True, exist_ok=True)
    copy_assets(output / "assets")
    decks = {n: Deck(nbformat.read(p, 4), n, notebooks) for n, p in notebooks.items()}
    first = opening(decks, json.loads((PARTS / "opening.json").read_text(encoding="utf-8")))
    made = {"opening": write_deck(output / "opening.html", OPENING, first, [COURSE] * len(first))}
    for name in names or notebooks:
        deck = decks[name]
        footers = [""] + [deck.title] * (len(deck.slides) - 1)
        made[name] = write_deck(output / f"{name}.html", deck.title, deck.slides, footers)
    titles = {"opening": OPENING} | {n: d.title for n, d in decks.items()}
    rows = [
        f'<tr><td><a href="{n}.html">{html.escape(titles[n])}</a></td><td>{size}</td></tr>'
        for n, size in made.items()
    ]
    write_text(output / "index.html", template("index.html", title=COURSE, decks="\n".join(rows)))
    for name, size in made.items():
        print(f"{name}.html: {size}")
    print(f"open {output / 'index.html'}")


if __name__ == "__main__":
    try:
        build(OUTPUT, sys.argv[1:])
    except GanlibError as error:
        print(f"slides: {error}", file=sys.stderr)
        sys.exit(2)
