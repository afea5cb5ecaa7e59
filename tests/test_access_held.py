"""The process that holds requests asks for the same permissions as web, and tells as little of what is another's."""

from __future__ import annotations

import pytest
import requests

from api.waiting import OURS
from tests.arguments import short
from tests.callers import PROGRAMS
from tests.cast import House
from tests.live_wait import LiveWait
from tests.test_access_matrix import absent, refusal
from tests.urlconf import PARAMETER, PLACES

HELD = [place for place in PLACES if OURS.fullmatch("/" + PARAMETER.sub("x", place.route))]
#: So that there is an answer at once.
QUERIES = {
    "messages/wait": "?since=2020-01-01T00:00:00Z",
    "messages/stream": "?since=2020-01-01T00:00:00Z",
    "sandbox/receivers/{receiver_id}/requests/wait": "?timeout=1",
}


def ask(wait: LiveWait, url: str, headers: dict[str, str]) -> requests.Response:
    """The answer, of a stream its beginning."""
    return requests.get(wait.url + url, headers=headers, timeout=20, stream=True)


@pytest.fixture
def houses(transactional_db: None, acme: House, borealis: House) -> tuple[House, House]:
    return acme, borealis


def test_there_are_such_addresses() -> None:
    assert {short(place) for place in HELD} >= {
        "messages/wait",
        "messages/stream",
        "feed",
        "endpoints/{queue_id}/queue",
    }


@pytest.mark.parametrize("name", PROGRAMS)
def test_who_may_listen(houses: tuple[House, House], wait: LiveWait, name: str) -> None:
    callers = {turned: PROGRAMS[name](houses[0].turned if turned else houses[0]) for turned in (False, True)}
    for place in HELD:
        acme, borealis = (place.seen(house) for house in houses)
        caller = callers[place.of_sandbox]
        query = QUERIES.get(short(place), "")
        expected = refusal(place, "GET", caller) or 200
        with ask(wait, place.url(caller.side.ids) + query, caller.headers) as answer:
            assert answer.status_code == expected, (place.route, answer.text)
        sibling = acme.sandbox if caller.side is acme.live else acme.live
        nowhere = {name: absent(name) for name in place.parameters}
        for ids in (borealis.live.ids, sibling.ids, nowhere) if place.parameters else ():
            with ask(wait, place.url(ids) + query, caller.headers) as answer:
                assert answer.status_code == (refusal(place, "GET", caller) or 404), place.route
