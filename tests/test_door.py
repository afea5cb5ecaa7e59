"""The front door over a real socket: what is stored, what is answered, and what harms nobody."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest

from accounts import keyring
from accounts.audit import SYSTEM
from accounts.database import dsn
from accounts.encryption import DataKey, Unsealable
from delivery import services as delivery_services
from delivery.models import Delivery
from inbox.models import Message, RepeatKey
from ingest import app as ingest_app
from ingest.link import Link
from ingest.models import StrayText
from numbers import services as numbers
from numbers.carriers import sandbox
from numbers.models import Assignment, Channel
from routing import services as routing
from tests.cast import House
from tests.live import LiveDoor, until

NUMBER = "+33639980001"


@pytest.fixture
def channel(door: LiveDoor, acme: House) -> Channel:
    """Acme's sandbox number on a channel of carrier `sandbox`, known to the door."""
    environment = acme.sandbox.environment
    channel = numbers.create_channel(environment, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24})
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=channel)
    door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)
    forget_the_casts_messages()
    return channel


def forget_the_casts_messages() -> None:
    Delivery.objects.all().delete()
    Message.objects.all().delete()


def test_a_text_is_stored_and_its_delivery_born_leased(door: LiveDoor, channel: Channel, acme: House) -> None:
    answer = door.text(channel, NUMBER, "Votre code : 482913", id="c-1")
    assert (answer.status_code, answer.json()) == (200, {"status": "accepted"})
    message = Message.objects.get()
    assert (message.content, message.sender_id) == ("Votre code : 482913", "+33639980417")
    assert message.environment == acme.sandbox.environment
    assert (message.route_id, message.routing_tag) == (acme.sandbox.route.pk, "codes")
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.endpoint) == ("sending", acme.sandbox.endpoint)
    ((lease, ids),) = door.heard(1)
    assert (lease, ids) == (delivery.lease.hex, [delivery.pk.hex])  # type: ignore[union-attr]


def test_text_and_sender_are_sealed_at_rest(door: LiveDoor, channel: Channel) -> None:
    door.text(channel, NUMBER, "the code is 771177")
    message = Message.objects.get()
    assert b"771177" not in bytes(message.sealed_content or b"771177")
    assert b"980417" not in bytes(message.sealed_sender or b"980417") + bytes(
        message.sender_index or b"980417"
    )


def test_fifty_repeats_at_once_give_one_message_and_one_delivery(door: LiveDoor, channel: Channel) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: door.text(channel, NUMBER, id="same"), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert (Message.objects.count(), Delivery.objects.count(), RepeatKey.objects.count()) == (1, 1, 1)


def test_without_a_carrier_id_every_text_counts(door: LiveDoor, channel: Channel) -> None:
    door.text(channel, NUMBER)
    door.text(channel, NUMBER)
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/in/sandbox/unknown-token", {}, 404),
        ("/in/twilio/{token}", {}, 404),
        ("/in/sandbox/{token}/more", {}, 404),
        ("/in/sandbox", {}, 404),
        ("/in/sandbox/{token}", {}, 401),
        ("/in/sandbox/{token}", {"Authorization": "Bearer wrong"}, 401),
        ("/in/sandbox/{token}", {"Authorization": "Bearer \xe9\xff"}, 401),
    ],
)
def test_strangers_are_turned_away_and_nothing_is_stored(
    door: LiveDoor, channel: Channel, path: str, headers: dict[str, str], status: int
) -> None:
    body = json.dumps({"from": "+33639980417", "to": NUMBER, "text": "hello"})
    latin = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = door.post(path.format(token=channel.token), body, latin)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert not Message.objects.exists()
    assert not StrayText.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"not json", "#"),
        (b"[]", "#"),
        (b"\xff\xfe", "#"),
        (b'{"from":"+33639980417","to":"+33639980001"}', "#/text"),
        (b'{"from":"+33639980417","to":"+33639980001","text":7}', "#/text"),
        (b'{"from":"+33639980417","to":"+33639980001","text":"a\\u0000b"}', "#/text"),
        (b'{"from":"+33639980417","to":"+33639980001","text":"\\ud83d alone"}', "#"),
    ],
)
def test_what_cannot_be_read_is_a_400_that_names_the_field(
    door: LiveDoor, channel: Channel, body: bytes, pointer: str
) -> None:
    answer = door.post(channel.path, body, {"Authorization": "Bearer " + "s" * 24})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    assert not Message.objects.exists()
    stray = StrayText.objects.get()
    assert (stray.kind, stray.channel_id) == ("unreadable", channel.pk)
    assert stray.raw is not None
    assert stray.raw.endswith(body)


def test_a_body_too_large_is_refused_before_it_is_read(door: LiveDoor, channel: Channel) -> None:
    answer = door.post(channel.path, b"x" * 10_000_000, {"Authorization": "Bearer " + "s" * 24})
    assert answer.status_code == 413
    assert not Message.objects.exists()


def test_an_unknown_number_is_acknowledged_and_kept_for_the_operator(
    door: LiveDoor, channel: Channel
) -> None:
    for _ in range(2):
        assert door.text(channel, "+33639989999", id="once").status_code == 200
    assert not Message.objects.exists()
    assert StrayText.objects.get().kind == "unrouted"


def test_another_tenants_number_on_ones_own_signed_channel_reaches_nobody(
    door: LiveDoor, channel: Channel, borealis: House
) -> None:
    theirs = borealis.sandbox.assignment.number.number
    forget_the_casts_messages()
    door.in_force(lambda known: (borealis.sandbox.channel.pk, theirs) in known.holders)
    assert door.text(channel, theirs).status_code == 200
    assert not Message.objects.exists()
    stray = StrayText.objects.get()
    assert (stray.kind, stray.number, stray.raw) == ("held", theirs, None)


def test_a_poisonous_row_harms_no_other_in_its_batch(
    door: LiveDoor, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The parser refuses every text that we know the database to refuse; this one slips through.
    import ingest.acceptance as acceptance

    real = acceptance.message_row

    def poisoned(*args: object) -> object:
        row = real(*args)  # type: ignore[arg-type]
        return row._replace(routing_tag="a\0b") if row.carrier_message_id == "poison" else row

    monkeypatch.setattr(acceptance, "message_row", poisoned)
    ids = [f"fine-{n}" for n in range(20)] + ["poison"] + [f"good-{n}" for n in range(20)]
    with ThreadPoolExecutor(41) as pool:
        answers = dict(
            zip(ids, pool.map(lambda id: door.text(channel, NUMBER, id=id).status_code, ids), strict=True)
        )
    assert answers.pop("poison") == 400
    assert set(answers.values()) == {200}
    assert Message.objects.count() == 40


def test_a_changed_route_is_in_force_without_a_restart(door: LiveDoor, channel: Channel, acme: House) -> None:
    routing.update_route(acme.sandbox.route, SYSTEM, routing_tag="fresh")
    door.in_force(
        lambda known: (
            known.environments[acme.sandbox.environment.pk].routes.compiled[0].routing_tag == "fresh"
        )
    )
    door.text(channel, NUMBER)
    assert Message.objects.get().routing_tag == "fresh"


def test_a_released_number_is_nobodys(door: LiveDoor, channel: Channel, acme: House) -> None:
    numbers.release_number(acme.sandbox.assignment, SYSTEM)
    door.in_force(lambda known: known.holders[channel.pk, NUMBER][0].until is not None)
    door.text(channel, NUMBER)
    assert not Message.objects.exists()
    assert StrayText.objects.get().kind == "held"


def test_a_disabled_endpoint_is_the_workers_to_see(door: LiveDoor, channel: Channel, acme: House) -> None:
    """Held by a door that has not heard yet of its being enabled, a delivery would be released by nobody."""
    delivery_services.update_endpoint(acme.sandbox.endpoint, SYSTEM, disabled=True)
    routing.update_route(acme.sandbox.route, SYSTEM, routing_tag="later")
    id = acme.sandbox.environment.pk
    door.in_force(lambda known: known.environments[id].routes.compiled[0].routing_tag == "later")
    assert door.text(channel, NUMBER).status_code == 200
    assert Delivery.objects.get().state == "sending"
    door.heard(1)


def test_a_tenant_whose_key_does_not_open_harms_no_other(
    acme: House, borealis: House, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a channel of the operator's, which carries numbers of both."""
    environments = (acme.sandbox.environment, borealis.sandbox.environment)
    shared = numbers.create_channel(None, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24})
    Assignment.objects.filter(environment__in=environments).update(channel=shared)
    real = keyring.of

    def lost(tenant_id: UUID | None) -> DataKey:
        if tenant_id == borealis.tenant.pk:
            raise Unsealable
        return real(tenant_id)

    monkeypatch.setattr(keyring, "of", lost)
    door = LiveDoor()
    door.start()
    try:
        assert door.text(shared, NUMBER).status_code == 200
        put_off = door.text(shared, "+33639980002")
        assert (put_off.status_code, put_off.headers["Retry-After"]) == (503, "5")
        assert not StrayText.objects.exists()
    finally:
        door.stop()


def test_a_body_that_does_not_come_is_not_waited_for(
    door: LiveDoor, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_app, "BODY_WITHIN_S", 0.2)
    with socket.create_connection(("127.0.0.1", urlsplit(door.url).port or 0), timeout=5) as slow:
        slow.sendall(f"POST {channel.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n".encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")


def test_a_door_that_failed_is_ready_again_without_a_text(door: LiveDoor, channel: Channel) -> None:
    assert door.app.door is not None
    door.app.door.intake.batch.healthy = False
    until(lambda: door.http.get(door.url + "/readyz", timeout=5).status_code == 200)


def test_a_stray_text_waits_for_others_no_longer_than_its_carrier(
    door: LiveDoor, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "deadline_s", 0.2)
    assert door.app.door is not None
    turn = door.app.door.intake.strays.one_at_a_time
    turn._locked = True  # type: ignore[attr-defined]  # as if others wrote without end
    answer = door.text(channel, "+33639989999")
    turn._locked = False  # type: ignore[attr-defined]
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_the_servers_own_zone_changes_nothing(db: None) -> None:
    """In Tokyo's, the last second of 9999 could not be read, nor any batch that holds it."""
    with psycopg.connect(dsn()) as link:
        asked = link.execute("SELECT setting, source FROM pg_settings WHERE name = 'TimeZone'")
        assert asked.fetchone() == ("UTC", "client")


def test_health_and_metrics(door: LiveDoor, channel: Channel) -> None:
    door.text(channel, NUMBER)
    assert door.http.get(door.url + "/healthz", timeout=5).status_code == 200
    metrics = door.http.get(door.url + "/metrics", timeout=5).text
    assert 'smsgateway_accepted_texts_total{carrier="sandbox"}' in metrics
    assert "980417" not in metrics


def test_while_the_database_is_away_the_carrier_is_asked_to_come_again(
    door: LiveDoor, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Link, sql: str, parameters: dict[str, object]) -> None:
        raise psycopg.OperationalError("the server closed the connection")

    monkeypatch.setattr(sandbox, "deadline_s", 0.3)
    with monkeypatch.context() as outage:
        outage.setattr(Link, "execute", away)
        answer = door.text(channel, NUMBER, id="c-1")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert door.http.get(door.url + "/readyz", timeout=5).status_code == 503
        assert door.text(channel, "+33639989999", id="c-2").status_code == 503
    assert door.text(channel, NUMBER, id="c-1").status_code == 200
    assert Message.objects.count() == 1
    assert door.http.get(door.url + "/readyz", timeout=5).status_code == 200


def test_a_write_whose_outcome_is_unknown_is_repeated_without_harm(
    door: LiveDoor, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, times = Link.execute, []

    async def lost_answer(self: Link, sql: str, parameters: dict[str, object]) -> None:
        await real(self, sql, parameters)
        times.append(sql)
        if len(times) == 1:
            raise TimeoutError

    monkeypatch.setattr(Link, "execute", lost_answer)
    assert door.text(channel, NUMBER, id="c-1").status_code == 200
    assert len(times) == 2
    ((lease, ids),) = door.heard(1)
    assert [(lease, ids)] == [(d.lease.hex, [d.pk.hex]) for d in Delivery.objects.all() if d.lease]
    assert (Message.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_channel_whose_credentials_do_not_open_asks_the_carrier_to_come_again(
    door: LiveDoor, channel: Channel, acme: House
) -> None:
    other = acme.live.channel  # sealed for another row
    Channel.objects.filter(pk=channel.pk).update(sealed_credentials=other.sealed_credentials)
    door.in_force(lambda known: known.channels[channel.token].credentials is None)
    assert door.post(channel.path, b"{}").status_code == 503
