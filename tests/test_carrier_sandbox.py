"""The sandbox carrier: a bearer token and the generic carrier's JSON."""

from __future__ import annotations

import pytest

from numbers.carriers import Refused, sandbox
from tests.carrier_requests import a_request, json_body

CREDENTIALS = {"secret": "try-me-0123456789"}


@pytest.mark.parametrize("value", ["Bearer try-me-0123456789", "bearer  try-me-0123456789 "])
def test_token_passes(value: str) -> None:
    sandbox.verify(a_request(headers={"authorization": value}), CREDENTIALS)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "missingToken"),
        ("Basic dHJ5", "missingToken"),
        ("Bearer", "missingToken"),
        ("Bearer try-me", "wrongToken"),
        ("Bearer café", "wrongToken"),
        ("Bearer \ud800", "wrongToken"),
    ],
)
def test_anything_else_is_refused(value: str | None, reason: str) -> None:
    headers = {} if value is None else {"authorization": value}
    with pytest.raises(Refused) as refused:
        sandbox.verify(a_request(headers=headers), CREDENTIALS)
    assert (refused.value.status, refused.value.reason) == (401, reason)


def test_text_without_an_id_counts_each_time() -> None:
    request = a_request(body=json_body(id=None), headers={"webhook-id": "msg_1"})
    first, second = sandbox.parse(request, CREDENTIALS), sandbox.parse(request, CREDENTIALS)
    assert first[0].carrier_id != second[0].carrier_id
    assert sandbox.parse(a_request(body=json_body()), CREDENTIALS)[0].carrier_id == "g-1"
