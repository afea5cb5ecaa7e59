"""Changes to channels and to who holds which number. Each writes its audit entry in its own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Crossing, Invalid
from accounts.models import Environment
from numbers import phone, plan, pool
from numbers.carriers import CARRIERS, validate_credentials
from numbers.models import Assignment, Channel, Number, Purchase

UNDECIDED = timedelta(days=14)  # carriers decide sooner about an order, papers included


def create_channel(
    environment: Environment | None,
    actor: Actor,
    *,
    carrier: str,
    name: str = "",
    credentials: Mapping[str, Any],
    simulated: bool = False,
    private_key: str | None = None,
) -> Channel:
    """A new way in, of an environment or (None) of the operator for the pool. Raises Invalid naming the wrong field.

    `private_key` is that of a simulated one, in PEM form, where no credential signs.
    """
    if carrier not in CARRIERS:
        known = ", ".join(sorted(CARRIERS))
        raise Invalid([("/carrier", "unknown_carrier", _("Use one of: %(known)s.") % {"known": known})])
    check_credentials(environment, carrier, credentials)
    channel = Channel(
        environment=environment,
        carrier=carrier,
        name=name,
        token=secrets.token_urlsafe(24),
        simulated=simulated,
        created_at=clock(environment),
    )
    channel.seal_credentials(dict(credentials))
    if private_key is not None:
        channel.seal_private_key(private_key)
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


def check_credentials(environment: Environment | None, carrier: str, credentials: Mapping[str, Any]) -> None:
    """Raises Invalid naming each that is wrong, or that is none for a channel of this environment."""
    if errors := validate_credentials(CARRIERS[carrier], credentials):
        raise Invalid(errors)
    if environment is None or environment.is_live:
        rules = CARRIERS[carrier].credentials
        detail = _("A channel of live trusts its carrier alone: this is for sandboxes only.")
        if wrong := [name for name in credentials if rules[name].sandbox_only]:
            raise Invalid((f"/credentials/{name}", "sandbox_only", detail) for name in wrong)


def update_channel(
    channel: Channel, actor: Actor, *, name: str | None = None, credentials: Mapping[str, Any] | None = None
) -> Channel:
    """Change the name, or replace all credentials. None leaves as is."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if credentials is not None:
        check_credentials(channel.environment, channel.carrier, credentials)
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
    pooled = channel.pool_numbers.filter(withdrawn_at=None)
    if channel.assignments.filter(ends_at=None).exists() or pooled.exists():
        raise Conflict("channel_in_use", _("Numbers are bound to this channel: release or move them first."))
    if being_bought(channel):
        detail = _("A number is being bought through this channel: finish that first.")
        raise Conflict("channel_in_use", detail)
    Channel.objects.filter(pk=channel.pk).update(deleted_at=clock(channel.environment))
    audit.record(actor, "channel.deleted", channel.pk, environment=channel.environment)


def being_bought(channel: Channel) -> bool:
    """Whether a number is bought through the channel, or may be: of an order that nobody answered only it can tell.

    An order that is as old as UNDECIDED is given up; else one that can never be placed would keep the channel open.
    """
    now, state = clock(), Purchase.State
    undecided = Q(state=state.ORDERING) & (Q(leased_until__gt=now) | Q(created_at__gt=now - UNDECIDED))
    return channel.purchases.filter(undecided | Q(state=state.BOUGHT)).exists()


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
        raise Crossing([("/number", "number_not_for_this_environment", detail)])
    problem = plan.problem(number, phone.country_of(number) or "") if environment.is_live else None
    if problem:
        raise Invalid([("/number", "number_not_allowed", problem)])
    return number


@transaction.atomic
def assign_number(
    environment: Environment, actor: Actor, *, number: str, channel: Channel, label: str = ""
) -> Assignment:
    """Give `environment` a number on a channel of its own or, where the number is of the pool, on the pool's.

    Raises Invalid, or Conflict when the number is not free.
    """
    e164 = checked_number(environment, number)
    keep_open(channel)
    row = pool.locked(e164, clock(environment))
    pool.refuse_unfree(row, environment)
    if row.channel_id not in (None, channel.pk):
        raise pool.taken()
    assignment = begin(row, environment, channel, label, clock(environment))
    Number.objects.filter(pk=row.pk).update(aging_until=None)
    after = {"number": e164, "channel": str(channel.pk), "label": label}
    audit.record(actor, "number.assigned", row.pk, environment=environment, after=after)
    return assignment


def begin(number: Number, environment: Environment, channel: Channel, label: str, at: datetime) -> Assignment:
    return Assignment.objects.create(
        number=number, environment=environment, channel=channel, label=label, starts_at=at
    )


def held(assignment: Assignment) -> Assignment:
    """The open holding that `assignment` has become, its number locked. Raises Conflict when there is none."""
    open_now = pool.open_holding(pool.locked_row(assignment.number_id))
    if open_now is None or open_now.environment_id != assignment.environment_id:
        raise Conflict("number_released", _("This number was just released."))
    return open_now


@transaction.atomic
def update_assignment(
    assignment: Assignment, actor: Actor, *, label: str | None = None, channel: Channel | None = None
) -> Assignment:
    """Rename a number or bind it to another channel of its environment; None leaves as is.

    Answers the holding as it is then. Raises Conflict for another channel of a number of the pool.
    """
    if channel is not None:
        keep_open(channel)
    before, after = {}, {}
    holding = held(assignment)
    if label is not None and label != holding.label:
        before["label"], after["label"] = holding.label, label
        holding.label = label
        holding.save(update_fields=["label"])
    if channel is not None and channel.pk != holding.channel_id:
        before["channel"], after["channel"] = str(holding.channel_id), str(channel.pk)
        holding = moved(holding, channel)
    audit.record(
        actor,
        "number.updated",
        holding.number_id,
        environment=holding.environment,
        before=before,
        after=after,
    )
    return holding


def moved(holding: Assignment, channel: Channel) -> Assignment:
    """End a holding and begin it on another channel at the same instant: texts from before are found by the old one."""
    if holding.number.channel_id is not None:
        detail = _("A number of the pool stays on the channel that it came with.")
        raise Conflict("number_of_the_pool", detail, "/channelId")
    now = clock(holding.environment)
    Assignment.objects.filter(pk=holding.pk).update(ends_at=now)
    return begin(holding.number, holding.environment, channel, holding.label, now)


@transaction.atomic
def release_number(assignment: Assignment, actor: Actor) -> None:
    """End the holding; texts that come later are nobody's, and nobody else may have the number before it has aged."""
    try:
        holding = held(assignment)
    except Conflict:
        return  # somebody was faster
    number, now = holding.number, clock(holding.environment)
    Assignment.objects.filter(pk=holding.pk).update(ends_at=now)
    if not number.fictional:
        Number.objects.filter(pk=number.pk).update(aging_until=now + plan.aging(number.country))
    audit.record(actor, "number.released", number.pk, environment=holding.environment)
