"""docs/errors.md, read: the one source for whoever reads the repository and for whom an error leads to its page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard import manual

FILE = settings.BASE_DIR / "docs" / "errors.md"
PART = re.compile(r"^## ([^\n]+)\n+(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^### (\d+) `(\w+)`(?: \((\d+)\))?\n+(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
REMEDY = "**What to do:** "
INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one number means. Paragraphs are Markdown, each on one line."""

    number: int
    word: str
    status: str  # with which the API answers; empty where a try failed
    cause: str
    more: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    about: tuple[str, ...]
    entries: tuple[Entry, ...]


@cache
def parts() -> tuple[Part, ...]:
    return tuple(part(title, body) for title, body in PART.findall(FILE.read_text()))


@cache
def by_number() -> Mapping[int, Entry]:
    return {entry.number: entry for part in parts() for entry in part.entries}


def part(title: str, body: str) -> Part:
    found = tuple(entry(int(number), *told) for number, *told in ENTRY.findall(body))
    return Part(title, tuple(paragraphs(body.partition("### ")[0])), found)


def entry(number: int, word: str, status: str, text: str) -> Entry:
    cause, *more, remedy = paragraphs(text)
    return Entry(number, word, status, cause, tuple(more), remedy.removeprefix(REMEDY))


def paragraphs(text: str) -> Iterator[str]:
    return (" ".join(block.split()) for block in text.strip().split("\n\n"))


def html(paragraph: str) -> SafeString:
    """What the file uses of Markdown inside a paragraph: code, bold, links."""
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
        elif address := manual.address(target, manual.ERRORS):
            yield format_html('<a href="{}">{}</a>', address, words)
        else:
            yield words
        at = found.end()
    yield paragraph[at:]
