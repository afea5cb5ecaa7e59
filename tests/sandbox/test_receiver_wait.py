"""Waiting for requests: held, answered as soon as enough came, each of those who wait."""

from __future__ import annotations

import requests

from accounts.ids import public
from sandbox.receiver import Receiver
from tests.cast import Api, House
from tests.live import WITHIN_S
from tests.live_wait import LiveWait
from tests.sandbox.receiving import LiveReceivers


def path_of(receiver: Receiver, query: str) -> str:
    return f"/v1/sandbox/receivers/{public('receiver', receiver.pk)}/requests/wait?{query}"


def test_each_who_waits_is_answered_when_enough_came(
    acme: House, bin: Receiver, live_receivers: LiveReceivers, wait: LiveWait
) -> None:
    one, three = (wait.ask(path_of(bin, f"count={n}&timeout=20"), acme.sandbox.key) for n in (1, 3))
    url = live_receivers.url(bin)
    requests.post(url, data=b"first", timeout=WITHIN_S)
    (first,) = one.result(WITHIN_S).json()["data"]
    assert (first["body"], first["number"]) == ("first", 1)
    assert not three.done()
    for _ in range(2):
        requests.post(url, timeout=WITHIN_S)
    told = three.result(WITHIN_S).json()
    assert ([row["number"] for row in told["data"]], told["complete"]) == ([1, 2, 3], True)
    since = wait.ask(path_of(bin, f"count=3&timeout=1&since={first['id']}"), acme.sandbox.key)
    late = since.result(WITHIN_S).json()
    assert ([row["number"] for row in late["data"]], late["complete"]) == ([2, 3], False)
    assert wait.app.watching == {}


def test_web_says_what_is_there_and_when_to_come_again(acme: House, bin: Receiver) -> None:
    answer = Api(acme.sandbox.key).get(path_of(bin, "timeout=20"))
    assert answer.json() == {"data": [], "complete": False}
    assert answer["Retry-After"] == "1"


def test_how_long_and_how_many_is_bounded(acme: House, bin: Receiver) -> None:
    for query in ("timeout=61", "count=0", "count=101", "since=never"):
        assert Api(acme.sandbox.key).get(path_of(bin, query)).status_code == 400, query
