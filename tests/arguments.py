"""What each address is asked with, so that whoever may do it gets it done: the walks fail on an address that lacks.

A string that is a name in tests.cast.Side.ids stands for what it names there.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from delivery.policy import ON_FAILURE
from tests.cast import URL, House, Side
from tests.urlconf import PLACES, Place

ASKED = {"country": "FR", "purpose": "Appointments", "monthlyVolume": 500}
PROOF = {"name": "Bill", "contentType": "application/pdf", "content": "JVBERi0xLjc="}
TAKEN = {"lease": "lse_" + "0" * 26, "deliveryIds": ["delivery_id"]}
RECOVER = {"since": "2026-11-22T00:00:00Z", "endpointId": "endpoint_id"}
LADDER = {"retry": {"delaysSeconds": [5, 60]}, "onFailure": {"5xx": "retry"}}
HEADERS = {"headers": [{"name": "X-Tenant", "value": "acme", "secret": True}]}
SENDER = [{"field": "senderId", "operator": "equals", "value": "+33639980417"}]

ROUTE = {"id": "route_id", "name": "R", "endpointIds": ["endpoint_id"]}
PROVIDER = {
    "issuer": "http://127.0.0.1:9",
    "clientId": "walks",
    "clientSecret": "hush",
    "domains": ["w.example"],
}

TREATED = {f"on_{name}": word for name, word in ON_FAILURE.items()}

#: The body of each call that takes one.
BODIES: dict[str, dict[str, Any]] = {
    "POST channels": {"carrier": "sandbox", "credentials": {"secret": "a-long-token"}},
    "PATCH channels/{channel_id}": {"name": "N"},
    "POST channels/{channel_id}/numbers": {"number": "+33937000009"},
    "POST channels/{channel_id}/preview": {"body": "{}"},
    "POST numbers": {
        "number": "+33937000009",
        "channelId": "channel_id",
        "monthlyVolume": 500,
        "purpose": "P",
    },
    "PATCH numbers/{number_id}": {"label": "L", "channelId": "channel_id"},
    "POST number-requests": ASKED,
    "POST number-requests/{number_request_id}/documents": PROOF,
    "POST endpoints": {"kind": "webhook", "url": URL, "policy": LADDER, "access": HEADERS},
    "PATCH endpoints/{endpoint_id}": {"description": "D", "failoverId": "callback_id"},
    "POST endpoints/{endpoint_id}/preview": {},
    "POST endpoints/{endpoint_id}/check": {},
    "POST endpoints/{endpoint_id}/secrets": {"overlapSeconds": 60},
    "POST endpoints/{queue_id}/queue/ack": TAKEN,
    "POST endpoints/{queue_id}/queue/release": TAKEN,
    "POST destinations": {"pattern": "*.example.com"},
    "POST routes": {"name": "R", "endpointIds": ["endpoint_id"], "conditions": SENDER},
    "PATCH routes/{route_id}": {"name": "R", "endpointIds": ["endpoint_id"]},
    "PUT routes/import": {"routes": [ROUTE]},
    "POST routes/validate": {"routes": [ROUTE]},
    "POST routes/dry-run": {"messageId": "message_id", "routes": [ROUTE]},
    "POST routes/versions/{route_version_id}/restore": {},
    "POST deliveries/{delivery_id}/replay": {},
    "POST replays": {"kind": "recover", "filter": RECOVER},
    "POST replays/{replay_id}/run": {},
    "PATCH issues/{issue_id}": {"state": "acknowledged"},
    "PATCH retention": {"contentDays": 7},
    "POST sandboxes": {"name": "S"},
    "PATCH sandboxes/{sandbox_id}": {"name": "S"},
    "POST sandboxes/{sandbox_id}/reset": {},
    "POST sandbox/clock": {"advanceBy": "PT1H"},
    "POST sandbox/messages": {
        "numberUsed": "held_number",
        "senderId": "ACME",
        "content": "Hello, " * 30,
        "parts": [{"number": 1}],
        "carrier": "vonage",
    },
    "POST sandbox/scenarios/{scenario_name}/runs": {"numberUsed": "held_number"},
    "POST sandbox/runs": {"scenarios": ["stop"], "senderId": "ACME"},
    "POST sandbox/leases": {"ttl": 60},
    "POST sandbox/messages/{simulation_id}/release": {},
    "POST sandbox/receivers": {"name": "R", "behaviour": {"failFirst": 2, "status": 500}},
    "PATCH sandbox/receivers/{receiver_id}": {"behaviour": {"gone": True}},
    "POST api-keys": {"name": "K", "scopes": ["read"]},
    "PATCH api-keys/{key_id}": {"name": "K"},
    "POST api-keys/{key_id}/rotate": {},
    "POST oauth-clients": {"name": "C", "scopes": ["read"]},
    "PATCH oauth-clients/{client_id}": {"name": "C"},
    "POST oauth-clients/{client_id}/rotate": {},
    "PATCH members/{membership_id}": {"role": "support"},
    "POST invitations": {"email": "new@example.com", "role": "viewer"},
    "POST invitations/{invitation_id}/resend": {},
    "POST identity-providers": PROVIDER,
    "PATCH identity-providers/{identity_provider_id}": {"trustsSecondFactor": True},
    "POST identity-providers/{identity_provider_id}/check": {},
}
#: What is sent by a page.
FORMS: dict[str, dict[str, Any]] = {
    "messages/{message_id}/release/": {},
    "deliveries/{delivery_id}/replay/": {},
    "deliveries/replay/": {"delivery": ["delivery_id"]},
    "replays/new/": {"kind": "recover", "endpoint": "endpoint_id", "since": "2026-11-22T00:00"},
    "replays/{replay_id}/run/": {},
    "replays/{replay_id}/cancel/": {},
    "issues/{issue_id}/state/": {"state": "acknowledged"},
    "numbers/request/": {"country": "FR", "purpose": "Appointments", "monthly_volume": "500"},
    "numbers/new/": {
        "number": "+33937000009",
        "channel": "channel_id",
        "purpose": "Appointments",
        "monthly_volume": "500",
    },
    "numbers/requests/{number_request_id}/cancel/": {},
    "numbers/requests/{number_request_id}/documents/": {},
    "numbers/{number_id}/": {"label": "L", "channel": "channel_id"},
    "numbers/{number_id}/release/": {},
    "numbers/{number_id}/take-back/": {},
    "channels/new/": {"name": "N"},
    "channels/{channel_id}/": {"name": "N"},
    "channels/{channel_id}/buy/": {"number": "+33937000009"},
    "channels/{channel_id}/try/": {"body": "{}"},
    "channels/{channel_id}/delete/": {},
    "routes/new/": {"name": "R", "action": "deliver", "endpoints": ["endpoint_id"]},
    "routes/try/": {"number_used": "+33937000001", "sender_id": "+33639980417", "content": "Hello"},
    "routes/versions/{route_version_id}/restore/": {},
    "routes/{route_id}/": {"name": "R", "action": "deliver", "endpoints": ["endpoint_id"]},
    "routes/{route_id}/move/": {"to": "1"},
    "routes/{route_id}/delete/": {},
    "destinations/": {"pattern": "*.example.com"},
    "destinations/{destination_id}/delete/": {},
    "retention/": {"content_kept_days": "7", "attempts_kept_days": "30"},
    "endpoints/new/": {"url": URL, "signs_with": "v1"},
    "endpoints/{endpoint_id}/edit/": {"url": URL, "description": "D", "payload": "full"},
    "endpoints/{endpoint_id}/policy/": {"shape": "default", "failover": "callback_id"} | TREATED,
    "endpoints/{callback_id}/template/": {"method": "GET", "content_type": "application/json"},
    "endpoints/{endpoint_id}/access/": {"way": "none"},
    "endpoints/{endpoint_id}/secrets/": {"overlap": "0"},
    "endpoints/{endpoint_id}/secrets/{secret_id}/withdraw/": {},
    "endpoints/{endpoint_id}/events/": {"event": ["message.delivered"]},
    "endpoints/{endpoint_id}/check/": {},
    "endpoints/{endpoint_id}/switch/": {"disabled": "1"},
    "endpoints/{endpoint_id}/default/": {},
    "endpoints/{endpoint_id}/delete/": {},
    "simulator/": {
        "sender_id": "ACME",
        "number_used": "held_number",
        "count": "1",
        "repeats": "0",
        "delay": "0",
        "skew": "0",
    },
    "scenarios/": {"number_used": "held_number", "scenario": "stop"},
    "sandboxes/": {"name": "S"},
    "sandboxes/{sandbox_id}/": {"name": "S"},
    "sandboxes/{sandbox_id}/reset/": {},
    "sandboxes/{sandbox_id}/delete/": {},
    "clock/": {"minutes": "60"},
    "receivers/": {"name": "R"},
    "receivers/{receiver_id}/": {"name": "R", "status": "500"},
    "receivers/{receiver_id}/empty/": {},
    "receivers/{receiver_id}/delete/": {},
    "api-keys/new/": {"name": "K", "scopes": ["read"]},
    "api-keys/{key_id}/": {"name": "K"},
    "api-keys/{key_id}/rotate/": {"overlap": "0"},
    "api-keys/{key_id}/revoke/": {},
    "members/": {"email": "new@example.com", "role": "viewer"},
    "members/{membership_id}/role/": {"role": "support"},
    "members/{membership_id}/remove/": {},
    "members/invitations/{invitation_id}/resend/": {},
    "members/invitations/{invitation_id}/withdraw/": {},
    "single-sign-on/": {"issuer": "http://127.0.0.1:9", "client_id": "walks", "domains": "w.example"},
    "single-sign-on/check/": {},
    "single-sign-on/remove/": {},
    "oauth-clients/new/": {"name": "C", "scopes": ["read"]},
    "oauth-clients/{client_id}/": {"name": "C"},
    "oauth-clients/{client_id}/rotate/": {"overlap": "0"},
    "oauth-clients/{client_id}/revoke/": {},
}
#: What a GET must say.
QUERIES = {"channels/{channel_id}/available-numbers": "country=FR"}
#: What the cast's own things answer, where that is no success.
OTHERWISE = {
    "POST identity-providers": 409,  # there is one
    "GET channels/{channel_id}/available-numbers": 409,  # its carrier sells none
    "POST channels/{channel_id}/numbers": 409,
    "POST endpoints/{queue_id}/queue/ack": 422,  # nothing waits in it
    "POST endpoints/{queue_id}/queue/release": 422,
    "DELETE sandboxes/{sandbox_id}": 409,  # it is the last one
    "DELETE channels/{channel_id}": 409,  # a number is bound to it
    "DELETE endpoints/{endpoint_id}": 409,  # a route sends there
    "DELETE endpoints/{endpoint_id}/secrets/{secret_id}": 409,  # it is the last one
    "POST numbers/requests/{number_request_id}/documents/": 422,  # without a file
}


def short(place: Place) -> str:
    """`messages/{message_id}` of the API, `messages/{message_id}/` of pages."""
    route = place.route.replace("<str:", "{").replace(">", "}")
    return route.removeprefix("v1/").removeprefix("e/{env_id}/")


OF_SANDBOX = frozenset(short(place) for place in PLACES if place.of_sandbox)


def seen(operation: str, house: House) -> House:
    """The house, turned where an operation such as "GET messages" is for its sandbox only."""
    return house.turned if operation.partition(" ")[2] in OF_SANDBOX else house


def filled(value: Any, ids: dict[str, str]) -> Any:
    """A sample with the ids of one environment."""
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, ids) for name, item in value.items()}
    return ids.get(value, value) if isinstance(value, str) else value


def takes_body(place: Place, method: str) -> bool:
    return method in ({"POST", "PATCH", "PUT"} if place.of_api else {"POST"}) and method in place.needs


def sample(place: Place, method: str) -> dict[str, Any] | None:
    """What is sent; None where nothing is. A KeyError says which line to add."""
    if not takes_body(place, method):
        return None
    return BODIES[f"{method} {short(place)}"] if place.of_api else FORMS[short(place)]


def sent(place: Place, method: str, side: Side) -> tuple[bytes, str]:
    """Body and content type."""
    given = sample(place, method)
    content = filled(given or {}, side.ids)
    if not place.of_api:
        return urlencode(content, doseq=True).encode(), "application/x-www-form-urlencoded"
    return b"" if given is None else json.dumps(content).encode(), "application/json"


def address(place: Place, values: dict[str, str]) -> str:
    query = QUERIES.get(short(place), "")
    return place.url(values) + (f"?{query}" if query else "")
