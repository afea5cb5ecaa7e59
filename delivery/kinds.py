"""What belongs to which kind of endpoint, checked when one is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from delivery.events import check_events
from delivery.models import Endpoint
from delivery.policy import is_whole, out_of, policy_of
from delivery.template import template_of

Kind = Endpoint.Kind

ACK_WITHIN_S = (5, 3600)
POINTERS = {
    "url": "/url",
    "access": "/access",
    "payload": "/payload",
    "events": "/events",
    "template": "/template",
    "ack_within_s": "/ackWithinSeconds",
    "failover": "/failoverId",
}
OWN: Mapping[str, tuple[str, ...]] = {
    Kind.WEBHOOK: ("url", "access", "payload", "events", "failover"),
    Kind.CALLBACK: ("url", "access", "template", "failover"),
    Kind.POLLING: ("ack_within_s",),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    Kind.WEBHOOK: ("url",),
    Kind.CALLBACK: ("url", "template"),
    Kind.POLLING: (),
}
#: What a policy may say of a queue, to which nothing is sent: how often a text is offered, when it is worthless.
QUEUE_POLICY = ("retry", "deliverWithinSeconds")
QUEUE_RETRY = ("tries",)


def check_new(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new endpoint of that kind, of fields that may be None where none was given; raises Invalid."""
    chosen = {name: value for name, value in given.items() if value is not None}
    missing = [name for name in NEEDED[kind] if name not in chosen]
    if missing:
        raise Invalid([(POINTERS[name], "required", _("This field is required.")) for name in missing])
    check(kind, chosen)
    return chosen


def check(kind: str, chosen: Mapping[str, Any]) -> None:
    """Raises Invalid for a field that the kind does not have, or whose value cannot be."""
    refuse_strange(
        [
            POINTERS[name]
            for name, value in chosen.items()
            if name in POINTERS and name not in OWN[kind] and value is not None
        ]
    )
    if "policy" in chosen:
        check_policy(kind, chosen["policy"])
    if "ack_within_s" in chosen and not is_whole(chosen["ack_within_s"], ACK_WITHIN_S):
        raise Invalid([(POINTERS["ack_within_s"], "invalid", out_of(ACK_WITHIN_S))])
    if "events" in chosen:
        check_events(chosen["events"])
    if "template" in chosen:
        template_of(chosen["template"])


def check_policy(kind: str, policy: Any) -> None:
    """Raises Invalid for a policy that cannot be, or says what an endpoint of the kind does not do."""
    policy_of(policy)
    if kind == Kind.POLLING:
        strange = [f"/policy/{name}" for name in policy if name not in QUEUE_POLICY]
        retry = policy.get("retry") or {}
        refuse_strange(strange + [f"/policy/retry/{name}" for name in retry if name not in QUEUE_RETRY])


def refuse_strange(pointers: Sequence[str]) -> None:
    if pointers:
        text = _("An endpoint of this kind has no such field.")
        raise Invalid([(pointer, "not_of_this_kind", text) for pointer in pointers])
