"""How often a key or OAuth client may ask, told with each answer: `RateLimit-Policy`, `RateLimit`, and `Retry-After`.

The headers are those of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/.
"""

from __future__ import annotations

from math import ceil
from uuid import UUID

from accounts import limits
from accounts.models import Environment
from operations import rates

READING = {"GET", "HEAD"}


def take(environment: Environment, program: UUID, method: str | None) -> rates.Standing | None:
    """Count one request of a program; None while nobody counts."""
    allowed = limits.of(environment)
    name, most = ("read", allowed.reads) if method in READING else ("write", allowed.writes)
    return rates.take(program.hex, rates.Policy(name, most, limits.WINDOW_S))


def headers(standing: rates.Standing | None) -> dict[str, str]:
    """Nothing where nobody counts."""
    if standing is None:
        return {}
    name, most, window_s = standing.policy
    return {
        "RateLimit-Policy": f'"{name}";q={most};w={window_s}',
        "RateLimit": f'"{name}";r={standing.left};t={ceil(standing.full_in_s)}',
    }
