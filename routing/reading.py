"""What conditions read of a text, in the forms they compare: as it is, folded, or encoded for RE2."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import category, combining, normalize

EDGES = frozenset(
    "PSZC"
)  # Unicode categories of what surrounds a word: punctuation, symbols, separators, control
SEARCHED = 1600  # characters that a pattern sees, about ten parts of an SMS
VARIATION_SELECTORS = range(0xFE00, 0xFE10)  # follow an emoji, and belong to it


@dataclass(frozen=True, slots=True)
class Text:
    """What routes decide by. Numbers as `numbers.phone.normalise` writes them, country in ISO 3166 alpha-2."""

    number_used: str
    sender_id: str
    sender_country: str | None
    content: str


class Reading:
    """One text while routes are asked; each form is worked out once, and only when a condition asks for it."""

    __slots__ = ("_encoded", "_folded", "_plain", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        self._plain = {
            "numberUsed": text.number_used,
            "senderId": text.sender_id,
            "senderCountry": text.sender_country or "",
            "content": text.content,
        }
        self._folded: dict[str, str] = {}
        self._encoded: dict[str, tuple[bytes, ...]] = {}

    def plain(self, field: str) -> str:
        """The field as it came."""
        if field == "firstWord" and field not in self._plain:
            self._plain[field] = first_word(normalize("NFC", self.text.content))
        return self._plain[field]

    def folded(self, field: str) -> str:
        """The field without case, accents and space around it."""
        folded = self._folded.get(field)
        if folded is None:
            folded = self._folded[field] = fold(self.plain(field)).strip()
        return folded

    def encoded(self, field: str) -> tuple[bytes, ...]:
        """The field for RE2, which reads UTF-8: as it came, in NFC, and folded where that is another text."""
        encoded = self._encoded.get(field)
        if encoded is None:
            plain = self.plain(field)[:SEARCHED]
            forms = (plain,) if plain.isascii() else (normalize("NFC", plain), fold(plain))
            encoded = self._encoded[field] = tuple(form.encode("utf-8", "replace") for form in forms)
        return encoded


def fold(text: str) -> str:
    """The text as somebody compares who minds neither case nor accents: compatibility caseless, no combining marks."""
    if text.isascii():
        return text.lower()
    text = normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join([c for c in text if not combining(c)])


def first_word(text: str) -> str:
    """The first token that is more than punctuation and emoji, without those around it: `«Oui!»` → `Oui`."""
    for token in text.split():
        word = token if token.isalnum() else _core(token)
        if word:
            return word
    return ""


def _core(token: str) -> str:
    start, end = 0, len(token)
    while start < end and _is_edge(token[start]):
        start += 1
    while end > start and _is_edge(token[end - 1]):
        end -= 1
    return token[start:end]


def _is_edge(character: str) -> bool:
    return category(character)[0] in EDGES or ord(character) in VARIATION_SELECTORS
