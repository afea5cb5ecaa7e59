"""The ways an SMS comes in: one module a carrier, one line in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    "acknowledgement",
    "is_secret",
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
#: Carriers whose channels say what they want to be answered.
ANSWERS: Mapping[str, Callable[[Mapping[str, str]], Answer]] = {"generic": generic.answer_of}
CARRIERS: Mapping[str, Carrier] = {**HTTP_CARRIERS, "ovh": ovh, "smpp": smpp}


def acknowledgement(carrier: HttpCarrier, credentials: Mapping[str, str]) -> Answer:
    """What a channel of the carrier answers once its texts are stored."""
    custom = ANSWERS.get(carrier.name)
    return custom(credentials) if custom else carrier.accepted


def is_secret(carrier: Carrier, credential: str) -> bool:
    """Whether nobody may see its value; so too where the carrier knows it no more."""
    rule = carrier.credentials.get(credential)
    return rule is None or rule.secret


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
        wanted = rule.required or (
            rule.unless and all(credentials.get(other) is None for other in rule.unless)
        )
        return ("required", _("This field is required.")) if wanted or needed_by else None
    if not isinstance(value, str):
        return "invalid_type", _("Must be a string.")
    detail = rule.problem(value)
    if detail is None and rule.beside:
        detail = rule.beside({str(name): text for name, text in credentials.items() if isinstance(text, str)})
    return ("invalid_value", detail) if detail else None


def _needs(carrier: Carrier, name: object) -> str | None:
    return carrier.credentials[str(name)].needs


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
