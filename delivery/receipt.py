"""A message's receipt: its story from the carrier to the last confirmation, derived from what is stored of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from delivery.models import Attempt, Delivery
from inbox.models import Message

#: In the order in which they stand where they happened at once.
STEPS = ("sent", "accepted", "routed", "attempt", "delivered", "failed", "cancelled")


class Step(NamedTuple):
    """Something that happened to a message; `after_us` since it was accepted, negative before that."""

    name: str
    at: datetime
    after_us: float
    delivery: Delivery | None = None
    attempt: Attempt | None = None


class Receipt(NamedTuple):
    """Microseconds; None where nothing can be said."""

    message: Message
    carrier_us: float | None  # from the carrier's own time stamp to us
    total_us: float | None  # from us to the last endpoint's confirmation
    steps: list[Step]


def receipt_of(message: Message) -> Receipt:
    """Two queries, however many deliveries and attempts."""
    deliveries = list(message.deliveries.prefetch_related("attempts").order_by("pk"))
    steps = sorted(steps_of(message, deliveries), key=lambda step: (step.at, STEPS.index(step.name)))
    return Receipt(message, carrier_took(message), took(message, deliveries), steps)


def steps_of(message: Message, deliveries: Sequence[Delivery]) -> Iterator[Step]:
    if message.sent_at is not None and carrier_took(message) is not None:
        yield step(message, "sent", message.sent_at)
    yield step(message, "accepted", message.received_at)
    yield step(message, "routed", message.received_at)
    for delivery in deliveries:
        for attempt in delivery.attempts.all():
            yield step(message, "attempt", attempt.started_at, delivery, attempt)
        if delivery.finished_at is not None:
            yield step(message, delivery.state, delivery.finished_at, delivery)


def step(
    message: Message,
    name: str,
    at: datetime,
    delivery: Delivery | None = None,
    attempt: Attempt | None = None,
) -> Step:
    return Step(name, at, since(message, at), delivery, attempt)


def since(message: Message, at: datetime) -> float:
    """Microseconds from the message's acceptance to `at`."""
    return (at - message.received_at).total_seconds() * 1e6


def carrier_took(message: Message) -> float | None:
    """A carrier's clock may be ahead of ours; then it tells nothing."""
    took = None if message.sent_at is None else -since(message, message.sent_at)
    return took if took is not None and took >= 0 else None


def took(message: Message, deliveries: Sequence[Delivery]) -> float | None:
    """From its acceptance to the last confirmation, where every endpoint confirmed it and none was sent it again."""
    done = [
        since(message, delivery.finished_at)
        for delivery in deliveries
        if delivery.state == Delivery.State.DELIVERED and delivery.finished_at and not delivery.replays
    ]
    return max(done) if done and len(done) == len(deliveries) else None
