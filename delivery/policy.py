"""How an endpoint wants to be tried: checked when it is saved, a plain value when it is used.

Stored as the API takes it: {"retry": {"delaysSeconds": […]} or {"firstSeconds", "factor", "longestSeconds", "tries"},
"deadlineSeconds", "deliverWithinSeconds", "onFailure": {class: treatment}, "maxInFlight", "ratePerSecond",
"drain": {"ratePerSecond", "newestFirst"}, "ordered": {"waitSeconds"}}; what is absent is as documented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

from accounts.errors import Invalid

# Seconds before each try: 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.
# The last comes 27.6 to 30.4 hours after the first.
DELAYS = (0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
MOST_TRIES = 20
LONGEST_PAUSE_S = 2 * 86_400
LONGEST_S = 14 * 86_400  # from the first try to the last
DEADLINES_S = (1, 30)
WITHIN_S = (10, LONGEST_S)
IN_FLIGHT = (1, 100)
RATES = (0.1, 10_000)
DRAIN_RATE = 100.0  # a second
ORDER_WAITS_S = (1, 86_400)
ORDER_WAIT_S = 600

Errors = list[tuple[str, str, str]]  # pointer below the policy, code, sentence

TREATMENTS = ("retry", "slow", "stop")
# Failures that only a person can mend are not worth the ladder's first, quick tries.
ON_FAILURE: Mapping[str, str] = {
    "dns": "retry",
    "connect": "retry",
    "tls": "slow",
    "token": "slow",
    "timeout": "retry",
    "3xx": "slow",
    "4xx": "slow",
    "410": "disable",
    "429": "retry",
    "5xx": "retry",
}


FIELDS = (
    "retry", "deadlineSeconds", "deliverWithinSeconds", "onFailure", "maxInFlight", "ratePerSecond", "drain", "ordered"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """Seconds throughout. `delays` has one entry a try, the first 0; None where nothing was chosen."""

    delays: tuple[int, ...] = DELAYS
    deadline_s: int | None = None
    deliver_within_s: int | None = None
    treatments: Mapping[str, str] = field(default_factory=lambda: ON_FAILURE)
    max_in_flight: int | None = None  # requests at once, of all workers together
    rate: float | None = None  # requests a second
    drain_rate: float = DRAIN_RATE
    newest_first: bool = False
    order_wait_s: int | None = None  # how long a text waits for earlier ones of its sender; None: it does not

    @property
    def tries_after_s(self) -> list[int]:
        """When each try comes, in seconds after the first, where every one before has failed at once."""
        return list(accumulate(self.delays))


def policy_of(stored: Any) -> Policy:
    """The policy that a saved or given object describes; raises Invalid, with pointers below /policy."""
    if not isinstance(stored, Mapping):
        raise Invalid([("/policy", "invalid", _("Must be an object."))])
    errors: Errors = []
    refuse_strangers(stored, FIELDS, "", errors)
    drain, ordered = part(stored, "drain", errors), part(stored, "ordered", errors)
    refuse_strangers(drain, ("ratePerSecond", "newestFirst"), "/drain", errors)
    refuse_strangers(ordered, ("waitSeconds",), "/ordered", errors)
    policy = Policy(
        delays=delays_of(stored.get("retry"), errors),
        deadline_s=whole(stored, "deadlineSeconds", DEADLINES_S, "", errors),
        deliver_within_s=whole(stored, "deliverWithinSeconds", WITHIN_S, "", errors),
        treatments={**ON_FAILURE, **treatments_of(stored.get("onFailure"), errors)},
        max_in_flight=whole(stored, "maxInFlight", IN_FLIGHT, "", errors),
        rate=rate_of(stored, "", errors),
        drain_rate=rate_of(drain, "/drain", errors) or DRAIN_RATE,
        newest_first=flag(drain, "newestFirst", "/drain", errors),
        order_wait_s=whole(ordered, "waitSeconds", ORDER_WAITS_S, "/ordered", errors, ORDER_WAIT_S)
        if "ordered" in stored
        else None,
    )
    if errors:
        raise Invalid([("/policy" + pointer, code, text) for pointer, code, text in errors])
    return policy


def stated(policy: Mapping[str, Any]) -> dict[str, Any]:
    """What a policy that can be says; null says nothing, at any depth."""
    return {
        name: stated(value) if isinstance(value, Mapping) else value
        for name, value in policy.items()
        if value is not None
    }


def part(stored: Mapping[str, Any], name: str, errors: Errors) -> Mapping[str, Any]:
    value = stored.get(name)
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    errors.append((f"/{name}", "invalid", _("Must be an object.")))
    return {}


def rate_of(value: Mapping[str, Any], below: str, errors: Errors) -> float | None:
    rate = value.get("ratePerSecond")
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not RATES[0] <= rate <= RATES[1]:
        text = _("Must be a number from %(low)s to %(high)s.") % {"low": RATES[0], "high": RATES[1]}
        errors.append((f"{below}/ratePerSecond", "invalid", text))
        return None
    return float(rate)


def flag(value: Mapping[str, Any], name: str, below: str, errors: Errors) -> bool:
    chosen = value.get(name, False)
    if not isinstance(chosen, bool):
        errors.append((f"{below}/{name}", "invalid", _("Must be true or false.")))
        return False
    return chosen


def delays_of(retry: Any, errors: Errors) -> tuple[int, ...]:
    if retry is None:
        return DELAYS
    if not isinstance(retry, Mapping):
        errors.append(("/retry", "invalid", _("Must be an object.")))
        return DELAYS
    delays = ladder(retry, errors) if "delaysSeconds" in retry else exponential(retry, errors)
    if sum(delays) > LONGEST_S:
        errors.append(("/retry", "too_long", _("The last try must come within 14 days of the first.")))
    return (0, *delays)


def ladder(retry: Mapping[str, Any], errors: Errors) -> Sequence[int]:
    refuse_strangers(retry, ("delaysSeconds",), "/retry", errors)
    delays = retry["delaysSeconds"]
    if not isinstance(delays, list) or len(delays) >= MOST_TRIES:
        text = _("Must be a list of at most %(most)d pauses.") % {"most": MOST_TRIES - 1}
        errors.append(("/retry/delaysSeconds", "invalid", text))
        return ()
    for place, delay in enumerate(delays):
        if not is_whole(delay, (1, LONGEST_PAUSE_S)):
            text = out_of((1, LONGEST_PAUSE_S))
            errors.append((f"/retry/delaysSeconds/{place}", "invalid", text))
            return ()
    return delays


def exponential(retry: Mapping[str, Any], errors: Errors) -> Sequence[int]:
    """`firstSeconds`, then each pause `factor` times the one before, up to `longestSeconds`; `tries` in all."""
    refuse_strangers(retry, ("firstSeconds", "factor", "longestSeconds", "tries"), "/retry", errors)
    before = len(errors)
    first = whole(retry, "firstSeconds", (1, LONGEST_PAUSE_S), "/retry", errors, 5)
    longest = whole(retry, "longestSeconds", (1, LONGEST_PAUSE_S), "/retry", errors, 36_000)
    tries = whole(retry, "tries", (1, MOST_TRIES), "/retry", errors, 8)
    factor = retry.get("factor", 3)
    if isinstance(factor, bool) or not isinstance(factor, int | float) or not 1 <= factor <= 10:
        errors.append(("/retry/factor", "invalid", _("Must be a number from 1 to 10.")))
    if len(errors) > before or first is None or longest is None or tries is None:
        return ()
    return [int(min(first * factor**step, longest)) for step in range(tries - 1)]


def treatments_of(chosen: Any, errors: Errors) -> Mapping[str, str]:
    if chosen is None:
        return {}
    if not isinstance(chosen, Mapping):
        errors.append(("/onFailure", "invalid", _("Must be an object.")))
        return {}
    refuse_strangers(chosen, tuple(ON_FAILURE), "/onFailure", errors)
    for name, treatment in chosen.items():
        able = (*TREATMENTS, "disable") if name == "410" else TREATMENTS
        if name in ON_FAILURE and treatment not in able:
            text = _("Use one of: %(known)s.") % {"known": ", ".join(able)}
            errors.append((f"/onFailure/{name}", "invalid", text))
    return chosen


def refuse_strangers(value: Mapping[str, Any], known: Sequence[str], below: str, errors: Errors) -> None:
    for name in value:
        if name not in known:
            place = name.replace("~", "~0").replace("/", "~1")  # RFC 6901
            errors.append((f"{below}/{place}", "unknown_field", _("There is no such field.")))


def whole(
    value: Mapping[str, Any],
    name: str,
    bounds: tuple[int, int],
    below: str,
    errors: Errors,
    default: int | None = None,
) -> int | None:
    chosen = value.get(name)
    if chosen is None:
        return default
    if is_whole(chosen, bounds):
        return int(chosen)
    errors.append((f"{below}/{name}", "invalid", out_of(bounds)))
    return default


def is_whole(value: Any, bounds: tuple[int, int]) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and bounds[0] <= value <= bounds[1]


def out_of(bounds: tuple[int, int]) -> str:
    return _("Must be a whole number from %(low)d to %(high)d.") % {"low": bounds[0], "high": bounds[1]}
