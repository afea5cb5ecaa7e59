"""Each fault of a receiver, as a delivery meets it: through the real worker, where no other private address is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accounts.audit import SYSTEM
from accounts.ids import uuid7
from delivery import services
from delivery.engine import Engine
from delivery.models import Attempt, Delivery
from delivery.receivers import BAD_TLS
from delivery.retry import ERRORS
from sandbox import receivers
from sandbox.receiver import ReceivedRequest, Receiver
from sandbox.receivers import addresses
from tests import cast
from tests.cast import House
from tests.deliveries import settled
from tests.live import hexed
from tests.sandbox.receiving import LiveReceivers

BY_CODE = {kind.code: word for word, kind in ERRORS.items()}


def begun(engine: Engine, house: House, url: str) -> Delivery:
    """A delivery of the sandbox to that URL, which the engine was rung for."""
    policy = {"deadlineSeconds": 1}
    endpoint = services.create_endpoint(house.sandbox.environment, SYSTEM, url=url, policy=policy).endpoint
    lease, until = uuid7(), datetime.now(UTC) + timedelta(seconds=30)
    delivery = cast.store_delivery(
        cast.store_message(house.sandbox.assignment),
        endpoint,
        Delivery.State.SENDING,
        lease=lease,
        leased_until=until,
        attempts_made=0,
    )
    engine.ring(hexed(lease, [delivery.pk]))
    return delivery


FAULTS = {
    "": (200, None),
    "status=503": (503, "status"),
    "failFirst=1": (503, "status"),
    "retryAfter=5": (503, "status"),
    "abort=1": (503, "status"),
    "redirect=302": (302, "redirect"),
    "gone=1": (410, "gone"),
    "delayMs=12000": (None, "timeout"),
    "drip=1": (None, "timeout"),
    "disconnect=reset": (None, "protocol"),
    "disconnect=half": (None, "protocol"),
    "status=500&bodyBytes=100000": (500, "status"),
    "status=204&body=none": (204, None),
}


def test_each_fault_is_what_it_says(acme: House, live_receivers: LiveReceivers, engine: Engine) -> None:
    sandbox, begun_at = acme.sandbox.environment, {}
    for query in FAULTS:
        receiver = receivers.create(sandbox, SYSTEM, name=query)
        begun_at[query] = receiver, begun(engine, acme, live_receivers.url(receiver, query))
    told = {}
    for query, (receiver, delivery) in begun_at.items():
        attempt = Attempt.objects.get(delivery=settled(delivery))
        told[query] = attempt.status, BY_CODE.get(attempt.error_code or 0)
        kept = receiver.requests.get()
        assert (kept.number, kept.attempt, kept.signature) == (1, 1, "valid"), query
    assert told == FAULTS


def test_what_it_is_told_by_the_api_it_does_for_each_try(
    acme: House, live_receivers: LiveReceivers, engine: Engine
) -> None:
    receiver = receivers.create(acme.sandbox.environment, SYSTEM, behaviour={"failFirst": 1, "abort": True})
    delivery = settled(begun(engine, acme, live_receivers.url(receiver)))
    assert (delivery.state, delivery.reason) == ("failed", "aborted")
    settled(begun(engine, acme, live_receivers.url(receiver, "failFirst=0")))
    assert list(receiver.requests.order_by("number").values_list("status", flat=True)) == [503, 200]


def test_a_bad_certificate_gets_no_request(
    acme: House, bin: Receiver, live_receivers: LiveReceivers, engine: Engine
) -> None:
    where = addresses(bin)
    deliveries = [begun(engine, acme, where[fault]) for fault in BAD_TLS]
    codes = {Attempt.objects.get(delivery=settled(one)).error_code for one in deliveries}
    assert [BY_CODE[code or 0] for code in codes] == ["tls"]
    assert not ReceivedRequest.objects.exists()
