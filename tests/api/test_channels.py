from __future__ import annotations

import pytest
from django.conf import settings

from accounts.ids import public
from accounts.models import AuditEntry
from numbers.models import Channel
from tests.cast import CARRIER_SECRET, Api, House

TWILIO = {"authToken": "0123456789abcdef0123456789abcdef"}


def test_a_new_channel_says_where_the_carrier_should_send(acme: House, api: Api) -> None:
    response = api.post("channels", {"carrier": "twilio", "name": "Paris", "credentials": TWILIO})
    assert response.status_code == 201
    made = response.json()
    row = acme.live.environment.channels.get(name="Paris")
    assert made["id"] == public("channel", row.pk)
    assert row.credentials() == TWILIO
    assert made["ingestUrl"] == f"{settings.PUBLIC_INGEST_URL}/in/twilio/{row.token}"
    assert (made["carrier"], made["name"], made["credentialsSet"]) == ("twilio", "Paris", ["authToken"])
    assert made["createdAt"].endswith("Z")


def test_credentials_are_never_shown(acme: House, api: Api) -> None:
    made = api.post("channels", {"carrier": "twilio", "credentials": TWILIO})
    answers = [made, api.get("channels"), api.get(f"channels/{made.json()['id']}")]
    answers.append(api.patch(f"channels/{made.json()['id']}", {"credentials": TWILIO}))
    for answer in answers:
        assert TWILIO["authToken"] not in answer.content.decode()
        assert CARRIER_SECRET not in answer.content.decode()
    trail = str(list(AuditEntry.objects.values_list("before", "after")))
    assert TWILIO["authToken"] not in trail


def test_a_channel_can_be_renamed_and_get_new_credentials(acme: House, api: Api) -> None:
    path = f"channels/{acme.live.ids['channel_id']}"
    assert api.patch(path, {"name": "Lyon"}).json()["name"] == "Lyon"
    assert acme.live.channel.credentials() == {"secret": CARRIER_SECRET}
    new = "whsec_YW5vdGhlciBzZWNyZXQgdGhhdCBpcyBsb25nIGVub3VnaA=="
    assert api.patch(path, {"credentials": {"secret": new}}).json()["name"] == "Lyon"
    acme.live.channel.refresh_from_db()
    assert acme.live.channel.credentials() == {"secret": new}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/carrier"),
        ({"carrier": "pigeon", "credentials": {}}, "#/carrier"),
        ({"carrier": "twilio", "credentials": {}}, "#/credentials/authToken"),
        ({"carrier": "twilio", "credentials": {"authToken": 5}}, "#/credentials/authToken"),
        ({"carrier": "twilio", "credentials": {**TWILIO, "other": "x"}}, "#/credentials/other"),
        ({"carrier": "twilio", "credentials": "authToken"}, "#/credentials"),
        ({"carrier": "sandbox", "name": "x" * 81}, "#/name"),
        ({"carrier": "sandbox", "name": 7}, "#/name"),
        ({"carrier": "sandbox", "name": None}, "#/name"),
        ({"carrier": "sandbox", "token": "mine"}, "#/token"),
    ],
)
def test_a_wrong_field_is_named(api: Api, body: object, pointer: str) -> None:
    before = Channel.objects.count()
    response = api.post("channels", body)
    assert response.status_code == 422
    assert pointer in [error["pointer"] for error in response.json()["errors"]]
    assert Channel.objects.count() == before


def test_a_channel_in_use_cannot_be_deleted(acme: House, api: Api) -> None:
    path = f"channels/{acme.live.ids['channel_id']}"
    response = api.delete(path)
    assert (response.status_code, response.json()["code"]) == (409, "channel_in_use")
    api.delete(f"numbers/{acme.live.ids['number_id']}")
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.get("channels").json()["data"] == []


def test_the_trail_names_the_key_and_the_request(acme: House, api: Api) -> None:
    response = api.post("channels", {"carrier": "twilio", "credentials": TWILIO})
    entry = AuditEntry.objects.get(action="channel.created", actor_kind="key")
    assert entry.request_id == response["Request-Id"]
    assert entry.environment == acme.live.environment
