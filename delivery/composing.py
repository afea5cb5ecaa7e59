"""What goes out: an endpoint as a worker needs it, and the body and headers of one request."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from accounts import keyring
from accounts.encryption import Unsealable
from accounts.errors import Invalid
from accounts.ids import public
from delivery import signing
from delivery.access_store import stored_access
from delivery.addresses import Network, host_of
from delivery.allowlist import Allowlist
from delivery.models import Endpoint
from delivery.payload import message_received
from delivery.policy import Policy, policy_of
from delivery.tokens import Grant, grant_of
from delivery.ways import Tls
from inbox.models import CONTENT, MEDIA, SENDER

log = logging.getLogger("smsgateway.worker")

HEADERS = ["Content-Type: application/json", "User-Agent: smsgateway/1", "Expect:", "Accept:"]


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


def load_targets(ids: Sequence[UUID]) -> dict[UUID, Target]:
    # The destinations are read after the endpoints: a list that is newer than the version shows up with the next one.
    rows = Endpoint.objects.filter(pk__in=ids).prefetch_related("secrets", "environment__destinations")
    return {row.pk: target_of(row) for row in rows}


def target_of(row: Endpoint) -> Target:
    stopped = bool(row.deleted_at or row.disabled_at)
    allowlist = Allowlist.of(one.pattern for one in row.environment.destinations.all())
    only, ticket = lies_in(row.url, allowlist), ticket_of(row, allowlist)
    return Target(row.version, row.url, signers_of(row), stopped, stored_policy(row), ticket, only)


def lies_in(url: str, allowlist: Allowlist | None) -> tuple[Network, ...] | None:
    return None if allowlist is None else allowlist.networks_for(host_of(url))


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


def body_of(row: dict[str, Any]) -> bytes:
    """The body of a delivery as the store reads it; raises Unsealable."""
    key = keyring.naming(row["content"])
    content = key.open(row["content"], CONTENT, row["message_id"]).decode()
    sender = key.open(row["sender"], SENDER, row["message_id"]).decode()
    media = json.loads(key.open(row["media"], MEDIA, row["message_id"])) if row["media"] else []
    return message_received(row, content, sender, media)


def headers_of(row: dict[str, Any], target: Target, body: bytes, wall: datetime) -> list[str]:
    """Signed for the real present, which is what a receiver compares with, whatever the sandbox's clock says."""
    if target.signers is None or target.ticket is None:
        raise Unsealable("a secret of the endpoint does not open")
    now, id, timestamp = (
        wall + row["clock_offset"],
        public("message", row["message_id"]),
        int(wall.timestamp()),
    )
    live = [signer for signer, expires_at in target.signers if expires_at is None or expires_at > now]
    headers = [
        *HEADERS,
        *target.ticket.headers,
        f"webhook-id: {id}",
        f"webhook-timestamp: {timestamp}",
        f"webhook-signature: {signing.sign(live, id, timestamp, body)}",
        f"smsgateway-attempt: {row['attempts_made'] + 1}",
    ]
    if row["replays"]:
        headers.append(f"smsgateway-replay: {row['replays']}")
    return headers
