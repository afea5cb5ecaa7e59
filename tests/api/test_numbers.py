from __future__ import annotations

import pytest

from numbers.models import Assignment
from tests.cast import Api, House, moment


def test_a_number_is_bound_to_a_channel(acme: House, api: Api) -> None:
    channel = acme.live.ids["channel_id"]
    body = {"number": "+33 9 37 00 00 09", "channelId": channel, "label": "Shop"}
    made = api.post("numbers", body).json()
    assert made == {
        "id": made["id"],
        "number": "+33937000009",
        "country": "FR",
        "channelId": channel,
        "label": "Shop",
        "startsAt": made["startsAt"],
    }
    assert moment(made["startsAt"]).tzinfo is not None
    assert api.get(f"numbers/{made['id']}").json() == made
    assert api.get("numbers").json()["data"][0] == made


def test_a_short_code_has_no_country(acme: House, api: Api) -> None:
    made = api.post("numbers", {"number": "36180", "channelId": acme.live.ids["channel_id"]}).json()
    assert (made["number"], made["country"]) == ("36180", None)


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


def test_a_released_number_is_gone_and_free(acme: House, borealis: House, api: Api) -> None:
    path = f"numbers/{acme.live.ids['number_id']}"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404
    other = Api(borealis.live.key)
    body = {"number": "+33937000001", "channelId": borealis.live.ids["channel_id"]}
    assert other.post("numbers", body).status_code == 201
    assert api.get(path).status_code == 404
    assert Assignment.objects.filter(number__number="+33937000001").count() == 2
