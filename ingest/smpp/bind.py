"""How to reach and bind to one SMSC, from a channel's credentials; their table is `numbers.carriers.smpp`."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ingest.smpp import pdu
from ingest.smpp.text import Reading
from numbers.alphabets import Alphabet
from numbers.carriers import smpp

COMMANDS = {"receiver": pdu.BIND_RECEIVER, "transceiver": pdu.BIND_TRANSCEIVER}


@dataclass(frozen=True)
class Bind:
    """What every session of a channel needs to know."""

    host: str
    port: int
    request: bytes  # the bind PDU, with sequence number 1
    enquire_s: int
    reading: Reading
    tls: ssl.SSLContext | None
    tls_name: str


def bind_of(credentials: Mapping[str, str]) -> Bind:
    get = credentials.get
    host = credentials["host"].removesuffix(".")
    request = pdu.bind(
        COMMANDS[get("bind", "receiver")],
        1,
        credentials["systemId"],
        credentials["password"],
        get("systemType", ""),
        int(get("addressTon", "0")),
        int(get("addressNpi", "0")),
        get("addressRange", ""),
    )
    return Bind(
        host=host,
        port=int(get("port", smpp.DEFAULT_PORT)),
        request=request,
        enquire_s=int(get("enquireLinkS", smpp.DEFAULT_ENQUIRE_S)),
        reading=Reading(
            cast(Alphabet, get("defaultAlphabet", "gsm7")),
            get("defaultCountry"),
            cast("Alphabet | None", get("ia5Alphabet")),
        ),
        tls=trust(get("caCertificate")) if get("tls") else None,
        tls_name=get("tlsName", host),
    )


def trust(authority: str | None) -> ssl.SSLContext:
    """Checks certificate and name; by the given authorities alone, where there are any."""
    context = ssl.create_default_context(cadata=smpp.certificates(authority) if authority else None)
    # From Python 3.13 on that also asks for extensions which certificates of SMSCs and small authorities lack.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def sessions_of(credentials: Mapping[str, str] | None) -> int:
    return int((credentials or {}).get("sessions", 1))
