"""Any sender's JSON, in whichever of the ways the channel shows its secret."""

from __future__ import annotations

import hmac
from base64 import b64encode
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from numbers.carriers import mapping
from numbers.carriers.standard_webhooks import decode_secret, signature
from sandbox.dialects.base import JSON, CannotWrite, Text, Way, Written, basic, unix
from sandbox.dialects.sandbox import body

hands_over_parts = False
tells_time = True


def credentials(seed: bytes) -> dict[str, str]:
    return {"secret": "whsec_" + b64encode(seed).decode()}


def write(text: Text, way: Way) -> Written:
    if not mapping.credentials.keys().isdisjoint(way.credentials):
        detail = _("This channel reads a format of its own. Name a carrier to write in its dialect instead.")
        raise CannotWrite("/carrier", "format_of_its_own", detail)
    raw = body(text)
    return Written(raw, {"Content-Type": JSON} | proof(text.id, raw, way), query=query(way))


def proof(id: str, raw: bytes, way: Way) -> dict[str, str]:
    """The headers that show the channel's secret."""
    given = way.credentials
    if "secret" in given:
        signed = b"%b.%b.%b" % (id.encode(), unix(way.now).encode(), raw)
        return {
            "webhook-id": id,
            "webhook-timestamp": unix(way.now),
            "webhook-signature": signature(decode_secret(given["secret"]), signed).decode(),
        }
    if "hmacSecret" in given:
        digest = hmac.digest(given["hmacSecret"].encode(), raw, "sha256")
        written = b64encode(digest).decode() if given.get("hmacEncoding") == "base64" else digest.hex()
        return {given["hmacHeader"]: given.get("hmacPrefix", "") + written}
    if "token" in given:
        bearer = {"Authorization": f"Bearer {given['token']}"}
        return {given["tokenHeader"]: given["token"]} if "tokenHeader" in given else bearer
    return basic(given)


def query(way: Way) -> str:
    name = way.credentials.get("tokenParameter")
    return urlencode({name: way.credentials["token"]}) if name else ""
