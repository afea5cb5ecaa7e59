"""What goes out: an endpoint as a worker needs it, and the body and headers of one request."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from accounts import keyring
from accounts.encryption import Unsealable
from accounts.errors import Invalid
from accounts.ids import public
from delivery import signing
from delivery.catalog import DELIVERED
from delivery.models import Endpoint
from delivery.payload import event, message_received
from delivery.policy import Policy, policy_of
from inbox.models import CONTENT, MEDIA, SENDER

log = logging.getLogger("smsgateway.worker")

HEADERS = ["Content-Type: application/json", "User-Agent: smsgateway/1", "Expect:", "Accept:"]


class Target(NamedTuple):
    """An endpoint as a worker needs it."""

    version: int
    url: str
    signers: tuple[tuple[signing.Signer, datetime | None], ...] | None  # None: the secrets do not open
    stopped: bool  # disabled or deleted
    policy: Policy
    sealed_like: bytes  # a value under its tenant's key
    tells_delivered: bool  # an endpoint of its environment asked for message.delivered


def load_targets(ids: Sequence[UUID]) -> dict[UUID, Target]:
    rows = list(Endpoint.objects.filter(pk__in=ids).prefetch_related("secrets"))
    told = set(
        asking_for(DELIVERED, {row.environment_id for row in rows}).values_list("environment_id", flat=True)
    )
    return {row.pk: target_of(row, row.environment_id in told) for row in rows}


def asking_for(type: str, environments: Collection[UUID]) -> QuerySet[Endpoint]:
    """The endpoints to which events of that type are sent."""
    return Endpoint.objects.filter(environment__in=environments, deleted_at=None, events__contains=[type])


def target_of(row: Endpoint, tells_delivered: bool = False) -> Target:
    stopped = bool(row.deleted_at or row.disabled_at)
    sealed = next((bytes(one.sealed_secret) for one in row.secrets.all()), b"")
    return Target(row.version, row.url, signers_of(row), stopped, stored_policy(row), sealed, tells_delivered)


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
    if row["event_id"] is not None:
        return event(row["event_type"], row["told_at"], row["payload"])
    key = keyring.naming(row["content"])
    content = key.open(row["content"], CONTENT, row["message_id"]).decode()
    sender = key.open(row["sender"], SENDER, row["message_id"]).decode()
    media = json.loads(key.open(row["media"], MEDIA, row["message_id"])) if row["media"] else []
    return message_received(row, content, sender, media)


def headers_of(row: dict[str, Any], target: Target, body: bytes, wall: datetime) -> list[str]:
    """Signed for the real present, which is what a receiver compares with, whatever the sandbox's clock says."""
    if target.signers is None:
        raise Unsealable("a secret of the endpoint does not open")
    now, id, timestamp = wall + row["clock_offset"], webhook_id(row), int(wall.timestamp())
    live = [signer for signer, expires_at in target.signers if expires_at is None or expires_at > now]
    headers = [
        *HEADERS,
        f"webhook-id: {id}",
        f"webhook-timestamp: {timestamp}",
        f"webhook-signature: {signing.sign(live, id, timestamp, body)}",
        f"smsgateway-attempt: {row['attempts_made'] + 1}",
    ]
    if row["replays"]:
        headers.append(f"smsgateway-replay: {row['replays']}")
    return headers


def webhook_id(row: dict[str, Any]) -> str:
    """The same on every try and replay: `msg_…`, or `evt_…` where it is an event that is sent."""
    if row["event_id"] is not None:
        return public("event", row["event_id"])
    return public("message", row["message_id"])
