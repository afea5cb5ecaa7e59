"""Logs: JSON, an allow-list of fields, and nothing of a text or a number."""

from __future__ import annotations

import json
import logging
import sys

from smsgateway.logs import JsonFormatter


def line(message: str, *args: object, **extra: object) -> dict[str, object]:
    record = logging.getLogger("x").makeRecord("x", logging.INFO, "f", 1, message, args, None, extra=extra)
    value: dict[str, object] = json.loads(JsonFormatter().format(record))
    return value


def test_only_allowed_fields_get_through() -> None:
    said = line("delivered", delivery="dlv_1", content="code 493027", senderId="+33639980417")
    assert said["delivery"] == "dlv_1"
    assert "493027" not in json.dumps(said)
    assert "980417" not in json.dumps(said)


def test_numbers_in_a_message_are_masked() -> None:
    assert (
        line("bad value +33 6 39 98 04 17 in row %s", 493027)["message"]
        == "bad value [digits] in row [digits]"
    )


def test_a_line_break_cannot_fake_a_line() -> None:
    record = logging.getLogger("x").makeRecord("x", logging.INFO, "f", 1, 'a\r\n{"level":"x"}', (), None)
    assert "\n" not in JsonFormatter().format(record)


def test_an_exception_says_where_but_not_what() -> None:
    try:
        raise ValueError("the text was: code 493027")
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", logging.ERROR, "f", 1, "oops", (), sys.exc_info())
    said = json.loads(JsonFormatter().format(record))
    assert said["exception"] == "ValueError"
    assert said["where"]
    assert "493027" not in json.dumps(said)
