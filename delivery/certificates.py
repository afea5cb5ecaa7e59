"""Certificates and keys that customers hand us, as PEM: read, checked, and written anew.

What is kept is what was understood: text around the blocks, or a second key hidden behind the first, goes no further.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.utils.translation import gettext as _

MOST = 20  # certificates in one chain or bundle
SHORTEST_RSA = 2048  # bits; OpenSSL refuses to use less
WARN_BEFORE = timedelta(days=30)


class Unusable(Exception):
    """A certificate or key that cannot be used; `detail` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def read(pem: str) -> list[x509.Certificate]:
    """The certificates of a PEM text, in order. Raises Unusable."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise Unusable(_("This is no certificate in PEM form.")) from None
    if len(found) > MOST:
        raise Unusable(_("At most %(most)d certificates.") % {"most": MOST})
    return found


def written(certificates: Sequence[x509.Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def chain(pem: str, now: datetime) -> str:
    """A client certificate, its own first, then what leads to its issuer; raises Unusable where it is no good now."""
    found = read(pem)
    if found[0].not_valid_after_utc <= now:
        raise Unusable(_("This certificate is expired."))
    return written(found)


def bundle(pem: str, now: datetime) -> str:
    """The certificates of issuers to trust; raises Unusable where none is good now."""
    found = read(pem)
    if all(one.not_valid_after_utc <= now for one in found):
        raise Unusable(_("This certificate is expired."))
    return written(found)


def key_of(pem: str, certificate: str) -> str:
    """The private key of a certificate, both PEM; raises Unusable where they do not belong together."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise Unusable(_("This key is encrypted: give it without its pass phrase.")) from None
    except (ValueError, UnsupportedAlgorithm):
        raise Unusable(_("This is no private key in PEM form.")) from None
    if isinstance(key, RSAPrivateKey) and key.key_size < SHORTEST_RSA:
        raise Unusable(_("An RSA key needs at least %(bits)d bits.") % {"bits": SHORTEST_RSA})
    of_certificate = read(certificate)[0].public_key()
    as_bytes = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*as_bytes) != of_certificate.public_bytes(*as_bytes):
        raise Unusable(_("This key does not belong to the certificate."))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def expiry(pem: str) -> datetime:
    """When the first certificate of a PEM text ends; raises Unusable."""
    return read(pem)[0].not_valid_after_utc


def expires_soon(at: datetime | None, now: datetime) -> bool:
    return at is not None and at - now < WARN_BEFORE
