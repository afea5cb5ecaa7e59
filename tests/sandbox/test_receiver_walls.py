"""The receiver is reached by its own origin, from sandboxes only; nothing else on this machine is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.audit import SYSTEM
from accounts.errors import Forbidden, Invalid
from accounts.ids import public, uuid7
from accounts.models import AuditEntry
from delivery import destinations, services
from delivery.engine import Engine
from delivery.models import Attempt, Delivery, Endpoint
from sandbox import receivers
from sandbox.receiver import ReceivedRequest, Receiver, Request
from sandbox.recording import record
from tests import cast
from tests.cast import Api, House, Side
from tests.deliveries import settled
from tests.live import Receiver as Server
from tests.live import hexed
from tests.sandbox.receiving import LiveReceivers


def tried(engine: Engine, side: Side, endpoint: Endpoint) -> Attempt:
    lease, until = uuid7(), datetime.now(UTC) + timedelta(seconds=30)
    message = cast.store_message(side.assignment)
    delivery = cast.store_delivery(
        message, endpoint, Delivery.State.SENDING, lease=lease, leased_until=until, attempts_made=0
    )
    engine.ring(hexed(lease, [delivery.pk]))
    return Attempt.objects.get(delivery=settled(delivery))


def test_a_sandbox_reaches_its_receiver_and_nothing_beside_it(
    acme: House, bin: Receiver, receiver: Server, live_receivers: LiveReceivers, engine: Engine
) -> None:
    url = live_receivers.url(bin)
    endpoint = services.create_endpoint(acme.sandbox.environment, SYSTEM, url=url).endpoint
    assert tried(engine, acme.sandbox, endpoint).status == 200
    for beside in (
        receiver.url,
        url.replace("127.0.0.1", "127.0.0.2"),
        url.replace("127.0.0.1", "localhost"),
    ):
        with pytest.raises(Invalid):
            services.create_endpoint(acme.sandbox.environment, SYSTEM, url=beside)
        Endpoint.objects.filter(pk=endpoint.pk).update(url=beside, version=endpoint.version + 1)
        endpoint.refresh_from_db()
        attempt = tried(engine, acme.sandbox, endpoint)
        assert (attempt.status, attempt.error_code) == (None, 5107), beside
    assert receiver.requests == []
    assert ReceivedRequest.objects.count() == 1


def test_an_endpoint_of_live_may_not_lead_there_and_gets_nothing_through(
    acme: House, api: Api, bin: Receiver, live_receivers: LiveReceivers, engine: Engine
) -> None:
    url = live_receivers.url(bin)
    for sent in (url, url.replace("127.0.0.1", "localhost")):
        answer = api.post("endpoints", {"kind": "webhook", "url": sent})
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("#/url", "sandbox_only")]
    assert api.patch(f"endpoints/{acme.live.ids['endpoint_id']}", {"url": url}).status_code == 422
    grant = {"tokenUrl": url, "clientId": "c", "clientSecret": "s"}
    access = {"oauth2": grant}
    assert api.patch(f"endpoints/{acme.live.ids['endpoint_id']}", {"access": access}).status_code == 422
    refused = AuditEntry.objects.filter(action="wall.refused", environment=acme.live.environment)
    assert refused.count() == 4
    # Were it there all the same, nothing would open the way.
    endpoint = acme.live.endpoint
    Endpoint.objects.filter(pk=endpoint.pk).update(url=url, version=endpoint.version + 1)
    attempt = tried(engine, acme.live, endpoint)
    assert (attempt.status, attempt.error_code) == (None, 5107)
    assert not ReceivedRequest.objects.exists()


def test_live_has_no_receivers(acme: House) -> None:
    with pytest.raises(Forbidden):
        receivers.create(acme.live.environment, SYSTEM)
    assert AuditEntry.objects.filter(action="wall.refused").count() == 1


def test_a_list_of_destinations_leaves_the_receiver_in(
    acme: House, bin: Receiver, live_receivers: LiveReceivers, engine: Engine
) -> None:
    destinations.allow(acme.sandbox.environment, SYSTEM, "*.example.com")
    url = live_receivers.url(bin)
    endpoint = services.create_endpoint(acme.sandbox.environment, SYSTEM, url=url).endpoint
    assert tried(engine, acme.sandbox, endpoint).status == 200
    shown = Api(acme.sandbox.key).get(f"endpoints/{public('endpoint', endpoint.pk)}").json()
    assert shown["destinationAllowed"] is True


def test_the_check_of_an_endpoint_gets_there_too(
    acme: House, bin: Receiver, live_receivers: LiveReceivers
) -> None:
    url = live_receivers.url(bin)
    endpoint = services.create_endpoint(acme.sandbox.environment, SYSTEM, url=url).endpoint
    Api(acme.sandbox.key).post(f"endpoints/{public('endpoint', endpoint.pk)}/check")
    verdicts = bin.requests.order_by("number").values_list("signature", "repeat", "endpoint")
    good, tampered, stale = "valid", "wrong", "stale"
    assert [one[:2] for one in verdicts] == [(good, 0), (tampered, 0), (stale, 0), (good, 1)]
    assert [one[2] for one in verdicts] == [endpoint.pk, None, endpoint.pk, endpoint.pk]


def test_who_has_no_endpoint_there_cannot_be_known(bin: Receiver) -> None:
    headers = [("webhook-id", "msg_1"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,AA==")]
    record(bin.token, Request("POST", f"/sandbox/receivers/{bin.token}", headers, b"{}"))
    assert bin.requests.get().signature == "unknown"
