"""A message's status as its tenant reads it: derived from its `message.received` deliveries, stored nowhere."""

from __future__ import annotations

from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Value, When

from delivery.models import Delivery
from inbox.models import Message

DONE = (Delivery.State.DELIVERED, Delivery.State.CANCELLED)


def with_status(messages: QuerySet[Message]) -> QuerySet[Message]:
    """`messages` annotated with `status`: delivered when all deliveries are, failed when any is, else queued;
    the message's own state when it has none. A cancelled delivery counts for neither."""
    own = Delivery.objects.filter(message=OuterRef("pk"), event_type="message.received")
    return messages.annotate(
        status=Case(
            When(~Exists(own), then=F("state")),
            When(Exists(own.filter(state=Delivery.State.FAILED)), then=Value(Message.State.FAILED)),
            When(Exists(own.exclude(state__in=DONE)), then=Value(Message.State.QUEUED)),
            default=Value(Message.State.DELIVERED),
            output_field=CharField(),
        )
    )
