"""Client credentials from end to end: a client is made, fetches tokens, gets new secrets, is revoked."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from oauth2_provider.models import AccessToken

from accounts import clients
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import parse
from accounts.models import AuditEntry, Environment
from accounts.roles import SCOPES
from tests.cast import Api, House
from tests.dashboard.browse import Person, text


def made(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("oauth-clients", {"name": "Hub", "scopes": ["read", "readMessages"]} | fields)
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def ask(id: str, secret: str, *, basic: bool = True, address: str = "127.0.0.1", **fields: Any) -> Any:
    headers = {"Authorization": "Basic " + b64encode(f"{id}:{secret}".encode()).decode()} if basic else {}
    sent = {"grant_type": "client_credentials"} | fields
    if not basic:
        sent |= {"client_id": id, "client_secret": secret}
    return Client(headers=headers, REMOTE_ADDR=address).post("/oauth/token", sent)


def token(client: dict[str, Any], **fields: Any) -> str:
    answer = ask(client["id"], client["clientSecret"], **fields)
    assert answer.status_code == 200, answer.content
    value: str = answer.json()["access_token"]
    return value


def opens(value: str, path: str = "channels", address: str = "127.0.0.1") -> int:
    client = Api(value)
    client.http.defaults["REMOTE_ADDR"] = address
    status: int = client.get(path).status_code
    return status


@pytest.mark.parametrize("basic", [True, False])
def test_a_secret_buys_a_token_for_fifteen_minutes(acme: House, api: Api, basic: bool) -> None:
    client = made(api)
    answer = ask(client["id"], client["clientSecret"], basic=basic)
    told = answer.json()
    assert ask(client["id"], client["clientSecret"], resource="no url").status_code == 200
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
    assert set(told["scope"].split()) == {"read", "readMessages"}
    assert "refresh_token" not in told
    assert opens(told["access_token"]) == opens(told["access_token"], "messages") == 200
    row = AccessToken.objects.earliest("pk")
    assert timedelta(minutes=14) < row.expires - clock() <= timedelta(minutes=15)
    AccessToken.objects.update(expires=clock())
    assert opens(told["access_token"]) == 401
    assert clients.purge() == 2


def test_neither_secret_nor_token_is_kept(acme: House, api: Api) -> None:
    client = made(api)
    value = token(client)
    with connection.cursor() as cursor:
        for table in ("accounts_oauthclient", "oauth2_provider_accesstoken", "accounts_auditentry"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows = str(cursor.fetchall())
            assert value not in rows
            assert client["clientSecret"] not in rows
    assert "clientSecret" not in api.get(f"oauth-clients/{client['id']}").json()


def test_a_token_decides_environment_and_scopes(acme: House) -> None:
    client = made(Api(acme.sandbox.key))
    value = token(client, scope="readMessages")
    assert opens(value) == 403
    found = Api(value).get("messages").json()["data"]
    assert [row["id"] for row in found] == [acme.sandbox.ids["message_id"]]
    assert found[0]["content"] is None
    refused = ask(client["id"], client["clientSecret"], scope="configure")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_what_a_token_does_is_on_the_trail_as_its_clients_doing(acme: House, api: Api) -> None:
    client = made(api, scopes=["configure"])
    assert Api(token(client)).post("routes", {"name": "R", "action": "drop"}).status_code == 201
    own = AuditEntry.objects.filter(actor_kind="client", actor_id=parse("client", client["id"])).order_by(
        "pk"
    )
    assert list(own.values_list("action", flat=True)) == ["client.tokenIssued", "route.created"]


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"grant_type": "password", "username": "a", "password": "b"}, 400, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"scope": "\x00"}, 400, "invalid_scope"),
    ],
)
def test_only_one_grant_is_given(
    acme: House, api: Api, fields: dict[str, Any], status: int, error: str
) -> None:
    client = made(api)
    answer = ask(client["id"], client["clientSecret"], **fields)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("id", "secret"),
    [(None, "cs_wrong"), ("cli_" + "0" * 26, "cs_x"), ("\x00é", "\x00"), ("", ""), (None, "")],
)
@pytest.mark.parametrize("basic", [True, False])
def test_a_wrong_pair_learns_nothing(acme: House, api: Api, id: str | None, secret: str, basic: bool) -> None:
    answer = ask(made(api)["id"] if id is None else id, secret, basic=basic)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic é", "Basic " + "=" * 9, "Bearer x", "Basic " + "A" * 99_999]
)
def test_a_garbled_header_is_no_client(acme: House, header: str) -> None:
    answer = Client(headers={"Authorization": header}).post(
        "/oauth/token", {"grant_type": "client_credentials"}
    )
    assert answer.status_code == 401
    assert Client().get("/oauth/token").status_code == 405
    assert Client().post("/oauth/token", b"{}", content_type="application/json").status_code == 400


def test_without_a_database_it_says_when_to_try_again(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    client = made(api)
    monkeypatch.setattr("api.tokens.clients.authenticate", away)
    answer = ask(client["id"], client["clientSecret"])
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json() == {"error": "temporarily_unavailable"}


def test_both_secrets_work_until_the_overlap_ends(acme: House) -> None:
    api = Api(acme.sandbox.key)
    old = made(api)
    new = api.post(f"oauth-clients/{old['id']}/rotate", {"overlapSeconds": 3600}).json()
    assert new["id"] == old["id"]
    assert token(old) != token(new)
    Environment.objects.filter(pk=acme.sandbox.environment.pk).update(clock_offset=timedelta(hours=2))
    assert ask(old["id"], old["clientSecret"]).status_code == 401
    assert token(new)


def test_a_leaked_secret_ends_with_its_tokens(acme: House, api: Api) -> None:
    old = made(api)
    value = token(old)
    api.post(f"oauth-clients/{old['id']}/rotate", {"overlapSeconds": 0})
    assert ask(old["id"], old["clientSecret"]).status_code == 401
    assert opens(value) == 401


def test_a_revoked_client_and_its_tokens_are_out_at_once(acme: House, api: Api) -> None:
    client = made(api)
    value = token(client)
    assert api.delete(f"oauth-clients/{client['id']}").status_code == 204
    assert opens(value) == 401
    assert ask(client["id"], client["clientSecret"]).status_code == 401


def test_secret_and_token_come_only_from_where_they_may(acme: House, api: Api) -> None:
    client = made(api, allowedNetworks=["192.0.2.0/24"])
    assert ask(client["id"], client["clientSecret"]).status_code == 401
    value = ask(client["id"], client["clientSecret"], address="192.0.2.7").json()["access_token"]
    assert opens(value, address="192.0.2.9") == 200
    assert opens(value) == 401


def test_nobody_climbs_by_way_of_a_client(acme: House, api: Api) -> None:
    lesser = Api(token(made(api, scopes=["read", "manageKeys"])))
    mighty = made(api, scopes=["configure"])
    assert lesser.post("oauth-clients", {"name": "N", "scopes": ["configure"]}).status_code == 422
    assert lesser.post(f"oauth-clients/{mighty['id']}/rotate", {}).json()["code"] == "beyond_you"


def test_pages_add_a_client_replace_its_secret_and_revoke_it(acme: House, developer: Person) -> None:
    page = text(developer.post("oauth-clients/new/", name="Hub", scopes=["read"], allowed_networks=""))
    id, secret = re.findall(r"-u (cli_\w+):(cs_[\w-]{43})", page)[0]
    assert ask(id, secret).status_code == 200
    one = f"oauth-clients/{id}/"
    assert secret not in text(developer.get(one))
    assert "Saved." in text(developer.post(one, name="Hub 2", allowed_networks="127.0.0.1"))
    assert "cs_" in text(developer.post(f"{one}rotate/", overlap="0"))
    assert ask(id, secret).status_code == 401
    assert "The client is revoked" in text(developer.post(f"{one}revoke/"))


def test_somebody_with_less_does_not_touch_a_client_with_more(acme: House, developer: Person) -> None:
    client, _secret = clients.create(
        acme.live.environment, SYSTEM, name="Members", held=SCOPES, scopes=["manageMembers"]
    )
    page = text(developer.post(f"oauth-clients/{client.client_id}/rotate/"))
    assert "scopes that you do not have" in page
