"""Forms as carriers post them, in bytes: what is signed is what came, and not all of it is UTF-8."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from numbers.carriers.base import CarrierRequest, Unreadable

MAX_FIELDS = 1000
ESCAPED = re.compile(r"(?:[!-$&-~]|%[0-9A-Fa-f]{2})+")

Form = Mapping[bytes, list[bytes]]


@lru_cache(maxsize=1)  # verify and parse each need it, one right after the other
def form_of(raw: bytes) -> Form:
    """The fields of a form or query; the order of names is that of their characters in UTF-8."""
    form: dict[bytes, list[bytes]] = {}
    for field in raw.replace(b"+", b" ").split(b"&"):
        word, equal, value = field.partition(b"=")
        if b"%" in word:
            word = unquote_to_bytes(word)
        if b"%" in value:
            value = unquote_to_bytes(value)
        if word in form:
            form[word].append(value)
        elif word or equal:
            form[word] = [value]
    return form


def raw_form(request: CarrierRequest) -> bytes:
    """The query of a GET, the body of anything else."""
    return request.query.encode("utf-8", "replace") if request.method == "GET" else request.body


def query_of(request: CarrierRequest) -> bytes:
    """The query as it came."""
    return request.query.encode("latin-1", "replace")


def bounded_form(raw: bytes) -> Form:
    """`form_of`, or Unreadable where it has more fields than any carrier sends."""
    if raw.count(b"&") >= MAX_FIELDS:
        raise Unreadable([("", f"has more than {MAX_FIELDS} fields")])
    return form_of(raw)


def texts_of(
    form: Form, required: tuple[str, ...], optional: tuple[str, ...] = (), charset: str = "utf-8"
) -> dict[str, str]:
    """The first value of each field, decoded; Unreadable names what is missing or is not in `charset`."""
    texts, errors = {}, []
    for field in dict.fromkeys((*required, *optional)):
        values = form.get(field.encode())
        if values is None:
            if field in required:
                errors.append((f"/{field}", "is required"))
            continue
        try:
            texts[field] = values[0].decode(charset)
        except UnicodeDecodeError:
            errors.append((f"/{field}", f"is not {charset.upper()}"))
    if errors:
        raise Unreadable(errors)
    return texts


def is_escaped(text: str) -> bool:
    """Whether a text can only be percent-encoded: no space, nothing outside ASCII, and every % begins an escape."""
    return "%" in text and ESCAPED.fullmatch(text) is not None


def unescaped(text: str) -> bytes:
    """The bytes that a percent-encoded text stands for; UnicodeEncodeError where it holds more than bytes."""
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1"))
