"""How often a key may ask, told with each answer: `RateLimit-Policy`, `RateLimit`, and `Retry-After` with a 429.

The headers are those of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from rest_framework.throttling import BaseThrottle

from accounts import limits
from operations import rates

if TYPE_CHECKING:
    from api.views import ApiRequest

READING = {"GET", "HEAD"}


def policy_of(request: ApiRequest) -> rates.Policy:
    allowed = limits.of(request.environment)
    if request.method in READING:
        return rates.Policy("read", allowed.reads, limits.WINDOW_S)
    return rates.Policy("write", allowed.writes, limits.WINDOW_S)


class PerKey(BaseThrottle):
    """Counts what a known key asks. The view keeps the standing, for its headers."""

    standing: rates.Standing | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        if not view.known or request.asked_again:
            return True
        self.standing = view.standing = rates.take(request.actor.id, policy_of(request))
        return self.standing is None or self.standing.allowed

    def wait(self) -> float | None:
        return self.standing.wait_s if self.standing else None


def headers(standing: rates.Standing | None) -> dict[str, str]:
    """Nothing where nobody counts."""
    if standing is None:
        return {}
    name, most, window_s = standing.policy
    return {
        "RateLimit-Policy": f'"{name}";q={most};w={window_s}',
        "RateLimit": f'"{name}";r={standing.left};t={ceil(standing.full_in_s)}',
    }
