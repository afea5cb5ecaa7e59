"""What was kept long enough goes, and nothing that is still needed; what remains says so."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import retention as days
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.errors import Conflict
from accounts.ids import public
from accounts.models import Environment
from delivery import events, replays, retention, services
from delivery.models import Attempt, Delivery, Event, Replay
from inbox.erasure import BEGINNING
from inbox.models import Message
from operations.tasks import retain
from routing import replaying
from tests.cast import Api, House, Side, store_attempt, store_delivery, store_message
from tests.live import until

DAY = timedelta(days=1)
NOTHING = {"texts": 0, "attempts": 0, "events": 0}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PAUSE_A_SECOND", 0.0)


def old(side: Side, age: timedelta, state: str = "delivered", **columns: Any) -> Delivery:
    """A text that came so long ago, with its delivery, tried once."""
    at = clock(side.environment) - age
    message = store_message(side.assignment, received_at=at, **columns)
    delivery = store_delivery(message, side.endpoint, state, created_at=at)
    store_attempt(delivery, started_at=at)
    return delivery


def pass_time(sandbox: Side, offset: timedelta) -> None:
    Environment.objects.filter(pk=sandbox.environment.pk).update(clock_offset=offset)


def text_of(delivery: Delivery) -> Message:
    return Message.objects.get(deliveries=delivery)


def erased(delivery: Delivery) -> bool:
    return text_of(delivery).content_erased_at is not None


def test_content_goes_after_its_days_and_the_rest_remains(acme: House, api: Api) -> None:
    gone, kept = old(acme.live, 31 * DAY, routing_tag="codes"), old(acme.live, 29 * DAY)
    assert gone.message_id is not None
    path = f"messages/{public('message', gone.message_id)}"
    before = api.get(path).json()
    assert retain() == NOTHING | {"texts": 1}
    shown = api.get(path).json()
    changed = {name for name in before if shown[name] != before[name]}
    assert changed == {"content", "senderId", "contentErasedAt"}
    assert (shown["content"], shown["senderId"], shown["status"]) == (None, None, "delivered")
    row = text_of(gone)
    assert [getattr(row, name) for name in Message.personal_data.erasable] == [None] * 4
    assert not erased(kept)
    assert text_of(kept).content == "Votre code est 020005"
    assert retain() == NOTHING


def test_what_endpoints_answered_goes_with_it(acme: House, api: Api) -> None:
    gone, kept = old(acme.live, 31 * DAY), old(acme.live, 29 * DAY)
    retain()
    answers = [
        api.get(f"deliveries/{public('delivery', one.pk)}/attempts").json()["data"] for one in (gone, kept)
    ]
    assert [(len(tries), tries[0]["response"], tries[0]["status"]) for tries in answers] == [
        (1, "", 503),
        (1, "out of order", 503),
    ]


@pytest.mark.parametrize("state", retention.UNFINISHED)
def test_what_is_not_done_keeps_its_text_and_attempts(acme: House, state: str) -> None:
    delivery = old(acme.live, 400 * DAY, state)
    assert retain() == NOTHING
    assert not erased(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", lease=None, leased_until=None)
    assert retain() == NOTHING | {"texts": 1, "attempts": 1}


def test_a_text_that_went_nowhere_goes_too(acme: House) -> None:
    store_message(acme.live.assignment, received_at=clock() - 31 * DAY, state="dropped")
    assert retain()["texts"] == 1


def test_a_legal_hold_keeps_everything(acme: House) -> None:
    delivery = old(acme.live, 400 * DAY, legal_hold=True)
    assert retain() == NOTHING
    Message.objects.filter(deliveries=delivery).update(legal_hold=False)
    assert retain() == NOTHING | {"texts": 1, "attempts": 1}


def test_a_delivery_keeps_state_and_counts_without_its_attempts(acme: House, api: Api) -> None:
    delivery = old(acme.live, 91 * DAY, "failed")
    path = f"deliveries/{public('delivery', delivery.pk)}"
    before = api.get(path).json()
    assert retain()["attempts"] == 1
    assert api.get(path).json() == before
    assert (before["state"], before["attemptsMade"]) == ("failed", 1)
    assert api.get(f"{path}/attempts").json()["data"] == []


def test_events_go_with_what_was_sent_of_them_but_not_while_one_waits(acme: House) -> None:
    side = acme.sandbox
    services.update_endpoint(side.endpoint, SYSTEM, events=["endpoint.enabled"])
    for _ in range(2):
        events.of_endpoint(side.environment, "endpoint.enabled", side.endpoint.pk)
    sent, waits = side.endpoint.deliveries.filter(state="pending").order_by("pk")
    Delivery.objects.filter(pk=sent.pk).update(state="delivered", due_at=None)
    store_attempt(sent)
    assert retain() == NOTHING
    pass_time(side, 91 * DAY)
    assert retain()["events"] == 2  # and the one that the cast brings
    assert list(Event.objects.filter(environment=side.environment)) == [waits.event]
    assert set(side.endpoint.deliveries.all()) == {side.delivery, waits}
    assert not Attempt.objects.filter(delivery=sent.pk).exists()


def test_a_sandboxs_clock_counts(acme: House) -> None:
    side = acme.sandbox
    pass_time(side, 29 * DAY)
    assert retain() == NOTHING
    pass_time(side, 31 * DAY)
    store_message(side.assignment, received_at=clock() + 31 * DAY)  # today, there
    assert retain() == NOTHING | {"texts": 1}
    pass_time(side, 91 * DAY)
    assert retain() == {"texts": 1, "attempts": 1, "events": 1}
    assert not erased(acme.live.delivery)


def test_each_environment_has_its_own_days(acme: House, borealis: House) -> None:
    days.choose(acme.live.environment, SYSTEM, content_kept_days=7)
    days.choose(borealis.live.environment, SYSTEM, content_kept_days=100, attempts_kept_days=9)
    short, long = old(acme.live, 8 * DAY), old(borealis.live, 10 * DAY)
    assert retain() == NOTHING | {"texts": 1, "attempts": 1}
    assert (erased(short), erased(long)) == (True, False)
    assert (short.attempts.count(), long.attempts.count()) == (1, 0)


def test_what_was_erased_cannot_be_sent_again(acme: House, api: Api) -> None:
    delivery = old(acme.live, 31 * DAY, "failed")
    retain()
    refused = api.post(f"deliveries/{public('delivery', delivery.pk)}/replay")
    assert (refused.status_code, refused.json()["code"]) == (409, "content_erased")
    assert Delivery.objects.get(pk=delivery.pk).state == "failed"


@pytest.mark.parametrize("kind", [Replay.Kind.RECOVER, Replay.Kind.MISSING])
def test_a_job_leaves_out_what_was_erased(acme: House, kind: str) -> None:
    side = acme.live
    delivery, since = old(side, 31 * DAY, "failed", route_id=side.route.pk), clock() - 60 * DAY

    def plan() -> Replay:
        return replaying.plan(side.environment, SYSTEM, kind, since=since, endpoint=side.endpoint)

    early = plan()
    retain()
    assert plan().planned == early.planned - 1
    replays.run(early, SYSTEM)
    replays.run_slices(clock() + timedelta(minutes=1))
    assert Delivery.objects.get(pk=delivery.pk).state == "failed"
    assert Delivery.objects.get(pk=side.delivery.pk).state == "pending"  # whose text is there


@pytest.fixture
def others() -> Iterator[ThreadPoolExecutor]:
    """Somebody else, with a connection of their own."""
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(lambda: connection.close()).result()


def test_a_text_that_is_just_being_sent_again_stays(
    transactional_db: None, acme: House, others: ThreadPoolExecutor
) -> None:
    delivery = old(acme.live, 31 * DAY, "failed")
    with transaction.atomic():
        services.replay(delivery, SYSTEM)
        assert others.submit(retain).result(20) == NOTHING
    assert retain() == NOTHING
    assert not erased(delivery)


def test_whoever_sends_again_what_is_just_being_erased_is_told(
    transactional_db: None, acme: House, others: ThreadPoolExecutor
) -> None:
    delivery = old(acme.live, 31 * DAY, "failed")
    with transaction.atomic():
        retention.erase_texts(acme.live.environment, clock() - 30 * DAY, BEGINNING)
        replay = others.submit(services.replay, delivery, SYSTEM)
        until(somebody_waits)
    with pytest.raises(Conflict, match="content_erased"):
        replay.result(20)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_environments_take_turns(acme: House, borealis: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        old(acme.live, 31 * DAY)
    old(borealis.live, 31 * DAY)
    seen, take = [], retention.step

    def watched(walk: retention.Walk) -> retention.Batch:
        seen.append(walk.environment.tenant_id)
        return take(walk)

    monkeypatch.setattr(retention, "step", watched)
    assert retain()["texts"] == 6
    a, b = acme.tenant.pk, borealis.tenant.pk
    assert seen == [a, b, a, a]


def test_what_there_was_no_time_for_is_the_next_runs(acme: House) -> None:
    old(acme.live, 31 * DAY)
    assert retention.run(clock()) == NOTHING
    assert retain()["texts"] == 1


def test_the_processes_role_may_do_it(acme: House) -> None:
    old(acme.live, 100 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE smsgateway_app")
        try:
            assert retain() == NOTHING | {"texts": 1, "attempts": 1}
        finally:
            cursor.execute("RESET ROLE")
