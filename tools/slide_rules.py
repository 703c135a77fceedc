"""How the cells of a notebook become slides.

- A heading starts a slide, and long text is dealt out to several.
- Code cells before the second cell of text are set-up, and left out.
- A code cell that defines nothing and draws a picture is left to the notes of this picture. Other
  code is shown if it has up to `MOST_LINES` lines; longer code is left to the notes.
- A picture has a slide of its own, with what its cell prints if that is short.
- The folded answer goes to the notes. The first sentences of its first paragraph, as many as fit,
  appear on the slide of the result when the speaker presses a key. An answer to several results
  is a slide after them.
- An exercise is a slide with its starter. What it is checked with is left out.
"""

import ast
import base64
import html
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import slide_text as text
from bs4 import NavigableString, PageElement, Tag
from PIL import Image
from slide_text import Line, plain

NOTED = {"Read on", "For teachers"}
"""What is under these headings is left to the notes."""
MOST_LINES = 20
ORPHAN = 110
"""Text that is not higher than this, about two lines, is no slide of its own."""
MOST_PRINTED = 3
"""Lines of print that a picture may have above it."""
WORDS_A_MINUTE = 120
A_LOOK = 30
"""Seconds for a picture, a question or an exercise, beside its words."""
DATA = re.compile(r'<img\s[^>]*src="data:image/(\w+);base64,([^"]+)"[^>]*>')


@dataclass
class Picture:
    """A picture or a film of a notebook."""

    name: str
    data: bytes
    alt: str

    def scaled(self, width: float, height: float) -> tuple[int, int]:
        """Its size in a rectangle; films, which are small, are enlarged by whole factors."""
        wide, high = Image.open(io.BytesIO(self.data)).size
        factor = min(width / wide, height / high)
        factor = int(factor) if self.name.endswith(".gif") and factor > 1 else factor
        return int(wide * factor), int(high * factor)


@dataclass
class Slide:
    """What a slide shows, and what its speaker reads; texts are HTML."""

    title: str
    kind: str = "text"  # or title, code, result, exercise, opening
    lines: list[Line] = field(default_factory=list)
    code: str = ""
    printed: str = ""
    picture: Picture | None = None
    asked: list[str] = field(default_factory=list)
    """What a picture answers; what a title promises."""
    answer: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spoken: int = 0
    """Words of the whole answer."""

    def seconds(self) -> int:
        """How long it takes, by words and looks, in half minutes."""
        words = sum(line.words for line in self.lines) + 4 * len(self.code.splitlines())
        words += self.spoken
        looks = bool(self.picture) + (self.kind == "exercise")
        looks += any(line.group is text.QUESTION for line in self.lines)
        return 30 * max(1, round((60 * words / WORDS_A_MINUTE + A_LOOK * looks) / 30))


def body(details: Tag) -> Tag:
    """What is folded away, without its summary."""
    if details.summary:
        details.summary.extract()
    return details


def unlink(link: Tag) -> None:
    """Leave the text of a link; where it is all there is in brackets, leave nothing."""
    before, after = link.previous_sibling, link.next_sibling
    if isinstance(before, NavigableString) and isinstance(after, NavigableString):
        if before.endswith("(") and after.startswith(")"):
            before.replace_with(before[:-1].rstrip())
            after.replace_with(after[1:])
            link.extract()
            return
    link.unwrap()


def questioned(element: Tag, last: bool) -> tuple[list[str], list[str]]:
    """The sentences of a paragraph, and apart those from the bold question on.

    In the last paragraph before a result, all bold words that begin a sentence ask for something,
    if they are more than a term.
    """
    parts = text.sentences(element.children)
    for place, part in enumerate(parts):
        bold = re.match(r"<strong>(.*?)</strong>", part, re.DOTALL)
        asks = bold and ("?" in bold[1] or "expect" in bold[1])
        told = bold and (len(bold[1].split()) > 3 or bold[1].endswith((":", ",")))
        if asks or (last and told):
            return parts[:place], parts[place:]
    return parts, []


def only_draws(code: str) -> bool:
    """Whether code defines nothing: what is worth seeing of it is its picture."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:
        return False
    return not any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in nodes)


def shown_by(cell: Any, stem: str) -> tuple[str, list[Picture]]:
    """What a code cell prints, and its pictures."""
    printed, pictures = "", []
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            alt = output.get("metadata", {}).get("image/png", {}).get("alt", "a picture")
            pictures.append(("png", data["image/png"], alt))
        elif films := DATA.findall(data.get("text/html", "")):
            alt = re.search(r'alt="([^"]*)"', data["text/html"])
            pictures += [(kind, code, html.unescape(alt[1]) if alt else "") for kind, code in films]
        else:
            printed += output.get("text", "") or data.get("text/plain", "")
            printed += "\n" * (not printed.endswith("\n"))
    named = [
        Picture(f"{stem}_{number}.{kind}", base64.b64decode(code), " ".join(alt.split()))
        for number, (kind, code, alt) in enumerate(pictures)
    ]
    return printed.strip("\n"), named


def dealt(slide: Slide) -> list[Slide]:
    """A slide, or several where it holds more than one can show."""
    code, printed = (text.wrapped(some) for some in (slide.code, slide.printed))
    high = text.height(slide.lines) + sum(text.letters(s)[1] for s in (code, printed) if s)
    high += 90 * bool(slide.answer)
    wide = text.split(slide.lines, ideal=text.ROOM)
    if slide.picture or slide.kind == "title" or high <= text.ROOM:
        return [slide]
    parts = [replace(slide, lines=some, code="", printed="") for some in wide]
    if code:
        parts.append(replace(slide, lines=[], printed=""))
    for rows in pages(printed):
        parts.append(replace(slide, lines=[], code="", printed="\n".join(rows)))
    for part in parts:
        part.notes = slide.notes if part is parts[0] else []
        part.answer = slide.answer if part is parts[-1] else []
        part.spoken = slide.spoken if part is parts[-1] else 0
    return parts


def pages(rows: Sequence[str], most: int = 20) -> list[Sequence[str]]:
    """Rows of print in pages of about the same length."""
    count = -(-len(rows) // most)
    length = -(-len(rows) // max(1, count))
    return [rows[start : start + length] for start in range(0, len(rows), max(1, length))]


class Deck:
    """The slides of one notebook."""

    def __init__(self, notebook: Any, name: str, decks: Iterable[str] = ()) -> None:
        self.name, self.decks = name, set(decks)
        self.title, self.heading = "", ""
        self.slides: list[Slide] = []
        self.exercise = False
        """Whether the last heading is that of the exercises."""
        self.noted: list[str] = []
        """Notes for the slide that comes next."""
        self.asked: list[str] = []
        """The question that the next pictures answer."""
        self.drawn = 0
        """How many results there are since the last text; an answer to several is a slide."""
        texts = 0
        for number, cell in enumerate(notebook.cells):
            texts += cell.cell_type == "markdown"
            if cell.cell_type == "markdown":
                elements = self.elements(cell.source)
                self.first(elements) if texts == 1 else self.text(elements)
            elif cell.cell_type == "code" and texts > 1:
                self.code(cell, number)
        self.slides = [part for slide in self.slides for part in dealt(slide)]

    def add(self, slide: Slide) -> None:
        """One slide more, with the notes that were waiting for it."""
        slide.notes = self.noted + slide.notes
        self.slides.append(slide)
        self.noted = []

    def elements(self, source: str) -> list[PageElement]:
        """What a text is made of; its links lead to decks or to the web, others are only text."""
        page = text.markdown(source)
        for link in page.find_all("a"):
            lesson = re.fullmatch(r"(\d+)_[^/]*\.ipynb", str(link.get("href", "")))
            if lesson and lesson[1] in self.decks:
                link["href"] = f"{lesson[1]}.html"
            elif not str(link.get("href", "")).startswith("https:"):
                unlink(link)
        page.smooth()
        return list(page.children)

    def first(self, elements: Sequence[PageElement]) -> None:
        """The title slide: title, hook and what you will learn; the rest is for the notes."""
        slide, listed = Slide("", "title"), False
        for element in (e for e in elements if isinstance(e, Tag)):
            if element.name == "h1":
                self.title = plain(text.inner(element))
            elif element.name == "ul" and not listed:
                slide.lines, listed = text.items(element), True
            elif element.name == "p" and not listed:
                slide.asked += text.sentences(element.children)
            else:
                slide.notes.append(str(element))
        if slide.asked and plain(slide.asked[-1]).startswith("You will learn"):
            slide.asked.pop()
        self.add(slide)

    def text(self, elements: Sequence[PageElement]) -> None:
        """The slides of one cell of text."""
        pending: list[Line] = []
        self.asked = []
        last = [e for e in elements if isinstance(e, Tag)][-1:]
        for element in elements:
            name = element.name if isinstance(element, Tag) else None
            if name in ("h1", "h2", "h3", "h4") and isinstance(element, Tag):
                self.flush(pending)
                self.heading = text.inner(element)
                self.exercise = self.heading == "Exercises"
            elif name == "details" and isinstance(element, Tag):
                self.flush(pending)
                self.folded(element)
            elif name == "p" and isinstance(element, Tag) and self.starts_exercise(element):
                self.start_exercise(element, pending)
            elif plain(self.heading) in NOTED and not plain(str(element)).startswith("Next:"):
                self.slides[-1].notes.append(str(element))
            elif plain(self.heading) in NOTED or self.explains_exercise():
                self.slides[-1].lines += text.lines(element)
            elif name == "p" and isinstance(element, Tag):
                before, asked = questioned(element, [element] == last)
                self.asked = asked or self.asked
                pending += text.paragraph(before) + text.question(asked)
            else:
                self.unfold(element)
                pending += text.lines(element)
        self.flush(pending)
        self.drawn = 0

    def flush(self, pending: list[Line]) -> None:
        """Make slides of the lines so far; a line or two that only lead on are for the notes."""
        if self.leads_on(pending):
            self.slides[-1].notes.append(text.render(pending))
            pending.clear()
        for part in text.split(pending):
            self.add(Slide(self.heading, lines=part))
        pending.clear()

    def leads_on(self, pending: Sequence[Line]) -> bool:
        """Whether lines are too few for a slide, and under the heading of the last one."""
        short = 0 < text.height(pending) <= ORPHAN
        same = self.slides[-1].title == self.heading and self.slides[-1].kind != "title"
        return short and same and all(line.group.kind == "text" for line in pending)

    def unfold(self, element: PageElement) -> None:
        """Take the answers out of a list of questions; they are notes."""
        if isinstance(element, Tag):
            for number, item in enumerate(element.find_all("li", recursive=False), 1):
                for details in item.find_all("details"):
                    self.noted.append(f"<p>{number}.</p>{body(details.extract())}")

    def folded(self, details: Tag) -> None:
        """An answer: all of it is noted, its beginning may appear on the slide of the result."""
        slide, content = self.slides[-1], body(details)
        slide.notes += [text.inner(content)]
        if slide.kind != "result" or slide.title != self.heading:
            return
        slide.spoken = len(content.get_text().split())
        told = content.find_all(["p", "table"], recursive=False)
        tables = [line for e in told if e.name == "table" for line in text.table(e)]
        leads = [e.name == "p" and e.get_text().rstrip().endswith(":") for e in told]
        parts = [
            text.sentences(e.children)
            for e, lead in zip(told, leads, strict=True)
            if e.name == "p" and not lead
        ]
        if self.drawn > 1:
            lines = [line for part in parts for line in text.paragraph(part)]
            self.add(Slide(self.heading, lines=(text.split(lines) or [[]])[0]))
            slide.spoken -= sum(line.words for line in self.slides[-1].lines)
        elif parts:
            slide.answer = parts[0]
        self.drawn = 0
        self.flush(tables)

    def explains_exercise(self) -> bool:
        """Whether a text still belongs to the exercise on the last slide."""
        return self.slides[-1].kind == "exercise" and self.slides[-1].title == self.heading

    def starts_exercise(self, element: Tag) -> bool:
        """Whether a paragraph begins an exercise: with bold words such as **Exercise 2: …**."""
        return bool(re.match(r"<strong>Exercise \d", text.inner(element)))

    def start_exercise(self, element: Tag, pending: list[Line]) -> None:
        """A slide for an exercise; what was said before all exercises is for its notes."""
        if self.exercise and pending:
            self.noted.append(text.render(pending))
            pending.clear()
        self.flush(pending)
        title = element.find("strong")
        assert isinstance(title, Tag)
        self.heading, self.exercise = text.inner(title.extract()).rstrip(" ."), False
        self.add(Slide(self.heading, "exercise", text.paragraph(text.sentences(element.children))))

    def code(self, cell: Any, number: int) -> None:
        """The slides of a code cell: its code, what it prints, its pictures."""
        if any(tag.endswith("-check") for tag in cell.metadata.get("tags", [])):
            return
        code, slide = re.sub(r"\n{3,}", "\n\n", cell.source.strip("\n")), self.slides[-1]
        if slide.kind == "exercise":
            slide.code = code
            return
        printed, pictures = shown_by(cell, f"{self.name}_{number:02}")
        rows = len(printed.splitlines())
        self.drawn += max(len(pictures), rows > MOST_PRINTED)
        short = sum(map(bool, code.splitlines())) <= MOST_LINES
        noted = f"<p>Code, cell {number} of the notebook:</p><pre>{html.escape(code)}</pre>"
        above = rows <= MOST_PRINTED and bool(pictures)
        if (pictures and only_draws(code)) or not short:
            self.noted.append(noted)
            code = ""
        apart = "" if above else printed
        if text.letters(text.wrapped(code))[1] > text.ROOM:
            code = re.sub(r"\n{2,}", "\n", code)
        if code or apart:
            self.add(Slide(self.heading, "result" if apart else "code", code=code, printed=apart))
        for place, picture in enumerate(pictures):
            under = printed if above and place == 0 else ""
            self.add(
                Slide(self.heading, "result", printed=under, picture=picture, asked=self.asked)
            )
