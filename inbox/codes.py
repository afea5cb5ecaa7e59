"""Finds the one-time code in a text, in French and English. Pure, and linear in the length of the text.

What is told in so many words goes first: the last line `@host #code` (WICG, Origin-bound one-time codes delivered via
SMS). Then the text is read once into words, and numbers among them are judged by the words around (inbox.code_reading).
The two expressions that go over a whole text are runs of one class of characters, so that no text is slow.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from inbox.code_reading import Candidate, Reading

#: How it was known: the last line said so; in a text with an app's hash (Android's SMS Retriever); `G-132619`; a word
#: such as "code" beside it; only what such codes are for, or its place in a text that speaks of a code.
PATTERNS = ("origin_bound", "android_hash", "prefixed", "keyword", "context")

CHUNK = re.compile(r"\S+")
ORIGIN_BOUND = re.compile(r"@([a-z0-9.-]{1,253}) #(\S{1,64})(?!\S)", re.ASCII | re.IGNORECASE)
HASH = re.compile(r"[A-Za-z0-9+/]{11}")

# What is written in several ways is read as one. Marks that are not seen are left out, accents of their own too.
PLAIN: dict[int, str | None] = dict.fromkeys(
    [*range(0x300, 0x370), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
PLAIN |= dict.fromkeys([0xA0, 0x2007, 0x2009, 0x202F], " ") | dict.fromkeys(
    [*range(0x2010, 0x2016), 0x2212], "-"
)
PLAIN |= {0x0D: "\n", 0x2028: "\n", 0x2029: "\n", 0x2019: "'"}


class Code(NamedTuple):
    """A one-time code: its characters without what groups them, how it was known, and how sure that is (0 to 1).

    `host` is the site that it is bound to; what such a text names is taken as it stands.
    """

    value: str
    pattern: str
    confidence: float
    host: str | None


def extract(text: str) -> Code | None:
    """The code that a text tells, None where it tells none. Never raises."""
    plain = text.translate(PLAIN)
    return origin_bound(plain) or likeliest(plain)


def shown(text: str) -> dict[str, Any] | None:
    """The same as webhooks and queues have it."""
    found = extract(text)
    return None if found is None else found._asdict()


def origin_bound(text: str) -> Code | None:
    line = text.rstrip().rpartition("\n")[2]
    found = ORIGIN_BOUND.match(line)
    return Code(found[2], "origin_bound", 1.0, found[1].lower()) if found else None


def likeliest(text: str) -> Code | None:
    """The candidate that most speaks for; the first of equals."""
    body, hashed = without_hash(text)
    reading = Reading(CHUNK.sub(blanked, body))
    best: tuple[float, str, Candidate] | None = None
    for candidate in reading.candidates():
        sure, pattern = reading.judged(candidate)
        if sure and (best is None or sure > best[0]):
            best = sure, pattern, candidate
    if best is None:
        return None
    sure, pattern, candidate = best
    return Code(candidate.value, "android_hash" if hashed else pattern, sure, None)


def without_hash(text: str) -> tuple[str, bool]:
    """The text without the hash of an app at its end, and whether it is one."""
    parts = text.rsplit(None, 1)
    if len(parts) < 2 or not HASH.fullmatch(parts[1]):
        return text, False
    last = parts[1]
    mixed = last not in (last.lower(), last.upper()) and not last.isalpha()
    return parts[0], mixed or text.startswith("<#>")


def blanked(chunk: re.Match[str]) -> str:
    """Spaces in place of an address, whose digits are no code."""
    text = chunk[0]
    dot, slash = text.find("."), text.rfind("/")
    address = "@" in text or "://" in text or text[:4].lower() == "www."
    path = 0 < dot < slash and text[dot - 1].isalpha() and text[dot + 1].isalpha()
    return " " * len(text) if address or path else text
