"""Plivo: a form, signed (V3) over URL, parameters and a nonce; it does not say when a text was sent."""

from __future__ import annotations

from urllib.parse import urlencode

from sandbox.dialects.base import FORM, Text, Way, Written, bare, mac, secret

hands_over_parts = False
tells_time = False


def credentials(seed: bytes) -> dict[str, str]:
    return {"authToken": secret(seed), "signatureVersion": "v3"}


def write(text: Text, way: Way) -> Written:
    fields = {
        "From": bare(text.sender),
        "MessageUUID": text.id,
        "Text": text.content,
        "To": bare(text.recipient),
        "Type": "sms",
        "Units": str(text.segments),
    }
    joined = "".join(name + fields[name] for name in sorted(fields))
    signed = f"{way.url}?{joined}.{text.id}".encode()
    headers = {
        "Content-Type": FORM,
        "X-Plivo-Signature-MA-V3": mac(way.credentials["authToken"], signed),
        "X-Plivo-Signature-V3-Nonce": text.id,
    }
    return Written(urlencode(fields).encode(), headers)
