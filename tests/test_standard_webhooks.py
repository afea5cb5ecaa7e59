"""What a sender's own library would make of the published messages, the generic carrier makes of them too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from numbers.carriers import Refused, generic
from tests.carrier_requests import a_request
from tests.standard_webhooks import (
    AROUND,
    COMPUTED,
    NO_TIMESTAMPS,
    PUBLISHED,
    REFUSED,
    RUST,
    STALE,
    Vector,
)

SYMMETRIC = [vector for vector in (*PUBLISHED, *COMPUTED) if vector.signature.startswith("v1,")]
FIRST = PUBLISHED[0]
(OF_RUST,) = (vector for vector in PUBLISHED if vector.secret == RUST)


def refusal(vector: Vector, *, later_s: int = 0, without: str = "", **changed: str) -> str:
    """Why the carrier refuses a message that comes so much later than it says; empty where it takes it."""
    headers = {
        "webhook-id": vector.id,
        "webhook-timestamp": str(vector.timestamp),
        "webhook-signature": vector.signature,
    }
    headers |= {f"webhook-{name}": value for name, value in changed.items()}
    headers.pop(without, None)
    at = datetime.fromtimestamp(vector.timestamp, UTC) + timedelta(seconds=later_s)
    try:
        generic.verify(
            a_request(body=vector.body, headers=headers, received_at=at), {"secret": vector.secret}
        )
    except Refused as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize("vector", SYMMETRIC, ids=lambda vector: vector.source)
def test_what_was_published_is_taken(vector: Vector) -> None:
    assert refusal(vector) == ""
    assert refusal(vector, later_s=300) == ""
    assert refusal(vector, later_s=-300) == ""


@pytest.mark.parametrize("where", REFUSED)
def test_what_the_libraries_refuse_is_refused(where: str) -> None:
    vector = OF_RUST if "rust" in where else FIRST
    assert refusal(vector, signature=REFUSED[where]) == "wrongSignature"


@pytest.mark.parametrize("where", AROUND)
def test_the_right_one_is_found_among_others(where: str) -> None:
    vector = OF_RUST if "rust" in where else FIRST
    before, after = AROUND[where]
    assert refusal(vector, signature=before + vector.signature + after) == ""


@pytest.mark.parametrize("seconds", STALE)
def test_too_old_and_too_new(seconds: int) -> None:
    assert refusal(FIRST, later_s=seconds) == "staleTimestamp"


@pytest.mark.parametrize("timestamp", NO_TIMESTAMPS)
def test_what_is_no_time(timestamp: str) -> None:
    assert refusal(FIRST, timestamp=timestamp) == "malformedHeader"


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_is_missing(header: str) -> None:
    assert refusal(FIRST, without=header) == "missingSignature"
