"""A request that came to a receiver: judged, kept sealed, and told how to be answered."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from accounts import keyring
from accounts.clock import clock
from accounts.encryption import Unsealable
from accounts.errors import Invalid
from delivery import secrets, signing
from delivery.models import Endpoint, EndpointSecret
from sandbox.behaviour import Answer, Behaviour, behaviour_of
from sandbox.receiver import ARRIVALS, REQUEST, ReceivedRequest, Receiver, Request
from sandbox.receivers import PATH

MOST_KEPT = 1000  # of one receiver; older ones go
CLEARED_EVERY = 100
TOLERANCE = timedelta(minutes=5)  # of Standard Webhooks' libraries, between the time stamp and the real clock
AUTHORIZING = {"authorization", "proxy-authorization", "cookie"}
Signature = ReceivedRequest.Signature


class Verdict(NamedTuple):
    """What a signature is worth, and whose secret made it."""

    signature: Signature
    endpoint: Endpoint | None = None


@transaction.atomic
def record(token: str, request: Request) -> Answer | None:
    """Keep a request and say how to answer it; None where there is no such receiver."""
    # Requests of one receiver take turns, so that each has its number.
    rows = Receiver.objects.select_for_update(of=("self",)).select_related("environment__tenant")
    receiver = rows.filter(token=token).first()
    if receiver is None:
        return None
    receiver.received += 1
    receiver.save(update_fields=["received"])
    webhook_id = request.header("webhook-id")[:64]
    repeat = receiver.requests.filter(webhook_id=webhook_id).count()
    answer = answer_of(receiver, request, repeat)
    keep(receiver, request, webhook_id, repeat, answer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [ARRIVALS, str(receiver.pk)])
    return answer


def answer_of(receiver: Receiver, request: Request, repeat: int) -> Answer:
    try:
        behaviour = behaviour_of(receiver.behaviour)
    except Invalid:  # saved under another version's rules
        behaviour = Behaviour()
    try:
        asked = behaviour.with_query(request.path.partition("?")[2])
    except Invalid as invalid:
        errors = [
            {"parameter": one.pointer[1:], "code": one.code, "detail": one.detail} for one in invalid.errors
        ]
        body = {"title": "The receiver cannot behave so", "status": 400, "errors": errors}
        return Answer(400, {"Content-Type": "application/problem+json"}, json.dumps(body).encode())
    return asked.answer(receiver.received, repeat)


def keep(receiver: Receiver, request: Request, webhook_id: str, repeat: int, answer: Answer) -> None:
    environment, attempt = receiver.environment, request.header("smsgateway-attempt")
    verdict = judge(receiver, request)
    row = ReceivedRequest(
        environment=environment,
        receiver=receiver,
        number=receiver.received,
        received_at=clock(environment),
        webhook_id=webhook_id,
        repeat=repeat if webhook_id else 0,
        attempt=int(attempt) if attempt.isascii() and attempt.isdigit() and len(attempt) < 6 else None,
        signature=verdict.signature,
        endpoint=verdict.endpoint,
        status=None if answer.ending == "reset" else answer.status,
        ending=answer.ending,
    )
    row.sealed_request = keyring.of(environment.tenant_id).seal(written(request), REQUEST, row.pk)
    row.save(force_insert=True)
    if receiver.received % CLEARED_EVERY == 0:
        receiver.requests.filter(number__lte=receiver.received - MOST_KEPT).delete()


def written(request: Request) -> bytes:
    """As it is sealed. What authorizes the sender is its owner's secret, and nobody's to read here."""
    headers = [
        (name, f"{value.partition(' ')[0]} …" if name in AUTHORIZING else value)
        for name, value in request.headers
    ]
    body = b64encode(request.body).decode()
    return json.dumps(request._replace(headers=headers, body=b"")._asdict() | {"body": body}).encode()


def judge(receiver: Receiver, request: Request) -> Verdict:
    """What the secrets that sign now for endpoints which lead here say of it."""
    leading = receiver.environment.endpoints.filter(deleted_at=None, url__contains=PATH + receiver.token)
    given = request.header("webhook-signature").split(" ")
    id, timestamp = request.header("webhook-id"), request.header("webhook-timestamp")
    if not (id and timestamp and any(given)):
        return Verdict(Signature.MISSING)
    signed = f"{id}.{timestamp}.".encode("latin-1") + request.body
    endpoints = list(leading)
    for endpoint in endpoints:
        if any(signs(one, signed, given) for one in secrets.live(endpoint)):
            return Verdict(Signature.VALID if is_fresh(timestamp) else Signature.STALE, endpoint)
    return Verdict(Signature.WRONG if endpoints else Signature.UNKNOWN)


def signs(secret: EndpointSecret, signed: bytes, given: list[str]) -> bool:
    """Whether one of the signatures is this secret's; both schemes sign the same octets to the same value."""
    try:
        expected = signing.signer(secret.secret)(signed)
    except Unsealable:
        return False
    return any(hmac.compare_digest(expected, one.encode()) for one in given)


def is_fresh(timestamp: str) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    return abs(datetime.now(UTC).timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
