"""A polling endpoint: texts wait in its queue, are taken under a lease, acknowledged, given back or offered again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import public
from api import holding
from delivery import queues, services
from delivery.engine import Engine
from delivery.models import QUEUES, Attempt, Delivery, Endpoint, Issue
from inbox.models import Message
from numbers import services as numbers
from operations.tasks import tidy_queues
from routing import services as routing
from tests import cast
from tests.cast import Api, House, Side
from tests.live import LiveDoor, delivering, until

NUMBER = "+33639980001"


def wait_in(side: Side, *contents: str) -> list[Delivery]:
    """Deliveries as the door leaves them in a queue."""
    return [
        cast.store_delivery(
            cast.store_message(side.assignment, content, route=side.route),
            side.queue,
            Delivery.State.PENDING,
            due_at=None,
            attempts_made=0,
        )
        for content in contents
    ]


def path(side: Side, more: str = "") -> str:
    return f"endpoints/{side.ids['queue_id']}/queue{more}"


def take(api: Api, side: Side, query: str = "") -> dict[str, Any]:
    response = api.get(path(side) + query)
    assert response.status_code == 200, response.content
    told: dict[str, Any] = response.json()
    return told


def named(taken: dict[str, Any], *places: int) -> dict[str, Any]:
    """The body that acknowledges, or gives back, what stands at these places of an answer; all by default."""
    rows = [taken["data"][place] for place in places] if places else taken["data"]
    return {"lease": taken["lease"], "deliveryIds": [row["deliveryId"] for row in rows]}


def contents(taken: dict[str, Any]) -> list[str]:
    return [row["payload"]["data"]["content"] for row in taken["data"]]


def state(delivery: Delivery) -> tuple[str, int, int | None, str]:
    row = Delivery.objects.get(pk=delivery.pk)
    return row.state, row.attempts_made, row.error_code, row.reason


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def end_leases(side: Side) -> None:
    Delivery.objects.filter(endpoint=side.queue, state="sending").update(leased_until=clock())


def test_the_oldest_come_first_with_what_a_webhook_would_say(acme: House, api: Api) -> None:
    waiting = wait_in(acme.live, "first code", "« deuxième » 😀", "third")
    taken = take(api, acme.live, "?limit=2")
    assert contents(taken) == ["first code", "« deuxième » 😀"]
    first = taken["data"][0]
    assert (first["deliveryId"], first["attempt"]) == (public("delivery", waiting[0].pk), 1)
    assert first["payload"]["type"] == "message.received"
    data = first["payload"]["data"]
    assert (data["senderId"], data["routingTag"]) == ("+33639980417", "codes")
    assert data["numberUsed"] == acme.live.assignment.number.number
    assert first["payload"]["timestamp"] == data["receivedAt"]
    assert contents(take(api, acme.live)) == ["third"]
    assert take(api, acme.live) == {"lease": None, "leasedUntil": None, "data": []}


def test_what_is_taken_is_leased_for_as_long_as_the_endpoint_says(acme: House, api: Api) -> None:
    wait_in(acme.live, "code")
    api.patch(f"endpoints/{acme.live.ids['queue_id']}", {"ackWithinSeconds": 300})
    before = clock()
    until_then = cast.moment(take(api, acme.live)["leasedUntil"])
    assert timedelta(seconds=299) < until_then - before < timedelta(seconds=310)


def test_an_acknowledged_text_is_delivered_and_has_an_attempt(acme: House, api: Api) -> None:
    (waiting,) = wait_in(acme.live, "code")
    taken = take(api, acme.live)
    answer = api.post(path(acme.live, "/ack"), named(taken))
    assert answer.json() == {"acknowledged": [public("delivery", waiting.pk)], "lost": []}
    assert state(waiting) == ("delivered", 1, None, "")
    attempt = Attempt.objects.get(delivery=waiting)
    assert (attempt.number, attempt.status, attempt.error_code) == (1, None, None)
    assert attempt.started_at <= clock()
    message = api.get(f"messages/{public('message', waiting.message_id)}")  # type: ignore[arg-type]
    assert message.json()["status"] == "delivered"
    again = api.post(path(acme.live, "/ack"), named(taken))  # the answer to the first got lost, say
    assert again.json() == answer.json()
    assert Attempt.objects.filter(delivery=waiting).count() == 1


def test_what_is_given_back_is_offered_at_once_and_uses_a_try(acme: House, api: Api) -> None:
    one, two = wait_in(acme.live, "one", "two")
    taken = take(api, acme.live)
    answer = api.post(path(acme.live, "/release"), named(taken, 0))
    assert answer.json() == {"released": [public("delivery", one.pk)], "lost": []}
    assert state(one) == ("pending", 1, 5118, "queued")
    assert state(two)[0] == "sending"
    again = take(api, acme.live)
    assert [row["attempt"] for row in again["data"]] == [2]
    told = api.get(f"deliveries/{again['data'][0]['deliveryId']}/attempts").json()["data"]
    assert [row["error"]["word"] for row in told] == ["released"]


def test_tries_end(acme: House, api: Api) -> None:
    (waiting,) = wait_in(acme.live, "poison")
    services.update_endpoint(acme.live.queue, SYSTEM, policy={"retry": {"tries": 3}})
    for number in (1, 2, 3):
        taken = take(api, acme.live)
        assert taken["data"][0]["attempt"] == number
        api.post(path(acme.live, "/release"), named(taken))
    assert state(waiting) == ("failed", 3, 5118, "triesUsed")
    assert take(api, acme.live)["data"] == []
    api.post(f"deliveries/{public('delivery', waiting.pk)}/replay")
    assert contents(take(api, acme.live)) == ["poison"]


def test_what_is_not_acknowledged_in_time_is_offered_again(acme: House, engine: Engine) -> None:
    api = Api(acme.live.key)
    (waiting,) = wait_in(acme.live, "code")
    taken = take(api, acme.live)
    assert engine.sweep() == 0
    end_leases(acme.live)
    assert engine.sweep() == 1
    until(lambda: state(waiting) == ("pending", 1, 5117, "queued"))
    attempt = Attempt.objects.get(delivery=waiting)
    assert (attempt.number, attempt.error_code, attempt.status) == (1, 5117, None)
    late = api.post(path(acme.live, "/ack"), named(taken)).json()
    assert late == {"acknowledged": [], "lost": [public("delivery", waiting.pk)]}
    again = take(api, acme.live)
    assert [row["attempt"] for row in again["data"]] == [2]
    api.post(path(acme.live, "/ack"), named(again))
    assert state(waiting)[:3] == ("delivered", 2, None)


def test_the_last_lapse_fails_it(acme: House, engine: Engine) -> None:
    (waiting,) = wait_in(acme.live, "code")
    Delivery.objects.filter(pk=waiting.pk).update(attempts_made=7)
    take(Api(acme.live.key), acme.live)
    end_leases(acme.live)
    engine.sweep()
    until(lambda: state(waiting) == ("failed", 8, 5117, "triesUsed"))


def test_what_does_not_open_is_ours_and_loses_no_try(acme: House, engine: Engine) -> None:
    api = Api(acme.live.key)
    broken, whole = wait_in(acme.live, "broken", "whole")
    text = Message.objects.filter(deliveries=broken)
    sealed = text.get().sealed_content
    text.update(sealed_content=b"nonsense")
    for _ in range(9):  # more often than there are tries
        end_leases(acme.live)
        engine.sweep()
        until(lambda: state(broken)[0] == "pending")
        assert "broken" not in contents(take(api, acme.live))
    assert Attempt.objects.filter(delivery=broken).count() == 0
    until(lambda: state(whole)[:2] == ("failed", 8))
    text.update(sealed_content=sealed)
    end_leases(acme.live)
    engine.sweep()
    until(lambda: state(broken) == ("pending", 0, None, "ours"))
    taken = take(api, acme.live)
    assert (contents(taken), taken["data"][0]["attempt"]) == (["broken"], 1)
    end_leases(acme.live)  # this time it was given to somebody
    engine.sweep()
    until(lambda: state(broken) == ("pending", 1, 5117, "queued"))


def test_the_sweep_leaves_what_waits_alone(acme: House, engine: Engine) -> None:
    (waiting,) = wait_in(acme.live, "code")
    assert engine.sweep() == 0
    assert state(waiting)[0] == "pending"


def test_two_at_once_never_get_the_same(acme: House, transactional_db: None) -> None:
    wait_in(acme.live, *(f"code {n}" for n in range(40)))

    def taking(_: int) -> list[str]:
        try:
            return [row["deliveryId"] for row in take(Api(acme.live.key), acme.live, "?limit=5")["data"]]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = [id for ids in pool.map(taking, range(16)) for id in ids]
    assert len(got) == len(set(got)) == 40


def test_what_became_worthless_is_not_offered(acme: House, api: Api) -> None:
    services.update_endpoint(acme.live.queue, SYSTEM, policy={"deliverWithinSeconds": 60})
    old, fresh = wait_in(acme.live, "old", "fresh")
    Delivery.objects.filter(pk=old.pk).update(created_at=clock() - timedelta(seconds=61))
    assert contents(take(api, acme.live)) == ["fresh"]
    assert state(old) == ("failed", 0, 5113, "expired")
    assert state(fresh)[0] == "sending"


def test_what_nobody_asks_for_is_settled_all_the_same(acme: House) -> None:
    services.update_endpoint(acme.live.queue, SYSTEM, policy={"deliverWithinSeconds": 60})
    (old,) = wait_in(acme.live, "old")
    Delivery.objects.filter(pk=old.pk).update(created_at=clock() - timedelta(seconds=61))
    (late,) = wait_in(acme.sandbox, "came while its endpoint was deleted")
    Endpoint.objects.filter(pk=acme.sandbox.queue.pk).update(deleted_at=clock())
    assert tidy_queues() == {"expired": 1, "cancelled": 1}
    assert (state(old)[0], state(late)[0]) == ("failed", "cancelled")
    assert tidy_queues() == {"expired": 0, "cancelled": 0}


def test_much_that_is_worthless_is_settled_in_slices_and_none_of_it_offered(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "SLICE", 2)
    services.update_endpoint(acme.live.queue, SYSTEM, policy={"deliverWithinSeconds": 60})
    *old, _fresh = wait_in(acme.live, "one", "two", "three", "four", "five", "fresh")
    past = Delivery.objects.filter(pk__in=[one.pk for one in old])
    past.update(created_at=clock() - timedelta(seconds=61))
    assert contents(take(api, acme.live, "?limit=5")) == ["fresh"]
    assert sorted(state(one)[0] for one in old) == ["failed"] * 2 + ["pending"] * 3
    assert queues.tidy(clock()) == {"expired": 0, "cancelled": 0}  # its time is up before it began
    assert tidy_queues() == {"expired": 3, "cancelled": 0}
    assert {state(one) for one in old} == {("failed", 0, 5113, "expired")}


def test_much_that_came_for_a_deleted_queue_is_cancelled_in_slices(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "SLICE", 2)
    late = wait_in(acme.live, *(f"code {n}" for n in range(5)))
    Endpoint.objects.filter(pk=acme.live.queue.pk).update(deleted_at=clock())
    assert tidy_queues() == {"expired": 0, "cancelled": 5}
    assert {state(one)[0] for one in late} == {"cancelled"}


def test_a_disabled_queue_keeps_what_it_has(acme: House, api: Api) -> None:
    before, taken_before = wait_in(acme.live, "before", "taken before")
    Delivery.objects.filter(pk=before.pk).update(state="cancelled")
    taken = take(api, acme.live)
    Delivery.objects.filter(pk=before.pk).update(state="pending")
    endpoint = f"endpoints/{acme.live.ids['queue_id']}"
    assert api.patch(endpoint, {"disabled": True}).status_code == 200
    refused = api.get(path(acme.live))
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")
    assert api.post(path(acme.live, "/ack"), named(taken)).json()["lost"] == []
    assert (state(before)[0], state(taken_before)[0]) == ("pending", "delivered")
    api.patch(endpoint, {"disabled": False})
    assert contents(take(api, acme.live)) == ["before"]


def test_a_deleted_queue_is_absent_and_what_waited_cancelled(acme: House, api: Api) -> None:
    (waiting,) = wait_in(acme.live, "code")
    assert api.delete(f"endpoints/{acme.live.ids['queue_id']}").status_code == 204
    assert api.get(path(acme.live)).status_code == 404
    assert state(waiting)[0] == "cancelled"


def test_a_webhook_has_no_queue(acme: House, api: Api) -> None:
    assert api.get(f"endpoints/{acme.live.ids['endpoint_id']}/queue").status_code == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?wait=61", "wait"),
        ("?wait=x", "wait"),
        ("?all=1", "all"),
    ],
)
def test_a_wrong_parameter_is_named(acme: House, api: Api, query: str, parameter: str) -> None:
    response = api.get(path(acme.live) + query)
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_a_wrong_field_is_named(acme: House, api: Api) -> None:
    (waiting,) = wait_in(acme.live, "code")
    id, lease = public("delivery", waiting.pk), "lse_" + "0" * 26
    for body, pointer in (
        ({"deliveryIds": [id]}, "#/lease"),
        ({"lease": "x", "deliveryIds": [id]}, "#/lease"),
        ({"lease": lease}, "#/deliveryIds"),
        ({"lease": lease, "deliveryIds": []}, "#/deliveryIds"),
        ({"lease": lease, "deliveryIds": [id, 5]}, "#/deliveryIds/1"),
        ({"lease": lease, "deliveryIds": [id, acme.live.ids["delivery_id"]]}, "#/deliveryIds/1"),
    ):
        response = api.post(path(acme.live, "/ack"), body)
        assert response.status_code == 422, body
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert api.post(path(acme.live, "/ack"), {"lease": lease, "deliveryIds": [id]}).json()["lost"] == [id]
    assert state(waiting)[0] == "pending"


def test_nothing_signs_for_a_queue(acme: House, api: Api) -> None:
    made = api.post("endpoints", {"kind": "polling"}).json()
    assert (made["secret"], made["url"], made["ackWithinSeconds"]) == (None, None, 60)
    refused = api.post(f"endpoints/{made['id']}/secrets", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_signed")


def test_head_takes_nothing(acme: House) -> None:
    (waiting,) = wait_in(acme.live, "code")
    headers = {"Authorization": f"Bearer {acme.live.key}"}
    assert Client(headers=headers).head("/v1/" + path(acme.live)).status_code == 405
    assert state(waiting)[0] == "pending"


def test_how_deep_a_queue_is(acme: House, api: Api) -> None:
    wait_in(acme.live, "one", "two", "three")
    take(api, acme.live, "?limit=1")
    told = queues.depth(acme.live.queue)
    assert (told.waiting, told.taken) == (2, 1)
    assert told.oldest is not None


def test_web_waits_for_a_few_and_answers_the_others_at_once(
    acme: House, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PLACES", threading.BoundedSemaphore(1))
    api, answers = Api(acme.live.key), []

    def waiting() -> None:
        answers.append(take(Api(acme.live.key), acme.live, "?wait=20"))
        connection.close()

    thread = threading.Thread(target=waiting)
    thread.start()
    until(lambda: holding.PLACES._value == 0)
    response = api.get(path(acme.live) + "?wait=20")
    assert (response.json()["data"], response.headers["Retry-After"]) == ([], "1")
    wait_in(acme.live, "code")
    thread.join(20)
    assert contents(answers[0]) == ["code"]
    assert holding.PLACES._value == 1


def disable(side: Side) -> None:
    services.update_endpoint(side.queue, SYSTEM, disabled=True)


def delete(side: Side) -> None:
    services.delete_endpoint(side.queue, SYSTEM)


def revoke(side: Side) -> None:
    side.environment.keys.update(revoked_at=clock())


@pytest.mark.parametrize(
    ("end", "status", "code"),
    [(disable, 409, "endpoint_disabled"), (delete, 404, "not_found"), (revoke, 401, "invalid_key")],
)
def test_who_waits_at_web_hears_that_there_is_nothing_more_to_wait_for(
    acme: House,
    transactional_db: None,
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[Side], None],
    status: int,
    code: str,
) -> None:
    monkeypatch.setattr(holding, "PLACES", threading.BoundedSemaphore(2))
    answers: list[Any] = []

    def waiting() -> None:
        answers.append(Api(acme.live.key).get(path(acme.live) + "?wait=60"))
        connection.close()

    places = holding.PLACES._value
    thread = threading.Thread(target=waiting)
    thread.start()
    until(lambda: holding.PLACES._value == places - 1)
    end(acme.live)
    thread.join(20)
    (response,) = answers
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert holding.PLACES._value == places


def test_a_text_goes_from_the_door_to_the_queue(door: LiveDoor, acme: House) -> None:
    side = acme.sandbox
    channel = numbers.create_channel(
        side.environment, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24}
    )
    numbers.update_assignment(side.assignment, SYSTEM, channel=channel)
    routing.update_route(side.route, SYSTEM, endpoints=[side.queue, side.endpoint])
    Issue.objects.all().delete()
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)
    door.in_force(
        lambda known: len(known.environments[side.environment.pk].routes.compiled[0].endpoint_ids) == 2
    )
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {QUEUES}")
    door.text(channel, NUMBER, "Votre code : 482913", id="c-1")
    queued = Delivery.objects.get(endpoint=side.queue)
    assert (queued.state, queued.lease, queued.leased_until, queued.due_at) == ("pending", None, None, None)
    sent = Delivery.objects.get(endpoint=side.endpoint)
    assert sent.state == "sending"
    assert [ids for _lease, ids in door.heard(1)] == [[sent.pk.hex]]
    (notice,) = connection.connection.notifies(timeout=10, stop_after=1)
    assert notice.payload == str(side.queue.pk)
    assert contents(take(Api(side.key), side)) == ["Votre code : 482913"]
