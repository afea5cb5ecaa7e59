"""Plans of replays as people and programs ask for them: checked, and limited to what routes send to an endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.audit import Actor
from accounts.clock import stamp
from accounts.errors import Invalid
from accounts.models import Environment
from delivery import replays
from delivery.models import Endpoint, Replay

Kind = Replay.Kind
#: Fields that say nothing with a kind.
STRANGE: Mapping[str, tuple[str, ...]] = {
    Kind.RECOVER: ("state",),
    Kind.MISSING: ("state", "errorCode"),
    Kind.MATCHING: (),
}


def plan(
    environment: Environment,
    actor: Actor,
    kind: str,
    *,
    since: datetime,
    until: datetime | None = None,
    endpoint: Endpoint | None = None,
    everything: bool = False,
    **values: Any,
) -> Replay:
    """A planned job; `values` may name state, errorCode and number. With kind `missing`, `everything` also means what
    routes sent elsewhere.

    Raises Invalid, with pointers below /filter, and Conflict where the endpoint takes nothing.
    """
    check(kind, since, until, endpoint, values)
    filter: dict[str, Any] = {"since": stamp(since), **values}
    if until is not None:
        filter["until"] = stamp(until)
    if endpoint is not None:
        filter["endpoint"] = str(endpoint.pk)
        if kind == Kind.MISSING and not everything:
            filter |= limits(endpoint)
    return replays.plan(environment, actor, kind, filter)


def limits(endpoint: Endpoint) -> dict[str, Any]:
    """What the routes of today would send there: by route, and what none took if it is the default endpoint."""
    routes = endpoint.routes.values_list("pk", flat=True)
    return {"routes": [str(route) for route in routes], "unrouted": endpoint.is_default}


def check(
    kind: str, since: datetime, until: datetime | None, endpoint: Endpoint | None, values: Mapping[str, Any]
) -> None:
    errors = []
    if kind != Kind.MATCHING and endpoint is None:
        errors.append(("/filter/endpointId", "required", _("Say which endpoint.")))
    for name in STRANGE[kind]:
        if name in values:
            errors.append(
                (f"/filter/{name}", "not_for_this_kind", _("This kind of replay does not take it."))
            )
    if until is not None and until <= since:
        errors.append(("/filter/until", "invalid", _("Must be later than since.")))
    if errors:
        raise Invalid(errors)
