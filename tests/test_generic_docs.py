"""The examples of docs/generic.md are what they say they are."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from django.conf import settings

from numbers.carriers import CarrierRequest, generic, validate_credentials

PAGE = (settings.BASE_DIR / "docs" / "generic.md").read_text()
EXAMPLE = re.compile(r"## ([^\n]+)\n[^#]*?```json\n(.*?)```\s+```http\n(.*?)\n```", re.DOTALL)
EXAMPLES = {title: (json.loads(given), sent) for title, given, sent in EXAMPLE.findall(PAGE)}
SENT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TEXTS = {
    "A gateway that posts JSON": [("40817", "+33639980001", "Bonjour")],
    "A gateway that calls by GET, as Kannel does": [("b7d2", "38600", "Oui€")],
    "A batch, signed with an HMAC": [("a1", "38600", "STOP"), ("a2", "38600", "Oui")],
}


def request_of(text: str) -> CarrierRequest:
    head, _, body = text.partition("\n\n")
    first, *lines = head.splitlines()
    method, target, _version = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    query = target.partition("?")[2]
    return CarrierRequest(method, "https://sms.example.com" + target, headers, body.encode(), query, SENT)


def test_every_example_is_tried() -> None:
    assert EXAMPLES.keys() == TEXTS.keys()


@pytest.mark.parametrize("title", TEXTS)
def test_an_example_of_the_page_works_as_written(title: str) -> None:
    given, sent = EXAMPLES[title]
    assert validate_credentials(generic, given) == []
    request = request_of(sent)
    generic.verify(request, given)
    texts = generic.parse(request, given)
    assert [(sms.carrier_id, sms.recipient, sms.content) for sms in texts] == TEXTS[title]
    assert texts[0].sender == "+33639980417"
    assert texts[0].sent_at == SENT


def test_every_setting_is_on_the_page() -> None:
    assert [name for name in generic.credentials if f"`{name}`" not in PAGE] == []
