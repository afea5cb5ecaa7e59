"""Whatever a client sends as a body, the answer is clear and nothing breaks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.parsers import MAX_BODY
from routing.models import Route
from tests.cast import URL, Api, House


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"not json",
        b'{"name": "a", "name": "b"}',
        b'{"conditions": [{"field": "a", "field": "b"}]}',
        b'{"position": NaN}',
        b'{"position": Infinity}',
        b'{"position": 1e999}',
        b'{"position": ' + b"9" * 5000 + b"}",
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"name": "\xff"}',
        '{"name": "x"}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"conditions":' * 20 + b"1" + b"}" * 20,
        b"\x00",
        b" ",
    ],
)
def test_what_is_no_clean_json_is_refused(acme: House, api: Api, raw: bytes) -> None:
    response = api("POST", "routes", raw)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_json")
    assert Route.objects.filter(environment=acme.live.environment).count() == 1


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"5", b"null", b"true", b"[{}]"])
def test_the_body_is_an_object(api: Api, raw: bytes) -> None:
    response = api("POST", "routes", raw)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#"


def test_a_body_has_a_size(acme: House, api: Api) -> None:
    empty = len(json.dumps({"name": ""}))
    full = api("POST", "routes", json.dumps({"name": "x" * (MAX_BODY - empty)}).encode())
    assert (full.status_code, full.json()["errors"][0]["code"]) == (422, "max_length")
    over = api("POST", "routes", json.dumps({"name": "x" * (MAX_BODY - empty + 1)}).encode())
    assert (over.status_code, over.json()["code"]) == (413, "body_too_large")


def test_chunks_are_not_taken_for_an_empty_body(api: Api) -> None:
    response = api("PATCH", "routes/absent", **{"Transfer-Encoding": "chunked"})
    assert response.status_code == 404
    response = api("POST", "routes", **{"Transfer-Encoding": "chunked"})
    assert (response.status_code, response.json()["code"]) == (411, "length_required")


def test_a_pointer_is_escaped_and_short(api: Api) -> None:
    response = api.post("routes", {"name": "R", "action": "drop", "a/b~c": 1, "x" * 5000: 2})
    pointers = [error["pointer"] for error in response.json()["errors"]]
    assert pointers == ["#/a~1b~0c", "#/" + "x" * 100]


#: A good body for each call that reads one; the ids are filled in from the cast.
GOOD: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "channels"): {"carrier": "sandbox", "name": "C", "credentials": {"secret": "a-long-token"}},
    ("PATCH", "channels/{channel_id}"): {"name": "C"},
    ("POST", "numbers"): {"number": "+33937000009", "channelId": "{channel_id}", "label": "L"},
    ("PATCH", "numbers/{number_id}"): {"channelId": "{channel_id}", "label": "L"},
    ("POST", "number-requests"): {"country": "FR", "purpose": "Appointments", "monthlyVolume": 500},
    ("POST", "number-requests/{number_request_id}/documents"): {
        "name": "Bill",
        "contentType": "application/pdf",
        "content": "JVBERi0xLjc=",
    },
    ("POST", "endpoints"): {"kind": "webhook", "url": URL, "description": "D", "isDefault": True},
    ("PATCH", "endpoints/{endpoint_id}"): {"url": URL, "description": "D", "disabled": True},
    ("POST", "routes"): {"name": "R", "position": 1, "action": "deliver", "endpointIds": ["{endpoint_id}"]},
    ("PATCH", "routes/{route_id}"): {"name": "R", "conditions": [], "routingTag": "t"},
    ("POST", "deliveries/{delivery_id}/replay"): {},
}
#: Values that each have broken somebody's API, and words that get past the first checks of ours.
SPICE = st.sampled_from(
    [
        *(
            "",
            "\x00",
            "é" * 81,
            "deliver",
            "drop",
            "webhook",
            "twilio",
            "generic",
            "content",
            "in",
            "matches",
            "(?=a)",
        ),
        *(
            "http://[::1",
            "https://\u2028/",
            "https://a:99999/",
            "//",
            "https://xn--a/",
            "+33937000009",
            "٣٣٣٣",
        ),
        *(0, -1, 2**31, 2**63, 2**70, 0.5, True, None),
    ]
)
scalars = SPICE | st.none() | st.booleans() | st.integers() | st.floats() | st.text()
conditions = st.fixed_dictionaries(
    {}, optional={"field": scalars, "operator": scalars, "value": scalars | st.lists(scalars, max_size=3)}
)
values = st.recursive(
    scalars | conditions,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, ids) for name, item in value.items()}
    return ids[value[1:-1]] if isinstance(value, str) and value[1:-1] in ids else value


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=st.sampled_from(sorted(GOOD)), data=st.data())
def test_no_body_breaks_anything(acme: House, api: Api, call: tuple[str, str], data: st.DataObject) -> None:
    (method, path), ids = call, acme.live.ids
    strange = data.draw(
        st.dictionaries(st.sampled_from([*GOOD[call], "conditions", "x"]), values, max_size=2)
    )
    body = filled(GOOD[call], ids) | strange
    with transaction.atomic():
        response = api(method, path.format(**ids), json.dumps(body).encode())
        transaction.set_rollback(True)
    assert response.status_code in {200, 201, 202, 400, 409, 422}, response.content
    if response.status_code >= 400:
        problem = response.json()
        assert problem["status"] == response.status_code
        assert response.status_code != 422 or problem["errors"]
    else:
        assert not strange or "x" not in strange


@pytest.mark.parametrize("call", sorted(GOOD))
def test_the_good_bodies_are_good(acme: House, api: Api, call: tuple[str, str]) -> None:
    method, path = call
    response = api(method, path.format(**acme.live.ids), filled(GOOD[call], acme.live.ids))
    assert response.status_code in {200, 201, 202}, response.content


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200))
def test_no_bytes_break_anything(acme: House, api: Api, raw: bytes) -> None:
    assert api("POST", "routes", raw).status_code in {400, 422}
    assert api("PATCH", f"numbers/{acme.live.ids['number_id']}", raw).status_code in {200, 400, 422}
