"""The dialects in which the simulator writes: one module a carrier, one line in a table.

AWS signs with a key of Amazon's, and OVHcloud calls nobody: these two are missing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.dialects import (
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
    smpp,
    telnyx,
    twilio,
    vonage,
    vonage_messages,
)
from sandbox.dialects.base import CannotWrite, Dialect, Place, Text, Way, Written

__all__ = [
    "DIALECTS",
    "ID_PREFIXES",
    "UNFORGEABLE",
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
    "infobip": infobip,
    "bandwidth": bandwidth,
    "clickatell": clickatell,
    "highconnection": highconnection,
    "generic": generic,
    "sandbox": sandbox,
    "smpp": smpp,
}
#: Nobody but the carrier can be these on a channel of one's own: where they are named, the simulator's brings the text.
UNFORGEABLE = frozenset({"telnyx", "smpp"})
#: How carriers' ids begin that are no plain UUIDs; 32 hexadecimal digits follow.
ID_PREFIXES: Mapping[str, str] = {"twilio": "SM"}
