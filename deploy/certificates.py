"""Makes what TLS inside the compose network needs, once: our own authority and a certificate for each server.

    python deploy/certificates.py FOLDER HOST [GROUP]

HOST is the name that the outside uses. Put a certificate of a public authority into FOLDER as proxy.crt and proxy.key
and it is kept; the one made here is for trying out. GROUP is the id of the group that may read the keys (PostgreSQL's).
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LASTS = timedelta(days=3650)
Key = ec.EllipticCurvePrivateKey


def main(folder: Path, host: str, group: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "ca.crt").exists():
        authority = ec.generate_private_key(ec.SECP256R1())
        certificate = sign("smsgateway", authority, "smsgateway", authority, authority=True)
        for name, names in (("postgres", ["postgres"]), ("proxy", [host])):
            if not (folder / f"{name}.crt").exists():
                key = ec.generate_private_key(ec.SECP256R1())
                write(folder / f"{name}.key", private(key), 0o640, group)
                write(
                    folder / f"{name}.crt", public(sign(names[0], key, "smsgateway", authority)), 0o644, group
                )
        write(folder / "ca.crt", public(certificate), 0o644, group)  # last: it says that all is there


def sign(name: str, key: Key, issuer: str, signer: Key, authority: bool = False) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def public(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def private(key: Key) -> bytes:
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, pkcs8, serialization.NoEncryption())


def write(path: Path, content: bytes, mode: int, group: int) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
    if os.geteuid() == 0:
        os.chown(path, 0, group)
    path.chmod(mode)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else os.getegid())
