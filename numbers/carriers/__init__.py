"""The ways an SMS comes in: one module a carrier, one line in a table."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from numbers.carriers import (
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
from numbers.carriers.base import (
    Answer,
    Carrier,
    CarrierRequest,
    CredentialField,
    HttpCarrier,
    InboundSms,
    Refused,
    Unreadable,
)

__all__ = [
    "CARRIERS",
    "HTTP_CARRIERS",
    "Answer",
    "Carrier",
    "CarrierRequest",
    "CredentialField",
    "HttpCarrier",
    "InboundSms",
    "Refused",
    "Unreadable",
    "validate_credentials",
]

HTTP_CARRIERS: Mapping[str, HttpCarrier] = {
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
CARRIERS: Mapping[str, Carrier] = {**HTTP_CARRIERS, "ovh": ovh, "smpp": smpp}


def validate_credentials(carrier: Carrier, credentials: object) -> list[tuple[str, str, str]]:
    """What is wrong with a channel's credentials, as (JSON pointer, code, detail); [] when nothing.

    Codes: `required`, `unknown_field`, `invalid_type`, `invalid_value`. No detail repeats a value.
    """
    if not isinstance(credentials, Mapping):
        return [("/credentials", "invalid_type", _("Must be an object."))]
    unknown = [
        (f"/credentials/{_escape(str(name))}", "unknown_field", _("This carrier has no such credential."))
        for name in credentials
        if name not in carrier.credentials
    ]
    known = [
        (f"/credentials/{name}", *problem)
        for name, rule in carrier.credentials.items()
        if (problem := _problem(name, rule, carrier, credentials))
    ]
    return unknown + known


def _problem(
    name: str, rule: CredentialField, carrier: Carrier, credentials: Mapping[object, object]
) -> tuple[str, str] | None:
    value = credentials.get(name)
    if value is None:
        needed_by = [
            other for other in credentials if other in carrier.credentials and _needs(carrier, other) == name
        ]
        wanted = rule.required or (rule.unless is not None and credentials.get(rule.unless) is None)
        return ("required", _("This field is required.")) if wanted or needed_by else None
    if not isinstance(value, str):
        return "invalid_type", _("Must be a string.")
    detail = rule.problem(value)
    return ("invalid_value", detail) if detail else None


def _needs(carrier: Carrier, name: object) -> str | None:
    return carrier.credentials[str(name)].needs


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
