"""An id of another environment of the organisation is answered as an absent one, and its naming is on the trail."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import ids, walls
from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from numbers import services as numbers
from sandbox import crossings
from tests.cast import Api, House, Side
from tests.dashboard.browse import Person, text
from tests.test_access_matrix import absent


def told(side: Side) -> list[dict[str, Any]]:
    rows = AuditEntry.objects.filter(action=walls.REFUSED, environment=side.environment)
    return [row.after or {} for row in rows.order_by("pk")]


def test_each_noun_has_a_home_or_says_why_not() -> None:
    assert crossings.HOMES.keys() | crossings.HOMELESS.keys() == ids.PREFIXES.keys()
    assert crossings.HOMES.keys() & crossings.HOMELESS.keys() == set()


@pytest.mark.parametrize(("own", "other"), [("live", "sandbox"), ("sandbox", "live")])
def test_path_body_and_filter_are_told(acme: House, own: str, other: str) -> None:
    side: Side = getattr(acme, own)
    foreign: Side = getattr(acme, other)
    api, message, endpoint = Api(side.key), foreign.ids["message_id"], foreign.ids["endpoint_id"]
    assert api.get(f"messages/{message}").status_code == 404
    assert (
        api.post("routes", {"name": "R", "endpointIds": [side.ids["endpoint_id"], endpoint]}).status_code
        == 422
    )
    assert api.get(f"deliveries?endpointId={endpoint}").json()["data"] == []
    assert told(side) == [
        {"code": "not_found", "ids": [message]},
        {"code": "unknown_id", "ids": [endpoint]},
        {"code": "unknown_id", "ids": [endpoint]},
    ]
    assert told(foreign) == []
    entry = AuditEntry.objects.filter(action=walls.REFUSED).earliest("pk")
    assert (entry.actor_kind, entry.target_id, entry.address) == ("key", None, "127.0.0.1")


def test_what_others_or_nobody_has_is_not_told(acme: House, borealis: House) -> None:
    api = Api(acme.live.key)
    for name in ("message_id", "endpoint_id", "number_id", "secret_id"):
        for id in (borealis.live.ids[name], borealis.sandbox.ids[name], absent(name), "msg_x", "%00"):
            api.get(f"messages/{id}")
            api.get(f"numbers/{id}")
            api.get(f"deliveries?endpointId={id}")
            api.post("routes", {"name": "R", "endpointIds": [id]})
    assert told(acme.live) == told(borealis.live) == told(borealis.sandbox) == []


def test_anothers_id_takes_the_statements_that_an_absent_one_takes(acme: House, borealis: House) -> None:
    api = Api(acme.live.key)

    def asked(id: str) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            assert api.get(f"messages/{id}").status_code == 404
        return [one["sql"].replace(str(ids.parse("message", id)), "") for one in seen.captured_queries]

    asked(absent("message_id"))  # what is done once
    theirs, nobodys = asked(borealis.live.ids["message_id"]), asked(absent("message_id"))
    assert len(theirs) == len(nobodys)
    assert (
        len(asked(acme.live.ids["message_id"].replace("msg_", "msg_x"))) == len(nobodys) - 2
    )  # no id at all


def test_what_is_found_costs_nothing_more(acme: House) -> None:
    api = Api(acme.live.key)
    path = f"endpoints/{acme.live.ids['endpoint_id']}"
    api.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert api.get(path).status_code == 200
    assert sum('FROM "delivery_endpoint"' in one["sql"] for one in seen.captured_queries) == 1


def test_ten_thousand_tries_are_no_ten_thousand_entries(acme: House) -> None:
    api, message = Api(acme.sandbox.key), acme.live.ids["message_id"]
    for _time in range(walls.MOST_A_MINUTE + 5):
        api.get(f"messages/{message}")
    assert len(told(acme.sandbox)) == walls.MOST_A_MINUTE
    Person(acme.users["owner"], acme.sandbox).get(f"messages/{message}/")  # somebody else is told of still
    assert len(told(acme.sandbox)) == walls.MOST_A_MINUTE + 1


def test_pages_are_told_of_too(acme: House) -> None:
    own, other = acme.sandbox, acme.live
    page = Person(acme.users["owner"], own)
    assert page.get(f"messages/{other.ids['message_id']}/").status_code == 404
    page.post("routes/new/", name="R", action="deliver", endpoints=[other.ids["endpoint_id"]])
    page.post("deliveries/replay/", delivery=[own.ids["delivery_id"], other.ids["delivery_id"]])
    assert told(own) == [
        {"code": "not_found", "ids": [other.ids["message_id"]]},
        {"code": "unknown_id", "ids": [other.ids["endpoint_id"]]},
        {"code": "unknown_id", "ids": [other.ids["delivery_id"]]},
    ]
    assert told(other) == []


FILTERS = {
    "audit/": ("target", "endpoint_id"),
    "replays/new/": ("endpoint", "endpoint_id"),
    "numbers/new/": ("channel", "channel_id"),
}


@pytest.mark.parametrize(("own", "other"), [("live", "sandbox"), ("sandbox", "live")])
@pytest.mark.parametrize("path", FILTERS)
def test_what_a_page_is_narrowed_by_is_told(acme: House, path: str, own: str, other: str) -> None:
    (name, noun), side, foreign = FILTERS[path], getattr(acme, own), getattr(acme, other)
    page = Person(acme.users["owner"], side)
    text(page.get(path, **{name: side.ids[noun]}))
    assert told(side) == []
    text(page.get(path, **{name: foreign.ids[noun]}))
    assert told(side) == [{"code": "unknown_id", "ids": [foreign.ids[noun]]}]
    assert told(foreign) == []


def test_a_place_in_a_list_and_who_did_something_may_be_of_others(acme: House, borealis: House) -> None:
    page = Person(acme.users["owner"], acme.sandbox)
    text(page.get("messages/", before=acme.live.ids["message_id"]))
    text(page.get("audit/", actor=acme.live.ids["key_id"]))
    text(page.get("audit/", target=borealis.live.ids["endpoint_id"]))
    text(page.get("audit/", target=absent("endpoint_id")))
    assert told(acme.sandbox) == []


def test_forms_of_sandboxes_are_told_of_in_live(acme: House) -> None:
    page = Person(acme.users["owner"], acme.live)
    assert page.get("simulator/").status_code == page.post("simulator/").status_code == 404
    assert told(acme.live) == [{"code": "sandbox_only"}]


def test_simulating_to_a_number_beyond_the_wall_is_told(acme: House, borealis: House) -> None:
    api, said = Api(acme.sandbox.key), {"senderId": "Bank", "content": "Spoofed"}
    beyond = [acme.live.assignment.number.number, borealis.live.assignment.number.number, "+33612345678"]
    for number in beyond:
        assert api.post("sandbox/messages", said | {"numberUsed": number}).status_code == 422
    for number in (borealis.sandbox.assignment.number.number, "+33639989999", "nonsense"):
        assert api.post("sandbox/messages", said | {"numberUsed": number}).status_code == 422
    assert told(acme.sandbox) == [{"code": "unknown_number"}] * 3
    page = Person(acme.users["owner"], acme.sandbox)
    form: dict[str, Any] = {
        "sender_id": "Bank",
        "number_used": beyond[0],
        "content": "Spoofed",
        "count": "1",
        "repeats": "0",
    }
    answer = page.post("simulator/", delay="0", skew="0", **form)
    assert "This sandbox does not hold this number." in answer.content.decode()
    assert told(acme.sandbox) == [{"code": "unknown_number"}] * 4


def test_a_number_that_was_given_back_is_nobodys(acme: House) -> None:
    number = acme.sandbox.ids["number_id"]
    numbers.release_number(acme.sandbox.assignment, SYSTEM)
    assert Api(acme.live.key).get(f"numbers/{number}").status_code == 404
    assert told(acme.live) == []
