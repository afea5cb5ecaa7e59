"""The dialects in which the simulator writes: one module a carrier, one line in a table.

OVHcloud calls nobody, and SMPP is a line of the carrier's: these two are missing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.dialects import (
    aws,
    bandwidth,
    bird,
    clickatell,
    generic,
    highconnection,
    infobip,
    messagebird,
    plivo,
    sandbox,
    sinch,
    telnyx,
    twilio,
    vonage,
    vonage_messages,
)
from sandbox.dialects.base import PRIVATE_KEY, CannotWrite, Dialect, Place, Text, Way, Written

__all__ = [
    "CLOSED",
    "DIALECTS",
    "ID_PREFIXES",
    "PRIVATE_KEY",
    "CannotWrite",
    "Dialect",
    "Place",
    "Text",
    "Way",
    "Written",
]

DIALECTS: Mapping[str, Dialect] = {
    "twilio": twilio,
    "vonage": vonage,
    "vonage-messages": vonage_messages,
    "telnyx": telnyx,
    "plivo": plivo,
    "sinch": sinch,
    "messagebird": messagebird,
    "bird": bird,
    "aws": aws,
    "infobip": infobip,
    "bandwidth": bandwidth,
    "clickatell": clickatell,
    "highconnection": highconnection,
    "generic": generic,
    "sandbox": sandbox,
}
#: Carriers that sign with what nobody else has: nobody but they can write to a channel of one's own.
CLOSED = frozenset({"telnyx", "aws"})
#: How carriers' ids begin that are no plain UUIDs; 32 hexadecimal digits follow.
ID_PREFIXES: Mapping[str, str] = {"twilio": "SM"}
