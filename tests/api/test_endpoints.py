from __future__ import annotations

import pytest

from delivery.models import Delivery, Endpoint
from tests.cast import URL, Api, House, store_delivery


def test_the_secret_is_shown_once(acme: House, api: Api) -> None:
    response = api.post("endpoints", {"kind": "webhook", "url": URL, "description": "Billing"})
    assert response.status_code == 201
    made = response.json()
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["description"], made["isDefault"], made["disabled"]) == (
        URL,
        "Billing",
        False,
        False,
    )
    shown = api.get(f"endpoints/{made['id']}")
    assert shown.json() == {name: made[name] for name in made if name not in {"secret", "warnings"}}
    for answer in (shown, api.get("endpoints"), api.patch(f"endpoints/{made['id']}", {"description": "B"})):
        assert made["secret"] not in answer.content.decode()


def test_a_name_that_does_not_resolve_is_a_warning(api: Api) -> None:
    response = api.post("endpoints", {"kind": "webhook", "url": "https://gone.invalid/hook"})
    assert response.status_code == 201
    assert len(response.json()["warnings"]) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "webhook"}, "#/url"),
        ({"url": URL}, "#/kind"),
        ({"kind": "pigeon", "url": URL}, "#/kind"),
        ({"kind": ["webhook"], "url": URL}, "#/kind"),
        ({"kind": "webhook", "url": "https://10.0.0.1/hook"}, "#/url"),
        ({"kind": "webhook", "url": "https://169.254.169.254/latest"}, "#/url"),
        ({"kind": "webhook", "url": "ftp://127.0.0.1/"}, "#/url"),
        ({"kind": "webhook", "url": "https://u:p@example.com/"}, "#/url"),
        ({"kind": "webhook", "url": "https://example.com/" + "x" * 2000}, "#/url"),
        ({"kind": "webhook", "url": URL, "isDefault": "yes"}, "#/isDefault"),
        ({"kind": "webhook", "url": URL, "disabled": True}, "#/disabled"),
        ({"kind": "webhook", "url": URL, "secret": "whsec_mine"}, "#/secret"),
        ({"kind": "webhook", "url": URL, "version": 9}, "#/version"),
        ({"kind": "webhook", "url": URL, "signsWith": "v2"}, "#/signsWith"),
        ({"kind": "webhook", "url": URL, "policy": None}, "#/policy"),
        ({"kind": "webhook", "url": URL, "policy": 5}, "#/policy"),
        ({"kind": "webhook", "url": URL, "policy": {"deadlineSeconds": 31}}, "#/policy/deadlineSeconds"),
        (
            {"kind": "webhook", "url": URL, "policy": {"retry": {"delaysSeconds": [0]}}},
            "#/policy/retry/delaysSeconds/0",
        ),
    ],
)
def test_a_wrong_field_is_named(api: Api, body: object, pointer: str) -> None:
    before = Endpoint.objects.count()
    response = api.post("endpoints", body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert Endpoint.objects.count() == before


def test_the_default_moves(acme: House, api: Api) -> None:
    first = api.post("endpoints", {"kind": "webhook", "url": URL, "isDefault": True}).json()["id"]
    second = acme.live.ids["endpoint_id"]
    assert api.patch(f"endpoints/{second}", {"isDefault": True}).json()["isDefault"] is True
    assert api.get(f"endpoints/{first}").json()["isDefault"] is False


def test_a_disabled_endpoint_holds_what_waits(acme: House, api: Api) -> None:
    waiting = store_delivery(acme.live.message, acme.live.endpoint, Delivery.State.PENDING)
    path = f"endpoints/{acme.live.ids['endpoint_id']}"
    for disabled, state in ((True, "held"), (False, "pending")):
        assert api.patch(path, {"disabled": disabled}).json()["disabled"] is disabled
        waiting.refresh_from_db()
        assert waiting.state == state


def test_a_refused_change_changes_nothing(acme: House, api: Api) -> None:
    path = f"endpoints/{acme.live.ids['endpoint_id']}"
    response = api.patch(path, {"url": "https://10.0.0.1/", "description": "New"})
    assert response.status_code == 422
    assert api.get(path).json()["description"] == "Orders"


def test_an_endpoint_in_a_route_cannot_be_deleted(acme: House, api: Api) -> None:
    path = f"endpoints/{acme.live.ids['endpoint_id']}"
    response = api.delete(path)
    assert (response.status_code, response.json()["code"]) == (409, "endpoint_in_use")
    api.delete(f"routes/{acme.live.ids['route_id']}")
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.patch(path, {}).status_code == 404


def test_a_policy_shows_when_its_tries_come(api: Api) -> None:
    made = api.post(
        "endpoints", {"kind": "webhook", "url": URL, "policy": {"retry": {"delaysSeconds": [5, 60]}}}
    )
    assert made.json()["triesAfterSeconds"] == [0, 5, 65]
    path = f"endpoints/{made.json()['id']}"
    changed = api.patch(path, {"policy": {"deadlineSeconds": 3, "deliverWithinSeconds": 600}})
    assert changed.json()["policy"] == {"deadlineSeconds": 3, "deliverWithinSeconds": 600}
    assert changed.json()["triesAfterSeconds"][-1] == 99305
    refused = api.patch(path, {"policy": {"onFailure": {"4xx": "never"}}})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/policy/onFailure/4xx"]
    assert api.get(path).json()["policy"] == {"deadlineSeconds": 3, "deliverWithinSeconds": 600}


def test_another_endpoint_can_stand_in(acme: House, borealis: House, api: Api) -> None:
    path, own = f"endpoints/{acme.live.ids['endpoint_id']}", acme.live.ids["endpoint_id"]
    other = api.post("endpoints", {"kind": "webhook", "url": URL}).json()["id"]
    assert api.patch(path, {"failoverId": other}).json()["failoverId"] == other
    assert api.patch(path, {"failoverId": None}).json()["failoverId"] is None
    for wrong in (own, borealis.live.ids["endpoint_id"], "ep_nonsense"):
        refused = api.patch(path, {"failoverId": wrong})
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.json()["errors"]] == ["#/failoverId"]
