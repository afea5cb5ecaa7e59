"""A reset leaves a sandbox with its keys, its channels and its name, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.models import Environment
from delivery.models import Endpoint
from inbox.models import Message
from numbers import services as numbers
from numbers.carriers.base import InboundSms
from sandbox import emptying, tasks
from tests.cast import Api, House, Side, store_message
from tests.live import LiveDoor

OURS = ("numbers", "inbox", "delivery", "routing")
#: What stays, and why.
STAYS = {
    "Channel": "its credentials were somebody's work, as keys are",
    "Endpoint": "closed: a worker may have a delivery to it in hand",
    "Explanation": "the same for many texts, and the door counts on it",
}


def rows(environment: Environment) -> dict[str, int]:
    """How many rows of each model are of an environment."""
    models: list[type[Model]] = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    own = [
        model for model in models if any(field.name == "environment" for field in model._meta.get_fields())
    ]
    counts = {model.__name__: model._default_manager.filter(environment=environment).count() for model in own}
    return {name: count for name, count in counts.items() if count}


def reset(side: Side) -> str:
    answer = Api(side.key).post(f"sandboxes/{side.ids['env_id']}/reset")
    assert answer.status_code == 202, answer.content
    status: str = answer.json()["status"]
    return status


def test_nothing_is_left_but_what_stays(acme: House, borealis: House) -> None:
    others = (acme.live.environment, borealis.sandbox.environment)
    before = [rows(environment) for environment in others]
    assert rows(acme.sandbox.environment).keys() > STAYS.keys() - {"Explanation"}
    assert reset(acme.sandbox) == "ready"
    assert rows(acme.sandbox.environment).keys() <= STAYS.keys()
    assert not acme.sandbox.environment.endpoints.filter(deleted_at=None).exists()
    assert [rows(environment) for environment in others] == before
    api = Api(acme.sandbox.key)
    for path in ("messages", "deliveries", "events", "issues", "replays", "routes", "endpoints", "numbers"):
        assert api.get(path).json()["data"] == [], path
    assert [one["name"] for one in api.get("channels").json()["data"]] == ["Main line"]


def test_the_clock_shows_the_present_again_and_what_ended_stays_ended(acme: House) -> None:
    api = Api(acme.sandbox.key)
    spare = api.post("api-keys", {"name": "Spare", "scopes": ["read"]}).json()
    api.post(f"api-keys/{spare['id']}/rotate", {"overlapSeconds": 3600})
    api.post("sandbox/clock", {"advanceBy": "P3D"})
    assert Api(spare["key"]).get("numbers").status_code == 401
    reset(acme.sandbox)
    told = api.get("sandbox/clock").json()
    assert (told["aheadBy"], told["status"]) == ("P0DT00H00M00S", "ready")
    assert abs(datetime.fromisoformat(told["now"]) - datetime.now(UTC)) < timedelta(hours=1)
    assert Api(spare["key"]).get("numbers").status_code == 401


def test_its_numbers_are_free_at_once(acme: House, borealis: House) -> None:
    number = acme.sandbox.assignment.number.number
    wanted = {"number": number, "channelId": borealis.sandbox.ids["channel_id"]}
    api = Api(borealis.sandbox.key)
    assert api.post("numbers", wanted).status_code == 409
    reset(acme.sandbox)
    assert api.post("numbers", wanted).status_code == 201


def test_many_rows_go_in_slices_and_what_comes_meanwhile_stays(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = acme.sandbox.ids["channel_id"]
    for _ in range(5):
        store_message(acme.sandbox.assignment)
    monkeypatch.setattr(emptying, "SLICE", 2)
    monkeypatch.setattr(emptying, "AT_ONCE", timedelta())
    assert reset(acme.sandbox) == "emptying"
    api = Api(acme.sandbox.key)
    assert api.get("sandbox/clock").json()["status"] == "advancing"
    wanted = {"number": "+33639980009", "channelId": channel}
    assert api.post("numbers", wanted).status_code == 201
    fresh = store_message(acme.sandbox.environment.assignments.get())
    assert tasks.go_on()["emptied"] == 1
    assert list(Message.objects.filter(environment=acme.sandbox.environment)) == [fresh]
    assert len(api.get("numbers").json()["data"]) == 1
    assert api.get("sandbox/clock").json()["status"] == "ready"


@pytest.mark.parametrize("carrier_id", ["sms-1", None])
def test_the_same_text_is_a_new_one_afterwards(acme: House, door: LiveDoor, carrier_id: str | None) -> None:
    side = acme.sandbox
    number = side.assignment.number.number
    text = InboundSms(carrier_id, "+33639980417", number, "no code")
    for _ in range(2):
        door.take(side.channel, text)
    assert side.environment.messages.count() == 2  # the cast's, and this one once
    reset(side)
    door.in_force(lambda known: not known.holders.get((side.channel.pk, number)))
    numbers.assign_number(side.environment, SYSTEM, number=number, channel=side.channel)
    door.in_force(lambda known: known.holders.get((side.channel.pk, number)))
    door.take(side.channel, text)
    assert side.environment.messages.count() == 1


def test_an_endpoint_takes_nothing_any_more(acme: House) -> None:
    reset(acme.sandbox)
    closed = Endpoint.objects.filter(environment=acme.sandbox.environment)
    assert {(one.is_default, one.sealed_access, one.failover_id) for one in closed} == {(False, None, None)}
    assert all(one.deleted_at is not None and one.deleted_at <= clock() for one in closed)


def test_the_role_that_the_processes_have_is_enough(acme: House) -> None:
    """It may not change events or attempts, so that it could not lock them either."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE smsgateway_app")
        try:
            made = Api(acme.sandbox.key).post("sandboxes", {"name": "Pipeline"})
            moved = Api(acme.sandbox.key).post("sandbox/clock", {"advanceBy": "P400D"})
            assert (made.status_code, moved.json()["status"]) == (201, "ready")
            assert reset(acme.sandbox) == "ready"
            assert Api(acme.sandbox.key).delete(f"sandboxes/{made.json()['id']}").status_code == 204
        finally:
            cursor.execute("RESET ROLE")
