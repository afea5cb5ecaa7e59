"""How a receiver answers: a pure value, read from JSON or from a query, and what it makes of the n-th request.

The faults count for every request, unless `failFirst` or `failRate` limit them; all others are answered 200. Chance is
a digest of the seed and of the request's number, so that the same seed fails the same requests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, NamedTuple, Protocol
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from accounts.errors import Invalid

SHORTEST_DRIP = 120  # bytes, one a second: longer than anybody waits
LARGEST_BODY = 262_144
Ending = Literal["whole", "drip", "half", "reset"]


class Shape(Protocol):
    """What a field takes: `read` a JSON value, `parse` a query's text. Both raise ValueError, with a sentence."""

    def read(self, value: Any) -> Any: ...

    def parse(self, text: str) -> Any: ...


class Whole(NamedTuple):
    """A whole number within bounds."""

    low: int
    high: int

    def read(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not self.low <= value <= self.high:
            bounds = {"low": self.low, "high": self.high}
            raise ValueError(_("Must be a whole number from %(low)d to %(high)d.") % bounds)
        return value

    def parse(self, text: str) -> int:
        return self.read(int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text)


class Flag(NamedTuple):
    """True or false; in a query 1 or 0 as well."""

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(_("Must be true or false."))
        return value

    def parse(self, text: str) -> bool:
        return self.read({"1": True, "true": True, "0": False, "false": False}.get(text, text))


class Choice(NamedTuple):
    """One of some values."""

    values: tuple[Any, ...]

    def read(self, value: Any) -> Any:
        if value not in self.values or isinstance(value, bool):
            listed = ", ".join(map(str, self.values))
            raise ValueError(_("Must be one of these: %(values)s.") % {"values": listed})
        return value

    def parse(self, text: str) -> Any:
        return self.read(next((value for value in self.values if str(value) == text), text))


class Words(NamedTuple):
    """A text."""

    longest: int

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > self.longest or "\0" in value:
            raise ValueError(_("Must be a text of at most %(limit)d characters.") % {"limit": self.longest})
        return value

    def parse(self, text: str) -> str:
        return self.read(text)


#: Each field as the outside names it: its name in Behaviour, and what it takes.
FIELDS: Mapping[str, tuple[str, Shape]] = {
    "status": ("status", Whole(200, 599)),
    "redirect": ("redirect", Choice((301, 302, 303, 307, 308))),
    "retryAfter": ("retry_after", Whole(0, 86_400)),
    "gone": ("gone", Flag()),
    "abort": ("abort", Flag()),
    "body": ("body", Words(4096)),
    "bodyBytes": ("body_bytes", Whole(0, LARGEST_BODY)),
    "delayMs": ("delay_ms", Whole(0, 60_000)),
    "drip": ("drip", Flag()),
    "disconnect": ("disconnect", Choice(("reset", "half"))),
    "failFirst": ("fail_first", Whole(0, 100)),
    "failRate": ("fail_rate", Whole(0, 100)),
    "seed": ("seed", Whole(0, 2**31 - 1)),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, and how."""

    status: int
    headers: dict[str, str]
    body: bytes
    ending: Ending = "whole"
    delay_s: float = 0


OK = Answer(200, {}, b"ok")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a receiver answers while it fails. None: that is not asked for."""

    status: int | None = None
    redirect: int | None = None
    retry_after: int | None = None
    gone: bool | None = None
    abort: bool | None = None
    body: str | None = None
    body_bytes: int | None = None
    delay_ms: int | None = None
    drip: bool | None = None
    disconnect: Literal["reset", "half"] | None = None
    fail_first: int | None = None
    fail_rate: int | None = None
    seed: int | None = None

    def answer(self, number: int, repeat: int) -> Answer:
        """To the `number`-th request, before which `repeat` came with the same webhook-id."""
        return self.fault() if self.fails(number, repeat) else OK

    def fails(self, number: int, repeat: int) -> bool:
        """`failFirst` counts the tries of each event, `failRate` draws for each request; either is enough."""
        if self.fail_first is None and self.fail_rate is None:
            return True
        return repeat < (self.fail_first or 0) or drawn(self.seed or 0, number) < (self.fail_rate or 0)

    def fault(self) -> Answer:
        status = self.code()
        headers = {"Location": "/"} if 300 <= status < 400 else {}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.abort:
            headers["webhook-delivery"] = "abort-message"
        body = b"ok" if self.body is None else self.body.encode()
        if self.body_bytes is not None:
            body = ((body or b".") * self.body_bytes)[: self.body_bytes]
        ending: Ending = self.disconnect or ("drip" if self.drip else "whole")
        return Answer(status, headers, body, ending, (self.delay_ms or 0) / 1000)

    def code(self) -> int:
        """The status: of several that are asked for the most definite one."""
        if asked := (410 if self.gone else self.redirect or self.status):
            return asked
        unwell = self.abort or self.retry_after is not None
        limited = self.fail_first is not None or self.fail_rate is not None
        otherwise = self.delay_ms or self.drip or self.disconnect
        return 503 if unwell or (limited and not otherwise) else 200

    def told(self) -> dict[str, Any]:
        """As JSON: what is asked for, by its outside names."""
        values = asdict(self)
        return {name: values[own] for name, (own, _shape) in FIELDS.items() if values[own] is not None}

    def with_query(self, query: str) -> Behaviour:
        """The same with what a request's query asks for; what it says besides is the sender's own. Raises Invalid."""
        pairs = dict(parse_qsl(query, keep_blank_values=True))
        asked = {name: text for name, text in pairs.items() if name in FIELDS}
        values = asdict(self) | read(asked, "parse", "")
        return Behaviour(**values)


def drawn(seed: int, number: int) -> int:
    """A number from 0 to 99, always the same for the same two."""
    digest = hashlib.blake2b(f"{seed} {number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 100


def behaviour_of(given: Any, pointer: str = "") -> Behaviour:
    """From JSON; null counts as left out. Raises Invalid, with pointers below `pointer`."""
    if not isinstance(given, Mapping):
        raise Invalid([(pointer, "invalid_type", _("Must be an object."))])
    asked = {name: value for name, value in given.items() if value is not None or name not in FIELDS}
    return Behaviour(**read(asked, "read", pointer))


def read(given: Mapping[str, Any], way: Literal["read", "parse"], pointer: str) -> dict[str, Any]:
    """The values by Behaviour's own names. Raises Invalid."""
    values, errors = {}, []
    for name, value in given.items():
        if name not in FIELDS:
            errors.append((f"{pointer}/{str(name)[:100]}", "unknown_field", _("There is no such field.")))
            continue
        own, shape = FIELDS[name]
        try:
            values[own] = shape.read(value) if way == "read" else shape.parse(value)
        except ValueError as error:
            errors.append((f"{pointer}/{name}", "invalid_value", str(error)))
    if errors:
        raise Invalid(errors)
    return values


assert {own for own, _shape in FIELDS.values()} == {field.name for field in fields(Behaviour)}
