"""Key × number × endpoint × environment: whichever way in one takes, nothing passes between live and a sandbox."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from delivery.models import Delivery, Endpoint
from inbox.models import Message
from ingest.models import StrayText
from numbers import services as numbers
from numbers.carriers.base import InboundSms
from numbers.models import Assignment
from sandbox import sandboxes
from smsgw.cli import main
from smsgw.cli.settings import Settings
from tests.cast import Api, House, Side, furnish
from tests.dashboard.browse import Person, text
from tests.live import LiveDoor
from tests.urlconf import PLACES

REAL, FICTION = "+33937000077", "+33639980077"


@pytest.fixture
def sides(acme: House) -> dict[str, Side]:
    """Three environments of one tenant."""
    held = frozenset({"read", "configure"})
    second, _key, _text = sandboxes.create(acme.tenant, SYSTEM, held, name="Second")
    return {"live": acme.live, "sandbox": acme.sandbox, "second": furnish(second, "+33639980055")}


PAIRS = list(permutations(["live", "sandbox", "second"], 2))


@pytest.fixture(params=PAIRS, ids=" to ".join)
def pair(request: pytest.FixtureRequest, sides: dict[str, Side]) -> tuple[Side, Side]:
    own, other = request.param
    return sides[own], sides[other]


def joined() -> list[Any]:
    """All that a crossing would change."""
    rows = Assignment, Endpoint, Delivery, Message
    return [list(model.objects.order_by("pk").values()) for model in rows]


def test_a_key_reaches_nothing_of_another_environment(pair: tuple[Side, Side]) -> None:
    own, other = pair
    api, before = Api(own.key), joined()
    for method, path in (
        ("GET", "messages/{message_id}"),
        ("GET", "numbers/{number_id}"),
        ("DELETE", "numbers/{number_id}"),
        ("GET", "endpoints/{endpoint_id}"),
        ("DELETE", "endpoints/{endpoint_id}"),
        ("GET", "endpoints/{queue_id}/queue"),
        ("POST", "endpoints/{endpoint_id}/check"),
        ("DELETE", "routes/{route_id}"),
        ("DELETE", "channels/{channel_id}"),
        ("POST", "deliveries/{delivery_id}/replay"),
        ("POST", "replays/{replay_id}/run"),
        ("GET", "events/{event_id}"),
        ("DELETE", "api-keys/{key_id}"),
        ("DELETE", "oauth-clients/{client_id}"),
    ):
        answer = api(method, path.format(**other.ids), None if method == "GET" else {})
        assert answer.status_code == 404, path
    assert joined() == before


def test_a_body_joins_nothing_of_another_environment(pair: tuple[Side, Side]) -> None:
    own, other = pair
    free = REAL if own.environment.is_live else FICTION
    api, before = Api(own.key), joined()
    for method, path, body in (
        ("POST", "routes", {"name": "R", "endpointIds": [other.ids["endpoint_id"]]}),
        ("PATCH", f"routes/{own.ids['route_id']}", {"endpointIds": [other.ids["endpoint_id"]]}),
        ("PATCH", f"endpoints/{own.ids['endpoint_id']}", {"failoverId": other.ids["endpoint_id"]}),
        ("POST", "numbers", {"number": free, "channelId": other.ids["channel_id"]}),
        ("PATCH", f"numbers/{own.ids['number_id']}", {"channelId": other.ids["channel_id"]}),
    ):
        answer = api(method, path, body)
        assert answer.status_code == 422, path
        assert {one["code"] for one in answer.json()["errors"]} == {"unknown_id"}, path
    assert joined() == before


def wrong_number(side: Side) -> str:
    return FICTION if side.environment.is_live else REAL


def told(side: Side) -> list[dict[str, Any]]:
    rows = AuditEntry.objects.filter(action="wall.refused", environment=side.environment)
    return [row.after or {} for row in rows.order_by("pk")]


@pytest.mark.parametrize("kind", ["live", "sandbox"])
def test_neither_api_nor_page_gives_a_number_of_the_other_kind(acme: House, kind: str) -> None:
    side: Side = getattr(acme, kind)
    number, code = wrong_number(side), "number_not_for_this_environment"
    before = joined()
    asked = {"number": number, "channelId": side.ids["channel_id"], "purpose": "Codes", "monthlyVolume": 5}
    brought = Api(side.key).post("numbers", asked)
    assert [one["code"] for one in brought.json()["errors"]] == [code]
    assert told(side) == [{"code": code}]
    page = Person(acme.users["owner"], side)
    form: dict[str, Any] = {
        "number": number, "channel": side.ids["channel_id"], "label": "", "purpose": "Codes", "monthly_volume": "5",
    }  # fmt: skip
    assert "fiction" in text(page.post("numbers/new/", **form))
    assert told(side) == [{"code": code}] * 2
    wanted = {"number": number, "purpose": "Codes", "monthlyVolume": 5}
    if not side.environment.is_live:
        wanted["channelId"] = side.ids["channel_id"]
    requested = Api(side.key).post("number-requests", wanted)
    assert [one["code"] for one in requested.json()["errors"]] == [code]
    assert told(side) == [{"code": code}] * 3
    actors = (
        AuditEntry.objects.filter(action="wall.refused").order_by("pk").values_list("actor_kind", flat=True)
    )
    assert list(actors) == ["key", "user", "key"]
    assert joined() == before


def test_the_pages_of_sandboxes_are_absent_in_live(acme: House) -> None:
    page = Person(acme.users["owner"], acme.live)
    for path in ("sandboxes/", "sandboxes/{sandbox_id}/", "clock/"):
        assert page.get(path).status_code == 404, path
    for path in ("sandboxes/{sandbox_id}/reset/", "sandboxes/{sandbox_id}/delete/"):
        assert page.post(path).status_code == 404, path


def test_the_command_line_sends_nothing_with_a_key_of_live(
    acme: House, live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSGW_CONFIG", str(tmp_path / "config.json"))
    Settings(live_server.url, acme.live.key).write()
    before = joined()
    assert main(["trigger", "code-fr"]) == 1
    assert main(["sandbox", "reset", "Live"]) == 1
    assert joined() == before


def test_the_door_brings_no_simulated_text_to_live(door: LiveDoor, acme: House) -> None:
    """The simulated carrier, with its own credentials, names a number of live; and a live carrier one of fiction."""
    live, sandbox = acme.live, acme.sandbox
    simulated = numbers.create_channel(
        sandbox.environment, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24}
    )
    door.view(simulated)
    before = joined()
    answer = door.text(simulated, live.assignment.number.number, text="Spoofed")
    assert answer.status_code == 200, answer.text
    door.take(live.channel, InboundSms("id-1", "Bank", sandbox.assignment.number.number, "Altered"))
    assert joined() == before
    assert StrayText.objects.count() == 2


def test_a_text_of_the_right_side_passes(door: LiveDoor, acme: House) -> None:
    for side in (acme.live, acme.sandbox):
        number = side.assignment.number.number
        door.in_force(lambda known, side=side, number=number: known.holders.get((side.channel.pk, number)))  # type: ignore[misc]
        door.take(side.channel, InboundSms(f"id-{number}", "Bank", number, "no code"))
        message = Message.objects.filter(environment=side.environment).latest("pk")
        assert message.simulated is not side.environment.is_live


def labelled(response: Any) -> bool:
    return 'class="band"' in response.getvalue().decode()


def test_every_page_of_a_sandbox_carries_the_label(acme: House) -> None:
    """All pages that a GET opens, as the URLconf has them."""
    for side in (acme.live, acme.sandbox):
        person = Person(acme.users["owner"], side)
        seen = 0
        for place in PLACES:
            if place.of_api or "GET" not in place.needs or place.route.endswith("export/"):
                continue
            response = person.http.get(place.url(side.ids), follow=True)
            if response.status_code == 404 and side.environment.is_live:
                continue  # a page of sandboxes only
            assert labelled(response) is not side.environment.is_live, place.route
            seen += 1
        assert seen > 20
