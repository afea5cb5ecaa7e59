from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings

from accounts.ids import public
from accounts.models import AuditEntry
from inbox.models import Message
from ingest.models import StrayText
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


TOKEN = {"token": "let-me-in-0123"}
NESTED = {
    **TOKEN,
    "listField": "data.messages",
    "fromField": "msisdn",
    "textField": "content[0].value",
    "sentAtFormat": "unix",
    "defaultCountry": "FR",
}


def mapped(api: Api, credentials: dict[str, Any]) -> str:
    made = api.post("channels", {"carrier": "generic", "credentials": credentials})
    assert made.status_code == 201, made.json()
    return f"channels/{made.json()['id']}/preview"


def sample(**fields: object) -> str:
    text = {
        "msisdn": "0639980417",
        "to": "+33639980001",
        "content": [{"value": "Ça va ?"}],
        "id": 7,
        **fields,
    }
    return json.dumps({"data": {"messages": [text]}})


def test_a_preview_shows_which_fields_are_read_and_keeps_nothing(acme: House, api: Api) -> None:
    path = mapped(api, NESTED)
    before = (Message.objects.count(), StrayText.objects.count(), AuditEntry.objects.count())
    answer = api.post(path, {"body": sample(sentAt=1795426200)})
    assert answer.json() == {
        "texts": [
            {
                "carrierMessageId": "7",
                "senderId": "+33639980417",
                "numberUsed": "+33639980001",
                "content": "Ça va ?",
                "sentAt": "2026-11-23T09:30:00.000Z",
                "media": [],
                "part": None,
            }
        ],
        "unread": [],
    }
    assert before == (Message.objects.count(), StrayText.objects.count(), AuditEntry.objects.count())


def test_a_preview_names_what_cannot_be_read(acme: House, api: Api) -> None:
    answer = api.post(mapped(api, NESTED), {"body": sample(content="plain", to=None)}).json()
    assert answer["texts"] == []
    assert answer["unread"] == [
        {"pointer": "#/data/messages/0/to", "detail": "is required"},
        {"pointer": "#/data/messages/0/content/0/value", "detail": "is required"},
    ]


def test_a_preview_of_a_query_and_of_other_settings(acme: House, api: Api) -> None:
    path = mapped(api, NESTED)
    query = {"method": "GET", "query": "from=%2B33639980417&to=38600&text=%E9t%E9"}
    latin = {**TOKEN, "bodyKind": "query", "charset": "iso-8859-1"}
    [text] = api.post(path, {**query, "credentials": latin}).json()["texts"]
    assert (text["content"], text["numberUsed"]) == ("été", "38600")
    row = acme.live.environment.channels.get(carrier="generic", name="")
    assert row.credentials() == NESTED
    wrong = api.post(path, {**query, "credentials": {**latin, "fromField": "\n"}})
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["#/credentials/fromField"]


def test_a_line_has_no_preview(acme: House, api: Api) -> None:
    smpp = {"host": "smsc.example.com", "systemId": "acme", "password": "s3cret"}
    made = api.post("channels", {"carrier": "smpp", "credentials": smpp}).json()
    answer = api.post(f"channels/{made['id']}/preview", {"body": "{}"})
    assert (answer.status_code, answer.json()["code"]) == (409, "channel_not_called")


def test_a_mistake_in_a_mapping_is_refused_on_save(acme: House, api: Api) -> None:
    wrong = {
        **TOKEN,
        "answerStatus": 302,
        "textField": "data[x]",
        "sentAtFormat": "%H:%M",
        "hmacHeader": "X-S",
    }
    answer = api.post("channels", {"carrier": "generic", "credentials": wrong})
    assert answer.status_code == 422
    pointers = [error["pointer"].removeprefix("#/credentials/") for error in answer.json()["errors"]]
    assert sorted(pointers) == ["answerStatus", "hmacSecret", "sentAtFormat", "textField"]
