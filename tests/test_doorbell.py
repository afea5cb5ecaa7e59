"""A doorbell is heard by the loop that receives it, and one that cannot be heard is in nobody's way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from celery import current_app
from kombu import Message
from psycopg import OperationalError

from delivery import tasks

RING = ("0" * 32, ["1" * 32])


class Heard:
    """An engine that keeps what it was rung for; it fails at a lease of its own."""

    def __init__(self) -> None:
        self.rings: list[Any] = []

    def ring(self, batches: Sequence[tuple[str, Sequence[str]]]) -> int:
        if batches[0][0] == "unreadable":
            raise OperationalError("the database is away, +33639980001")
        self.rings.append(batches)
        return len(batches)


def message(body: str) -> Message:
    return Message(
        body=body, content_type="application/json", content_encoding="utf-8", accept=["application/json"]
    )


def rung(*batches: object) -> Message:
    return message(json.dumps([[batches], {}, {}]))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    engine = Heard()
    monkeypatch.setattr(tasks, "engine", engine)
    return engine


def test_a_bell_is_heard_at_once(heard: Heard) -> None:
    receive = tasks.ring.start_strategy(current_app, None)  # as the worker asks for it
    receive(rung(RING), None, None, None, [])
    assert heard.rings == [[[RING[0], RING[1]]]]


def test_one_that_cannot_be_heard_leaves_the_next_one_alone(
    heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    receive = tasks.ring.start_strategy(current_app, None)
    for broken in (message("{"), message("[]"), rung(("unreadable", []))):
        receive(broken, None, None, None, [])
    receive(rung(RING), None, None, None, [])
    assert len(heard.rings) == 1
    assert [record.message for record in caplog.records] == ["doorbell: left to the sweep"] * 3
    assert "+336" not in caplog.text
