"""A message's status as its tenant reads it: derived from its `message.received` deliveries, stored nowhere."""

from __future__ import annotations

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from delivery.models import Delivery
from inbox.models import Message

State = Delivery.State
DONE = (State.DELIVERED, State.CANCELLED)


def with_status(messages: QuerySet[Message]) -> QuerySet[Message]:
    """`messages` annotated with `status`: delivered when all deliveries are, failed when any is, else queued;
    the message's own state when it has none. A cancelled delivery counts for neither.

    One look for each message that is shown. Of three EXISTS the planner made hashes over all deliveries there are,
    since it reckons with the rows before the page's limit.
    """
    own = Delivery.objects.filter(message=OuterRef("pk"), event_type="message.received").order_by()
    counted = own.values("message").annotate(
        failed=Count("pk", filter=Q(state=State.FAILED)), open=Count("pk", filter=~Q(state__in=DONE))
    )
    told = counted.annotate(
        told=Case(
            When(failed__gt=0, then=Value(Message.State.FAILED)),
            When(open__gt=0, then=Value(Message.State.QUEUED)),
            default=Value(Message.State.DELIVERED),
            output_field=CharField(),
        )
    )
    status = Coalesce(Subquery(told.values("told")), F("state"), output_field=CharField())
    return messages.annotate(status=status)
