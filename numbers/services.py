"""Changes to channels and to who holds which number. Each writes its audit entry in its own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.models import Environment
from numbers import phone
from numbers.carriers import CARRIERS, validate_credentials
from numbers.models import Assignment, Channel, Number


def create_channel(
    environment: Environment, actor: Actor, *, carrier: str, name: str = "", credentials: Mapping[str, Any]
) -> Channel:
    """A new way in. Raises Invalid naming the wrong field."""
    if carrier not in CARRIERS:
        known = ", ".join(sorted(CARRIERS))
        raise Invalid([("/carrier", "unknown_carrier", _("Use one of: %(known)s.") % {"known": known})])
    if errors := validate_credentials(CARRIERS[carrier], credentials):
        raise Invalid(errors)
    channel = Channel(
        environment=environment,
        carrier=carrier,
        name=name,
        token=secrets.token_urlsafe(24),
        created_at=clock(environment),
    )
    channel.seal_credentials(dict(credentials))
    with transaction.atomic():
        channel.save(force_insert=True)
        audit.record(
            actor,
            "channel.created",
            channel.pk,
            environment=environment,
            after={"carrier": carrier, "name": name, "credentials": sorted(credentials)},
        )
    return channel


def update_channel(
    channel: Channel, actor: Actor, *, name: str | None = None, credentials: Mapping[str, Any] | None = None
) -> Channel:
    """Change the name, or replace all credentials. None leaves as is."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if credentials is not None:
        if errors := validate_credentials(CARRIERS[channel.carrier], credentials):
            raise Invalid(errors)
        channel.seal_credentials(dict(credentials))
        after["credentials"] = sorted(credentials)
    if name is not None and name != channel.name:
        before["name"], after["name"] = channel.name, name
        channel.name = name
    columns = [{"credentials": "sealed_credentials"}.get(name, name) for name in after]
    with transaction.atomic():
        channel.save(update_fields=columns)  # of the rest, somebody else may have written newer values
        audit.record(
            actor, "channel.updated", channel.pk, environment=channel.environment, before=before, after=after
        )
    return channel


@transaction.atomic
def delete_channel(channel: Channel, actor: Actor) -> None:
    """Close a way in. Raises Conflict while numbers are bound to it."""
    Channel.objects.select_for_update().get(pk=channel.pk)
    if channel.assignments.filter(ends_at=None).exists():
        raise Conflict("channel_in_use", _("Numbers are bound to this channel: release or move them first."))
    Channel.objects.filter(pk=channel.pk).update(deleted_at=clock(channel.environment))
    audit.record(actor, "channel.deleted", channel.pk, environment=channel.environment)


def keep_open(channel: Channel) -> None:
    """Let nobody delete the channel before this transaction ends. Raises Conflict where somebody just did."""
    if Channel.objects.select_for_update(no_key=True).get(pk=channel.pk).deleted_at is not None:
        raise Conflict("channel_deleted", _("This channel was just deleted."), "/channelId")


def checked_number(environment: Environment, text: str) -> str:
    """`text` as E.164 or short code, if an environment of this kind may hold it; raises Invalid."""
    try:
        number = phone.validate_number(text)
    except ValueError as error:
        raise Invalid([("/number", "number_invalid", str(error))]) from None
    if phone.is_fictional(number) == environment.is_live:
        detail = (
            _("Numbers reserved for fiction belong in a sandbox.")
            if environment.is_live
            else _("A sandbox holds numbers reserved for fiction only, such as +33639980001.")
        )
        raise Invalid([("/number", "number_not_for_this_environment", detail)])
    return number


def assign_number(
    environment: Environment, actor: Actor, *, number: str, channel: Channel, label: str = ""
) -> Assignment:
    """Give `environment` a number on one of its channels. Raises Invalid, or Conflict when somebody holds it."""
    e164 = checked_number(environment, number)
    now = clock(environment)
    try:
        with transaction.atomic():
            keep_open(channel)
            row, _created = Number.objects.get_or_create(
                number=e164,
                defaults={
                    "country": phone.country_of(e164) or "",
                    "fictional": phone.is_fictional(e164),
                    "created_at": now,
                },
            )
            assignment = Assignment.objects.create(
                number=row, environment=environment, channel=channel, label=label, starts_at=now
            )
            after = {"number": e164, "channel": str(channel.pk), "label": label}
            audit.record(actor, "number.assigned", row.pk, environment=environment, after=after)
    except IntegrityError:
        raise Conflict("number_taken", _("This number is held already."), "/number") from None
    return assignment


def update_assignment(
    assignment: Assignment, actor: Actor, *, label: str | None = None, channel: Channel | None = None
) -> Assignment:
    """Rename a number or bind it to another channel of its environment. None leaves as is."""
    before, after = {}, {}
    if label is not None and label != assignment.label:
        before["label"], after["label"] = assignment.label, label
        assignment.label = label
    if channel is not None and channel.pk != assignment.channel_id:
        before["channel"], after["channel"] = str(assignment.channel_id), str(channel.pk)
        assignment.channel = channel
    with transaction.atomic():
        keep_open(assignment.channel)
        assignment.save(update_fields=list(after))
        audit.record(
            actor,
            "number.updated",
            assignment.number_id,
            environment=assignment.environment,
            before=before,
            after=after,
        )
    return assignment


@transaction.atomic
def release_number(assignment: Assignment, actor: Actor) -> None:
    """End the holding; texts that come later are nobody's."""
    Assignment.objects.filter(pk=assignment.pk, ends_at=None).update(ends_at=clock(assignment.environment))
    audit.record(actor, "number.released", assignment.number_id, environment=assignment.environment)
