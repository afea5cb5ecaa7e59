"""docs/errors.md, read: the one source for whoever reads the repository and for whom an error leads to its page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

FILE = settings.BASE_DIR / "docs" / "errors.md"
PART = re.compile(r"^## ([^\n]+)\n+(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^### (\d+) `(\w+)`\n+(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
REMEDY = "**What to do:** "
INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https://[^)]+)\)")
FIRST_OF_OURS = 1000  # below are the statuses of HTTP


@dataclass(frozen=True, slots=True)
class Entry:
    """What one code means. Paragraphs are Markdown, each on one line."""

    number: int
    word: str
    cause: str
    more: tuple[str, ...]
    remedy: str

    @property
    def code(self) -> str:
        """How outsiders know it, and where its page is: a failed try by its number, a problem by its word."""
        return str(self.number) if self.number >= FIRST_OF_OURS else self.word


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    about: tuple[str, ...]
    entries: tuple[Entry, ...]


@cache
def parts() -> tuple[Part, ...]:
    return tuple(part(title, body) for title, body in PART.findall(FILE.read_text()))


@cache
def by_code() -> Mapping[str, Entry]:
    return {entry.code: entry for part in parts() for entry in part.entries}


def part(title: str, body: str) -> Part:
    found = tuple(entry(int(number), word, text) for number, word, text in ENTRY.findall(body))
    return Part(title, tuple(paragraphs(body.partition("### ")[0])), found)


def entry(number: int, word: str, text: str) -> Entry:
    cause, *more, remedy = paragraphs(text)
    return Entry(number, word, cause, tuple(more), remedy.removeprefix(REMEDY))


def paragraphs(text: str) -> Iterator[str]:
    return (" ".join(block.split()) for block in text.strip().split("\n\n"))


def html(paragraph: str) -> SafeString:
    """What the file uses of Markdown inside a paragraph: code, bold, links to elsewhere."""
    return format_html_join("", "{}", ((piece,) for piece in pieces(paragraph)))


def pieces(paragraph: str) -> Iterator[str]:
    at = 0
    for found in INLINE.finditer(paragraph):
        yield paragraph[at : found.start()]
        code, bold, words, target = found.groups()
        if code:
            yield format_html("<code>{}</code>", code)
        elif bold:
            yield format_html("<strong>{}</strong>", bold)
        else:
            yield format_html('<a href="{}" rel="noopener noreferrer">{}</a>', target, words)
        at = found.end()
    yield paragraph[at:]
