"""High Connection: a form in ISO-8859-1 with French times that name no zone, behind HTTP Basic."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from numbers.carriers import basic
from numbers.carriers.base import Answer, CarrierRequest, InboundSms, build_sms, busy, moment
from numbers.carriers.forms import bounded_form, is_escaped, texts_of, unescaped

TEXT = "text/plain"
CHARSET = "iso-8859-1"
ZONE = ZoneInfo("Europe/Paris")
NAMES = ("ID", "FROM", "TO", "MESSAGE")

name = "highconnection"
methods = frozenset({"POST"})
credentials = basic.credentials
verify = basic.verify
accepted = Answer(200, TEXT, b"OK")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, TEXT, b"try again")


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text."""
    if not request.body:
        return []
    texts = texts_of(bounded_form(request.body), NAMES[1:], ("ID", "RECEPTION_DATE"), CHARSET)
    content = _once_more(texts["MESSAGE"])
    sent_at = moment(texts.get("RECEPTION_DATE"), zone=ZONE)
    return [
        build_sms(
            NAMES,
            texts.get("ID"),
            texts["FROM"],
            texts["TO"],
            content,
            sent_at=sent_at,
            encoding="ISO-8859-1",
        )
    ]


def _once_more(text: str) -> str:
    """Other gateways unescape MESSAGE twice: done only where what is left can be nothing but escaped."""
    return unescaped(text).decode(CHARSET) if is_escaped(text) else text
