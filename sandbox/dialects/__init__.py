"""The dialects in which the simulator writes: one module a carrier, one line in a table."""

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
    ovh,
    plivo,
    sandbox,
    sinch,
    smpp,
    telnyx,
    twilio,
    vonage,
    vonage_messages,
)
from sandbox.dialects.base import PRIVATE_KEY, CannotWrite, Dialect, Place, Text, Way, Written

__all__ = [
    "ASKED",
    "DIALECTS",
    "ID_PREFIXES",
    "PRIVATE_KEY",
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
    "aws": aws,
    "infobip": infobip,
    "bandwidth": bandwidth,
    "clickatell": clickatell,
    "highconnection": highconnection,
    "ovh": ovh,
    "generic": generic,
    "sandbox": sandbox,
    "smpp": smpp,
}
#: Nobody but the carrier can be these on a channel of one's own: where they are named, the simulator's brings the text.
UNFORGEABLE = frozenset({"telnyx", "aws", "ovh", "smpp"})
#: Carriers that post nothing: `write` makes what their API says of a text to whoever asks it (sandbox.carrier_api).
ASKED = frozenset({"ovh"})
#: How carriers' ids begin that are no plain UUIDs; 32 hexadecimal digits follow.
ID_PREFIXES: Mapping[str, str] = {"twilio": "SM"}
