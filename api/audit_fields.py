"""What stands in `before` and `after` of audit entries: each field that some action writes, and its JSON schema.

Names are as the services write them (accounts.audit.record); tests fail on an entry with a field that is not here.
"""

from __future__ import annotations

from typing import Any

from api.behaviour_fields import BEHAVIOUR
from api.endpoint_fields import ACCESS, POLICY, shape
from delivery.checking import PROBES
from delivery.retry import BY_CODE
from routing.conditions import FIELDS as CONDITION_FIELDS
from routing.conditions import OPERATORS

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
TEXT_OR_NULL = {"type": ["string", "null"]}
WHOLE = {"type": "integer"}
WHOLE_OR_NULL = {"type": ["integer", "null"]}
FLAG = {"type": "boolean"}
MOMENT = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL = {"type": ["string", "null"], "format": "date-time"}
COUNTS = {"type": "object", "additionalProperties": WHOLE}
UUID = {"type": "string", "format": "uuid"}
UUID_OR_NULL = {"type": ["string", "null"], "format": "uuid"}
UUIDS = {"type": "array", "items": UUID}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return schema | {"type": ["object", "null"]}


CONDITION = shape(
    field={"type": "string", "enum": list(CONDITION_FIELDS)},
    operator={"type": "string", "enum": list(OPERATORS)},
    value={"oneOf": [TEXT, TEXTS]},
)
REPLAY_FILTER = shape(
    since=MOMENT,
    until=MOMENT,
    endpoint=UUID,
    state=TEXT,
    errorCode={"type": "integer", "enum": sorted(BY_CODE)},
    number=TEXT,
    routes=UUIDS,
    unrouted=FLAG,
)
TEMPLATE = shape(method=TEXT_OR_NULL, contentType=TEXT_OR_NULL)

BY_NAME: dict[str, dict[str, Any]] = {
    # tenants, people, programs
    "name": TEXT,
    "role": TEXT,
    "user": UUID,
    "language": TEXT,
    "time_zone": TEXT,
    "scopes": TEXTS,
    "allowedNetworks": TEXTS,
    "expiresAt": MOMENT_OR_NULL,
    "formerEndsAt": MOMENT,
    "successor": TEXT,
    "fields": TEXTS,
    "left": WHOLE,
    "proofs": TEXT,
    # single sign-on
    "issuer": TEXT,
    "clientId": TEXT,
    "clientSecret": TEXT,  # that it was replaced
    "domains": TEXTS,
    "joinRole": TEXT,
    "enforced": FLAG,
    "trustsSecondFactor": FLAG,
    "result": TEXT,
    "reason": TEXT,
    # how much an environment may ask for
    "reads_allowed": WHOLE_OR_NULL,
    "writes_allowed": WHOLE_OR_NULL,
    "messages_allowed": WHOLE_OR_NULL,
    # how long things are kept
    "content_kept_days": WHOLE_OR_NULL,
    "attempts_kept_days": WHOLE_OR_NULL,
    # channels and numbers
    "carrier": TEXT,
    "credentials": TEXTS,
    "number": TEXT,
    "label": TEXT,
    "channel": UUID_OR_NULL,
    "channelRef": TEXT,
    "owned": FLAG,
    "country": TEXT,
    "category": TEXT,
    "region": TEXT,
    "status": TEXT,
    "monthlyVolume": WHOLE,
    "request": UUID,
    "contentType": TEXT,
    "size": WHOLE,
    "created": WHOLE,
    "updated": WHOLE,
    # routes
    "position": WHOLE,
    "version": WHOLE,
    "moved": WHOLE,
    "deleted": WHOLE,
    "conditions": {"type": "array", "items": CONDITION},
    "action": TEXT,
    "routingTag": TEXT,
    "endpointIds": UUIDS,
    # endpoints
    "kind": TEXT,
    "url": TEXT_OR_NULL,
    "description": TEXT,
    "is_default": FLAG,
    "policy": POLICY,
    "access": nullable(ACCESS),
    "signs_with": TEXT,
    "payload": TEXT,
    "template": TEMPLATE,
    "ack_within_s": WHOLE,
    "events": TEXTS,
    "failover": UUID_OR_NULL,
    "disabled": FLAG,
    "because": TEXT,
    "warning": WHOLE,
    "overlapSeconds": WHOLE,
    "pattern": TEXT,
    **{probe.name: {"type": ["boolean", "null"]} for probe in PROBES},
    # deliveries, replays, issues
    "state": TEXT,
    "filter": REPLAY_FILTER,
    "planned": WHOLE,
    "queued": WHOLE,
    "notSent": COUNTS,
    # sandboxes
    "behaviour": BEHAVIOUR,
    "now": MOMENT,
    "requests": WHOLE,
    "texts": WHOLE,
    "scenario": TEXT,
    "messages": WHOLE,
    "code": TEXT,
    "field": TEXT,
    "ids": TEXTS,
    # who looked at what
    "messageIds": TEXTS,
    "form": TEXT,
    "organisation": TEXT,
    "seen": TEXT,
    "actor": TEXT,
    "target": TEXT,
    "request_id": TEXT,
    "address": TEXT,
    "since": TEXT,
    "until": TEXT,
}
#: Changed fields and their values; which ones, says the action.
AUDITED = {"title": "AuditedFields", **nullable(shape(**BY_NAME))}
