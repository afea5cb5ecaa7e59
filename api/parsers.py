"""Bodies: one JSON object of bounded size and depth, in UTF-8, that means the same to every reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_BODY = 1_000_000  # bytes
MAX_BODY_WITH_FILE = 8_000_000  # a file of 5 MB in base64, and its name
MAX_DRAINED = 20_000_000
MAX_DEPTH = 10


class TooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"

    def __init__(self, most: int) -> None:
        super().__init__(_("The body is larger than %(most)s MB.") % {"most": most // 1_000_000})


def unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Readers disagree on which of two equal names counts; one check here and another there is how checks are bypassed.
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("two members of one object have the same name")
    return members


def no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is out of range")
    return value


def strings(value: object, depth: int = 0) -> Iterator[str]:
    """Every string in a JSON value, names of members included. Raises ValueError below MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for member in value.values():
            yield from strings(member, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, depth + 1)


def loads(raw: bytes) -> Any:
    """The JSON value in `raw`. Raises ValueError with a reason that quotes nothing of it."""
    value = json.loads(
        raw.decode(), object_pairs_hook=unambiguous, parse_constant=no_constant, parse_float=finite
    )
    if any("\ud800" <= c <= "\udfff" for text in strings(value) if not text.isascii() for c in text):
        raise ValueError("a string contains half a surrogate pair")
    return value


def reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"{error.msg} (line {error.lineno}, column {error.colno})"
        case UnicodeDecodeError():
            return "it is not UTF-8"
        case RecursionError():
            return f"it is nested deeper than {MAX_DEPTH} levels"
    return str(error)


def drain(stream: IO[Any]) -> None:
    """Read on for a while: a client still writing when the connection closes would never see the answer."""
    left = MAX_DRAINED
    while left > 0 and (chunk := stream.read(65_536)):
        left -= len(chunk)


class StrictJSONParser(BaseParser):
    media_type = "application/json"
    most = MAX_BODY

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(self.most + 1)
        if len(raw) > self.most:
            drain(stream)
            raise TooLarge(self.most)
        try:
            return loads(raw)
        except (ValueError, RecursionError) as error:
            detail = _("The body is not acceptable JSON: %(reason)s.") % {"reason": reason(error)}
            raise ParseError(detail, "invalid_json") from None


class FileJSONParser(StrictJSONParser):
    """For the calls that take a file along."""

    most = MAX_BODY_WITH_FILE
