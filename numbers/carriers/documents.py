"""JSON as carriers post it: decoded by type, and each fault told by its JSON pointer."""

from __future__ import annotations

import json
import re
from typing import TypeVar

import msgspec

from numbers.carriers.base import Unreadable

T = TypeVar("T")

PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
MISSING = re.compile(r"Object missing required field `([^`]+)`")
MISTYPED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")


def decode(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """What the body holds; Unreadable repeats nothing of it."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as problem:
        raise Unreadable([_explain(str(problem))]) from None
    except UnicodeDecodeError:
        raise Unreadable([("", "is not UTF-8")]) from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Unreadable([("", "is not JSON")]) from None


def loads(body: bytes) -> object:
    """What the body holds, half surrogate pairs and all, which `decode` refuses."""
    try:
        return json.loads(body.decode())
    except UnicodeDecodeError:
        raise Unreadable([("", "is not UTF-8")]) from None
    except (ValueError, RecursionError):
        raise Unreadable([("", "is not JSON")]) from None


def _explain(message: str) -> tuple[str, str]:
    """msgspec's own words as (JSON pointer, detail)."""
    found = PLACE.fullmatch(message)
    what, path = (found["what"], found["path"] or "") if found else ("", "")
    pointer = "".join(f"/{name or index}" for name, index in STEP.findall(path))
    if missing := MISSING.fullmatch(what):
        return f"{pointer}/{missing[1]}", "is required"
    if mistyped := MISTYPED.fullmatch(what):
        return pointer, f"must be {mistyped[1]}, not {mistyped[2]}"
    return pointer, "is not what the carrier sends here"
