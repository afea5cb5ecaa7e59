"""What goes out: an endpoint as a worker needs it, and the body and headers of one request."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from accounts import keyring
from accounts.encryption import Unsealable
from accounts.errors import Invalid
from accounts.ids import public
from delivery import signing
from delivery.access_store import stored_access
from delivery.addresses import Network
from delivery.allowlist import Allowlist
from delivery.catalog import DELIVERED
from delivery.models import Endpoint
from delivery.payload import event, message_data, message_received, message_thin
from delivery.policy import Policy, policy_of
from delivery.receivers import opening_of
from delivery.template import Request, Template, template_of
from delivery.tokens import Grant, grant_of
from delivery.ways import Tls
from inbox.models import CONTENT, MEDIA, SENDER

log = logging.getLogger("smsgateway.worker")

EVERY = ["User-Agent: smsgateway/1", "Expect:", "Accept:"]
HEADERS = ["Content-Type: application/json", *EVERY]


class Ticket(NamedTuple):
    """What an endpoint asks for with each request, ready to use."""

    headers: tuple[str, ...] = ()
    grant: Grant | None = None
    tls: Tls | None = None


NO_TICKET = Ticket()


class Target(NamedTuple):
    """An endpoint as a worker needs it."""

    version: int
    url: str
    signers: tuple[tuple[signing.Signer, datetime | None], ...] | None  # None: the secrets do not open
    stopped: bool  # disabled or deleted
    policy: Policy
    ticket: Ticket | None  # None: the access does not open
    only: tuple[Network, ...] | None  # where it must lie; None: anywhere public
    opening: int | None  # the port of the sandbox's own receiver, where it lies there
    kind: str
    thin: bool
    template: Template | None  # of a callback; None: it cannot be read
    sealed_like: bytes  # a value under its tenant's key
    tells_delivered: bool  # an endpoint of its environment asked for message.delivered


def load_targets(ids: Sequence[UUID]) -> dict[UUID, Target]:
    # The destinations are read after the endpoints: a list that is newer than the version shows up with the next one.
    rows = list(Endpoint.objects.filter(pk__in=ids).prefetch_related("secrets", "environment__destinations"))
    asked = asking_for(DELIVERED, {row.environment_id for row in rows})
    told = set(asked.values_list("environment_id", flat=True))
    return {row.pk: target_of(row, row.environment_id in told) for row in rows}


def asking_for(type: str, environments: Collection[UUID]) -> QuerySet[Endpoint]:
    """The endpoints to which events of that type are sent."""
    return Endpoint.objects.filter(environment__in=environments, deleted_at=None, events__contains=[type])


def target_of(row: Endpoint, tells_delivered: bool = False) -> Target:
    # From a queue whose endpoint is disabled nothing is taken, so that there is nothing to hold.
    stopped = bool(row.deleted_at or (row.disabled_at and row.kind != Endpoint.Kind.POLLING))
    allowlist = Allowlist.of(one.pattern for one in row.environment.destinations.all())
    return Target(
        version=row.version,
        url=row.url,
        signers=signers_of(row),
        stopped=stopped,
        policy=stored_policy(row),
        ticket=ticket_of(row, allowlist),
        only=lies_in(row.url, allowlist) if row.url else None,
        opening=opening_of(row.url, row.environment) if row.url else None,
        kind=row.kind,
        thin=row.payload == Endpoint.Payload.THIN,
        template=stored_template(row) if row.kind == Endpoint.Kind.CALLBACK else None,
        sealed_like=next((bytes(one.sealed_secret) for one in row.secrets.all()), b""),
        tells_delivered=tells_delivered,
    )


def stored_template(row: Endpoint) -> Template | None:
    try:
        return template_of(row.template)
    except Invalid:  # saved under another version's rules
        log.exception("a stored template cannot be read", extra={"endpoint": str(row.pk)})
        return None


def lies_in(url: str, allowlist: Allowlist | None) -> tuple[Network, ...] | None:
    return None if allowlist is None else allowlist.networks_of(url)


def ticket_of(row: Endpoint, allowlist: Allowlist | None) -> Ticket | None:
    """The headers, the way to a token and the certificates; None where they do not open."""
    access = stored_access(row)
    if not access:
        return NO_TICKET if access is not None else None
    oauth2, pair, ca = (
        access.get("oauth2"),
        access.get("clientCertificate", {}),
        access.get("caCertificate", ""),
    )
    only = lies_in(oauth2["tokenUrl"], allowlist) if oauth2 else None
    return Ticket(
        headers=tuple(headers_asked(access)),
        grant=grant_of(row.pk, oauth2, ca, only) if oauth2 else None,
        tls=Tls(pair.get("certificate", "").encode(), pair.get("key", "").encode(), ca.encode())
        if pair or ca
        else None,
    )


def headers_asked(access: Mapping[str, Any]) -> Iterator[str]:
    for header in access.get("headers", ()):
        yield f"{header['name']}: {header['value']}"
    if basic := access.get("basic"):
        pair = f"{basic['username']}:{basic['password']}".encode()
        yield f"Authorization: Basic {b64encode(pair).decode()}"
    if bearer := access.get("bearer"):
        yield f"Authorization: Bearer {bearer['token']}"


def stored_policy(row: Endpoint) -> Policy:
    try:
        return policy_of(row.policy)
    except Invalid:  # saved under another version's rules
        log.exception("a stored policy cannot be read", extra={"endpoint": str(row.pk)})
        return Policy()


def signers_of(row: Endpoint) -> tuple[tuple[signing.Signer, datetime | None], ...] | None:
    try:
        return tuple((signing.signer(one.secret), one.expires_at) for one in row.secrets.all())
    except Unsealable:
        return None  # nothing unsigned goes out


def request_of(row: dict[str, Any], target: Target) -> Request:
    """What is to be sent for a delivery as the store reads it; raises Unsealable."""
    if row["event_id"] is not None:
        body = event(row["event_type"], row["told_at"], row["payload"], row["simulated"])
        return Request("POST", target.url, [], body)
    if target.kind == Endpoint.Kind.WEBHOOK:
        body = message_thin(row) if target.thin else message_received(data_of(row))
        return Request("POST", target.url, [], body)
    if target.template is None:
        raise Unsealable("the endpoint's template cannot be read")
    return target.template.request(target.url, data_of(row))


def data_of(row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a delivery's text, in the clear; raises Unsealable."""
    key = keyring.naming(row["content"])
    content = key.open(row["content"], CONTENT, row["message_id"]).decode()
    sender = key.open(row["sender"], SENDER, row["message_id"]).decode()
    media = json.loads(key.open(row["media"], MEDIA, row["message_id"])) if row["media"] else []
    return message_data(row, content, sender, media)


def headers_of(row: dict[str, Any], target: Target, request: Request, wall: datetime) -> list[str]:
    """Signed for the real present, which is what a receiver compares with, whatever the sandbox's clock says."""
    if target.signers is None or target.ticket is None:
        raise Unsealable("a secret of the endpoint does not open")
    now, id, timestamp = wall + row["clock_offset"], webhook_id(row), int(wall.timestamp())
    live = [signer for signer, expires_at in target.signers if expires_at is None or expires_at > now]
    headers = [
        *(HEADERS if target.kind == Endpoint.Kind.WEBHOOK else [*EVERY, *map(line, request.headers)]),
        *target.ticket.headers,
        f"webhook-id: {id}",
        f"webhook-timestamp: {timestamp}",
        f"webhook-signature: {signing.sign(live, id, timestamp, request.body)}",
        f"smsgateway-attempt: {row['attempts_made'] + 1}",
    ]
    if row["simulated"]:  # a callback's body is the customer's own, and need not say so
        headers.append("smsgateway-simulated: true")
    if row["replays"]:
        headers.append(f"smsgateway-replay: {row['replays']}")
    return headers


def line(field: tuple[str, str]) -> str:
    """As libcurl takes a header: one with nothing behind its colon it would leave out."""
    name, value = field
    return f"{name}: {value}" if value else f"{name};"


def webhook_id(row: dict[str, Any]) -> str:
    """The same on every try and replay: `msg_…`, or `evt_…` where it is an event that is sent."""
    if row["event_id"] is not None:
        return public("event", row["event_id"])
    return public("message", row["message_id"])
