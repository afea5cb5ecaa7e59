"""Encryption at rest: AES-256-GCM with row-bound associated data, under one data key a tenant.

A sealed value is `0x01 | data key id (16) | nonce (12) | ciphertext and tag`; the version and key id let finer or newer
keys come without touching what is stored. Data keys lie in the database, wrapped by a key of ENCRYPTION_KEYS
(`id:base64,id:base64`; the first wraps, all unwrap). The blind index is an HMAC under a key derived for each tenant
from INDEX_KEY, so that data keys can rotate without re-indexing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode
from functools import cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = b"\x01"
HEAD = 1 + 16  # of a sealed value: version and key
NONCE = 12
HEADER = HEAD + NONCE


class Unsealable(Exception):
    """The value was altered, belongs to another row, or its key is gone."""


def secret(name: str, text: str) -> bytes:
    """32 bytes of base64 from setting `name`."""
    try:
        value = b64decode(text, validate=True)
    except ValueError:
        value = b""
    if len(value) != 32:
        raise ImproperlyConfigured(f"{name} must hold base64 of exactly 32 bytes")
    return value


@cache
def wrapping_keys(text: str) -> dict[str, AESGCM]:
    """The key-encryption keys of ENCRYPTION_KEYS by their id, in order."""
    keys: dict[str, AESGCM] = {}
    for item in text.split(","):
        name, colon, value = item.strip().partition(":")
        if not colon or not name:
            raise ImproperlyConfigured("ENCRYPTION_KEYS must look like id:base64,id:base64")
        keys[name] = AESGCM(secret("ENCRYPTION_KEYS", value))
    return keys


def new_wrapped_key(id: UUID) -> tuple[str, bytes]:
    """A fresh data key for row `id`, as (id of the wrapping key, wrapped bytes)."""
    name, wrapper = next(iter(wrapping_keys(settings.ENCRYPTION_KEYS).items()))
    nonce = os.urandom(NONCE)
    return name, nonce + wrapper.encrypt(nonce, AESGCM.generate_key(256), id.bytes)


def unwrap(id: UUID, wrapped_by: str, wrapped: bytes) -> AESGCM:
    wrapper = wrapping_keys(settings.ENCRYPTION_KEYS).get(wrapped_by)
    if wrapper is None:
        raise Unsealable(f"ENCRYPTION_KEYS has no key {wrapped_by!r}")
    try:
        return AESGCM(wrapper.decrypt(wrapped[:NONCE], wrapped[NONCE:], id.bytes))
    except InvalidTag:
        raise Unsealable(
            f"the key {wrapped_by!r} of ENCRYPTION_KEYS is not the one that wrapped this data key"
        ) from None


class DataKey:
    """One tenant's key, ready to use: its AES object, its sealed values' header, its blind index."""

    __slots__ = ("aes", "head", "id", "index_key")

    def __init__(self, id: UUID, tenant: UUID | None, aes: AESGCM) -> None:
        self.id, self.aes, self.head = id, aes, VERSION + id.bytes
        self.index_key = index_key(settings.INDEX_KEY, tenant)

    def seal(self, text: bytes, column: str, row: UUID) -> bytes:
        """Encrypt `text` for one column ("inbox_message.content") of one row; moved elsewhere, it will not open."""
        nonce = os.urandom(NONCE)
        return self.head + nonce + self.aes.encrypt(nonce, text, column.encode() + row.bytes)

    def open(self, sealed: bytes, column: str, row: UUID) -> bytes:
        """The plain bytes of a sealed value; raises Unsealable."""
        try:
            return self.aes.decrypt(sealed[HEAD:HEADER], sealed[HEADER:], column.encode() + row.bytes)
        except InvalidTag:
            raise Unsealable(f"{column} of {row} does not open") from None

    def blind(self, text: str) -> bytes:
        """16 bytes that are equal for equal normalised texts of one tenant and tell nothing else without INDEX_KEY."""
        return hmac.digest(self.index_key, text.encode(), "sha256")[:16]


def key_id(sealed: bytes) -> UUID:
    """The id of the data key that a sealed value names."""
    if len(sealed) < HEADER + 16 or sealed[:1] != VERSION:
        raise Unsealable("not a sealed value")
    return UUID(bytes=bytes(sealed[1:HEAD]))


@cache
def index_key(master: str, tenant: UUID | None) -> bytes:
    info = b"blind index v1|" + (tenant.bytes if tenant else b"cell")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret("INDEX_KEY", master))


def index_key_of_cell() -> bytes:
    """The cell's own keyed-digest key, for values that belong to no tenant."""
    return index_key(settings.INDEX_KEY, None)


def fingerprint(text: str) -> bytes:
    """16 bytes that are equal for equal texts of the whole cell and tell nothing else without INDEX_KEY."""
    raw = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=16, key=index_key_of_cell()).digest()
