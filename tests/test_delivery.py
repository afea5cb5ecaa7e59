"""The delivery engine against a real receiver on a real socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import LazySettings
from standardwebhooks.webhooks import Webhook

from accounts.audit import SYSTEM
from accounts.ids import public, uuid7
from accounts.models import AuditEntry
from delivery import outcomes, services
from delivery.engine import Engine
from delivery.models import Attempt, Delivery, Endpoint, EndpointSecret
from delivery.store import Settled, Store, Tried
from delivery.transport import FIRST_PLACES
from inbox.models import Message
from tests import cast
from tests.cast import House
from tests.live import Receiver, Request, delivering, hexed, receiving, until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def endpoint_at(house: House, url: str) -> services.NewEndpoint:
    return services.create_endpoint(house.live.environment, SYSTEM, url=url)


def leased(house: House, endpoint: Endpoint, **columns: Any) -> Delivery:
    """A delivery as the door leaves it."""
    message = cast.store_message(house.live.assignment, columns.pop("content", "Votre code est 020005"))
    values = {"lease": uuid7(), "leased_until": datetime.now(UTC) + timedelta(seconds=30), "attempts_made": 0}
    return cast.store_delivery(message, endpoint, Delivery.State.SENDING, **values | columns)


def ring(engine: Engine, *deliveries: Delivery) -> int:
    return sum(engine.ring(hexed(lease_of(one), [one.pk])) for one in deliveries)


def lease_of(delivery: Delivery) -> UUID:
    assert delivery.lease is not None
    return delivery.lease


def once(released: threading.Event) -> Callable[[Request], tuple[int, dict[str, str], bytes]]:
    """A receiver that hangs until `released`."""

    def behave(request: Request) -> tuple[int, dict[str, str], bytes]:
        released.wait(30)
        return 200, {}, b"late"

    return behave


def settled(delivery: Delivery) -> Delivery:
    """The delivery, once its lease was given back."""
    until(lambda: Delivery.objects.get(pk=delivery.pk).lease is None)
    return Delivery.objects.get(pk=delivery.pk)


def test_a_stock_library_verifies_what_arrives(acme: House, receiver: Receiver, engine: Engine) -> None:
    new = endpoint_at(acme, receiver.url + "/sms")
    delivery = leased(acme, new.endpoint, content="« Café » 😀 020005")
    assert ring(engine, delivery) == 1
    (request,) = receiver.got(1)
    Webhook(new.secret).verify(request.body, request.headers)
    assert delivery.message is not None
    assert request.headers["webhook-id"] == request.data["id"] == public("message", delivery.message.pk)
    assert request.data["content"] == "« Café » 😀 020005"
    assert {"senderId", "receivedAt", "numberUsed", "routingTag"} <= request.data.keys()
    done = settled(delivery)
    assert (done.state, done.attempts_made, done.error_code) == ("delivered", 1, None)
    attempt = Attempt.objects.get(delivery=delivery)
    assert (attempt.status, attempt.response, attempt.address) == (200, "ok", "127.0.0.1")
    assert attempt.first_byte_us is not None
    assert 0 < attempt.first_byte_us <= attempt.total_us


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, {}, b"no"), 5105),
        ((503, {}, b""), 5105),
        ((429, {}, b""), 5112),
    ],
)
def test_only_2xx_is_success(
    acme: House, receiver: Receiver, engine: Engine, answer: tuple[int, dict[str, str], bytes], code: int
) -> None:
    receiver.behave = lambda request: answer
    delivery = leased(acme, endpoint_at(acme, receiver.url + "/sms").endpoint)
    before = datetime.now(UTC)
    ring(engine, delivery)
    failed = settled(delivery)
    assert (failed.state, failed.error_code, failed.attempts_made) == ("pending", code, 1)
    assert failed.due_at is not None
    assert timedelta(seconds=4) < failed.due_at - before < timedelta(seconds=7)
    assert [request.path for request in receiver.requests] == ["/sms"]


def test_the_last_try_leaves_it_failed_and_whole(acme: House, receiver: Receiver, engine: Engine) -> None:
    receiver.behave = lambda request: (503, {}, b"closed on Sundays")
    delivery = leased(acme, endpoint_at(acme, receiver.url).endpoint, attempts_made=7)
    ring(engine, delivery)
    failed = settled(delivery)
    assert (failed.state, failed.due_at, failed.attempts_made) == ("failed", None, 8)
    assert failed.message is not None
    assert failed.message.content == "Votre code est 020005"
    assert Attempt.objects.get(delivery=delivery).response == "closed on Sundays"


def test_a_replay_sends_the_same_webhook_id_again(acme: House, receiver: Receiver, engine: Engine) -> None:
    new = endpoint_at(acme, receiver.url)
    delivery = leased(acme, new.endpoint)
    ring(engine, delivery)
    settled(delivery)
    services.replay(delivery, SYSTEM)
    assert engine.sweep() == 1
    first, second = receiver.got(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert settled(delivery).state == "delivered"


def test_one_total_deadline(
    acme: House, receiver: Receiver, transactional_db: None, settings: LazySettings
) -> None:
    settings.DELIVERY_DEADLINE_S = 1
    hang = threading.Event()
    receiver.behave = once(hang)
    with delivering() as engine:
        delivery = leased(acme, endpoint_at(acme, receiver.url).endpoint)
        ring(engine, delivery)
        failed = settled(delivery)
        hang.set()
    assert (failed.state, failed.error_code) == ("pending", 5104)
    assert Attempt.objects.get(delivery=delivery).total_us >= 1_000_000


def test_an_endless_answer_is_cut_and_judged_by_its_status(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    receiver.behave = lambda request: (200, {}, b"x" * 5_000_000)
    delivery = leased(acme, endpoint_at(acme, receiver.url).endpoint)
    ring(engine, delivery)
    assert settled(delivery).state == "delivered"
    assert len(Attempt.objects.get(delivery=delivery).response) <= 4096


def test_a_forbidden_address_is_refused_when_the_socket_opens(
    acme: House, receiver: Receiver, transactional_db: None, settings: LazySettings
) -> None:
    endpoint = endpoint_at(acme, receiver.url).endpoint  # saved while loopback was allowed
    settings.DELIVERY_ALLOW_NETWORKS = ()
    with delivering() as engine:
        delivery = leased(acme, endpoint)
        ring(engine, delivery)
        assert settled(delivery).error_code == 5107
    assert receiver.requests == []


def test_nobody_listening_and_unknown_names_have_codes_of_their_own(acme: House, engine: Engine) -> None:
    closed = leased(acme, endpoint_at(acme, "http://127.0.0.1:9/").endpoint)
    nameless = leased(acme, endpoint_at(acme, "https://no-such-host.invalid/").endpoint)
    ring(engine, closed, nameless)
    assert settled(closed).error_code == 5102
    assert settled(nameless).error_code == 5101


def test_a_late_or_doubled_doorbell_does_nothing(acme: House, receiver: Receiver, engine: Engine) -> None:
    delivery = leased(acme, endpoint_at(acme, receiver.url).endpoint)
    lease = lease_of(delivery)
    ring(engine, delivery)
    settled(delivery)
    assert engine.ring(hexed(lease, [delivery.pk])) == 0
    assert engine.ring(hexed(uuid7(), [delivery.pk])) == 0
    assert engine.ring(hexed(uuid7(), [uuid7()])) == 0
    assert len(receiver.requests) == 1


def test_the_sweep_takes_what_a_dead_worker_held(acme: House, receiver: Receiver, engine: Engine) -> None:
    lost = leased(acme, endpoint_at(acme, receiver.url).endpoint, leased_until=datetime.now(UTC))
    held = leased(acme, endpoint_at(acme, receiver.url).endpoint)
    assert engine.sweep() == 1
    assert settled(lost).state == "delivered"
    assert Delivery.objects.get(pk=held.pk).state == "sending"


def test_the_sweep_follows_a_sandboxs_moved_clock(acme: House, receiver: Receiver, engine: Engine) -> None:
    side = acme.sandbox
    endpoint = services.create_endpoint(side.environment, SYSTEM, url=receiver.url).endpoint
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    delivery = cast.store_delivery(side.message, endpoint, Delivery.State.PENDING, due_at=in_an_hour)
    assert engine.sweep() == 0
    side.environment.clock_offset = timedelta(hours=2)
    side.environment.save(update_fields=["clock_offset"])
    assert engine.sweep() == 1
    done = settled(delivery)
    assert done.finished_at is not None
    assert done.finished_at > in_an_hour


def test_a_disabled_endpoint_holds_what_comes_and_sends_it_when_enabled(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_at(acme, receiver.url).endpoint
    services.update_endpoint(endpoint, SYSTEM, disabled=True)
    delivery = leased(acme, endpoint)
    ring(engine, delivery)
    assert settled(delivery).state == "held"
    services.update_endpoint(endpoint, SYSTEM, disabled=False)
    assert engine.sweep() == 1
    assert settled(delivery).state == "delivered"


def test_what_was_read_before_its_endpoint_was_enabled_is_not_held_for_ever(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_at(acme, receiver.url).endpoint
    services.update_endpoint(endpoint, SYSTEM, disabled=True)
    delivery = leased(acme, endpoint)
    rows = engine.store.read([delivery.pk], [lease_of(delivery)])
    services.update_endpoint(endpoint, SYSTEM, disabled=False)
    engine.store.stop(rows, datetime.now(UTC))
    assert settled(delivery).state == "pending"
    assert engine.sweep() == 1
    assert settled(delivery).state == "delivered"


def test_what_was_read_before_its_endpoint_was_deleted_is_cancelled(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_at(acme, receiver.url).endpoint
    delivery = leased(acme, endpoint)
    services.delete_endpoint(endpoint, SYSTEM)
    assert ring(engine, delivery) == 0
    cancelled = settled(delivery)
    assert (cancelled.state, cancelled.due_at) == ("cancelled", None)
    assert cancelled.finished_at is not None


def test_what_does_not_open_harms_no_other_of_its_batch(
    acme: House, borealis: House, receiver: Receiver, engine: Engine
) -> None:
    fine = leased(acme, endpoint_at(acme, receiver.url).endpoint)
    mute = leased(borealis, endpoint_at(borealis, receiver.url).endpoint)
    EndpointSecret.objects.filter(endpoint=mute.endpoint).update(sealed_secret=b"nonsense")
    torn = leased(acme, fine.endpoint)
    assert torn.message_id is not None
    Message.objects.filter(pk=torn.message_id).update(sealed_content=b"nonsense")
    batch = [(lease_of(one).hex, [one.pk.hex]) for one in (mute, torn, fine)]
    assert engine.ring(batch) == 1
    assert settled(fine).state == "delivered"
    for one in (mute, torn):
        waiting = settled(one)  # which is our own trouble, and costs no try
        assert (waiting.state, waiting.attempts_made, waiting.reason) == ("pending", 0, "ours")
    assert len(receiver.requests) == 1


def test_a_result_that_cannot_be_judged_or_recorded_harms_no_other(
    acme: House, receiver: Receiver, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = endpoint_at(acme, receiver.url).endpoint
    unjudged, unrecorded, fine = leased(acme, endpoint), leased(acme, endpoint), leased(acme, endpoint)
    judge, record = outcomes.outcome, Store.record

    def refuse_to_judge(done: outcomes.Done) -> outcomes.Outcome:
        if done.job.delivery == unjudged.pk:
            raise OverflowError
        return judge(done)

    def refuse_to_record(store: Store, settled: list[Settled], tried: list[Tried]) -> None:
        if unrecorded.pk in {one.delivery for one in settled}:
            raise psycopg.DataError
        record(store, settled, tried)

    monkeypatch.setattr(outcomes, "outcome", refuse_to_judge)
    monkeypatch.setattr(Store, "record", refuse_to_record)
    ring(engine, unjudged, unrecorded, fine)
    assert settled(fine).state == "delivered"
    assert engine.recorder.is_alive()


def test_an_outage_longer_than_the_lease_loses_no_record(
    acme: House, receiver: Receiver, engine: Engine, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DELIVERY_LEASE_S = 1
    delivery = leased(acme, endpoint_at(acme, receiver.url).endpoint)
    record, back = Store.record, threading.Event()

    def away(store: Store, settled: list[Settled], tried: list[Tried]) -> None:
        if not back.is_set():
            raise psycopg.OperationalError
        record(store, settled, tried)

    monkeypatch.setattr(Store, "record", away)
    ring(engine, delivery)
    receiver.got(1)
    threading.Timer(2, back.set).start()
    assert settled(delivery).state == "delivered"
    assert len(receiver.requests) == 1


def test_a_request_that_cannot_be_made_takes_no_place_for_ever(
    acme: House, receiver: Receiver, transactional_db: None
) -> None:
    endpoint = endpoint_at(acme, receiver.url).endpoint
    Endpoint.objects.filter(pk=endpoint.pk).update(url=receiver.url + "/é")
    with delivering(per_endpoint=1, in_flight=1) as engine:
        odd = [leased(acme, endpoint) for _ in range(2)]
        fine = leased(acme, endpoint_at(acme, receiver.url).endpoint)
        ring(engine, *odd, fine)
        assert settled(fine).state == "delivered"
        assert {settled(one).error_code for one in odd} == {5199}


def test_an_endpoint_that_does_not_answer_has_one_place_until_it_does(
    acme: House, receiver: Receiver, transactional_db: None, settings: LazySettings
) -> None:
    settings.DELIVERY_DEADLINE_S = 1
    released = threading.Event()
    receiver.behave = once(released)
    with delivering() as engine:
        endpoint = endpoint_at(acme, receiver.url).endpoint
        waiting = [leased(acme, endpoint) for _ in range(engine.transport.per_endpoint + FIRST_PLACES + 5)]
        ring(engine, *waiting)
        receiver.got(FIRST_PLACES + 1)
        assert len(receiver.requests) == FIRST_PLACES + 1
        too_many = [leased(acme, endpoint) for _ in range(3)]
        ring(engine, *too_many)
        assert {(d.state, d.attempts_made) for d in map(settled, too_many)} == {("pending", 0)}
        released.set()
        until(lambda: not Delivery.objects.filter(endpoint=endpoint, state="sending").exists())
        assert Delivery.objects.filter(endpoint=endpoint, state="delivered").count() >= 35


def test_a_changed_url_is_used_at_once(acme: House, receiver: Receiver, engine: Engine) -> None:
    endpoint = endpoint_at(acme, receiver.url + "/old").endpoint
    settled_one = leased(acme, endpoint)
    ring(engine, settled_one)
    settled(settled_one)
    services.update_endpoint(endpoint, SYSTEM, url=receiver.url + "/new")
    ring(engine, leased(acme, endpoint))
    assert [request.path for request in receiver.got(2)] == ["/old", "/new"]


def test_an_endpoint_that_hangs_slows_no_other(acme: House, receiver: Receiver, engine: Engine) -> None:
    released = threading.Event()

    def behave(request: Request) -> tuple[int, dict[str, str], bytes]:
        if request.path == "/hang":
            released.wait(30)
        return 200, {}, b""

    receiver.behave = behave
    hanging = endpoint_at(acme, receiver.url + "/hang").endpoint
    fine = endpoint_at(acme, receiver.url + "/fine").endpoint
    stuck = [leased(acme, hanging) for _ in range(60)]
    quick = [leased(acme, fine) for _ in range(60)]
    ring(engine, *stuck, *quick)
    assert {settled(one).state for one in quick} == {"delivered"}
    until(lambda: at_once(receiver) == FIRST_PLACES)
    released.set()
    assert {settled(one).state for one in stuck} == {"delivered"}


def at_once(receiver: Receiver) -> int:
    return sum(request.path == "/hang" for request in receiver.requests)


def test_what_finds_no_place_in_time_goes_back_without_losing_a_try(
    acme: House, receiver: Receiver, transactional_db: None
) -> None:
    released = threading.Event()
    receiver.behave = once(released)
    with delivering(per_endpoint=1) as engine:
        endpoint = endpoint_at(acme, receiver.url).endpoint
        short = datetime.now(UTC) + timedelta(seconds=10.5)
        first, second = leased(acme, endpoint), leased(acme, endpoint, leased_until=short)
        ring(engine, first, second)
        returned = settled(second)
        released.set()
        assert settled(first).state == "delivered"
    assert (returned.state, returned.attempts_made) == ("pending", 0)
    assert not Attempt.objects.filter(delivery=second).exists()


def test_stopping_hands_back_what_has_not_begun(
    acme: House, receiver: Receiver, transactional_db: None
) -> None:
    released = threading.Event()
    receiver.behave = once(released)
    with delivering(per_endpoint=1) as engine:
        endpoint = endpoint_at(acme, receiver.url).endpoint
        first, second = leased(acme, endpoint), leased(acme, endpoint)
        ring(engine, first, second)
        receiver.got(1)
        threading.Timer(0.5, released.set).start()
    assert Delivery.objects.get(pk=first.pk).state == "delivered"
    assert Delivery.objects.get(pk=second.pk).state == "pending"


def test_the_trail_keeps_no_token_of_a_url(acme: House) -> None:
    new = endpoint_at(acme, "http://127.0.0.1:9/sms?token=s3cret")
    entry = AuditEntry.objects.get(target_id=new.endpoint.pk)
    assert entry.after is not None
    assert entry.after["url"] == "http://127.0.0.1:9/sms?…"
