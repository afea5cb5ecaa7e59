"""The request that an endpoint would get for an example text, as it would go out but for signature and secrets."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.clock import clock
from accounts.errors import Conflict
from delivery.access_store import shown_access
from delivery.models import Endpoint
from delivery.payload import THIN, encode, received
from delivery.template import SAMPLE, Request, template_of


class Preview(NamedTuple):
    method: str
    url: str
    headers: list[tuple[str, str]]
    body: str


def preview(endpoint: Endpoint, *, template: Any = None, payload: str | None = None) -> Preview:
    """With another template or payload than the saved one, if given. Raises Invalid, and Conflict for a queue."""
    if endpoint.kind == Endpoint.Kind.POLLING:
        raise Conflict(
            "nothing_sent", _("Nothing is sent to a polling endpoint: your code asks for its texts.")
        )
    if endpoint.kind == Endpoint.Kind.CALLBACK:
        chosen = endpoint.template if template is None else template
        request = template_of(chosen).request(endpoint.url, sample(endpoint))
    else:
        request = of_webhook(endpoint, payload or endpoint.payload)
    headers = [*request.headers, *sent_along(endpoint), *every(endpoint)]
    return Preview(request.method, request.url, headers, request.body.decode())


def sample(endpoint: Endpoint) -> dict[str, Any]:
    simulated = not endpoint.environment.is_live
    return {**SAMPLE, "code": SAMPLE["code"] if simulated else None, "simulated": simulated}


def of_webhook(endpoint: Endpoint, payload: str) -> Request:
    text = sample(endpoint)
    names = THIN if payload == Endpoint.Payload.THIN else tuple(text)
    body = encode(received({name: text[name] for name in names}))
    return Request("POST", endpoint.url, [("Content-Type", "application/json")], body)


def sent_along(endpoint: Endpoint) -> list[tuple[str, str]]:
    """The headers of its access, secrets left out."""
    access = shown_access(endpoint) or {}
    found = [(header["name"], header["value"] or "…") for header in access.get("headers", ())]
    schemes = {"basic": "Basic …", "bearer": "Bearer …", "oauth2": "Bearer …"}
    return found + [("Authorization", shown) for name, shown in schemes.items() if name in access]


def every(endpoint: Endpoint) -> list[tuple[str, str]]:
    return [
        ("User-Agent", "smsgateway/1"),
        ("webhook-id", SAMPLE["id"]),
        ("webhook-timestamp", str(int(clock().timestamp()))),
        ("webhook-signature", f"{endpoint.signs_with},…"),
        ("smsgateway-attempt", "1"),
    ]
