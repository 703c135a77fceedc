"""The text of a notebook's cells as lines for slides, each with an estimate of its height.

A sentence, an item of a list and a row of a table are a line each: a slide breaks between lines,
never within one. Sizes are those of ``tools/slides/deck.css``, in pixels of a slide of 1280 × 720.
"""

import html
import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from bs4 import BeautifulSoup, Comment, NavigableString, PageElement, Tag
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

WIDTH = 1152
"""Of what a slide shows; its margins are 64 pixels each."""
ROOM = 545
"""The height below a slide's title."""
IDEAL = 400
"""Text that is higher than this becomes two slides, if it can be broken."""
LINE = 38
GAP = 8
"""Height of a line of text, and what is left between two sentences."""
LETTER = 12.2
"""The width of a letter of the text, on average and generously."""
SMALL = 0.86
"""Tables and boxes are set in smaller letters than text."""

ABBREVIATIONS = r"(?<!\bal\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bcf\.)(?<!\bFig\.)"
SENTENCE = re.compile(
    ABBREVIATIONS + r"(?<=[.?!\uf000-\uf8ff])([\"”)]*)\s+(?=[(\"“]*[A-Z\ue000-\uf8ff])"
)
FORMULA = '<div class="formula">'
MATH = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)


@dataclass(frozen=True, eq=False)
class Group:
    """What lines belong to: a paragraph, a list, a table, a box, a formula or a question."""

    kind: str
    opening: str = ""
    closing: str = ""
    extra: float = 16
    """Its height beside that of its lines: margins, or the head of a table."""


QUESTION = Group("question", '<div class="question">', "</div>", 56)


@dataclass(frozen=True)
class Line:
    """One line of a slide, as HTML; `height` in pixels is estimated."""

    html: str
    height: float
    words: int
    group: Group


def markdown(text: str) -> BeautifulSoup:
    """Markdown as HTML; formulas stay TeX between dollars."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return BeautifulSoup(MarkdownWithMath(renderer=renderer).render(text), "html.parser")


def length(text: str) -> int:
    """How many letters wide a text is; a command of TeX counts as one letter."""
    return len(MATH.sub(lambda m: re.sub(r"\\[a-zA-Z]+ ?|[{}$^_\\]", "x", m[0].strip("$")), text))


def rows(text: str, width: float, size: float = 1.0) -> int:
    """In how many rows a text breaks."""
    return max(1, math.ceil(length(text) * LETTER * size / width))


def inner(tag: Tag) -> str:
    """The HTML within a tag."""
    return tag.decode_contents(formatter="minimal").strip()


def sentences(nodes: Iterable[PageElement]) -> list[str]:
    """The sentences of a paragraph, as HTML; formulas, code, links and bold text stay whole."""
    kept: list[str] = []

    def keep(markup: str, text: str) -> str:
        ends = text.rstrip('”") ').endswith((".", "?", "!"))
        kept.append(markup)
        return chr((0xF000 if ends else 0xE000) + len(kept) - 1)

    text = ""
    for node in nodes:
        if isinstance(node, Tag):
            text += keep(str(node), node.get_text())
        elif isinstance(node, NavigableString):
            text += MATH.sub(lambda m: keep(html.escape(m[0], quote=False), ""), str(node))
    whole: list[str] = []
    for part in SENTENCE.sub(r"\1\0", " ".join(text.split())).split("\0"):
        if whole and (whole[-1].count("(") > whole[-1].count(")") or whole[-1].count('"') % 2):
            whole[-1] += " " + part
        elif part.strip():
            whole.append(part)
    back = re.compile("[\ue000-\uf8ff]")
    return [
        back.sub(lambda m: kept[ord(m[0]) & 0xFFF], html.escape(part, quote=False))
        for part in whole
    ]


def plain(markup: str) -> str:
    """The text of HTML."""
    return " ".join(BeautifulSoup(markup, "html.parser").get_text().split())


def line(markup: str, group: Group, width: float = WIDTH, size: float = 1.0) -> Line:
    """One line of a group."""
    text = plain(markup)
    height = rows(text, width, size) * LINE * size + GAP
    return Line(f"<p>{markup}</p>", height, len(text.split()), group)


def paragraph(parts: Sequence[str]) -> list[Line]:
    """A paragraph of sentences, a line each; a displayed formula is a line of its own."""
    group = Group("text", '<div class="text">', "</div>")
    found = []
    for part in parts:
        for piece in re.split(r"(\$\$.+?\$\$)", part, flags=re.DOTALL):
            if piece.startswith("$$"):
                found.append(Line(f"{FORMULA}{piece}</div>", 100, 5, group))
            elif plain(piece).strip(" .,"):
                found.append(line(piece.strip(), group))
    return found


def question(parts: Sequence[str]) -> list[Line]:
    """Sentences that ask, set apart; they stay together on one slide."""
    rendered = [line(part, QUESTION, WIDTH - 60) for part in parts]
    high, words = sum(one.height for one in rendered), sum(one.words for one in rendered)
    return [Line("".join(one.html for one in rendered), high, words, QUESTION)] if parts else []


def items(tag: Tag) -> list[Line]:
    """A list, a line each item."""
    group = Group("list", f"<{tag.name}>", f"</{tag.name}>")
    found = []
    for number, item in enumerate(tag.find_all("li", recursive=False), 1):
        single = line(inner(item), group, WIDTH - 50)
        numbered = f'<li value="{number}">' if tag.name == "ol" else "<li>"
        found.append(Line(f"{numbered}{inner(item)}</li>", single.height, single.words, group))
    return found


def table(tag: Tag) -> list[Line]:
    """A table, a line each row; every slide that has rows of it repeats its head."""
    cells = [[c.get_text() for c in row.find_all(["td", "th"])] for row in tag.find_all("tr")]
    widest = [max(map(length, column)) for column in zip(*cells, strict=True)]
    share = min(1.0, (WIDTH / (LETTER * SMALL) - 3 * len(widest)) / max(1, sum(widest)))
    head = str(tag.thead) if tag.thead and tag.thead.get_text(strip=True) else ""
    group = Group("table", f"<table>{head}<tbody>", "</tbody></table>", 16 + 50 * bool(head))
    found = []
    for row in (tag.tbody or tag).find_all("tr"):
        texts = [c.get_text() for c in row.find_all(["td", "th"])]
        high = max(
            math.ceil(length(t) / max(1, w * share)) for t, w in zip(texts, widest, strict=True)
        )
        words = sum(len(t.split()) for t in texts)
        found.append(Line(str(row), max(1, high) * LINE * SMALL + 13, words, group))
    return found


def box(tag: Tag) -> list[Line]:
    """A quoted box, a line each sentence."""
    group = Group("box", "<blockquote>", "</blockquote>", 48)
    found = []
    for child in tag.find_all(True, recursive=False):
        for part in sentences(child.children) if child.name == "p" else [str(child)]:
            found.append(line(part, group, WIDTH - 80, SMALL))
    return found


def lines(element: PageElement) -> list[Line]:
    """The lines of one element at the top of a text."""
    if isinstance(element, Comment):
        return []
    if isinstance(element, NavigableString):
        return paragraph(sentences([element]))
    assert isinstance(element, Tag)
    if element.name == "p":
        return paragraph(sentences(element.children))
    makers = {"ul": items, "ol": items, "table": table, "blockquote": box}
    if element.name in makers:
        return makers[element.name](element)
    high = len(element.get_text().splitlines()) * 26 + 36  # code within a text
    words = len(element.get_text().split())
    return [Line(str(element), high, words, Group("other"))]


def wrapped(printed: str, columns: int = 114) -> list[str]:
    """The rows of code or of printed text; what is too long for a slide is broken."""
    rows = [row.rstrip() for row in printed.expandtabs().strip("\n").splitlines()]
    return [
        piece
        for row in rows
        for piece in (textwrap.wrap(row, columns, subsequent_indent=" " * 8) or [""])
    ]


def letters(printed: Sequence[str]) -> tuple[int, float]:
    """The size of the letters of code or printed text, and how high it then is."""
    wide, high = max(map(len, printed), default=1), max(1, len(printed))
    fitting = min((WIDTH - 52) / (0.602 * max(1, wide)), (ROOM - 48) / (1.4 * high))
    size = max(16, min(22, int(fitting)))
    return size, 1.4 * size * high + 48


def height(some: Sequence[Line]) -> float:
    """How high lines are together."""
    groups = dict.fromkeys(single.group for single in some)
    return sum(single.height for single in some) + sum(group.extra for group in groups)


def render(some: Sequence[Line]) -> str:
    """Lines as HTML, within their groups."""
    return "\n".join(
        group.opening + "".join(single.html for single in members) + group.closing
        for group, members in groupby(some, lambda single: single.group)
    )


def split(some: Sequence[Line], room: float = ROOM, ideal: float = IDEAL) -> list[list[Line]]:
    """Deal lines out to slides: none is too full, all are about as full, few groups are broken.

    A single line that is higher than `room` gets a slide of its own.
    """
    whole = height(some)
    target = whole / max(1, round(whole / ideal), math.ceil(whole / room))

    def cost(begin: int, end: int) -> float:
        part = some[begin:end]
        high = height(part)
        if high > room and len(part) > 1:
            return math.inf
        found = ((high - target) / ideal) ** 2
        if end < len(some):
            last, following = some[end - 1], some[end]
            held = 0.1 if last.group.kind == "text" else 1.5
            leads = plain(last.html).endswith(":") or following.html.startswith(FORMULA)
            found += held * (last.group is following.group) + 2 * leads
        return found

    @cache
    def best(begin: int) -> tuple[float, tuple[int, ...]]:
        if begin == len(some):
            return 0.0, ()
        ways = ((cost(begin, end), end) for end in range(begin + 1, len(some) + 1))
        return min(
            (price + best(end)[0], (end, *best(end)[1])) for price, end in ways if price < math.inf
        )

    ends = best(0)[1]
    return [list(some[begin:end]) for begin, end in zip((0, *ends), ends, strict=False)]
