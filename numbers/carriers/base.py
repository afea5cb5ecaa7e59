"""What a carrier is to the front door: `verify` a request, `parse` its texts, and the answers the carrier expects.

A carrier is one module of this package with the attributes of `Carrier`, and one line in `CARRIERS`. It is
pure: no database, no clock (the time of receipt is in the request), no network. Whatever a stranger sends
ends in `Refused` or `Unreadable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from numbers.phone import normalise

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_CONTENT = 10_000  # characters; a text of 255 parts, the most that can be concatenated, has 39,015
MAX_ADDRESS = 64  # characters of a sender or recipient
MAX_CARRIER_ID = 255

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class CarrierRequest:
    """One HTTP request as the carrier made it."""

    method: str
    url: str  # as the carrier sees and URL-signing carriers sign it: public address, path, query
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    query: str  # raw, without the question mark
    received_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class InboundSms:
    """One text, whole. Numbers are E.164 with plus, short codes and alphanumeric senders as the carrier wrote them."""

    carrier_id: str | None  # the carrier's own id, which a repeat repeats; None: nothing to know a repeat by
    sender: str
    recipient: str
    content: str
    sent_at: datetime | None = None  # aware, UTC
    encoding: str | None = None
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What to write back."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The request is not shown to come from the carrier. `reason` is a word fit for a metric's label."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Unreadable(Exception):
    """The request holds no text that can be stored.

    `errors` are (JSON pointer, detail) and repeat nothing of what was sent.
    """

    status = 400

    def __init__(self, errors: Iterable[tuple[str, str]]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{pointer}: {detail}" for pointer, detail in self.errors))


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One credential a channel of the carrier has. `problem` tells what is wrong with a value, or None."""

    help: StrOrPromise  # for the person who fills it in
    problem: Callable[[str], str | None]
    required: bool = True
    secret: bool = True
    needs: str | None = None  # another field that must come with this one


class Carrier(Protocol):
    """What each module in `CARRIERS` is."""

    @property
    def name(self) -> str: ...
    @property
    def methods(self) -> frozenset[str]: ...
    @property
    def credentials(self) -> Mapping[str, CredentialField]: ...
    @property
    def accepted(self) -> Answer: ...
    @property
    def deadline_s(self) -> float:
        """Seconds within which `accepted` is worth writing; below the carrier's own time-out."""

    def verify(self, request: CarrierRequest, credentials: Mapping[str, str]) -> None:
        """Raise Refused unless the request is signed with these credentials."""

    def parse(self, request: CarrierRequest) -> list[InboundSms]:
        """The texts of a verified request; raise Unreadable where there is none to be had."""

    def try_again(self, retry_after: int) -> Answer:
        """Ask for the same again in so many seconds."""


def busy(retry_after: int, content_type: str, body: bytes) -> Answer:
    """The 503 of a `try_again`."""
    return Answer(503, content_type, body, {"Retry-After": str(retry_after)})


def text_problem(text: str, limit: int) -> str | None:
    """Why a text from outside cannot be stored: PostgreSQL holds neither NUL nor half a surrogate pair."""
    if len(text) > limit:
        return f"is longer than {limit} characters"
    if "\0" in text:
        return "contains a NUL character"
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        return "contains a lone surrogate"
    return None


def build_sms(
    names: tuple[str, str, str, str],
    carrier_id: str | None,
    sender: str,
    recipient: str,
    content: str,
    *,
    sent_at: datetime | None = None,
    encoding: str | None = None,
    segments: int | None = None,
) -> InboundSms:
    """An InboundSms of checked, normalised parts.

    `names` are the carrier's names for id, sender, recipient and content, in this order, for the errors.
    """
    sender, recipient = normalise(sender), normalise(recipient)
    problems = (
        text_problem(carrier_id, MAX_CARRIER_ID) if carrier_id else None,
        text_problem(sender, MAX_ADDRESS) if sender else "must not be empty",
        text_problem(recipient, MAX_ADDRESS) if recipient else "must not be empty",
        text_problem(content, MAX_CONTENT),
    )
    if any(problems):
        raise Unreadable(
            (f"/{name}", problem) for name, problem in zip(names, problems, strict=True) if problem
        )
    return InboundSms(carrier_id or None, sender, recipient, content, sent_at, encoding, segments)


def as_utc(moment: datetime | None) -> datetime | None:
    """The same moment in UTC; OverflowError where that lies outside the years 1 to 9999."""
    return None if moment is None else moment.astimezone(UTC)
