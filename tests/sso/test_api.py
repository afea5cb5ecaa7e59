"""/v1/identity-providers: setting single sign-on up by program."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts import keys, sso
from accounts.audit import SYSTEM
from accounts.models import AuditEntry, IdentityProvider
from delivery import outside
from tests.cast import Api, House
from tests.forging_provider import Forger

GOOD: dict[str, Any] = {
    "issuer": "http://127.0.0.1:9",
    "clientId": "sms",
    "clientSecret": "hush, this is sealed",
    "domains": ["@Acme.example", "acme.example"],
}


def made(api: Api, **more: Any) -> Any:
    return api("POST", "identity-providers", GOOD | more)


def test_it_is_set_up_shown_changed_and_removed(acme: House, api: Api) -> None:
    answer = made(api, joinRole="viewer")
    shown = answer.json()
    assert (answer.status_code, shown["domains"], shown["joinRole"]) == (201, ["acme.example"], "viewer")
    assert shown["redirectUri"] == shown["signInUrl"] + "callback/" == sso.redirect_uri(acme.tenant)
    one = f"identity-providers/{shown['id']}"
    assert api("GET", "identity-providers").json()["data"] == [shown] == [api("GET", one).json()]
    changed = api("PATCH", one, {"joinRole": None, "enforced": True, "clientSecret": "another"}).json()
    assert changed == shown | {"joinRole": None, "enforced": True}
    assert api("DELETE", one).status_code == 204
    assert api("GET", one).status_code == 404


def test_the_secret_is_shown_nowhere(acme: House, api: Api) -> None:
    secret = GOOD["clientSecret"]
    assert secret not in made(api).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM accounts_identityprovider p")
        (row,) = cursor.fetchone()
    assert secret not in row
    assert secret.encode().hex() not in row
    assert sso.client_of(IdentityProvider.objects.get()).secret == secret
    entry = AuditEntry.objects.get(action="sso.created")
    assert secret not in f"{entry.after}"


def test_there_is_one_an_organisation(acme: House, api: Api) -> None:
    made(api)
    assert (made(api).status_code, made(api).json()["code"]) == (409, "sso_exists")


@pytest.mark.parametrize("name", ["id", "tenant", "tenantId", "environment", "createdAt", "sealedSecret"])
def test_nobody_assigns_what_the_server_decides(acme: House, api: Api, name: str) -> None:
    assert [error["pointer"] for error in made(api, **{name: "x"}).json()["errors"]] == [f"#/{name}"]
    assert not IdentityProvider.objects.exists()


WRONG: dict[str, tuple[str, Any]] = {
    "no URL": ("#/issuer", {"issuer": "login.example.com"}),
    "no TLS": ("#/issuer", {"issuer": "http://login.example.com"}),
    "an address inside": ("#/issuer", {"issuer": "https://10.0.0.1"}),
    "a query": ("#/issuer", {"issuer": "https://login.example.com/?a=b"}),
    "no domain": ("#/domains", {"domains": []}),
    "a word for a domain": ("#/domains/0", {"domains": ["acme"]}),
    "an address for a domain": ("#/domains/1", {"domains": ["acme.example", "a@acme.example"]}),
    "many domains": ("#/domains", {"domains": [f"a{n}.example" for n in range(21)]}),
    "no client": ("#/clientId", {"clientId": ""}),
    "no secret": ("#/clientSecret", {"clientSecret": ""}),
    "no role": ("#/joinRole", {"joinRole": "king"}),
    "a role that the key could not give": ("#/joinRole", {"joinRole": "admin"}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named(acme: House, api: Api, wrong: str) -> None:
    pointer, given = WRONG[wrong]
    answer = made(api, **given)
    assert answer.status_code == 422, answer.content
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not IdentityProvider.objects.exists()


def test_who_could_not_give_the_role_changes_nothing(acme: House, api: Api) -> None:
    """An admin's provider lets people join as developers; a key that holds less than that points it elsewhere."""
    one = made(api, joinRole="developer").json()["id"]
    _key, text = keys.create(
        acme.live.environment,
        SYSTEM,
        name="lesser",
        held=["read", "manageMembers"],
        scopes=["read", "manageMembers"],
    )
    lesser = Api(text)
    for method, body in (("PATCH", {"issuer": "https://login.example.com"}), ("DELETE", None)):
        answer = lesser(method, f"identity-providers/{one}", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "beyond_you")
    assert IdentityProvider.objects.get().issuer == GOOD["issuer"]


def test_a_check_says_what_is_wrong(acme: House, api: Api, forger: Forger) -> None:
    one = f"identity-providers/{made(api).json()['id']}/check"
    assert api("POST", one, {}).json()["code"] == "provider_down"
    sso.change(IdentityProvider.objects.get(), SYSTEM, [], outside, issuer=forger.issuer + "/")
    assert api("POST", one, {}).json()["code"] == "issuer_differs"
    sso.change(IdentityProvider.objects.get(), SYSTEM, [], outside, issuer=forger.issuer)
    assert api("POST", one, {}).json() == {"right": True, "code": None, "detail": None}
    results = (
        AuditEntry.objects.filter(action="sso.checked").order_by("pk").values_list("after__result", flat=True)
    )
    assert list(results) == ["provider_down", "issuer_differs", "right"]
