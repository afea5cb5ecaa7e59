"""Finds the one-time code in a text, in French and English. Pure, and linear in the length of the text.

A text is read once into words. Numbers among them are candidates; each is judged by a few words around it, which say
that a code stands there (inbox.code_words) or that it is an amount, a date, an order or somebody's number. What is told
in so many words goes first: the last line `@host #code` (WICG, Origin-bound one-time codes delivered via SMS).
The two expressions that go over a whole text are runs of one class of characters, so that no text is slow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from inbox.code_words import (
    ABBREVIATION,
    CALL,
    CALL_AT,
    CODE,
    CURRENCY,
    DETERMINER,
    FILLER,
    LEAD,
    LINK,
    OTHER_CODE_BEFORE,
    OTHER_CODE_BEHIND,
    PREFIX,
    PREPOSITION,
    PURPOSE,
    SALE,
    THING,
    TIME_BEFORE,
    UNIT,
    USE,
)

#: How it was known: the last line said so; in a text with an app's hash (Android's SMS Retriever); `G-132619`; a word
#: such as "code" beside it; only what such codes are for, or its place in a text that speaks of a code.
PATTERNS = ("origin_bound", "android_hash", "prefixed", "keyword", "context")

RUN = re.compile(r"[^\W_]+")
CHUNK = re.compile(r"\S+")
ORIGIN_BOUND = re.compile(r"@([a-z0-9.-]{1,253}) #(\S{1,64})(?!\S)", re.ASCII | re.IGNORECASE)
HASH = re.compile(r"[A-Za-z0-9+/]{11}")
DIGITS = re.compile(r"[0-9]{3,9}")
LETTERS_AND_DIGITS = re.compile(r"(?=[A-Z]*[0-9])[A-Z0-9]{4,9}|(?=[a-z]*[0-9])[a-z0-9]{4,9}")
COUNTED = re.compile(r"[0-9]+[a-z]+|[A-Za-z]{4,}[0-9]+|[0-9]{1,2}[hH][0-9]{0,2}")  # 10min, SUMMER20, 10h30
#: How the digits of a code are grouped: 123 456.
GROUPS = frozenset({(3, 3), (4, 4), (2, 2, 2), *((1,) * count for count in range(4, 9))})
LONGEST_WORD = 20
WINDOW, BEHIND, NEAR = 14, 8, 3  # words
SURE = 0.9

# What is written in several ways is read as one. Marks that are not seen are left out, accents of their own too.
PLAIN: dict[int, str | None] = dict.fromkeys([*range(0x300, 0x370), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
PLAIN |= dict.fromkeys([0xA0, 0x2007, 0x2009, 0x202F], " ") | dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
PLAIN |= {0x0D: "\n", 0x2028: "\n", 0x2029: "\n", 0x2019: "'"}


class Code(NamedTuple):
    """A one-time code: its characters without what groups them, how it was known, and how sure that is (0 to 1).

    `host` is the site that it is bound to; what such a text names is taken as it stands.
    """

    value: str
    pattern: str
    confidence: float
    host: str | None


class Word(NamedTuple):
    """A run of letters and digits, where it stands, and as it is compared."""

    start: int
    end: int
    text: str
    folded: str
    sentence: int


class Candidate(NamedTuple):
    """What could be a code: the words from `first` to `last`."""

    first: int
    last: int
    value: str
    prefixed: bool = False


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


def folded(word: str) -> str:
    """In lower case without accents; nothing for a word that is too long to be known."""
    if len(word) > LONGEST_WORD:
        return ""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


class Reading:
    """A text as words, by which its candidates are judged."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = list(self.read())
        self.sizes: dict[int, int] = {}
        self.telling: set[int] = set()  # sentences that speak of a code
        self.selling: set[int] = set()
        for at, word in enumerate(self.words):
            self.sizes[word.sentence] = self.sizes.get(word.sentence, 0) + 1
            if self.says_code(at):
                self.telling.add(word.sentence)
            if word.folded in SALE or self.after(word.end).startswith("%"):
                self.selling.add(word.sentence)

    def read(self) -> Iterator[Word]:
        sentence, end, before = 0, 0, ""
        for run in RUN.finditer(self.text):
            gap = self.text[end : run.start()]
            sentence += bool(end) and ends_sentence(gap, before)
            before, end = folded(run[0]), run.end()
            yield Word(run.start(), end, run[0], before, sentence)

    # ---- what stands where

    def gap(self, at: int) -> str:
        """What stands before a word, since the one before it."""
        return self.text[self.words[at - 1].end if at else 0 : self.words[at].start] if at < len(self.words) else ""

    def after(self, end: int) -> str:
        """The two characters behind `end`, a space left out."""
        return self.text[end : end + 3].removeprefix(" ")[:2]

    def said(self, at: int) -> str:
        return self.words[at].folded if 0 <= at < len(self.words) else ""

    def says_code(self, at: int) -> bool:
        if self.said(at) not in CODE or self.said(at - 1) in OTHER_CODE_BEFORE:
            return False
        behind = at + 2 if self.said(at + 1) in ("de", "du", "d") else at + 1
        return self.said(behind) not in OTHER_CODE_BEHIND

    # ---- candidates

    def candidates(self) -> Iterator[Candidate]:
        at = 0
        while at < len(self.words):
            last = self.last_of_run(at)
            candidate = self.candidate(at, last)
            if candidate is not None and self.stands_free(candidate):
                yield candidate
            at = last + 1

    def last_of_run(self, at: int) -> int:
        """The last word of those that one sign joins, as in 123 456 and AB-12; it may be the first."""
        joint = self.gap(at + 1)
        last = at
        while self.joins(last, joint):
            last += 1
        if last > at and self.said(last + 1) in UNIT:  # code 482913 10 minutes
            last -= 1
        return last

    def joins(self, at: int, joint: str) -> bool:
        if at + 1 >= len(self.words) or joint not in (" ", "-") or self.gap(at + 1) != joint:
            return False
        pair = self.words[at].text, self.words[at + 1].text
        if all(is_number(one) for one in pair):
            return True
        if joint == " " or self.said(at) in CODE:
            return False
        return self.said(at) in PREFIX or all(is_number(one) or (one.isascii() and one.isupper()) for one in pair)

    def candidate(self, first: int, last: int) -> Candidate | None:
        texts = [word.text for word in self.words[first : last + 1]]
        value = "".join(texts)
        if len(texts) == 2 and texts[0].lower() in PREFIX and 4 <= len(texts[1]) <= 8:
            sound = texts[1].isascii() and not texts[1].isalpha()
            return Candidate(first, last, texts[1], prefixed=True) if sound else None
        if all(is_number(one) for one in texts):
            return Candidate(first, last, value) if self.is_grouped(first, texts) else None
        sound = LETTERS_AND_DIGITS.fullmatch(value) and not COUNTED.fullmatch(value)
        return Candidate(first, last, value) if sound else None

    def is_grouped(self, first: int, texts: Sequence[str]) -> bool:
        if len(texts) == 1:
            return DIGITS.fullmatch(texts[0]) is not None
        groups = tuple(len(one) for one in texts[:9])
        return groups in GROUPS and len(texts) < 9 and not (groups == (2, 2, 2) and self.gap(first + 1) == "-")

    def stands_free(self, candidate: Candidate) -> bool:
        """Whether it is no part of an amount, a date, a time or a number that is longer."""
        start, end = self.words[candidate.first].start, self.words[candidate.last].end
        before, behind = self.text[max(start - 2, 0) : start], self.text[end : end + 2]
        if before[-1:] in ("€", "$", "£", "¥", "+", "\\", "_") or before in ("€ ", "$ ", "£ ", "¥ ", "**"):
            return False
        if before[-1:] in (".", ",", ":", "/", "'") and before[:1].isdigit() and len(before) == 2:
            return False
        if behind[:1] in ("%", "€", "$", "£", "¥", "_", "\\") or self.after(end)[:1] in ("%", "€", "$", "£", "¥"):
            return False
        return not (behind[:1] in (".", ",", ":", "/", "'") and behind[1:].isdigit())

    # ---- judgement

    def judged(self, candidate: Candidate) -> tuple[float, str]:
        """How sure it is that this is a code, 0 where it is none, and by what pattern that is known."""
        if self.is_something_else(candidate):
            return 0.0, ""
        sure = max(self.said_before(candidate), self.said_behind(candidate), self.said_nearby(candidate))
        sure = bounded(candidate, sure)
        pattern = "keyword" if sure >= 0.8 or (sure and len(candidate.value) == 3) else "context"
        return sure, "prefixed" if candidate.prefixed else pattern

    def is_something_else(self, candidate: Candidate) -> bool:
        first, last = candidate.first, candidate.last
        before = self.said(first - 1)
        called = before in CALL or (before in CALL_AT and self.said(first - 2) in CALL)
        timed = before in TIME_BEFORE or before in CURRENCY or self.said(last + 1) in UNIT
        sold = self.words[first].sentence in self.selling
        return called or timed or sold or self.is_of_a_thing(first)

    def is_of_a_thing(self, first: int) -> bool:
        """Whether it directly follows what such numbers belong to: `order 12345`, `commande n° 12345`."""
        at = first - 1
        while at > first - 5 and self.said(at) in FILLER:
            at -= 1
        if self.said(at) not in THING or self.words[at].sentence != self.words[first].sentence:
            return False
        return not (self.is_led_to(first) and self.is_complement(at))

    def is_led_to(self, at: int) -> bool:
        """Whether `is`, a colon or an arrow leads to this word."""
        gap = self.gap(at)
        return self.said(at - 1) in LINK or any(sign in gap for sign in ":=>") or self.reads_est_le(at)

    def reads_est_le(self, at: int) -> bool:
        return self.said(at - 1) in ("le", "the") and self.said(at - 2) in LINK

    def is_complement(self, at: int) -> bool:
        """Whether a thing only says what a code is for: `code de connexion à votre compte`."""
        before = at - 1
        while self.said(before) in DETERMINER and before > at - 4:
            before -= 1
        return self.said(before) in PREPOSITION and self.nearest(at, CODE) is not None

    def nearest(self, first: int, wanted: frozenset[str]) -> int | None:
        """How many words lie between a word and the nearest of `wanted` before it in its sentence."""
        for between in range(WINDOW):
            at = first - 1 - between
            if at < 0 or self.words[at].sentence != self.words[first].sentence:
                return None
            if self.said(at) in wanted and (wanted is not CODE or self.says_code(at)):
                return between
        return None

    def said_before(self, candidate: Candidate) -> float:
        led, between = self.is_led_to(candidate.first), self.nearest(candidate.first, CODE)
        if between is not None:
            if led or between == 0:
                return 0.95
            return 0.8 if between <= NEAR else 0.5 * (len(candidate.value) == 6)
        between = self.nearest(candidate.first, PURPOSE)
        return 0.7 if between is not None and (led or between == 0) else 0.0

    def said_behind(self, candidate: Candidate) -> float:
        code, purpose = self.next_of(candidate)
        used = self.said(candidate.first - 1) in USE
        gap = self.gap(candidate.last + 1)
        led = self.said(candidate.last + 1) in LEAD or any(sign in gap for sign in "-:=,>")
        if code:
            return 0.9 if led else 0.85 * used
        return (0.85 if used else 0.7 if led and self.begins(candidate) else 0.0) * purpose

    def next_of(self, candidate: Candidate) -> tuple[bool, bool]:
        """Whether the words behind it speak of a code, or of what such codes are for, before anything else begins."""
        purpose = False
        for at in range(candidate.last + 1, min(candidate.last + 1 + BEHIND, len(self.words))):
            word, gap = self.words[at], self.gap(at)
            other = at > candidate.last + 1 and any(sign in gap for sign in ",;")
            if word.sentence != self.words[candidate.last].sentence or other:
                break
            if word.folded in ("number", "numero", "reference", "ref"):
                break
            if self.says_code(at):
                return True, purpose
            purpose = purpose or word.folded in PURPOSE
        return False, purpose

    def begins(self, candidate: Candidate) -> bool:
        first = candidate.first
        return first == 0 or self.words[first - 1].sentence != self.words[first].sentence

    def said_nearby(self, candidate: Candidate) -> float:
        """Alone in its sentence or line, beside one that speaks of a code."""
        sentence = self.words[candidate.first].sentence
        if self.sizes[sentence] != candidate.last - candidate.first + 1:
            return 0.0
        if sentence - 1 in self.telling:
            return 0.75
        return 0.7 if sentence + 1 in self.telling else 0.0


def ends_sentence(gap: str, before: str) -> bool:
    """Whether what stands between two words ends a sentence or a line; `before` is the first of the two."""
    if "\n" in gap:
        return not (any(sign in gap for sign in ":=") or before in LINK)
    stop = any(sign + " " in gap for sign in ".!?")
    return stop and not (before in ABBREVIATION and gap.lstrip("°º").startswith("."))


def is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def bounded(candidate: Candidate, sure: float) -> float:
    """Less where its shape says little: three digits, a year, letters, nine digits."""
    value = candidate.value
    if candidate.prefixed:
        return sure
    if not value.isdigit():
        return min(sure, 0.8) if sure >= 0.8 else 0.0
    if len(value) == 3:
        return 0.4 if sure >= SURE else 0.0
    if len(value) == 4 and value[:2] in ("19", "20"):
        return 0.6 if sure >= SURE else 0.0
    if len(value) == 9:
        return 0.5 if sure >= SURE else 0.0
    return sure
