"""A message's story, derived from what is stored: accepted, routed, each delivery, each attempt, the receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.encryption import Unsealable
from dashboard import reasons
from dashboard.conditions import Sentence, sentence
from delivery.models import Attempt, Delivery, Endpoint
from inbox.models import Message


@dataclass(frozen=True, slots=True)
class Phase:
    """One part of an attempt: `start` and `width` in per cent of the whole."""

    name: str
    words: Any
    microseconds: int
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt with what it took and what came back."""

    attempt: Attempt
    offset_us: float  # since the message was accepted
    phases: list[Phase]
    reason: Any
    answer: str | None  # the first bytes of the answer; None where the role hides it


@dataclass(frozen=True, slots=True)
class Leg:
    """One delivery with its attempts."""

    delivery: Delivery
    tries: list[Try]
    took_us: float | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A route that was asked and did not match, with the first of its conditions that failed."""

    name: str
    condition: Sentence


@dataclass(frozen=True, slots=True)
class Trace:
    message: Message
    skipped: list[Skipped]  # the routes asked before, and why each did not take it
    omitted: int  # so many more
    legs: list[Leg] = field(default_factory=list)
    carrier_took_us: float | None = None  # from the carrier's own time stamp to us
    took_us: float | None = None  # from accepted to the last delivery done, where none was sent again


PHASES = (
    ("dns", _("DNS"), "dns_us"),
    ("connect", _("Connect"), "connect_us"),
    ("tls", _("TLS"), "tls_us"),
    ("first-byte", _("First byte"), "first_byte_us"),
    ("rest", _("Rest of the answer"), "total_us"),
)
TAKEN = (("rest", _("With your code"), "total_us"),)  # from a queue: nothing was sent
NO_ANSWER = (*PHASES[:3], ("rest", _("No answer"), "total_us"))  # nor a first byte of one


def of(message: Message, *, with_answers: bool) -> Trace:
    """Three queries, however many deliveries and attempts."""
    deliveries = message.deliveries.select_related("endpoint").prefetch_related("attempts").order_by("pk")
    told = message.explanation
    legs = [leg(message, delivery, with_answers) for delivery in deliveries]
    done = [
        leg.took_us
        for leg in legs
        if leg.took_us is not None
        and leg.delivery.state == Delivery.State.DELIVERED
        and not leg.delivery.replays
    ]
    return Trace(
        message,
        skipped=[
            Skipped(one["name"], sentence(one["failed"], reveal=True)) for one in told if "failed" in one
        ],
        omitted=sum(one.get("omitted", 0) for one in told),
        legs=legs,
        carrier_took_us=carrier_took(message),
        took_us=max(done) if done and len(done) == len(legs) else None,
    )


def carrier_took(message: Message) -> float | None:
    """A carrier's clock may be ahead of ours or count whole seconds only; then it tells nothing."""
    took = since(message, message.sent_at)
    return -took if took is not None and took <= 0 else None


def since(message: Message, at: datetime | None) -> float | None:
    """Microseconds from the message's acceptance to `at`."""
    return None if at is None else (at - message.received_at).total_seconds() * 1e6


def leg(message: Message, delivery: Delivery, with_answers: bool) -> Leg:
    taken = delivery.endpoint.kind == Endpoint.Kind.POLLING
    tries = [one_try(message, attempt, with_answers, taken) for attempt in delivery.attempts.all()]
    return Leg(delivery, tries, since(message, delivery.finished_at))


def one_try(message: Message, attempt: Attempt, with_answers: bool, taken: bool) -> Try:
    reason = None if attempt.error_code is None else reasons.words(attempt.error_code)
    answer = readable(attempt) if with_answers else None
    return Try(
        attempt,
        max(0.0, since(message, attempt.started_at) or 0.0),
        list(phases(attempt, taken)),
        reason,
        answer,
    )


def readable(attempt: Attempt) -> str:
    try:
        return attempt.response
    except Unsealable:
        return ""


def phases(attempt: Attempt, taken: bool = False) -> Iterable[Phase]:
    """The parts that took time. Stored marks count from the start of the try; a phase is what lies between two."""
    whole, before = max(attempt.total_us, 1), 0
    for name, words, column in TAKEN if taken else PHASES if attempt.status else NO_ANSWER:
        mark = getattr(attempt, column)
        if mark is None or mark <= before:
            continue
        yield Phase(
            name,
            words,
            mark - before,
            f"{before / whole * 100:.2f}%",
            f"{(mark - before) / whole * 100:.2f}%",
        )
        before = mark
