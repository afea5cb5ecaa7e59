"""docs/*.md, read and rendered: the one source for whoever reads the repository and for the pages under /docs.

With them the SDKs' own READMEs, and the samples: one page that shows each file whole.
"""

from __future__ import annotations

import os.path
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = settings.BASE_DIR / "docs"
SAMPLES = FOLDER / "samples"
SDKS = settings.BASE_DIR / "sdk"
PROGRAMS = {".py", ".mjs", ".ts", ".php", ".sh"}  # what of the samples is shown
#: Pages that lie elsewhere.
FILES = {
    "samples": SAMPLES / "README.md",
    "sdk-python": SDKS / "python" / "README.md",
    "sdk-typescript": SDKS / "typescript" / "README.md",
    "sdk-pytest": SDKS / "pytest" / "README.md",
}
ERRORS = "errors"  # has pages of its own (dashboard.errors)
REFERENCE = "reference"  # is no file (api.reference)
NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")
MOST_FOUND, MOST_WORDS, PIECE = 30, 8, 160


class Group(NamedTuple):
    """One heading of the navigation and the pages below it, in the order in which a newcomer wants them."""

    words: Any
    slugs: tuple[str, ...]


GROUPS = (
    Group(_("Begin"), ("quickstart", "concepts", "sandbox", "await")),
    Group(
        _("Receive texts"),
        ("webhooks", "samples", "retries", "callback", "receiving", "polling", "events", "replay", "errors"),
    ),
    Group(_("Set up"), ("numbers", "acquire-numbers", "carriers", "generic", "smpp", "routing")),
    Group(_("Automate"), ("api", REFERENCE, "sdk-python", "sdk-typescript", "sdk-pytest")),
    Group(_("Security and compliance"), ("security", "access", "compliance", "audit", "retention")),
    Group(
        _("Run it yourself"),
        ("operations", "configuration", "performance", "architecture", "adding-a-carrier"),
    ),
)


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading; `words` is its text without marks, to search in."""

    level: int
    title: str
    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class Page:
    slug: str
    title: str
    lead: str  # the first paragraph as plain text
    html: SafeString
    sections: tuple[Section, ...]

    @property
    def url(self) -> str:
        return url_of(self.slug)


class Entry(NamedTuple):
    """A page in the navigation."""

    slug: str
    title: str
    lead: str
    url: str

    @property
    def short(self) -> str:
        """Its title without what explains it."""
        return self.title.partition(":")[0]


class Found(NamedTuple):
    """A section that a search came upon, and the piece of it around the first word."""

    page: Page
    section: Section
    piece: str


def url_of(slug: str) -> str:
    return reverse("docs.errors") if slug == ERRORS else reverse("docs.page", kwargs={"slug": slug})


def navigation() -> list[tuple[Any, list[Entry]]]:
    """Each group's words and its pages, as far as they are there."""
    known = {page.slug: Entry(page.slug, page.title, page.lead, page.url) for page in pages().values()}
    known[REFERENCE] = Entry(
        REFERENCE,
        "API reference",
        "Every request that the API takes, and every answer.",
        reverse("docs.reference"),
    )
    return [(group.words, [known[slug] for slug in group.slugs if slug in known]) for group in GROUPS]


def pages() -> Mapping[str, Page]:
    """All pages by slug, in the reader's language as far as it touches them (the words of buttons)."""
    return pages_in(get_language())


@cache
def pages_in(language: str | None) -> Mapping[str, Page]:
    slugs = sorted({*FILES, *(path.stem for path in FOLDER.glob("*.md"))})
    return {slug: read(slug, text_of(slug)) for slug in slugs}


def file_of(slug: str) -> Path:
    return FILES.get(slug) or FOLDER / f"{slug}.md"


def text_of(slug: str) -> str:
    text = file_of(slug).read_text()
    if slug == "samples":
        return text + "".join(f"\n## `{name}`\n\n````\n{file.read_text()}````\n" for name, file in samples())
    return text


def samples() -> list[tuple[str, Path]]:
    """Those files of the samples that are shown, by their names there; those in folders last."""
    files = [*sorted(SAMPLES.glob("*")), *sorted(SAMPLES.glob("*/*"))]
    return [(str(file.relative_to(SAMPLES)), file) for file in files if file.suffix in PROGRAMS]


def read(slug: str, text: str) -> Page:
    reader = markdown()
    tokens = reader.parse(text)
    name_headings(tokens)
    lead_on(tokens, slug)
    sections = tuple(sections_of(tokens))
    html = mark_safe(reader.renderer.render(tokens, reader.options, {}))  # noqa: S308  raw HTML is escaped (markdown)
    lead = next((plain(inline) for before, inline in pairwise(tokens) if before.type == "paragraph_open"), "")
    return Page(slug, sections[0].title, lead, html, sections)


def markdown() -> MarkdownIt:
    """CommonMark with tables. HTML in a page is shown as text, and links that would run a script are none."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("fence", block)
    reader.add_render_rule("table_open", lambda *_: '<div class="scroll" tabindex="0"><table>\n')
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return reader


def block(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    """A block of code with a button that copies it."""
    return render_to_string("parts/command.html", {"command": tokens[index].content.rstrip("\n")})


def name_headings(tokens: Sequence[Token]) -> None:
    """Anchors as code forges make them, so that a link to a section works there and here."""
    seen: Counter[str] = Counter()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            anchor = anchor_of(plain(inline))
            seen[anchor] += 1
            opening.attrSet("id", anchor if seen[anchor] == 1 else f"{anchor}-{seen[anchor] - 1}")


def anchor_of(heading: str) -> str:
    return NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-")


def lead_on(tokens: Sequence[Token], slug: str) -> None:
    """Links from page to page lead to our addresses instead of files; other files of the repository are not here."""
    for token in tokens:
        led: list[Token] = []
        dropped = False
        for child in token.children or ():
            if child.type == "link_open":
                target = address(str(child.attrGet("href") or ""), slug)
                dropped = target is None
                child.attrSet("href", target or "")
            if not (child.type in {"link_open", "link_close"} and dropped):
                led.append(child)
        if token.children is not None:
            token.children = led


def address(target: str, slug: str) -> str | None:
    """Where a link of a page leads; None where only the repository has what it names."""
    if target.startswith(("https://", "http://")):
        return target
    path, _mark, anchor = target.partition("#")
    file = Path(os.path.normpath(file_of(slug).parent / path)) if path else file_of(slug)
    page, _mark, sample = places().get(file, "").partition("#")
    if not page:
        return None
    anchor = anchor or sample
    return url_of(page) + (f"#{anchor}" if anchor else "")


@cache
def places() -> Mapping[Path, str]:
    """The slug of the page that shows a file, and behind a # the anchor where it is only a section there."""
    sections = {file: f"samples#{anchor_of(name)}" for name, file in samples()}
    own = {path: path.stem for path in FOLDER.glob("*.md")}
    return own | {file: slug for slug, file in FILES.items()} | {SAMPLES: "samples"} | sections


def sections_of(tokens: Sequence[Token]) -> Iterator[Section]:
    opening, title = None, ""
    words: list[str] = []
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            if opening is not None:
                yield section(opening, title, words)
            opening, title, words = before, plain(token), []
        elif token.type == "inline":
            words.append(plain(token))
        elif token.type == "fence":
            words.append(token.content)
    if opening is not None:
        yield section(opening, title, words)


def section(opening: Token, title: str, words: Sequence[str]) -> Section:
    return Section(int(opening.tag[1:]), title, str(opening.attrGet("id")), " ".join(" ".join(words).split()))


def plain(inline: Token) -> str:
    """The text of a paragraph or heading without its marks."""
    text = {"softbreak": " ", "hardbreak": " "}
    return "".join(text.get(child.type, child.content) for child in inline.children or ())


def search(text: str) -> list[Found]:
    """The sections in which every word of `text` begins a word: those with all of them in their heading first."""
    wanted = [re.compile(r"(?<!\w)" + re.escape(word), re.IGNORECASE) for word in text.split()[:MOST_WORDS]]
    if not wanted:
        return []
    titled, told = [], []
    for page in pages().values():
        for section in page.sections:
            if all(word.search(section.title) for word in wanted):
                titled.append(found(page, section, wanted[0]))
            elif all(word.search(f"{section.title} {section.words}") for word in wanted):
                told.append(found(page, section, wanted[0]))
    return [*titled, *told][:MOST_FOUND]


def found(page: Page, section: Section, word: re.Pattern[str]) -> Found:
    words, at = section.words, 0
    if hit := word.search(words):
        at = max(hit.start() - PIECE // 3, 0)
    piece = words[at : at + PIECE]
    return Found(page, section, ("…" if at else "") + piece + ("…" if at + PIECE < len(words) else ""))
