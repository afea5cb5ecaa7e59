"""Which answers of a customer's own API count as success, where 2xx alone does not tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from delivery.policy import Errors, is_whole, out_of, refuse_strangers

STATUSES = (200, 599)
MOST_STATUSES = 20
LONGEST = 500


class Expectation(NamedTuple):
    """Empty: any 2xx. `steps` is a JSON pointer (RFC 6901), taken apart."""

    statuses: frozenset[int] = frozenset()
    contains: str | None = None
    steps: tuple[str, ...] | None = None
    equals: str = ""  # as JSON

    @property
    def reads_body(self) -> bool:
        return self.contains is not None or self.steps is not None

    def met(self, status: int, body: bytes) -> bool | None:
        """True is success, False an answer that is none though its status may look so; None: ask the status."""
        well = 200 <= status < 300
        if not (status in self.statuses if self.statuses else well):
            return False if well else None
        return self.met_by(body)

    def met_by(self, body: bytes) -> bool:
        if self.contains is not None and self.contains.encode() not in body:
            return False
        return self.steps is None or written(at(body, self.steps)) == self.equals


class Nowhere:
    """What a pointer finds that leads to nothing."""


def at(body: bytes, steps: tuple[str, ...]) -> Any:
    try:
        value = json.loads(body)
        for step in steps:
            value = value[int(step)] if isinstance(value, list) else value[step]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return Nowhere
    return value


def written(value: Any) -> str:
    """So that 1 and true, which Python thinks equal, are not."""
    return "" if value is Nowhere else json.dumps(value, sort_keys=True)


def expectation_of(stored: Any, errors: Errors) -> Expectation:
    """What `success` of a template describes; adds to `errors`, whose pointers are below the template."""
    if stored is None:
        return Expectation()
    if not isinstance(stored, Mapping):
        errors.append(("/success", "invalid", _("Must be an object.")))
        return Expectation()
    refuse_strangers(stored, ("statuses", "contains", "pointer", "equals"), "/success", errors)
    contains = words(stored, "contains", errors)
    pointer = words(stored, "pointer", errors)
    if pointer is not None and not pointer.startswith("/"):
        text = _("Must be a JSON pointer, such as /result/status.")
        errors.append(("/success/pointer", "invalid", text))
    if ("equals" in stored) != (pointer is not None):
        errors.append(("/success/equals", "invalid", _("pointer and equals belong together.")))
    equals = stored.get("equals")
    if isinstance(equals, dict | list):
        errors.append(("/success/equals", "invalid", _("Must be a text, a number, true, false or null.")))
    steps = None if pointer is None else tuple(map(unescaped, pointer.split("/")[1:]))
    return Expectation(statuses_of(stored, errors), contains, steps, written(equals))


def unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


def statuses_of(stored: Mapping[str, Any], errors: Errors) -> frozenset[int]:
    chosen = stored.get("statuses", [])
    if not isinstance(chosen, list) or len(chosen) > MOST_STATUSES:
        text = _("Must be a list of at most %(most)d statuses.") % {"most": MOST_STATUSES}
        errors.append(("/success/statuses", "invalid", text))
        return frozenset()
    for place, status in enumerate(chosen):
        if not is_whole(status, STATUSES):
            errors.append((f"/success/statuses/{place}", "invalid", out_of(STATUSES)))
            return frozenset()
    return frozenset(chosen)


def words(stored: Mapping[str, Any], name: str, errors: Errors) -> str | None:
    value = stored.get(name)
    if value is None or (isinstance(value, str) and 0 < len(value) <= LONGEST):
        return value
    text = _("Must be a text of 1 to %(most)d characters.") % {"most": LONGEST}
    errors.append((f"/success/{name}", "invalid", text))
    return None
