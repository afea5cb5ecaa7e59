"""What an endpoint asks for with each request: taken, checked, and never told again."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from delivery import services
from delivery.models import Endpoint
from tests.cast import URL, Api, House
from tests.certificates import authority, issue

CLIENT = issue("client", authority())
OTHER = issue("other", authority())
HEADERS = [
    {"name": "X-Api-Key", "value": "k3y-of-acme", "secret": True},
    {"name": "X-Team", "value": "orders", "secret": False},
]
OAUTH2 = {
    "tokenUrl": "http://127.0.0.1:9/token?tenant=t0ken",
    "clientId": "acme",
    "clientSecret": "s3cret of acme",
    "scope": "sms.write sms.read",
}
EVERYTHING = {
    "headers": HEADERS,
    "oauth2": OAUTH2,
    "clientCertificate": {"certificate": CLIENT.pem, "key": CLIENT.key_pem},
    "caCertificate": authority().pem,
}
SECRETS = ("k3y-of-acme", "s3cret of acme", "PRIVATE KEY", "p4ssword", "b34rer")


def created(api: Api, access: object) -> Any:
    return api.post("endpoints", {"kind": "webhook", "url": URL, "access": access})


def path_of(house: House) -> str:
    return f"endpoints/{house.live.ids['endpoint_id']}"


def access_of(house: House) -> dict[str, Any]:
    return Endpoint.objects.get(pk=house.live.endpoint.pk).access


def test_secrets_are_shown_to_nobody_again(acme: House, api: Api) -> None:
    made = created(api, EVERYTHING)
    assert made.status_code == 201
    shown = made.json()["access"]
    assert shown == {
        "headers": [HEADERS[0] | {"value": None}, HEADERS[1]],
        "oauth2": OAUTH2 | {"clientSecret": None, "authMethod": "client_secret_basic"},
        "clientCertificate": {"certificate": CLIENT.pem, "key": None},
        "caCertificate": authority().pem,
    }
    path = f"endpoints/{made.json()['id']}"
    again = api.patch(path, {"access": shown})  # what was read can be sent back, and changes nothing
    assert again.json()["access"] == shown
    trail = str(list(AuditEntry.objects.values("before", "after")))
    for text in (
        *(answer.content.decode() for answer in (made, again, api.get(path), api.get("endpoints"))),
        trail,
    ):
        assert not [secret for secret in SECRETS if secret in text]
    assert "t0ken" not in trail


def test_it_lies_sealed(acme: House, api: Api) -> None:
    api.patch(path_of(acme), {"access": {"bearer": {"token": "b34rer"}}})
    row = Endpoint.objects.get(pk=acme.live.endpoint.pk)
    assert row.sealed_access is not None
    assert b"b34rer" not in bytes(row.sealed_access)
    assert row.access == {"bearer": {"token": "b34rer"}}


@pytest.mark.parametrize(
    "access",
    [
        {"headers": HEADERS[:1]},
        {"basic": {"username": "acme", "password": "p4ssword"}},
        {"bearer": {"token": "b34rer"}},
        {"oauth2": OAUTH2 | {"authMethod": "client_secret_post"}},
        {"clientCertificate": EVERYTHING["clientCertificate"]},
    ],
    ids=lambda access: next(iter(access)),
)
def test_a_secret_left_out_stays(acme: House, api: Api, access: dict[str, Any]) -> None:
    api.patch(path_of(acme), {"access": access})
    kept = access_of(acme)
    answer = api.patch(path_of(acme), {"access": api.get(path_of(acme)).json()["access"]})
    assert answer.status_code == 200
    assert access_of(acme) == kept


@pytest.mark.parametrize(
    ("access", "change", "pointer"),
    [
        (
            {"basic": {"username": "acme", "password": "p4ssword"}},
            {"basic": {"username": "b"}},
            "basic/password",
        ),
        (
            {"oauth2": OAUTH2},
            {"oauth2": {"tokenUrl": "http://127.0.0.1:9/mine", "clientId": "acme"}},
            "oauth2/clientSecret",
        ),
        ({"headers": HEADERS}, {"headers": [{"name": "X-Api-Key", "secret": False}]}, "headers/0/value"),
        ({"headers": HEADERS}, {"headers": [{"name": "X-Other", "value": None}]}, "headers/0/value"),
        (
            {"clientCertificate": EVERYTHING["clientCertificate"]},
            {"clientCertificate": {"certificate": OTHER.pem}},
            "clientCertificate/key",
        ),
    ],
)
def test_a_secret_of_another_entry_is_not_taken_over(
    acme: House, api: Api, access: object, change: object, pointer: str
) -> None:
    api.patch(path_of(acme), {"access": access})
    before = access_of(acme)
    response = api.patch(path_of(acme), {"access": change})
    assert response.status_code == 422
    errors = [(error["pointer"], error["code"]) for error in response.json()["errors"]]
    assert errors == [(f"#/access/{pointer}", "required")]
    assert access_of(acme) == before


def test_what_is_not_named_again_is_gone(acme: House, api: Api) -> None:
    api.patch(path_of(acme), {"access": EVERYTHING})
    assert api.get(path_of(acme)).json()["certificateExpiresAt"] is not None
    answer = api.patch(path_of(acme), {"access": {"headers": HEADERS[1:]}}).json()
    assert answer["access"] == {"headers": HEADERS[1:]}
    assert answer["certificateExpiresAt"] is None
    assert api.patch(path_of(acme), {"access": {}}).json()["access"] == {}
    assert Endpoint.objects.get(pk=acme.live.endpoint.pk).sealed_access is None


def header(**fields: Any) -> dict[str, Any]:
    return {"headers": [{"name": "X-A", "value": "a"} | fields]}


@pytest.mark.parametrize(
    ("access", "pointer"),
    [
        (None, ""),
        ([], ""),
        ({"cookie": {}}, "/cookie"),
        ({"headers": {}}, "/headers"),
        ({"headers": [5]}, "/headers/0"),
        ({"headers": [{"name": f"X-{n}", "value": "a"} for n in range(21)]}, "/headers"),
        (header(more=1), "/headers/0/more"),
        (header(name=""), "/headers/0/name"),
        (header(name="X A"), "/headers/0/name"),
        (header(name="X-A:"), "/headers/0/name"),
        (header(name="Host"), "/headers/0/name"),
        (header(name="content-Type"), "/headers/0/name"),
        (header(name="Webhook-Id"), "/headers/0/name"),
        (header(name="smsgateway-attempt"), "/headers/0/name"),
        (header(name="Proxy-Authorization"), "/headers/0/name"),
        (header(value="a\r\nX-B: b"), "/headers/0/value"),
        (header(value=" a"), "/headers/0/value"),
        (header(value="é"), "/headers/0/value"),
        (header(value="x" * 4097), "/headers/0/value"),
        (header(value=5), "/headers/0/value"),
        (header(secret="no"), "/headers/0/secret"),
        ({"headers": [{"name": "X-A", "value": "a"}, {"name": "x-a", "value": "b"}]}, "/headers/1/name"),
        ({"basic": "acme:pw"}, "/basic"),
        ({"basic": {"username": "a:b", "password": "p"}}, "/basic/username"),
        ({"basic": {"username": "a", "password": "p\n"}}, "/basic/password"),
        ({"bearer": {"token": "a b"}}, "/bearer/token"),
        ({"bearer": {}}, "/bearer/token"),
        ({"bearer": {"token": "t"}, "basic": {"username": "a", "password": "p"}}, "/bearer"),
        ({"bearer": {"token": "t"}, **header(name="Authorization")}, "/headers/0/name"),
        ({"oauth2": {**OAUTH2, "tokenUrl": "https://10.0.0.1/token"}}, "/oauth2/tokenUrl"),
        ({"oauth2": {**OAUTH2, "tokenUrl": "ftp://127.0.0.1/"}}, "/oauth2/tokenUrl"),
        ({"oauth2": {**OAUTH2, "scope": "a  b"}}, "/oauth2/scope"),
        ({"oauth2": {**OAUTH2, "authMethod": "none"}}, "/oauth2/authMethod"),
        ({"oauth2": {**OAUTH2, "authMethod": ["none"]}}, "/oauth2/authMethod"),
        ({"oauth2": {**OAUTH2, "clientSecret": ""}}, "/oauth2/clientSecret"),
        (
            {"clientCertificate": {"certificate": "nonsense", "key": CLIENT.key_pem}},
            "/clientCertificate/certificate",
        ),
        ({"clientCertificate": {"certificate": CLIENT.pem, "key": OTHER.key_pem}}, "/clientCertificate/key"),
        ({"clientCertificate": {"certificate": CLIENT.pem, "key": CLIENT.pem}}, "/clientCertificate/key"),
        ({"clientCertificate": {"certificate": CLIENT.pem}}, "/clientCertificate/key"),
        ({"caCertificate": "nonsense"}, "/caCertificate"),
        ({"caCertificate": 5}, "/caCertificate"),
        ({"caCertificate": CLIENT.key_pem}, "/caCertificate"),
    ],
)
def test_a_mistake_is_named(acme: House, api: Api, access: object, pointer: str) -> None:
    before = Endpoint.objects.count()
    response = created(api, access)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["#/access" + pointer]
    assert Endpoint.objects.count() == before


def test_an_expired_certificate_is_refused_and_one_that_ends_soon_is_warned_of(api: Api) -> None:
    ended, ending = issue("ended", authority(), days=-1), issue("ending", authority(), days=29)
    refused = created(api, {"clientCertificate": {"certificate": ended.pem, "key": ended.key_pem}})
    assert [e["pointer"] for e in refused.json()["errors"]] == ["#/access/clientCertificate/certificate"]
    taken = created(api, {"clientCertificate": {"certificate": ending.pem, "key": ending.key_pem}})
    assert taken.json()["warnings"] == ["The client certificate expires within 30 days."]
    assert created(api, EVERYTHING).json()["warnings"] == []


def test_only_the_blocks_of_a_pem_are_kept(acme: House, api: Api) -> None:
    padded = f"Bag Attributes\n{CLIENT.pem}\n# a note\n"
    api.patch(
        path_of(acme), {"access": {"clientCertificate": {"certificate": padded, "key": CLIENT.key_pem}}}
    )
    assert access_of(acme)["clientCertificate"]["certificate"] == CLIENT.pem


def test_what_does_not_open_says_so(acme: House, api: Api) -> None:
    Endpoint.objects.filter(pk=acme.live.endpoint.pk).update(sealed_access=b"nonsense")
    assert api.get(path_of(acme)).json()["access"] is None
    services.update_endpoint(
        Endpoint.objects.get(pk=acme.live.endpoint.pk), SYSTEM, access={"bearer": {"token": "t"}}
    )
    assert access_of(acme) == {"bearer": {"token": "t"}}


def test_a_deleted_endpoint_keeps_no_secret(acme: House, api: Api) -> None:
    made = created(api, EVERYTHING).json()
    assert api.delete(f"endpoints/{made['id']}").status_code == 204
    row = Endpoint.objects.exclude(deleted_at=None).get()
    assert (row.sealed_access, row.certificate_expires_at) == (None, None)


def test_secrets_do_not_follow_a_url_to_another_server(acme: House, api: Api) -> None:
    path = f"endpoints/{created(api, EVERYTHING).json()['id']}"
    moved, shown = {"url": "http://127.0.0.1:10/hook"}, api.get(path).json()["access"]
    refused = api.patch(path, moved)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/access"]
    pointers = {error["pointer"] for error in api.patch(path, moved | {"access": shown}).json()["errors"]}
    assert {"#/access/headers/0/value", "#/access/oauth2/clientSecret"} <= pointers
    assert api.get(path).json()["url"] == URL
    assert api.patch(path, {"url": URL + "/deeper"}).status_code == 200  # the same server
    assert api.patch(path, moved | {"access": EVERYTHING}).status_code == 200
    assert api.get(path).json()["url"] == moved["url"]


def test_secrets_that_come_while_a_url_is_looked_up_do_not_follow_it(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(host: str) -> list[str]:
        """Somebody else is faster than the name server."""
        endpoint = Endpoint.objects.get(pk=acme.live.endpoint.pk)
        services.update_endpoint(endpoint, SYSTEM, access={"bearer": {"token": "old-server"}})
        return ["93.184.216.34"]

    monkeypatch.setattr(services, "resolve", slowly)
    refused = api.patch(path_of(acme), {"url": "https://hooks.example.com/"})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/access"]
    assert api.get(path_of(acme)).json()["url"] == URL


def test_a_secret_left_out_does_not_come_from_the_server_of_before(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "resolve", lambda host: ["93.184.216.34"])
    oauth2 = OAUTH2 | {"tokenUrl": "https://tokens.example.com/"}
    services.update_endpoint(acme.live.endpoint, SYSTEM, access={"headers": HEADERS, "oauth2": oauth2})
    shown = api.get(path_of(acme)).json()["access"]

    def slowly(host: str) -> list[str]:
        monkeypatch.setattr(services, "resolve", lambda host: ["93.184.216.34"])
        endpoint = Endpoint.objects.get(pk=acme.live.endpoint.pk)
        services.update_endpoint(endpoint, SYSTEM, url="https://two.example.net/", access={})
        return ["93.184.216.34"]

    monkeypatch.setattr(services, "resolve", slowly)
    refused = api.patch(path_of(acme), {"access": shown})
    pointers = {error["pointer"] for error in refused.json()["errors"]}
    assert {"#/access/headers/0/value", "#/access/oauth2/clientSecret"} <= pointers
    assert access_of(acme) == {}
