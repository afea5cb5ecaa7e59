"""MessageBird, the API before Bird: a form, vouched for by a token that holds the hashes of URL and body.

As in the vendor's `messagebird` package 2.2, `request_validator.py`. Real forms repeat fields and vary in case.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

from django.utils.translation import gettext_lazy

from numbers.carriers import jwt
from numbers.carriers.base import (
    Answer,
    CarrierRequest,
    CredentialField,
    InboundSms,
    Refused,
    build_sms,
    busy,
    moment,
    secret_problem,
)
from numbers.carriers.forms import Form, bounded_form, texts_of

TEXT = "text/plain"
LEEWAY_S = 1
LONG = ("id", "originator", "recipient", "body", "createddatetime")
SHORT_CODE = ("mid", "originator", "shortcode", "message", "receive_datetime")
SHORT_CODE_TIME = "%Y%m%d%H%M%S"

name = "messagebird"
methods = frozenset({"POST"})
credentials: Mapping[str, CredentialField] = {
    "signingKey": CredentialField(
        gettext_lazy("The signing key in the developer settings of MessageBird; not the API key."),
        secret_problem,
    ),
}
accepted = Answer(200, TEXT, b"OK")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, TEXT, b"try again")


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check MessageBird-Signature-JWT: signature, issuer, the minute it is good for, URL and body."""
    token = request.headers.get("messagebird-signature-jwt", "")
    if not token:
        raise Refused(401, "missingSignature")
    claims = jwt.claims(token, credentials["signingKey"].encode(), jwt.DIGESTS)
    if claims.iss != "MessageBird" or claims.nbf is None or claims.exp is None:
        raise Refused(401, "missingClaim")
    if not claims.nbf - LEEWAY_S <= request.received_at.timestamp() < claims.exp + LEEWAY_S:
        raise Refused(401, "staleTimestamp")
    body = sha256(request.body).hexdigest() if request.body else None
    if not (_same(_url_hash(request.url), claims.url_hash) and _same(body, claims.payload_hash)):
        raise Refused(401, "wrongSignature")


def _url_hash(url: str) -> str:
    return sha256(url.encode("utf-8", "replace")).hexdigest()


def _same(expected: str | None, claimed: str | None) -> bool:
    """Whether a hash is the claimed one; the token names none where there is nothing to hash."""
    return hmac.compare_digest((expected or "").encode(), (claimed or "").encode("utf-8", "replace"))


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text, joined by MessageBird, in the form of long numbers or of short codes."""
    if not request.body:
        return []
    form = _latest(bounded_form(request.body))
    names = SHORT_CODE if b"shortcode" in form else LONG
    media = [link.decode("utf-8", "replace") for link in form.get(b"mediaurls", [])]
    carrier_id, sender, recipient, content, at = names
    needed = (sender, recipient) if media else (sender, recipient, content)
    texts = texts_of(form, needed, (carrier_id, content, at))
    pattern = SHORT_CODE_TIME if names is SHORT_CODE else None
    return [
        build_sms(
            names[:4],
            texts.get(carrier_id),
            texts[sender],
            texts[recipient],
            texts.get(content, ""),
            sent_at=moment(texts.get(at), pattern),
            media=media,
        )
    ]


def _latest(form: Form) -> Form:
    """Names in lower case; of a repeated field, the last value first: it is the text's own."""
    found: dict[bytes, list[bytes]] = {}
    for word, values in form.items():
        found.setdefault(word.lower(), []).extend(values)
    return {word: values[::-1] for word, values in found.items()}
