"""Asking for a number: what must be said, what an operator decides, and what a sandbox decides at once."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from accounts.audit import SYSTEM, Actor
from accounts.errors import Conflict, Invalid
from accounts.ids import parse, public
from accounts.models import AuditEntry
from numbers import requests, services
from numbers.models import Number, NumberDocument, NumberRequest
from tests.cast import Api, House

OPERATOR = Actor("operator")
NUMBER = "+33938000001"
ASKED: dict[str, Any] = {"country": "FR", "purpose": "Appointments", "monthlyVolume": 500}
PDF = b"%PDF-1.7 the proof"


@pytest.fixture
def pooled(acme: House) -> Number:
    """A free number of the operator's pool."""
    channel = services.create_channel(None, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24})
    return Number.objects.create(
        number=NUMBER,
        country="FR",
        category="platform",
        channel=channel,
        created_at=acme.tenant.created_at,
        monthly_price=150,
        currency="EUR",
    )


@pytest.fixture
def sandbox(acme: House) -> Api:
    return Api(acme.sandbox.key)


def stored(asked: dict[str, Any]) -> NumberRequest:
    id = parse("number_request", asked["id"])
    assert id is not None
    return NumberRequest.objects.get(pk=id)


def document(file: bytes = PDF, **changes: Any) -> dict[str, Any]:
    proof = {"name": "Bill.pdf", "contentType": "application/pdf", "content": b64encode(file).decode()}
    return proof | changes


def test_a_request_waits_and_is_approved(acme: House, api: Api, pooled: Number) -> None:
    response = api.post("number-requests", ASKED | {"number": "+33 9 38 00 00 01", "label": "Front"})
    asked = response.json()
    assert (response.status_code, response["Location"]) == (201, f"/v1/number-requests/{asked['id']}")
    told: dict[str, Any] = {"kind": "pool", "status": "requested", "number": NUMBER, "numberId": None}
    told |= {"country": "FR", "category": "platform", "monthlyVolume": 500, "documents": []}
    told |= {"channelId": None, "note": None}
    assert {name: asked[name] for name in told} == told
    assert api.get("number-requests").json()["data"][0] == asked
    requests.approve(stored(asked), Actor("operator", acme.users["owner"].pk), note="Welcome")
    approved = api.get(response["Location"]).json()
    assert (approved["status"], approved["note"]) == ("approved", "Welcome")
    assert approved["decidedAt"] > approved["createdAt"]
    held = api.get(f"numbers/{approved['numberId']}").json()
    assert (held["number"], held["label"], held["channelId"]) == (NUMBER, "Front", None)
    assert stored(asked).decided_by == acme.users["owner"]


def test_the_operator_chooses_where_the_tenant_did_not(api: Api, pooled: Number) -> None:
    asked = stored(api.post("number-requests", ASKED).json())
    for number, code in (("", "required"), ("+33938000009", "not_in_pool"), ("nonsense", "number_invalid")):
        with pytest.raises(Invalid, match=code):
            requests.approve(asked, OPERATOR, number=number)
    with pytest.raises(Invalid, match="not_in_pool"):  # Acme's own
        requests.approve(asked, OPERATOR, number="+33937000001")
    assert requests.approve(asked, OPERATOR, number=NUMBER).asked_number == NUMBER


def test_a_brought_number_is_bound_on_approval(acme: House, api: Api) -> None:
    body = {"number": "+33938000005", "channelId": acme.live.ids["channel_id"], "label": "Old"}
    asked = api.post("numbers", body).json()
    approved = requests.approve(stored(asked), OPERATOR)
    assert approved.assignment is not None
    assert approved.assignment.channel == acme.live.channel
    assert api.get("numbers").json()["data"][0]["channelId"] == acme.live.ids["channel_id"]


def test_approval_looks_at_everything_again(acme: House, borealis: House, api: Api, pooled: Number) -> None:
    asked = api.post("number-requests", ASKED | {"number": NUMBER}).json()
    theirs = Api(borealis.live.key).post("number-requests", ASKED | {"number": NUMBER}).json()
    requests.approve(stored(theirs), OPERATOR)
    with pytest.raises(Conflict, match="number_taken"):
        requests.approve(stored(asked), OPERATOR)
    second = {"carrier": "sandbox", "credentials": {"secret": "a-long-token"}}
    channel = api.post("channels", second).json()["id"]
    brought = api.post("numbers", {"number": "+33938000005", "channelId": channel}).json()
    api.delete(f"channels/{channel}")
    with pytest.raises(Conflict, match="channel_deleted"):
        requests.approve(stored(brought), OPERATOR)
    assert {stored(asked).status, stored(brought).status} == {"requested"}


def test_a_refusal_says_why(api: Api) -> None:
    asked = api.post("number-requests", ASKED).json()
    with pytest.raises(Invalid):
        requests.refuse(stored(asked), OPERATOR, note=" ")
    requests.refuse(stored(asked), OPERATOR, note="The proof is missing.")
    told = api.get(f"number-requests/{asked['id']}").json()
    assert (told["status"], told["note"]) == ("refused", "The proof is missing.")
    with pytest.raises(Conflict, match="request_decided"):
        requests.approve(stored(asked), OPERATOR)


def test_a_tenant_may_think_better_of_it(acme: House, api: Api) -> None:
    body = {"number": "+33938000005", "channelId": acme.live.ids["channel_id"]}
    asked = api.post("numbers", body).json()
    path = f"number-requests/{asked['id']}"
    assert api.delete(path).status_code == 204
    assert api.get(path).json()["status"] == "cancelled"
    assert (api.delete(path).status_code, api.delete(path).json()["code"]) == (409, "request_decided")
    assert api.post(f"{path}/documents", document()).json()["code"] == "request_decided"
    assert api.post("numbers", body).status_code == 202  # and better still


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"purpose": " "}, "#/purpose"),
        ({"purpose": "x" * 1001}, "#/purpose"),
        ({"monthlyVolume": None}, "#/monthlyVolume"),
        ({"monthlyVolume": 0}, "#/monthlyVolume"),
        ({"monthlyVolume": "500"}, "#/monthlyVolume"),
        ({"country": "XX"}, "#/country"),
        ({"country": "France"}, "#/country"),
        ({"category": "golden"}, "#/category"),
        ({"number": "0938000001"}, "#/number"),
        ({"number": "+33612345678"}, "#/number"),
        ({"number": "+33639980009"}, "#/number"),
        ({"status": "approved"}, "#/status"),
    ],
)
def test_a_wrong_field_is_named(api: Api, change: dict[str, object], pointer: str) -> None:
    response = api.post("number-requests", ASKED | change)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_all_that_is_missing_is_named(acme: House, api: Api) -> None:
    response = api.post("number-requests", {"channelId": acme.live.ids["channel_id"]})
    assert [error["pointer"] for error in response.json()["errors"]] == [
        "#/purpose",
        "#/monthlyVolume",
        "#/country",
        "#/channelId",
    ]


def test_a_number_that_is_not_available_cannot_be_asked_for(api: Api, pooled: Number) -> None:
    for number in ("+33938000009", "+33937000001"):
        response = api.post("number-requests", ASKED | {"number": number})
        assert (response.status_code, response.json()["code"]) == (409, "number_taken")
    assert api.post("number-requests", ASKED | {"number": NUMBER}).status_code == 201
    assert api.post("number-requests", ASKED | {"number": NUMBER}).json()["code"] == "number_requested"


def test_so_many_requests_wait_at_most(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MAX_WAITING", 2)  # the cast has one
    assert api.post("number-requests", ASKED).status_code == 201
    refused = api.post("number-requests", ASKED)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_requests_wait")


def test_documents_are_kept_sealed(acme: House, api: Api) -> None:
    path = f"number-requests/{acme.live.ids['number_request_id']}"
    response = api.post(f"{path}/documents", document())
    added = response.json()
    assert response.status_code == 201
    assert added == {
        "id": added["id"],
        "name": "Bill.pdf",
        "contentType": "application/pdf",
        "size": len(PDF),
        "createdAt": added["createdAt"],
    }
    assert api.get(path).json()["documents"] == [added]
    kept = NumberDocument.objects.get()
    assert PDF not in bytes(kept.sealed_content or b"")
    assert kept.content() == PDF
    entry = AuditEntry.objects.get(action="number_document.added")
    assert "Bill" not in str(entry.after)
    NumberDocument.objects.update(sealed_content=None, name="")
    assert NumberDocument.objects.get().content() is None


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"content": "%PDF"}, "#/content"),
        ({"content": 5}, "#/content"),
        ({"content": ""}, "#/content"),
        ({"content": b64encode(b"GIF89a").decode()}, "#/content"),
        ({"contentType": "image/png"}, "#/content"),
        ({"contentType": "text/html"}, "#/contentType"),
        ({"name": ""}, "#/name"),
        ({"name": "x" * 121}, "#/name"),
        ({"content": b64encode(PDF.ljust(requests.MAX_DOCUMENT + 1)).decode()}, "#/content"),
    ],
)
def test_a_wrong_document_is_refused(acme: House, api: Api, changes: dict[str, Any], pointer: str) -> None:
    path = f"number-requests/{acme.live.ids['number_request_id']}/documents"
    response = api.post(path, document(**changes))
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("content_type", "content"),
    [("image/png", b"\x89PNG\r\n\x1a\n"), ("image/jpeg", b"\xff\xd8\xff\xe0")],
)
def test_pictures_are_documents_too(acme: House, api: Api, content_type: str, content: bytes) -> None:
    path = f"number-requests/{acme.live.ids['number_request_id']}/documents"
    assert api.post(path, document(content, contentType=content_type)).status_code == 201


def test_a_document_may_be_large_and_there_may_be_ten(acme: House, api: Api) -> None:
    path = f"number-requests/{acme.live.ids['number_request_id']}/documents"
    assert api.post(path, document(PDF.ljust(requests.MAX_DOCUMENT))).status_code == 201
    for _ in range(9):
        assert api.post(path, document()).status_code == 201
    assert api.post(path, document()).json()["code"] == "too_many_documents"
    over = api.post(path, document(PDF.ljust(7_000_000)))
    assert (over.status_code, over.json()["code"]) == (413, "body_too_large")


def test_a_sandbox_decides_at_once(acme: House, sandbox: Api) -> None:
    response = sandbox.post("number-requests", {})
    asked = response.json()
    assert (response.status_code, asked["status"]) == (201, "approved")
    assert sandbox.get(f"numbers/{asked['numberId']}").json()["channelId"] == acme.sandbox.ids["channel_id"]
    named = sandbox.post("number-requests", {"number": "+33639980077", "label": "Mine"}).json()
    assert (named["number"], named["label"], named["status"]) == ("+33639980077", "Mine", "approved")
    british = sandbox.post("number-requests", {"country": "GB"}).json()
    assert british["number"].startswith("+44")
    assert sandbox.post("number-requests", {"number": "+33639980077"}).json()["code"] == "number_taken"
    assert sandbox.post("number-requests", {"country": "BE"}).json()["code"] == "none_available"
    assert sandbox.post("number-requests", {"number": NUMBER}).json()["errors"][0]["pointer"] == "#/number"


def test_a_sandbox_with_several_channels_names_one(acme: House, sandbox: Api) -> None:
    second = {"carrier": "sandbox", "credentials": {"secret": "a-long-token"}}
    other = sandbox.post("channels", second).json()["id"]
    assert sandbox.post("number-requests", {}).json()["errors"][0]["pointer"] == "#/channelId"
    asked = sandbox.post("number-requests", {"channelId": other}).json()
    assert (asked["channelId"], asked["status"]) == (other, "approved")


def test_each_step_is_in_the_trail(acme: House, api: Api, pooled: Number) -> None:
    asked = api.post("number-requests", ASKED | {"number": NUMBER}).json()
    requests.approve(stored(asked), OPERATOR)
    entries = AuditEntry.objects.filter(environment=acme.live.environment).order_by("-pk")
    assert [(e.action, e.actor_kind) for e in entries[:3]][::-1] == [
        ("number_request.created", "key"),
        ("number.assigned", "operator"),
        ("number_request.approved", "operator"),
    ]
    assert "Appointments" not in str([entry.after for entry in entries])
    assert entries[0].target_id == stored(asked).pk
    assert public("number_request", stored(asked).pk) == asked["id"]
