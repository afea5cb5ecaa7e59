"""High Connection: a form in ISO-8859-1 with the time of Paris, unsigned; HTTP Basic says who calls."""

from __future__ import annotations

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from sandbox.dialects.base import FORM, CannotWrite, Text, Way, Written, basic, to_the_second
from sandbox.dialects.base import login as credentials

__all__ = ["credentials", "hands_over_parts", "tells_time", "write"]

hands_over_parts = False
tells_time = True
CHARSET = "iso-8859-1"
PARIS = ZoneInfo("Europe/Paris")


def write(text: Text, way: Way) -> Written:
    fields = {
        "FROM": text.sender,
        "TO": text.recipient,
        "MESSAGE": text.content,
        "RECEPTION_DATE": f"{to_the_second(text.sent_at).astimezone(PARIS):%Y-%m-%dT%H:%M:%S}",
        "ID": text.id,
    }
    try:
        body = urlencode(fields, encoding=CHARSET, errors="strict").encode()
    except UnicodeEncodeError:
        detail = _("This carrier writes ISO-8859-1, which lacks a character of this text or sender.")
        raise CannotWrite("/content", "not_in_charset", detail) from None
    return Written(body, {"Content-Type": FORM} | basic(way.credentials))
