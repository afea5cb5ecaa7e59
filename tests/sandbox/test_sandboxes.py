"""Several sandboxes a tenant: made with a key, listed, renamed, deleted; each knows nothing of the others."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

from accounts import keys
from accounts.audit import SYSTEM
from accounts.models import AuditEntry, Environment
from accounts.roles import SCOPES
from tests.cast import Api, House


@pytest.fixture
def sandbox(acme: House) -> Api:
    return Api(acme.sandbox.key)


def made(api: Api, name: str = "Pipeline", **fields: Any) -> dict[str, Any]:
    answer = api.post("sandboxes", {"name": name, **fields})
    assert answer.status_code == 201, answer.content
    created: dict[str, Any] = answer.json()
    return created


def names(api: Api) -> list[str]:
    return sorted(one["name"] for one in api.get("sandboxes").json()["data"])


def test_a_new_one_comes_with_a_key_that_opens_it_and_nothing_else(acme: House, sandbox: Api) -> None:
    new = made(sandbox)
    assert new["apiKey"]["key"].startswith("sk_test_")
    own = Api(new["apiKey"]["key"])
    assert [(one["name"], one["current"]) for one in own.get("sandboxes").json()["data"]] == [
        ("Pipeline", True),
        ("Sandbox", False),
    ]
    assert own.get("messages").json()["data"] == []
    assert own.get(f"messages/{acme.sandbox.ids['message_id']}").status_code == 404
    assert sandbox.get("messages").json()["data"] != []


def test_its_key_may_do_no_more_than_its_maker(acme: House) -> None:
    scopes = ["read", "manageSandboxes"]
    _key, text = keys.create(acme.sandbox.environment, SYSTEM, name="Few", held=SCOPES, scopes=scopes)
    few = Api(text)
    assert made(few)["apiKey"]["scopes"] == scopes
    assert made(few, "Less", scopes=["read"])["apiKey"]["scopes"] == ["read"]
    more = few.post("sandboxes", {"name": "More", "scopes": ["read", "configure"]})
    assert more.status_code == 422
    assert [error["pointer"] for error in more.json()["errors"]] == ["#/scopes/1"]
    assert names(few) == ["Less", "Pipeline", "Sandbox"]


def test_a_name_is_taken_once(sandbox: Api) -> None:
    id = made(sandbox)["id"]
    for answer in (
        sandbox.post("sandboxes", {"name": " Pipeline "}),
        sandbox.post("sandboxes", {"name": "Live"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert sandbox.patch(f"sandboxes/{id}", {"name": "Sandbox"}).status_code == 409
    assert sandbox.patch(f"sandboxes/{id}", {"name": "Nightly"}).json()["name"] == "Nightly"
    assert made(sandbox)["name"] == "Pipeline"
    assert sandbox.post("sandboxes", {"name": "  "}).status_code == 422


def test_there_is_a_bound_to_how_many(sandbox: Api, settings: LazySettings) -> None:
    settings.SANDBOXES_PER_TENANT = 2
    id = made(sandbox)["id"]
    full = sandbox.post("sandboxes", {"name": "Third"})
    assert (full.status_code, full.json()["code"]) == (409, "too_many_sandboxes")
    assert sandbox.delete(f"sandboxes/{id}").status_code == 204
    made(sandbox, "Third")


def test_a_deleted_one_is_gone_with_its_keys(acme: House, sandbox: Api) -> None:
    new = made(sandbox)
    own = Api(new["apiKey"]["key"])
    own.post("endpoints", {"kind": "polling"})
    assert sandbox.delete(f"sandboxes/{new['id']}").status_code == 204
    assert own.get("messages").status_code == 401
    assert sandbox.get(f"sandboxes/{new['id']}").status_code == 404
    assert names(sandbox) == ["Sandbox"]
    deleted = Environment.objects.get(tenant=acme.tenant, name="Pipeline")
    assert (deleted.emptying_since, deleted.endpoints.filter(deleted_at=None).count()) == (None, 0)
    made(sandbox)  # its name is free again


def test_the_last_one_stays(acme: House, sandbox: Api) -> None:
    refused = sandbox.delete(f"sandboxes/{acme.sandbox.ids['env_id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_sandbox")
    assert sandbox.get("messages").status_code == 200


def test_live_is_no_sandbox_and_others_are_absent(acme: House, borealis: House, sandbox: Api) -> None:
    before = Environment.objects.order_by("pk").values_list("name", "deleted_at", "emptying_since")
    for side in (acme.live, borealis.live, borealis.sandbox):
        path = f"sandboxes/{side.ids['env_id']}"
        answers = [
            sandbox.get(path),
            sandbox.patch(path, {"name": "Mine"}),
            sandbox.delete(path),
            sandbox.post(f"{path}/reset"),
        ]
        assert {answer.status_code for answer in answers} == {404}
    assert list(
        Environment.objects.order_by("pk").values_list("name", "deleted_at", "emptying_since")
    ) == list(before)


@pytest.mark.parametrize("path", ["sandboxes", "sandbox/clock"])
def test_a_key_of_live_is_told_so_and_the_trail_remembers(acme: House, path: str) -> None:
    for method, body in (("GET", None), ("POST", {"name": "Mine"})):
        answer = Api(acme.live.key)(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "sandbox_only")
    entries = AuditEntry.objects.filter(action="wall.refused", environment=acme.live.environment)
    assert [entry.after for entry in entries] == [{"code": "sandbox_only"}] * 2
    assert {entry.actor_id for entry in entries} == {acme.live.environment.keys.get().pk}
    assert acme.tenant.environments.count() == 2


def test_what_happens_to_sandboxes_is_in_the_trail_of_the_organisation(acme: House, sandbox: Api) -> None:
    id = made(sandbox)["id"]
    sandbox.patch(f"sandboxes/{id}", {"name": "Nightly"})
    sandbox.delete(f"sandboxes/{id}")
    entries = AuditEntry.objects.filter(tenant=acme.tenant, environment=None, action__startswith="sandbox.")
    told = [(one.action, one.before, one.after) for one in entries.order_by("pk")]
    assert told == [
        ("sandbox.created", None, {"name": "Pipeline"}),
        ("sandbox.renamed", {"name": "Pipeline"}, {"name": "Nightly"}),
        ("sandbox.deleted", None, None),
    ]
