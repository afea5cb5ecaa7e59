"""Receivers: made, told how to behave, emptied, removed. Each change writes its audit entry in its own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts import audit, walls
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict
from accounts.models import Environment
from delivery.receivers import BAD_TLS, PLAIN, listeners
from sandbox.behaviour import behaviour_of
from sandbox.receiver import ReceivedRequest, Receiver

MOST = 50  # of one sandbox
KEPT_FOR = timedelta(days=1)
PATH = "/sandbox/receivers/"
BATCH = 1000


def create(
    environment: Environment, actor: Actor, *, name: str = "", behaviour: Mapping[str, Any] | None = None
) -> Receiver:
    """A receiver at an address of its own. Raises Invalid, Conflict beyond the most, Forbidden for live."""
    walls.keep_out_live(environment, actor)
    wanted = behaviour_of(behaviour or {}, "/behaviour").told()
    with transaction.atomic():
        make_room(environment)
        receiver = Receiver.objects.create(
            environment=environment,
            token=secrets.token_urlsafe(32),
            name=name,
            behaviour=wanted,
            created_at=clock(environment),
        )
        after = {"name": name, "behaviour": wanted}
        audit.record(actor, "receiver.created", receiver.pk, environment=environment, after=after)
    return receiver


def make_room(environment: Environment) -> None:
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    if environment.receivers.count() >= MOST:
        text = _("There are %(most)d receivers already: remove one first.") % {"most": MOST}
        raise Conflict("too_many_receivers", text)


@transaction.atomic
def change(receiver: Receiver, actor: Actor, **changes: Any) -> None:
    """Change name or behaviour, which is replaced whole. Raises Invalid."""
    if "behaviour" in changes:
        changes["behaviour"] = behaviour_of(changes["behaviour"], "/behaviour").told()
    receiver.refresh_from_db(from_queryset=Receiver.objects.select_for_update())
    before = {field: getattr(receiver, field) for field in changes}
    for field, value in changes.items():
        setattr(receiver, field, value)
    receiver.save(update_fields=list(changes))
    audit.record(
        actor, "receiver.updated", receiver.pk, environment=receiver.environment, before=before, after=changes
    )


@transaction.atomic
def empty(receiver: Receiver, actor: Actor) -> None:
    """Forget what came, and begin counting anew."""
    Receiver.objects.select_for_update().get(pk=receiver.pk)
    gone, _models = receiver.requests.all().delete()
    Receiver.objects.filter(pk=receiver.pk).update(received=0)
    after = {"requests": gone}
    audit.record(actor, "receiver.emptied", receiver.pk, environment=receiver.environment, after=after)


@transaction.atomic
def delete(receiver: Receiver, actor: Actor) -> None:
    """Remove it with what came; whatever is sent there from now on gets a 404."""
    id, environment = receiver.pk, receiver.environment
    receiver.delete()
    audit.record(actor, "receiver.deleted", id, environment=environment)


def addresses(receiver: Receiver) -> dict[str, str]:
    """Its URL at each listener, by what is wrong there."""
    known = listeners(settings.SANDBOX_RECEIVER_URL)
    return {fault: known[fault].url.removesuffix("/") + PATH + receiver.token for fault in (PLAIN, *BAD_TLS)}


def kept(receiver: Receiver) -> QuerySet[ReceivedRequest]:
    """The requests that are not past their day."""
    since = clock(receiver.environment) - KEPT_FOR
    return receiver.requests.filter(received_at__gt=since).select_related("endpoint")


def purge(now: datetime) -> int:
    """Delete what is past its day by its sandbox's clock; answers how many."""
    old = ReceivedRequest.objects.filter(received_at__lt=now - KEPT_FOR + F("environment__clock_offset"))
    gone = 0
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        gone += ReceivedRequest.objects.filter(pk__in=ids).delete()[0]
    return gone
