"""TLS contexts whose certificates a careful client refuses: made when the process starts, kept nowhere."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

ELSEWHERE = "another-host.example"
YEAR = timedelta(days=365)
AUTHORITY = "Sandbox authority, known to nobody"


class Pair(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def wrong_ones(host: str) -> tuple[Pair, dict[str, Pair]]:
    """An authority, and by fault a certificate to show as `host`: whoever trusts the authority meets only the fault."""
    authority = issue(AUTHORITY, None, None, YEAR)
    return authority, {
        "expired": issue(host, host, authority, -timedelta(days=1)),
        "selfSigned": issue(host, host, None, YEAR),
        "wrongHost": issue(ELSEWHERE, ELSEWHERE, authority, YEAR),
    }


def issue(subject: str, host: str | None, issuer: Pair | None, lasts: timedelta) -> Pair:
    """Signed by `issuer`, else by itself; good for `host`, or an authority where there is none."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(issuer.certificate.subject if issuer else named(subject))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - YEAR)
        .not_valid_after(now + lasts)
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([name_of(host)]), critical=False)
    return Pair(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def name_of(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def context(pair: Pair) -> ssl.SSLContext:
    """For a server that shows this certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:  # OpenSSL reads files only
        file = Path(folder) / "pair.pem"
        file.touch(mode=0o600)
        file.write_text(pair.key_pem + pair.certificate_pem)
        made.load_cert_chain(file)
    return made
