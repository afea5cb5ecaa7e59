"""What a carrier is to the front door: `verify` a request, `parse` its texts, and the answers the carrier expects.

A carrier that posts to us is one module of this package with the attributes of `HttpCarrier`, and one line in
`HTTP_CARRIERS`. It is pure: no database, no clock (the time of receipt is in the request), no network. Whatever a
stranger sends ends in `Refused` or `Unreadable`. One that we go to ourselves is a `Carrier` and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext as _

from numbers.alphabets import Alphabet
from numbers.phone import normalise

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_CONTENT = 10_000  # characters; a text of 255 parts, the most that can be concatenated, has 39,015
MAX_ADDRESS = 64  # characters of a sender or recipient
MAX_CARRIER_ID = 255
MAX_ENCODING = 12
MAX_MEDIA = 20  # links of one text; carriers allow ten
MAX_LINK = 2048  # characters

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
    client: str = ""  # the caller's IP address, as the nearest trusted proxy saw it
    fetched: Mapping[str, bytes] = field(default_factory=dict)  # what was Wanted, by URL


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a longer text, from a carrier that does not join them."""

    reference: str  # shared by the pieces of one text of one sender
    total: int  # 1 to 255
    number: int  # from 1
    data: bytes  # undecoded: a character may straddle two pieces
    alphabet: Alphabet


@dataclass(frozen=True, slots=True)
class InboundSms:
    """One text, whole unless `part` says otherwise.

    Numbers are E.164 with plus, short codes and alphanumeric senders as the carrier wrote them.
    """

    carrier_id: str | None  # the carrier's own id, which a repeat repeats; None: nothing to know a repeat by
    sender: str
    recipient: str
    content: str  # of a part: what it spells alone
    sent_at: datetime | None = None  # aware, UTC
    encoding: str | None = None
    segments: int | None = None
    media: tuple[str, ...] = ()  # links to what came with it; listed, never fetched
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What to write back."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a carrier's own API answered to us."""

    status: int
    body: bytes


#: (method, URL, headers, body) → the answer; OSError and the like where there is none.
Call = Callable[[str, str, Mapping[str, str], bytes], Reply]


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What a carrier needs to know that is asked for the texts of one number, rather than calling us."""

    call: Call
    api: str  # where the carrier's API is, without a slash at the end
    credentials: Mapping[str, str]
    number: str  # E.164 or short code
    since: datetime  # aware: texts that came to the carrier at this time or later
    known: Container[str]  # carrier ids that need not be told again
    now: Callable[[], datetime]  # aware


@dataclass(frozen=True, slots=True)
class Found:
    """One text that the carrier had: as it was told, and as read; `sms` is None where it holds no text."""

    raw: bytes
    sms: InboundSms | None


class Unavailable(Exception):
    """The carrier's API does not answer as it should. `reason` is a word fit for a log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """The request is not shown to come from the carrier; or the carrier says so of ours.

    `reason` is a word fit for a metric's label. `status` is 401 or 403, or 503 for a carrier that gives a text up at
    anything else.
    """

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers or {}


class Wanted(Exception):
    """The carrier cannot go on before the document at `url` is in `request.fetched`: then it is asked again.

    The URL stands in the request, so whoever raises this has made sure that it is the carrier's own. `keep_s` says
    for how many seconds the document may serve other requests.
    """

    def __init__(self, url: str, keep_s: float = 0) -> None:
        super().__init__("a document of the carrier's")
        self.url = url
        self.keep_s = keep_s


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
    unless: tuple[str, ...] = ()  # required where none of these other fields is given
    multiline: bool = False
    choices: tuple[str, ...] = ()  # all that it may be, where those are few
    section: StrOrPromise = ""  # what it is about, where that is more than a secret
    sandbox_only: bool = False  # a channel of live, or of the pool, may not have it
    # (all credentials) → what is wrong with the value beside the others, or None
    beside: Callable[[Mapping[str, str]], str | None] | None = None


class Carrier(Protocol):
    """What each module in `CARRIERS` is: what a channel may be of."""

    @property
    def name(self) -> str: ...
    @property
    def credentials(self) -> Mapping[str, CredentialField]: ...
    @property
    def deadline_s(self) -> float:
        """Seconds within which an answer is worth writing; below the carrier's own time-out."""


class HttpCarrier(Carrier, Protocol):
    """What each module in `HTTP_CARRIERS` is: it posts texts to the URL of the channel."""

    @property
    def methods(self) -> frozenset[str]: ...
    @property
    def accepted(self) -> Answer: ...

    def verify(self, request: CarrierRequest, credentials: Mapping[str, str]) -> None:
        """Raise Refused unless the request is signed with these credentials, or Wanted."""

    def parse(self, request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
        """The texts of a verified request; raise Unreadable where one cannot be had, or Wanted.

        [] where it is about something else: a probe, a delivery report. It is acknowledged, nothing is kept.
        """

    def try_again(self, retry_after: int) -> Answer:
        """Ask for the same again in so many seconds."""


class Polled(Protocol):
    """What a carrier's module is too that can be asked for its texts."""

    def fetch(self, enquiry: Enquiry) -> Iterator[Found]:
        """The texts of a number since a time. Raises Refused where the credentials are, or Unavailable."""


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
    media: Iterable[str] = (),
    part: Part | None = None,
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
    links = links_of(media) if media else ()
    if encoding and text_problem(encoding, MAX_ENCODING):
        encoding = None  # what a carrier calls it is told where it can be, and refuses no text
    return InboundSms(
        carrier_id or None, sender, recipient, content, sent_at, encoding, segments, links, part
    )


def links_of(media: Iterable[str]) -> tuple[str, ...]:
    """The links among these that can be kept; what is none is no reason to refuse the text."""
    links = [
        link
        for link in media
        if link.startswith(("https://", "http://")) and text_problem(link, MAX_LINK) is None
    ]
    return tuple(links[:MAX_MEDIA])


def as_utc(moment: datetime | None) -> datetime | None:
    """The same moment in UTC; OverflowError where that lies outside the years 1 to 9999."""
    return None if moment is None else moment.astimezone(UTC)


def moment(text: str | None, pattern: str | None = None, zone: tzinfo = UTC) -> datetime | None:
    """A carrier's own time as UTC: ISO 8601 or by `pattern`, in `zone` where it names no offset.

    None where it cannot be read: the text matters more than the carrier's clock.
    """
    if not text:
        return None
    try:
        read = datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)  # noqa: DTZ007
        return as_utc(read if read.tzinfo else read.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def whole(text: object, most: int = 999) -> int | None:
    """A count as a carrier writes it, as text or as number; None where it is no count of 1 to `most`."""
    if isinstance(text, str):
        text = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if not isinstance(text, int) or isinstance(text, bool):
        return None
    return text if 0 < text <= most else None


def secret_problem(secret: str) -> str | None:
    """For a CredentialField: a secret that can stand in a header."""
    if 0 < len(secret) <= 200 and secret.isascii() and secret.isprintable() and " " not in secret:
        return None
    return _("Must be 1 to 200 printable ASCII characters without spaces.")


def seconds(text: str, status: int = 401) -> int:
    """A Unix time in a header; Refused where it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise Refused(status, "malformedHeader")
    return int(text)


def check_time(
    request: CarrierRequest, signed_at: float, past_s: float, future_s: float = 5 * 60, status: int = 401
) -> None:
    """Refused where a request was signed more than `past_s` before it came, or `future_s` after."""
    if not -future_s <= request.received_at.timestamp() - signed_at <= past_s:
        raise Refused(status, "staleTimestamp")
