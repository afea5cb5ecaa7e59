"""SMPP 3.4: we bind to the carrier's SMSC as a receiver and it sends texts down the line (`ingest/smpp/`).

Nothing is posted to such a channel, so all there is here is what a person must tell us of the SMSC.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from typing import get_args

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.alphabets import Alphabet
from numbers.carriers.base import CredentialField
from numbers.carriers.rules import ascii_text, country_problem, one_of, whole_number

DEFAULT_PORT = 2775  # IANA's
BINDS = ("receiver", "transceiver")
MOST_SESSIONS = 4
ENQUIRE_S = range(1, 601)
DEFAULT_ENQUIRE_S = 30
OCTET = range(256)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
# As the last label, it would make the system's resolver read an IPv4 address in some old spelling.
NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


def host_problem(host: str) -> str | None:
    """Whether its addresses are ours to connect to is looked up when we do."""
    try:
        ip_address(host)
    except ValueError:
        labels = host.removesuffix(".").split(".")
        if len(host) > 253 or not all(map(LABEL.fullmatch, labels)) or NUMERIC.fullmatch(labels[-1]):
            return _("Must be a host name or an IP address, without port.")
    return None


def certificate_problem(text: str) -> str | None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=certificates(text))
    except (ssl.SSLError, ValueError):
        return _("Must be one or more certificates in PEM form, BEGIN and END lines included.")
    return None


def certificates(text: str) -> str:
    """The same certificates with their lines as OpenSSL wants them, whatever a form made of them. ValueError: none."""
    found = CERTIFICATE.findall(text)
    if not found:
        raise ValueError("no certificate")
    return "".join(ssl.DER_cert_to_PEM_cert(_der(body)) for body in found)


def _der(body: str) -> bytes:
    lines = "\n".join(body.split())
    return ssl.PEM_cert_to_DER_cert(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----")


name = "smpp"
deadline_s = 8.0  # an SMSC waits ten seconds at least, most wait thirty or more
credentials: Mapping[str, CredentialField] = {
    "host": CredentialField(gettext_lazy("The SMSC’s host name or IP address."), host_problem, secret=False),
    "port": CredentialField(
        gettext_lazy("Its port; 2775 where nothing is said."),
        whole_number(range(1, 65536)),
        required=False,
        secret=False,
    ),
    "systemId": CredentialField(gettext_lazy("The system_id to bind with."), ascii_text(15), secret=False),
    "password": CredentialField(gettext_lazy("Its password."), ascii_text(64)),
    "bind": CredentialField(
        gettext_lazy("How to bind: receiver, or transceiver where the SMSC wants that. Receiver by default."),
        one_of(*BINDS),
        required=False,
        secret=False,
    ),
    "sessions": CredentialField(
        gettext_lazy("How many binds to hold at once, 1 to 4. Two keep texts coming while one reconnects."),
        whole_number(range(1, MOST_SESSIONS + 1)),
        required=False,
        secret=False,
    ),
    "systemType": CredentialField(
        gettext_lazy("The system_type, where the SMSC asks for one."),
        ascii_text(12),
        required=False,
        secret=False,
    ),
    "addressRange": CredentialField(
        gettext_lazy("The address_range to bind for, where the SMSC serves several."),
        ascii_text(40),
        required=False,
        secret=False,
    ),
    "addressTon": CredentialField(
        gettext_lazy("Type of number of that range, 0 to 255."),
        whole_number(OCTET),
        required=False,
        secret=False,
        needs="addressRange",
    ),
    "addressNpi": CredentialField(
        gettext_lazy("Numbering plan of that range, 0 to 255."),
        whole_number(OCTET),
        required=False,
        secret=False,
        needs="addressRange",
    ),
    "tls": CredentialField(
        gettext_lazy("`required` to connect by TLS and check the SMSC’s certificate."),
        one_of("required"),
        required=False,
        secret=False,
    ),
    "tlsName": CredentialField(
        gettext_lazy("The name in its certificate, where that is not the host."),
        host_problem,
        required=False,
        secret=False,
        needs="tls",
    ),
    "caCertificate": CredentialField(
        gettext_lazy(
            "The certificate of who signed the SMSC’s, in PEM form, where that is no public authority."
        ),
        certificate_problem,
        required=False,
        secret=False,
        needs="tls",
        multiline=True,
    ),
    "defaultAlphabet": CredentialField(
        gettext_lazy("What data_coding 0 means there: gsm7 by default, latin1, ascii, ucs2 or utf8."),
        one_of(*get_args(Alphabet)),
        required=False,
        secret=False,
    ),
    "ia5Alphabet": CredentialField(
        gettext_lazy(
            "What data_coding 1 means there: gsm7, ascii or latin1. By default each text’s octets tell."
        ),
        one_of("gsm7", "ascii", "latin1"),
        required=False,
        secret=False,
    ),
    "defaultCountry": CredentialField(
        gettext_lazy("The country, such as FR, whose numbers come without calling code."),
        country_problem,
        required=False,
        secret=False,
    ),
    "enquireLinkS": CredentialField(
        gettext_lazy("Seconds between two enquire_link, 1 to 600; 30 by default."),
        whole_number(ENQUIRE_S),
        required=False,
        secret=False,
    ),
}
