"""Vonage's SMS API: a form that carries its own signature, or HTTP Basic; parts of a long text come one by one."""

from __future__ import annotations

from urllib.parse import urlencode

from numbers.carriers import vonage
from sandbox.dialects.base import FORM, Text, Way, Written, bare, basic, secret, to_the_second, unix

hands_over_parts = True
tells_time = True


def credentials(seed: bytes) -> dict[str, str]:
    return {"signatureSecret": secret(seed), "signatureMethod": "sha256"}


def write(text: Text, way: Way) -> Written:
    fields = {
        "messageId": text.id,
        "message-timestamp": f"{to_the_second(text.sent_at):%Y-%m-%d %H:%M:%S}",
        "msisdn": bare(text.sender),
        "text": text.content,
        "to": bare(text.recipient),
        "type": "text" if text.encoding == "GSM-7" else "unicode",
        **place(text),
    }
    if "signatureSecret" not in way.credentials:
        return Written(urlencode(fields).encode(), {"Content-Type": FORM} | basic(way.credentials))
    fields |= {"timestamp": unix(way.now), "nonce": text.id}
    key, method = way.credentials["signatureSecret"], way.credentials["signatureMethod"]
    fields["sig"] = vonage.signature(fields, key, method)
    return Written(urlencode(fields).encode(), {"Content-Type": FORM})


def place(text: Text) -> dict[str, str]:
    if text.place is None:
        return {}
    return {
        "concat": "true",
        "concat-part": str(text.place.number),
        "concat-ref": str(text.place.reference),
        "concat-total": str(text.place.total),
    }
