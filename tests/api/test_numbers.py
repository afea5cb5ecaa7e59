from __future__ import annotations

import pytest

from accounts.clock import clock, stamp
from numbers.models import Assignment, Number
from tests.cast import Api, House, moment


def test_a_number_is_bound_to_a_channel(acme: House) -> None:
    channel, api = acme.sandbox.ids["channel_id"], Api(acme.sandbox.key)
    body = {"number": "+33 6 39 98 00 09", "channelId": channel, "label": "Shop"}
    made = api.post("numbers", body).json()
    assert made == {
        "id": made["id"],
        "number": "+33639980009",
        "country": "FR",
        "category": "mobile",
        "region": None,
        "capabilities": ["sms"],
        "monthlyPrice": None,
        "channelId": channel,
        "label": "Shop",
        "startsAt": made["startsAt"],
    }
    assert moment(made["startsAt"]).tzinfo is not None
    assert api.get(f"numbers/{made['id']}").json() == made
    assert api.get("numbers").json()["data"][0] == made


def test_in_live_a_number_waits_for_approval(acme: House, api: Api) -> None:
    channel = acme.live.ids["channel_id"]
    response = api.post("numbers", {"number": "36180", "channelId": channel, "purpose": "Replies"})
    asked = response.json()
    assert response.status_code == 202
    assert response["Location"] == f"/v1/number-requests/{asked['id']}"
    told = {"kind": "bring", "status": "requested", "number": "36180", "numberId": None, "country": None}
    told |= {"category": "shortCode", "channelId": channel, "purpose": "Replies", "decidedAt": None}
    assert {name: asked[name] for name in told} == told
    assert api.get(response["Location"]).json() == asked
    assert [row["number"] for row in api.get("numbers").json()["data"]] == ["+33937000001"]
    again = api.post("numbers", {"number": "36180", "channelId": channel})
    assert (again.status_code, again.json()["code"]) == (409, "number_requested")


def test_a_held_number_cannot_be_claimed(acme: House, borealis: House, api: Api) -> None:
    for number in ("+33937000001", "+33937000002"):
        response = api.post("numbers", {"number": number, "channelId": acme.live.ids["channel_id"]})
        assert (response.status_code, response.json()["code"]) == (409, "number_taken")
        assert response.json()["errors"][0]["pointer"] == "#/number"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": "0612345678"}, "#/number"),
        ({"number": 33937000009}, "#/number"),
        ({"number": "+33639980009"}, "#/number"),  # of fiction, in a live environment
        ({"number": "+33937000009\u0000"}, "#/number"),
        ({"number": "+33612345678"}, "#/number"),  # for people only
        ({"number": "+337001234567890"}, "#/number"),  # for machines only
        ({"monthlyVolume": 0}, "#/monthlyVolume"),
        ({"channelId": "chn_absent"}, "#/channelId"),
        ({"channelId": None}, "#/channelId"),
        ({"channelId": ["chn_absent"]}, "#/channelId"),
        ({"label": "x" * 81}, "#/label"),
        ({"environment": "live"}, "#/environment"),
    ],
)
def test_a_wrong_field_is_named(acme: House, api: Api, change: dict[str, object], pointer: str) -> None:
    body = {"number": "+33937000009", "channelId": acme.live.ids["channel_id"]}
    response = api.post("numbers", body | change)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_a_number_moves_to_another_channel_of_its_environment(acme: House, api: Api) -> None:
    second = {"carrier": "sandbox", "name": "Second", "credentials": {"secret": "a-long-token"}}
    other = api.post("channels", second).json()["id"]
    path = f"numbers/{acme.live.ids['number_id']}"
    changed = api.patch(path, {"channelId": other, "label": "Moved"}).json()
    assert (changed["channelId"], changed["label"]) == (other, "Moved")
    refused = api.patch(path, {"channelId": acme.sandbox.ids["channel_id"]})
    assert refused.json()["errors"][0] | {"detail": ""} == {
        "pointer": "#/channelId",
        "code": "unknown_id",
        "detail": "",
    }


def test_the_number_itself_cannot_be_changed(acme: House, api: Api) -> None:
    response = api.patch(f"numbers/{acme.live.ids['number_id']}", {"number": "+33937000008"})
    assert response.json()["errors"][0]["code"] == "unknown_field"


def test_a_text_from_before_a_move_finds_the_channel_of_then(acme: House, api: Api) -> None:
    """The old holding ends at the instant at which the new one begins."""
    second = {"carrier": "sandbox", "name": "Second", "credentials": {"secret": "a-long-token"}}
    other = api.post("channels", second).json()["id"]
    path = f"numbers/{acme.live.ids['number_id']}"
    changed = api.patch(path, {"channelId": other}).json()
    new, old = Assignment.objects.filter(number__number="+33937000001")
    assert (old.channel, old.ends_at, new.ends_at) == (acme.live.channel, new.starts_at, None)
    assert changed["startsAt"] == stamp(new.starts_at)
    renamed = api.patch(path, {"label": "Till"}).json()
    assert renamed == changed | {"label": "Till"}
    assert api.delete(path).status_code == 204
    assert not Assignment.objects.filter(number__number="+33937000001", ends_at=None).exists()


def test_a_released_number_rests(acme: House, borealis: House, api: Api) -> None:
    path = f"numbers/{acme.live.ids['number_id']}"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404
    other = Api(borealis.live.key)
    body = {"number": "+33937000001", "channelId": borealis.live.ids["channel_id"]}
    held = other.post("numbers", body | {"number": "+33937000002"}).json()
    aging = other.post("numbers", body).json()
    assert aging["code"] == "number_taken"
    assert (aging["detail"], aging["errors"]) == (held["detail"], held["errors"])  # which tells nothing
    Number.objects.update(aging_until=clock())
    assert other.post("numbers", body).status_code == 202


def test_a_number_that_rests_comes_back_to_its_holder(acme: House, api: Api) -> None:
    api.delete(f"numbers/{acme.live.ids['number_id']}")
    body = {"number": "+33937000001", "channelId": acme.live.ids["channel_id"]}
    assert api.post("numbers", {"number": "+33937000001"}).json()["errors"][0]["pointer"] == "#/channelId"
    back = api.post("numbers", body)
    assert (back.status_code, back.json()["id"]) == (201, acme.live.ids["number_id"])
    assert Number.objects.get(number="+33937000001").aging_until is None


def test_fiction_does_not_age(acme: House, borealis: House) -> None:
    Api(acme.sandbox.key).delete(f"numbers/{acme.sandbox.ids['number_id']}")
    body = {"number": "+33639980001", "channelId": borealis.sandbox.ids["channel_id"]}
    assert Api(borealis.sandbox.key).post("numbers", body).status_code == 201
