"""Changes to endpoints and deliveries. Each writes its audit entry in its own transaction."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import SYSTEM, Actor
from accounts.clock import clock
from accounts.database import execute
from accounts.errors import Conflict, Invalid
from accounts.ids import public
from accounts.models import Environment
from delivery import addresses, events, failover, health, kinds, parking, receivers
from delivery.access import access_of
from delivery.access_store import certificate_expiry, seal_access, stored_access
from delivery.breaker import Measures
from delivery.catalog import DELIVERED
from delivery.certificates import expires_soon
from delivery.composing import stored_policy
from delivery.described import describe
from delivery.destinations import allowlist_of
from delivery.models import Delivery, Endpoint, Health, Issue
from delivery.policy import policy_of, stated
from delivery.retry import Reason
from delivery.secrets import add_secret, new_secret, shown
from inbox import erasure

HEALTHY: dict[str, Any] = {
    "failing_since": None, "failures": 0, "opened_at": None, "probe_at": None, "probes": 0, "warnings": 0,
    "paced_until": None, "drained_until": None,
}  # fmt: skip
REPLAYABLE = (
    Delivery.State.FAILED,
    Delivery.State.DELIVERED,
    Delivery.State.CANCELLED,
    Delivery.State.PENDING,
    Delivery.State.HELD,  # of an endpoint that was enabled, and before its turn
)
PAUSES = (Reason.LADDER, Reason.SLOW, Reason.RETRY_AFTER)  # which are over with it


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What creating an endpoint answers: its secret is readable this once. With v1a it is the public key.

    A polling endpoint signs nothing and has none.
    """

    endpoint: Endpoint
    secret: str
    warnings: list[str] = field(default_factory=list)


def resolve(host: str) -> list[str]:
    """Every address of a name, empty when it has none."""
    try:
        return sorted({str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        return []


def check_url(environment: Environment, actor: Actor, url: str, pointer: str = "/url") -> list[str]:
    """Warnings about a URL that may be saved; raises Invalid where the address guard or the environment refuses it."""
    receivers.keep_live_away(environment, actor, url, pointer, resolve)
    if pointer == "/url" and receivers.opening_of(url, environment):
        return []
    verdict = addresses.check_url(url, allow_networks=settings.DELIVERY_ALLOW_NETWORKS, resolve=resolve)
    if verdict.code is not None:
        raise Invalid([(pointer, verdict.code, str(verdict.detail))])
    allowlist = allowlist_of(environment.pk)
    if allowlist is not None and not allowlist.allows(addresses.host_of(url), verdict.addresses):
        text = _("This environment allows certain destinations only, and this host is not among them.")
        raise Invalid([(pointer, "not_allowed_destination", text)])
    return [str(warning) for warning in verdict.warnings]


def access_to_keep(endpoint: Endpoint, given: Any, url: str = "") -> dict[str, Any]:
    """The access to keep for an endpoint, at its new URL where it gets one.

    Secrets that are left out stay, unless they would follow the URL to another server. Raises Invalid, with pointers
    below /access.
    """
    moves = bool(url) and elsewhere(endpoint.url, url)
    return access_of(given, {} if moves else stored_access(endpoint) or {}, clock(endpoint.environment))


def check_access(endpoint: Endpoint, actor: Actor, access: Mapping[str, Any]) -> list[str]:
    """Warnings about an access that may be kept; raises Invalid where its token server lies in a forbidden place."""
    warnings = []
    if "oauth2" in access:
        url = access["oauth2"]["tokenUrl"]
        warnings = check_url(endpoint.environment, actor, url, "/access/oauth2/tokenUrl")
    if expires_soon(certificate_expiry(access), clock(endpoint.environment)):
        warnings.append(_("The client certificate expires within 30 days."))
    return warnings


def elsewhere(before: str, after: str) -> bool:
    """Whether a URL leads to another server."""
    return urlsplit(before)[:2] != urlsplit(after)[:2]


def keep_secrets_here(endpoint: Endpoint, url: str) -> None:
    """Whoever may change a URL must not get to know by that what somebody else gave to be sent along."""
    if endpoint.sealed_access is not None and elsewhere(endpoint.url, url):
        text = _("The URL leads to another server: say anew what is to be sent along there.")
        raise Invalid([("/access", "required", text)])


def create_endpoint(
    environment: Environment,
    actor: Actor,
    *,
    kind: str = Endpoint.Kind.WEBHOOK,
    url: str | None = None,
    description: str = "",
    is_default: bool = False,
    policy: Mapping[str, Any] | None = None,
    signs_with: str = Endpoint.Scheme.HMAC,
    access: Mapping[str, Any] | None = None,
    **own: Any,
) -> NewEndpoint:
    """An endpoint with its first signing secret; `own` are the fields of its kind (delivery.kinds).

    Raises Invalid for a refused URL, policy, access or event, and for what the kind does not have.
    """
    policy = {} if policy is None else policy
    kinds.check_policy(kind, policy)
    own = kinds.check_new(kind, own | {"url": url, "access": access})
    if "events" in own:
        own["events"] = events.check_events(own["events"])
    access = own.pop("access", None)
    endpoint = Endpoint(
        environment=environment,
        kind=kind,
        description=description,
        is_default=is_default,
        policy=stated(policy),
        signs_with=signs_with,
        created_at=clock(environment),
        **own,
    )
    warnings, secret = [], ""
    if kind != Endpoint.Kind.POLLING:  # to which nothing is sent
        warnings, secret = check_url(environment, actor, endpoint.url), new_secret(signs_with)
    if access is not None:
        checked = access_to_keep(endpoint, access)
        warnings += check_access(endpoint, actor, checked)
        seal_access(endpoint, checked)
    with transaction.atomic():
        if is_default:
            take_default_from_others(environment)
        endpoint.save(force_insert=True)
        if secret:
            add_secret(endpoint, secret)
        forget_listeners(environment, [], endpoint.events)
        names = ("kind", "description", "is_default", "policy", "signs_with", "access", *own)
        after = {name: describe(endpoint, name) for name in names}
        audit.record(actor, "endpoint.created", endpoint.pk, environment=environment, after=after)
    return NewEndpoint(endpoint, shown(secret), warnings)


def forget_listeners(environment: Environment, before: Sequence[str], after: Sequence[str]) -> None:
    """Let workers look again whether anybody asks to hear of each text that arrives: it is no business of others."""
    if (DELIVERED in before) != (DELIVERED in after):
        environment.endpoints.filter(deleted_at=None).update(version=F("version") + 1)


def take_default_from_others(environment: Environment) -> None:
    # Two who want it at once take turns; the later one has it.
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    environment.endpoints.filter(is_default=True).update(is_default=False, version=F("version") + 1)


def update_endpoint(endpoint: Endpoint, actor: Actor, **changes: Any) -> list[str]:
    """Change url, description, is_default, policy, access, failover, disabled (bool) or what its kind has.

    Answers warnings. Raises Invalid.
    """
    kinds.check(endpoint.kind, changes)
    if "policy" in changes:
        changes["policy"] = stated(changes["policy"])
    if "events" in changes:
        changes["events"] = events.check_events(changes["events"])
    if changes.get("failover") is not None and changes["failover"].pk == endpoint.pk:
        raise Invalid([("/failoverId", "invalid", _("An endpoint cannot stand in for itself."))])
    warnings = check_servers(endpoint, actor, changes)
    with transaction.atomic():
        if changes.get("is_default"):
            take_default_from_others(endpoint.environment)
        endpoint.refresh_from_db(from_queryset=Endpoint.objects.select_for_update())
        if "access" in changes:  # whose secrets stay is decided by the row as it is now
            changes["access"] = access_to_keep(endpoint, changes["access"], changes.get("url", ""))
        elif "url" in changes:
            keep_secrets_here(endpoint, changes["url"])
        before = {name: describe(endpoint, name) for name in changes}
        if "disabled" in changes:
            switch(endpoint, bool(changes.pop("disabled")))
        if "events" in changes:
            forget_listeners(endpoint.environment, endpoint.events, changes["events"])
        if "access" in changes:
            seal_access(endpoint, changes.pop("access"))
        for name, value in changes.items():
            setattr(endpoint, name, value)
        endpoint.version = F("version") + 1
        endpoint.save(
            update_fields=[
                "url", "description", "is_default", "policy", "failover", "disabled_at", "disabled_because", "version",
                "sealed_access", "certificate_expires_at", "payload", "template", "ack_within_s", "events",
            ]
        )  # fmt: skip
        endpoint.refresh_from_db(fields=["version"])
        after = {name: describe(endpoint, name) for name in before}
        audit.record(
            actor,
            "endpoint.updated",
            endpoint.pk,
            environment=endpoint.environment,
            before=before,
            after=after,
        )
        if before.get("disabled") is not after.get("disabled"):
            hold_pending(endpoint) if endpoint.disabled_at else release_held(endpoint)
            tell_switched(endpoint, before["disabled"])
    return warnings


def check_servers(endpoint: Endpoint, actor: Actor, changes: Mapping[str, Any]) -> list[str]:
    """Warnings about where changes lead. Names are looked up, so nothing may be locked. Raises Invalid."""
    warnings = []
    if "url" in changes and changes["url"] != endpoint.url:
        warnings = check_url(endpoint.environment, actor, changes["url"])
    if "access" in changes:
        access = access_to_keep(endpoint, changes["access"], changes.get("url", ""))
        warnings += check_access(endpoint, actor, access)
    return warnings


def switch(endpoint: Endpoint, disabled: bool) -> None:
    if not disabled:
        endpoint.disabled_at, endpoint.disabled_because = None, ""
    elif endpoint.disabled_at is None:
        endpoint.disabled_at = clock(endpoint.environment)
        endpoint.disabled_because = Endpoint.Because.PERSON


def tell_switched(endpoint: Endpoint, was_disabled: bool) -> None:
    """The event that an endpoint was disabled or enabled, where it was not so before."""
    if endpoint.disabled_at is not None and not was_disabled:
        told = {"because": endpoint.disabled_because, "divertedTo": diverted_to(endpoint)}
        events.of_endpoint(endpoint.environment, "endpoint.disabled", endpoint.pk, **told)
    elif endpoint.disabled_at is None and was_disabled:
        events.of_endpoint(endpoint.environment, "endpoint.enabled", endpoint.pk)


def diverted_to(endpoint: Endpoint) -> str | None:
    """As events tell who gets an endpoint's texts now."""
    stand_in = failover.stand_in_of(endpoint)
    return public("endpoint", stand_in.pk) if stand_in else None


@transaction.atomic
def disable_unwanted(id: UUID, because: str) -> None:
    """Stop an endpoint whose receiver wants nothing more; what waits for it is held."""
    endpoint = (
        Endpoint.objects.select_for_update(of=("self",))
        .select_related("environment")
        .filter(pk=id, deleted_at=None, disabled_at=None)
        .first()
    )
    if endpoint is None:
        return
    endpoint.disabled_at = clock(endpoint.environment)
    endpoint.disabled_because = because
    endpoint.version = F("version") + 1
    endpoint.save(update_fields=["disabled_at", "disabled_because", "version"])
    hold_pending(endpoint)
    after = {"disabled": True, "because": because}
    audit.record(SYSTEM, "endpoint.disabled", id, environment=endpoint.environment, after=after)
    tell_switched(endpoint, was_disabled=False)


def hold_pending(endpoint: Endpoint) -> None:
    if endpoint.kind == Endpoint.Kind.POLLING:
        return  # while it is disabled nobody can take from its queue, so that they wait there all the same
    parking.hold(execute, endpoint.pk)  # a slice of it; workers go on


def release_held(endpoint: Endpoint) -> None:
    """Let what was held go, little by little, to an endpoint whose past is forgotten."""
    Health.objects.update_or_create(endpoint=endpoint, defaults=HEALTHY)
    parking.drain(execute, endpoint.environment_id, endpoint.pk, policy_of(endpoint.policy), clock())


@transaction.atomic
def take_measures(id: UUID, wanted: Measures, *, aloud: bool = True) -> None:
    """Warn about an endpoint that does nothing but fail, and disable it in the end.

    `aloud` is false where it was sent nothing but events: of those no event is made.
    """
    endpoint = Endpoint.objects.select_related("environment").get(pk=id)
    if Health.objects.filter(pk=id, warnings__lt=wanted.warnings).update(warnings=wanted.warnings):
        after = {"warning": wanted.warnings}
        audit.record(SYSTEM, "endpoint.warned", id, environment=endpoint.environment, after=after)
        if aloud:
            told = {**after, "divertedTo": diverted_to(endpoint)}
            events.of_endpoint(endpoint.environment, "endpoint.warned", id, **told)
    if wanted.disable:
        disable_unwanted(id, Endpoint.Because.FAILING)


@transaction.atomic
def delete_endpoint(endpoint: Endpoint, actor: Actor) -> None:
    """Remove an endpoint and what it wanted sent along; what still waited for it is cancelled.

    What came to it in another endpoint's stead goes back there; and it stands in for none any more.
    """
    now = clock(endpoint.environment)
    Endpoint.objects.filter(pk=endpoint.pk).update(
        deleted_at=now,
        is_default=False,
        sealed_access=None,
        certificate_expires_at=None,
        version=F("version") + 1,
    )
    forget_listeners(endpoint.environment, endpoint.events, [])
    endpoint.issues.exclude(state=Issue.State.RESOLVED).update(state=Issue.State.RESOLVED, resolved_at=now)
    endpoint.stands_in_for.update(failover=None, version=F("version") + 1)
    parking.cancel(execute, endpoint.pk, clock())  # a slice of it; workers go on
    audit.record(actor, "endpoint.deleted", endpoint.pk, environment=endpoint.environment)


@transaction.atomic
def replay(delivery: Delivery, actor: Actor) -> Delivery:
    """Make a delivery due now, with all its tries anew; an endpoint that is left alone is probed at once.

    Raises Conflict when it is on its way or has nowhere to go.
    """
    health.probe_soon(delivery.endpoint)
    delivery = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("endpoint", "environment")
        .get(pk=delivery.pk)
    )
    if delivery.endpoint.deleted_at is not None:
        raise Conflict("endpoint_deleted", _("The endpoint of this delivery was deleted."))
    if delivery.endpoint.disabled_at is not None:
        raise Conflict("endpoint_disabled", _("The endpoint of this delivery is disabled: enable it first."))
    if delivery.state not in REPLAYABLE:
        raise Conflict("delivery_in_progress", _("This delivery is being sent right now."))
    if delivery.message_id and not erasure.reserve([delivery.message_id]):
        raise Conflict("content_erased", _("What this text said was erased: nothing is left to send."))
    if is_worthless(delivery):
        text = _("It is too late for it by the endpoint's policy: allow more time there first.")
        raise Conflict("delivery_expired", text)
    before = {"state": delivery.state}
    if delivery.state != Delivery.State.PENDING or delivery.reason in PAUSES:
        delivery.reason = ""  # what waits for anything else goes on doing so
    delivery.state = Delivery.State.PENDING
    queued = delivery.endpoint.kind == Endpoint.Kind.POLLING  # which waits for somebody who asks
    delivery.due_at, delivery.finished_at = None if queued else clock(delivery.environment), None
    delivery.lease = delivery.leased_until = delivery.error_code = None
    delivery.attempts_made, delivery.replays = 0, delivery.replays + 1
    delivery.save(
        update_fields=[
            "state", "due_at", "finished_at", "lease", "leased_until", "error_code", "reason", "attempts_made",
            "replays",
        ]
    )  # fmt: skip
    audit.record(actor, "delivery.replayed", delivery.pk, environment=delivery.environment, before=before)
    return delivery


def is_worthless(delivery: Delivery) -> bool:
    """Whether the time is over in which its endpoint wants it; sent again, it would be given up at once."""
    within = stored_policy(delivery.endpoint).deliver_within_s
    if within is None:
        return False
    since = delivery.message.received_at if delivery.message else delivery.created_at
    return since + timedelta(seconds=within) <= clock(delivery.environment)
