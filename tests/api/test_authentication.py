from __future__ import annotations

import pytest
from django.test import Client

from accounts.clock import clock
from accounts.models import ApiKey
from tests.cast import Api, House, sign_in


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer sk_live_unknown",
        "Bearer sk_live_é\x00",
        "Basic c2tfbGl2ZTo=",
        "Bearer a b c",
        "Bearer " + "x" * 10_000,
    ],
)
def test_without_a_valid_key_there_is_nothing(acme: House, header: str | None) -> None:
    http = Client(headers={"Authorization": header} if header is not None else None)
    response = http.get("/v1/messages")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="smsgateway"'
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] in {"not_authenticated", "invalid_key"}


def test_a_revoked_key_is_unknown(acme: House, api: Api) -> None:
    assert api.get("messages").status_code == 200
    ApiKey.objects.filter(environment=acme.live.environment).update(revoked_at=clock())
    assert api.get("messages").status_code == 401


def test_the_scheme_may_be_written_in_any_case(acme: House) -> None:
    http = Client(headers={"Authorization": f"bearer {acme.live.key}"})
    assert http.get("/v1/messages").status_code == 200


def test_the_key_decides_the_environment(acme: House) -> None:
    for side in (acme.live, acme.sandbox):
        found = Api(side.key).get("messages").json()["data"]
        assert [message["id"] for message in found] == [side.ids["message_id"]]


def test_a_session_is_no_key(acme: House) -> None:
    http = Client()
    sign_in(http, acme.users["owner"])
    assert http.get("/v1/messages").status_code == 401


def test_the_use_of_a_key_is_noted(acme: House, api: Api) -> None:
    api.get("messages")
    assert ApiKey.objects.get(environment=acme.live.environment).last_used_at is not None
