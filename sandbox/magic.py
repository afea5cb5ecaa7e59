"""Senders that make our side misbehave, as it may in live: late, twice, unheard, held back, past a quota.

They are numbers of a range reserved for fiction, and count as senders of simulated texts only: the path of a text
knows nothing of them. What happens is done here, around the door: before a text is posted, or once it was taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import limits
from accounts.clock import clock
from accounts.ids import uuid7
from accounts.models import Environment
from delivery import events, queues
from delivery.models import Delivery, Endpoint
from numbers.phone import normalise
from operations import quotas

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LATE = timedelta(seconds=30)
MOST_COUNTED = 10_000


class Magic(NamedTuple):
    """One such sender, and what happens to its texts."""

    number: str
    effect: StrOrPromise


DELAYED = Magic("+33639989001", _("The text arrives 30 seconds later, by the sandbox’s clock."))
REPEATED = Magic(
    "+33639989002", _("The carrier brings the text twice, with one id. It is one message, sent once.")
)
SENT_TWICE = Magic(
    "+33639989003",
    _("The text is sent to your endpoints twice, with one webhook-id: your code should count it once."),
)
UNHEARD = Magic(
    "+33639989004", _("The carrier does not hear our first answer and brings the text again. It counts once.")
)
QUARANTINED = Magic(
    "+33639989005", _("The text is kept back: it is quarantined, and sent to nobody until it is released.")
)
OVER_QUOTA = Magic(
    "+33639989006",
    _("The month’s quota is used up for up to a minute: the API takes a tenth. The text arrives all the same."),
)
TABLE = (DELAYED, REPEATED, SENT_TWICE, UNHEARD, QUARANTINED, OVER_QUOTA)


def writes(sender: str, magic: Magic) -> bool:
    """Whether it is that sender, however its number is written."""
    return normalise(sender) == magic.number


@transaction.atomic
def send_twice(environment: Environment, messages: Iterable[UUID]) -> None:
    """A second delivery beside each one, unless there is one: of one message, so it goes out with its `webhook-id`."""
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)  # one at a time
    rows = environment.deliveries.filter(message__in=messages, event=None).select_related("endpoint__environment")
    once: dict[tuple[UUID | None, UUID], list[Delivery]] = {}
    for row in rows:
        once.setdefault((row.message_id, row.endpoint_id), []).append(row)
    for first, *more in once.values():
        if not more:
            send_to(first.endpoint, first.message_id, first.created_at)


def send_to(endpoint: Endpoint, message: UUID | None, created_at: datetime) -> None:
    """A delivery of a message to an endpoint of its sandbox, as any worker takes it up."""
    queued = endpoint.kind == Endpoint.Kind.POLLING  # where it waits for whoever asks
    Delivery.objects.create(
        id=uuid7(),
        environment_id=endpoint.environment_id,
        endpoint=endpoint,
        message_id=message,
        state=Delivery.State.PENDING,
        due_at=None if queued else clock(endpoint.environment),
        created_at=created_at,
    )
    if queued:
        queues.announce(endpoint)


@transaction.atomic
def use_up_quota(environment: Environment) -> None:
    """As if more texts had come than are expected, until quotas are looked at next (operations.quotas)."""
    exceeded = Environment.QuotaLevel.EXCEEDED
    within = Environment.objects.filter(pk=environment.pk, kind=Environment.Kind.SANDBOX, quota_level__lt=exceeded)
    if within.update(quota_level=exceeded):
        received = quotas.received_in_month(environment, MOST_COUNTED)
        allowed = limits.of(environment).messages or received
        events.tell(environment, "quota.exceeded", messagesAMonth=allowed, received=max(received, allowed))
