"""What an endpoint may ask for, and that it is done: the policy's rules, then each against a real receiver."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.errors import Invalid
from accounts.ids import uuid7
from accounts.models import AuditEntry
from delivery import services
from delivery.engine import Engine
from delivery.models import Attempt, Delivery, Endpoint
from delivery.policy import DELAYS, ON_FAILURE, Policy, policy_of
from inbox.models import Message
from tests import cast
from tests.cast import Api, House
from tests.live import Receiver, Request, delivering, hexed, receiving, until

Answer = tuple[int, dict[str, str], bytes]


def test_nothing_chosen_is_as_documented() -> None:
    policy = policy_of({})
    assert policy == Policy(DELAYS, None, None, ON_FAILURE)
    assert policy.tries_after_s == [0, 5, 305, 2105, 9305, 27305, 63305, 99305]


def test_a_ladder_of_ones_own() -> None:
    assert policy_of({"retry": {"delaysSeconds": [1, 60]}}).delays == (0, 1, 60)
    assert policy_of({"retry": {"delaysSeconds": []}}).delays == (0,)


def test_exponential_pauses() -> None:
    retry = {"firstSeconds": 10, "factor": 2.5, "longestSeconds": 100, "tries": 6}
    assert policy_of({"retry": retry}).delays == (0, 10, 25, 62, 100, 100)
    assert policy_of({"retry": {}}).delays == (0, 5, 15, 45, 135, 405, 1215, 3645)


def test_turns() -> None:
    assert policy_of({"ordered": {}}).order_wait_s == 600
    assert policy_of({"ordered": {"waitSeconds": 5}}).order_wait_s == 5
    policy = policy_of({"maxInFlight": 2, "ratePerSecond": 0.5, "drain": {"newestFirst": True}})
    assert (policy.max_in_flight, policy.rate) == (2, 0.5)
    assert (policy.drain_rate, policy.newest_first, policy.order_wait_s) == (100, True, None)


def test_one_failure_treated_otherwise_leaves_the_rest() -> None:
    assert policy_of({"onFailure": {"4xx": "stop"}}).treatments == {**ON_FAILURE, "4xx": "stop"}


@pytest.mark.parametrize(
    ("policy", "pointer"),
    [
        ([5], "/policy"),
        ({"ladder": []}, "/policy/ladder"),
        ({"a/b~": 1}, "/policy/a~1b~0"),
        ({"retry": [5]}, "/policy/retry"),
        ({"retry": {"delaysSeconds": 5}}, "/policy/retry/delaysSeconds"),
        ({"retry": {"delaysSeconds": [5, 0]}}, "/policy/retry/delaysSeconds/1"),
        ({"retry": {"delaysSeconds": [True]}}, "/policy/retry/delaysSeconds/0"),
        ({"retry": {"delaysSeconds": [5] * 20}}, "/policy/retry/delaysSeconds"),
        ({"retry": {"delaysSeconds": [172_800] * 8}}, "/policy/retry"),
        ({"retry": {"delaysSeconds": [5], "factor": 2}}, "/policy/retry/factor"),
        ({"retry": {"factor": 0.5}}, "/policy/retry/factor"),
        ({"retry": {"factor": float("nan")}}, "/policy/retry/factor"),
        ({"retry": {"tries": 21}}, "/policy/retry/tries"),
        ({"deadlineSeconds": 31}, "/policy/deadlineSeconds"),
        ({"deadlineSeconds": 0}, "/policy/deadlineSeconds"),
        ({"deadlineSeconds": "5"}, "/policy/deadlineSeconds"),
        ({"deliverWithinSeconds": 1}, "/policy/deliverWithinSeconds"),
        ({"onFailure": "stop"}, "/policy/onFailure"),
        ({"onFailure": {"6xx": "stop"}}, "/policy/onFailure/6xx"),
        ({"onFailure": {"5xx": "disable"}}, "/policy/onFailure/5xx"),
        ({"onFailure": {"5xx": ["stop"]}}, "/policy/onFailure/5xx"),
        ({"maxInFlight": 0}, "/policy/maxInFlight"),
        ({"ratePerSecond": 0}, "/policy/ratePerSecond"),
        ({"ratePerSecond": "5"}, "/policy/ratePerSecond"),
        ({"drain": 5}, "/policy/drain"),
        ({"drain": {"ratePerSecond": True}}, "/policy/drain/ratePerSecond"),
        ({"drain": {"newestFirst": "yes"}}, "/policy/drain/newestFirst"),
        ({"drain": {"fast": True}}, "/policy/drain/fast"),
        ({"ordered": True}, "/policy/ordered"),
        ({"ordered": {"waitSeconds": 0}}, "/policy/ordered/waitSeconds"),
    ],
)
def test_a_mistake_is_named(policy: Any, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        policy_of(policy)
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def endpoint_with(house: House, receiver: Receiver, **policy: Any) -> Endpoint:
    new = services.create_endpoint(house.live.environment, SYSTEM, url=receiver.url + "/sms", policy=policy)
    return new.endpoint


def tried(engine: Engine, house: House, endpoint: Endpoint, **columns: Any) -> Delivery:
    """A delivery after one go of the engine."""
    message = cast.store_message(house.live.assignment, "Votre code est 020005")
    if "received_at" in columns:
        Message.objects.filter(pk=message.pk).update(received_at=columns.pop("received_at"))
    lease, leased_until = uuid7(), datetime.now(UTC) + timedelta(seconds=30)
    values = {"lease": lease, "leased_until": leased_until, "attempts_made": 0} | columns
    delivery = cast.store_delivery(message, endpoint, Delivery.State.SENDING, **values)
    engine.ring(hexed(lease, [delivery.pk]))
    until(lambda: Delivery.objects.get(pk=delivery.pk).lease is None)
    return Delivery.objects.get(pk=delivery.pk)


def answering(receiver: Receiver, status: int, **headers: str) -> None:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(request: Request) -> Answer:
        return status, sent, b"no"

    receiver.behave = behave


def seconds_left(delivery: Delivery) -> float:
    assert delivery.due_at is not None
    return (delivery.due_at - datetime.now(UTC)).total_seconds()


def test_retry_after_of_the_answer(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 429, Retry_After="900")
    delivery = tried(engine, acme, endpoint_with(acme, receiver))
    assert (delivery.state, delivery.error_code, delivery.reason) == ("pending", 5112, "retryAfter")
    assert 880 < seconds_left(delivery) < 1000


def test_a_ladder_of_the_endpoint(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    endpoint = endpoint_with(acme, receiver, retry={"delaysSeconds": [1000]})
    assert 990 < seconds_left(tried(engine, acme, endpoint)) < 1101
    last = tried(engine, acme, endpoint, attempts_made=1)
    assert (last.state, last.reason) == ("failed", "triesUsed")


def test_a_failure_that_the_policy_stops_at(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 404)
    delivery = tried(engine, acme, endpoint_with(acme, receiver, onFailure={"4xx": "stop"}))
    assert (delivery.state, delivery.reason, delivery.error_code) == ("failed", "stopped", 5110)


def test_a_deadline_of_the_endpoint(acme: House, receiver: Receiver, engine: Engine) -> None:
    answered = threading.Event()

    def behave(request: Request) -> Answer:
        answered.wait(30)
        return 200, {}, b"late"

    receiver.behave = behave
    delivery = tried(engine, acme, endpoint_with(acme, receiver, deadlineSeconds=1))
    answered.set()
    assert delivery.error_code == 5104
    assert 1_000_000 <= Attempt.objects.get(delivery=delivery).total_us < 5_000_000


def test_content_that_became_worthless_is_not_sent(acme: House, receiver: Receiver, engine: Engine) -> None:
    endpoint = endpoint_with(acme, receiver, deliverWithinSeconds=600)
    old = tried(engine, acme, endpoint, received_at=datetime.now(UTC) - timedelta(seconds=601))
    assert (old.state, old.reason, old.error_code, old.attempts_made) == ("failed", "expired", 5113, 0)
    assert old.finished_at is not None
    assert receiver.requests == []
    young = tried(engine, acme, endpoint, received_at=datetime.now(UTC) - timedelta(seconds=500))
    assert young.state == "delivered"


def test_no_try_is_planned_for_when_the_content_is_worthless(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    endpoint = endpoint_with(acme, receiver, deliverWithinSeconds=600)
    made = datetime.now(UTC) - timedelta(seconds=400)
    delivery = tried(engine, acme, endpoint, received_at=made, attempts_made=1)
    assert (delivery.state, delivery.reason, delivery.error_code) == ("failed", "expired", 5113)
    assert Attempt.objects.get(delivery=delivery).error_code == 5105


def test_an_answer_of_410_disables_the_endpoint_and_holds_the_rest(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 410)
    endpoint = endpoint_with(acme, receiver)
    waiting = cast.store_delivery(
        acme.live.message, endpoint, Delivery.State.PENDING, due_at=datetime.now(UTC) + timedelta(hours=1)
    )
    delivery = tried(engine, acme, endpoint)
    assert (delivery.state, delivery.reason, delivery.error_code) == ("failed", "gone", 5111)
    until(lambda: Endpoint.objects.get(pk=endpoint.pk).disabled_at is not None)
    assert Endpoint.objects.get(pk=endpoint.pk).disabled_because == "gone"
    assert Delivery.objects.get(pk=waiting.pk).state == "held"
    assert AuditEntry.objects.filter(action="endpoint.disabled", target_id=endpoint.pk).count() == 1
    services.update_endpoint(Endpoint.objects.get(pk=endpoint.pk), SYSTEM, disabled=False)
    assert Endpoint.objects.get(pk=endpoint.pk).disabled_because == ""


def test_an_endpoint_can_ask_to_get_nothing_more(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 200, webhook_delivery="disable")
    endpoint = endpoint_with(acme, receiver)
    assert tried(engine, acme, endpoint).state == "delivered"
    until(lambda: Endpoint.objects.get(pk=endpoint.pk).disabled_because == "asked")


def test_an_endpoint_can_give_one_message_up(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 422, webhook_delivery="Abort-Message")
    delivery = tried(engine, acme, endpoint_with(acme, receiver))
    assert (delivery.state, delivery.reason) == ("failed", "aborted")


def test_endless_headers_are_cut(acme: House, receiver: Receiver, engine: Engine) -> None:
    receiver.behave = lambda request: (200, {f"X-{n}": "x" * 4000 for n in range(50)}, b"ok")
    assert tried(engine, acme, endpoint_with(acme, receiver)).state == "delivered"
    assert Attempt.objects.get(delivery__endpoint__url=receiver.url + "/sms").total_us < 5_000_000


def test_a_replay_says_that_it_is_one(acme: House, receiver: Receiver, engine: Engine) -> None:
    delivery = tried(engine, acme, endpoint_with(acme, receiver))
    services.replay(delivery, SYSTEM)
    assert engine.sweep() == 1
    first, second = receiver.got(2)
    assert "smsgateway-replay" not in first.headers
    assert second.headers["smsgateway-replay"] == "1"
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_null_says_nothing(api: Api) -> None:
    silent = {"retry": None, "ordered": None, "drain": {"ratePerSecond": None, "newestFirst": True}}
    made = api.post(
        "endpoints", {"kind": "webhook", "url": "http://127.0.0.1:9/hook", "policy": silent}
    ).json()
    assert made["policy"] == {"drain": {"newestFirst": True}}
    changed = api.patch(f"endpoints/{made['id']}", {"policy": {"maxInFlight": None}})
    assert changed.json()["policy"] == {}
