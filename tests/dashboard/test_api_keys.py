"""The life of an API key: shown once, found by its digest, limited, replaced, revoked; each step on the trail."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import keys
from accounts.audit import SYSTEM
from accounts.clock import clock, stamp
from accounts.ids import parse, public
from accounts.models import ApiKey, AuditEntry, Environment, KeyAddress
from accounts.roles import SCOPES
from tests.cast import Api, House, Side
from tests.dashboard.browse import Person, text


def made(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("api-keys", {"name": "Shop", "scopes": ["read"]} | fields)
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def opens(key: str, **meta: str) -> bool:
    client = Api(key)
    client.http.defaults |= meta
    status = client.get("channels").status_code
    assert status in {200, 401}
    return bool(status == 200)


def later(side: Side, **span: float) -> None:
    Environment.objects.filter(pk=side.environment.pk).update(clock_offset=timedelta(**span))


@pytest.fixture
def sandbox(acme: House) -> Api:
    return Api(acme.sandbox.key)


def actions(key_id: str) -> list[str]:
    rows = AuditEntry.objects.filter(target_id=parse("key", key_id)).order_by("pk")
    return list(rows.values_list("action", flat=True))


def test_a_key_is_shown_once_and_kept_nowhere(acme: House, api: Api) -> None:
    body = made(api)
    secret = body["key"]
    assert re.fullmatch(r"sk_live_[\w-]{55}", secret)
    assert secret.startswith(body["prefix"])
    assert opens(secret)
    assert "key" not in api.get(f"api-keys/{body['id']}").json()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_apikey k WHERE k::text LIKE %s", [f"%{secret[20:]}%"])
        assert cursor.fetchone() == (0,)
    entries = str(list(AuditEntry.objects.values()))
    assert secret[20:] not in entries
    assert actions(body["id"])[0] == "key.created"


def test_a_key_made_before_prefixes_grew_still_works(acme: House) -> None:
    old = "sk_live_" + "a" * 43
    ApiKey.objects.create(
        environment=acme.live.environment,
        name="old",
        prefix=old[:12],
        digest=keys.digest_of(old),
        scopes=["read"],
        created_at=clock(),
    )
    assert opens(old)
    assert not opens(old[:-1] + "b")


def test_a_missing_key_cannot_be_told_from_one_that_is_not_let_in(acme: House, api: Api) -> None:
    revoked, elsewhere = made(api), made(api, allowedNetworks=["192.0.2.0/24"])
    api.delete(f"api-keys/{revoked['id']}")
    answers = set()
    for key in (
        "sk_live_" + "x" * 55,
        acme.live.key[:-1] + "x",
        revoked["key"],
        elsewhere["key"],
    ):
        problem = Api(key).get("channels").json()
        answers.add((problem["status"], problem["code"], problem["detail"]))
    assert len(answers) == 1


def test_every_text_that_opens_nothing_costs_the_same_look_for_nothing(acme: House, sandbox: Api) -> None:
    revoked, expired = made(sandbox), made(sandbox, expiresAt=stamp(clock() + timedelta(hours=1)))
    sandbox.delete(f"api-keys/{revoked['id']}")
    later(acme.sandbox, hours=2)
    looks = set()
    for wrong in ("sk_test_" + "x" * 55, acme.sandbox.key[:-2] + "xx", revoked["key"], expired["key"]):
        with CaptureQueriesContext(connection) as asked:
            assert keys.find(wrong, "127.0.0.1") is None
        looks.add(re.sub(r"'[^']*'(::\w+)?", "…", "; ".join(one["sql"] for one in asked)))
    assert len(looks) == 1
    assert ";" not in looks.pop()


def test_a_key_expires(acme: House, sandbox: Api) -> None:
    body = made(sandbox, expiresAt=stamp(clock() + timedelta(hours=1)))
    assert opens(body["key"])
    later(acme.sandbox, hours=2)
    assert not opens(body["key"])


def test_a_key_comes_only_from_where_it_may(acme: House, api: Api, settings: LazySettings) -> None:
    body = made(api, allowedNetworks=["192.0.2.0/24", "2001:db8::1/128"])
    assert body["allowedNetworks"] == ["192.0.2.0/24", "2001:db8::1"]
    assert opens(body["key"], REMOTE_ADDR="192.0.2.7")
    assert opens(body["key"], REMOTE_ADDR="::ffff:192.0.2.7")
    assert opens(body["key"], REMOTE_ADDR="2001:db8::1")
    assert not opens(body["key"], REMOTE_ADDR="198.51.100.7")
    assert not opens(body["key"], REMOTE_ADDR="198.51.100.7", HTTP_X_FORWARDED_FOR="192.0.2.7")
    row = ApiKey.objects.get(prefix=body["prefix"])
    assert row.refused_at is not None
    assert actions(body["id"]).count("key.refused") == 1


def test_use_is_noted_once_a_minute_and_each_new_address_once(acme: House, sandbox: Api) -> None:
    body = made(sandbox)
    row = ApiKey.objects.get(prefix=body["prefix"])
    assert row.last_used_at is None
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1"):
        assert opens(body["key"], REMOTE_ADDR=address)
    first = ApiKey.objects.get(pk=row.pk).last_used_at
    assert first is not None
    assert actions(body["id"]).count("key.usedFromNewAddress") == 2
    assert KeyAddress.objects.filter(key=row).count() == 2
    assert opens(body["key"], REMOTE_ADDR="192.0.2.1")
    assert ApiKey.objects.get(pk=row.pk).last_used_at == first
    later(acme.sandbox, minutes=2)
    assert opens(body["key"], REMOTE_ADDR="192.0.2.1")
    assert ApiKey.objects.get(pk=row.pk).last_used_at != first


def test_both_keys_work_until_the_overlap_ends(acme: House, sandbox: Api) -> None:
    old = made(sandbox, allowedNetworks=["127.0.0.1"])
    answer = sandbox.post(f"api-keys/{old['id']}/rotate", {"overlapSeconds": 3600})
    new = answer.json()
    assert (new["name"], new["scopes"], new["allowedNetworks"]) == ("Shop", ["read"], ["127.0.0.1"])
    assert opens(old["key"])
    assert opens(new["key"])
    assert sandbox.get(f"api-keys/{old['id']}").json()["replacedById"] == new["id"]
    again = sandbox.post(f"api-keys/{old['id']}/rotate", {})
    assert (again.status_code, again.json()["code"]) == (409, "already_replaced")
    later(acme.sandbox, hours=2)
    assert not opens(old["key"])
    assert opens(new["key"])
    assert "key.rotated" in actions(old["id"])


def test_a_revoked_key_is_out_at_once(acme: House, api: Api) -> None:
    body = made(api)
    assert opens(body["key"])
    for _ in range(2):
        assert api.delete(f"api-keys/{body['id']}").status_code == 204
    assert not opens(body["key"])
    assert actions(body["id"]).count("key.revoked") == 1
    refused = api.patch(f"api-keys/{body['id']}", {"name": "N"})
    assert (refused.status_code, refused.json()["code"]) == (409, "key_ended")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"scopes": []}, "#/scopes"),
        ({"scopes": ["own"]}, "#/scopes/0"),
        ({"scopes": ["read", "everything"]}, "#/scopes/1"),
        ({"name": ""}, "#/name"),
        ({"expiresAt": "2001-01-01T00:00:00Z"}, "#/expiresAt"),
        ({"allowedNetworks": ["192.0.2.1", "here"]}, "#/allowedNetworks/1"),
        ({"allowedNetworks": ["192.0.2.1/24"]}, "#/allowedNetworks/0"),
    ],
)
def test_a_wrong_field_is_named(acme: House, api: Api, fields: dict[str, Any], pointer: str) -> None:
    answer = api.post("api-keys", {"name": "Shop", "scopes": ["read"]} | fields)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_nobody_climbs_by_way_of_a_key(acme: House, api: Api) -> None:
    lesser = Api(made(api, scopes=["read", "manageKeys"])["key"])
    mighty = made(api, scopes=["read", "configure"])
    assert lesser.post("api-keys", {"name": "N", "scopes": ["configure"]}).status_code == 422
    for answer in (
        lesser.post(f"api-keys/{mighty['id']}/rotate", {}),
        lesser.patch(f"api-keys/{mighty['id']}", {"allowedNetworks": []}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "beyond_you")
    assert opens(mighty["key"])
    assert lesser.delete(f"api-keys/{mighty['id']}").status_code == 204


def test_a_key_of_the_sandbox_has_no_power_over_members(acme: House, sandbox: Api) -> None:
    answer = sandbox.post("api-keys", {"name": "N", "scopes": ["manageMembers"]})
    assert answer.json()["errors"][0]["pointer"] == "#/scopes/0"


def test_pages_make_replace_and_revoke_a_key(acme: House, developer: Person) -> None:
    assert 'value="manageMembers"' not in text(developer.get("api-keys/new/"))
    page = text(developer.post("api-keys/new/", name="Shop", scopes=["read"], allowed_networks="192.0.2.1"))
    secret = re.findall(r"sk_live_[\w-]{55}", page)[0]
    row = ApiKey.objects.get(prefix=secret[:20])
    assert row.allowed_networks == ["192.0.2.1"]
    one = f"api-keys/{keyed(row)}/"
    assert secret not in text(developer.get(one))
    assert "Saved." in text(developer.post(one, name="Till", allowed_networks="", expires_at=""))
    successor = text(developer.post(f"{one}rotate/", overlap="3600"))
    assert len(set(re.findall(r"sk_live_[\w-]{55}", successor))) == 1
    row.refresh_from_db()
    assert (row.name, row.allowed_networks) == ("Till", [])
    assert row.replaced_by is not None
    assert "The key is revoked" in text(developer.post(f"{one}revoke/"))
    row.refresh_from_db()
    assert row.revoked_at is not None


def keyed(row: ApiKey) -> str:
    return public("key", row.pk)


def test_a_wrong_network_is_said_beside_its_field(acme: House, owner: Person) -> None:
    answer = owner.post("api-keys/new/", name="Shop", scopes=["read"], allowed_networks="here")
    assert answer.status_code == 422
    assert "Must be an IP address" in answer.content.decode()


def test_somebody_with_less_does_not_touch_a_key_with_more(acme: House, developer: Person) -> None:
    key, _text = keys.create(
        acme.live.environment, SYSTEM, name="Members", held=SCOPES, scopes=["manageMembers"]
    )
    assert "scopes that you do not have" in text(developer.post(f"api-keys/{keyed(key)}/rotate/"))
    key.refresh_from_db()
    assert key.replaced_by is None
