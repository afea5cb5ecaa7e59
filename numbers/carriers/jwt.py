"""JSON Web Tokens signed by HMAC (RFC 7515, 7519): the few lines that carriers' callbacks need.

The algorithms are the caller's choice, never the token's: `none` and public-key names are unknown here.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Mapping

import msgspec

from numbers.carriers.base import Refused

DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


class _Header(msgspec.Struct):
    alg: str
    crit: list[str] | None = None


class Claims(msgspec.Struct):
    """What the carriers' tokens claim; times are seconds since 1970."""

    iss: str | None = None
    iat: float | None = None
    nbf: float | None = None
    exp: float | None = None
    url_hash: str | None = None
    payload_hash: str | None = None


_header = msgspec.json.Decoder(_Header)
_claims = msgspec.json.Decoder(Claims)


def claims(token: str, key: bytes, algorithms: Mapping[str, str], status: int = 401) -> Claims:
    """The claims of a token whose signature is right; Refused otherwise. Times are the caller's to check."""
    try:
        signed, _dot, signature = token.encode("ascii").rpartition(b".")
        head, _dot, body = signed.partition(b".")
        header = _header.decode(_decoded(head))
        given = _decoded(signature)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Refused(status, "malformedToken") from None
    digest = algorithms.get(header.alg)
    if digest is None or header.crit is not None:
        raise Refused(status, "unknownAlgorithm")
    if not hmac.compare_digest(hmac.digest(key, signed, digest), given):
        raise Refused(status, "wrongSignature")
    try:
        return _claims.decode(_decoded(body))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Refused(status, "malformedToken") from None


def _decoded(segment: bytes) -> bytes:
    """base64url without padding."""
    if not segment or segment.translate(None, _ALPHABET):
        raise ValueError
    try:
        return urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    except Error:
        raise ValueError from None


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
