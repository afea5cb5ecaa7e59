"""What a channel would read in a request: its carrier's `parse` alone. Nothing is verified, stored or delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from numbers.carriers import HTTP_CARRIERS, CarrierRequest, InboundSms, Unreadable, validate_credentials
from numbers.carriers.base import Wanted
from numbers.models import Channel


@dataclass(frozen=True, slots=True)
class Preview:
    """The texts of a request, or the (JSON pointer, detail) of each field that cannot be read."""

    texts: list[InboundSms]
    errors: list[tuple[str, str]]


def preview(
    channel: Channel,
    *,
    method: str = "POST",
    query: str = "",
    body: str = "",
    credentials: Mapping[str, str] | None = None,
) -> Preview:
    """Read a request by the channel's credentials, or by others that it might get.

    Raises Invalid naming a wrong credential, Conflict where nobody posts to such a channel.
    """
    carrier = HTTP_CARRIERS.get(channel.carrier)
    if carrier is None:
        raise Conflict("channel_not_called", _("Nobody posts to this channel: we connect to its carrier."))
    if credentials is not None and (errors := validate_credentials(carrier, credentials)):
        raise Invalid(errors)
    url = settings.PUBLIC_INGEST_URL + channel.path + ("?" + query if query else "")
    raw = body.encode("utf-8", "surrogatepass")
    at = clock(channel.environment)
    request = CarrierRequest(method, url, {}, raw, query.encode().decode("latin-1"), at)
    try:
        return Preview(
            carrier.parse(request, channel.credentials() if credentials is None else credentials), []
        )
    except Unreadable as unreadable:
        return Preview([], unreadable.errors)
    except Wanted:
        return Preview([], [("", "asks for another document of the carrier's first")])
