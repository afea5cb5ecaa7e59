"""How often something may happen: a bucket that refills steadily, counted in Valkey, which all web processes share.

The bucket is one number, the time at which it would be full again (the generic cell rate algorithm). While Valkey is
away nobody is refused: limits protect the service, and an outage of the counter must not be one of the API.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any, NamedTuple

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.clock import clock

log = logging.getLogger("smsgateway.api")

TIMEOUT_S = 0.2
AWAY_S = 5.0  # how long nobody asks Valkey again after it did not answer
MICROSECONDS = 1_000_000
# Everything in microseconds. A time further ahead than any bucket reaches was written by a clock that was wrong.
TAKE = """
local now, each, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
if full < now or full > now + 2 * window then full = now end
if full + each > now + window then return {0, full - now} end
full = full + each
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil(window / 500))
return {1, full - now}
"""


class Policy(NamedTuple):
    """So many requests in so many seconds."""

    name: str
    most: int
    window_s: int


class Standing(NamedTuple):
    """What is left. `wait_s` is how long until there is room for one more; 0 where this one was let through."""

    policy: Policy
    allowed: bool
    left: int
    full_in_s: float
    wait_s: float


class Valkey:
    """Where it is counted, and until when (by the monotonic clock) it is taken to be away."""

    away_until = 0.0

    @staticmethod
    @cache
    def take() -> Any:
        client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        return client.register_script(TAKE)


def take(who: str, policy: Policy) -> Standing | None:
    """Count once for `who`; None while nobody counts."""
    if time.monotonic() < Valkey.away_until:
        return None
    window = policy.window_s * MICROSECONDS
    each = max(1, window // policy.most)
    now = int(clock().timestamp() * MICROSECONDS)
    try:
        allowed, debt = Valkey.take()(keys=[f"rate:{policy.name}:{who}"], args=[now, each, window])
    except (redis.RedisError, OSError) as error:
        Valkey.away_until = time.monotonic() + AWAY_S
        log.warning("api: rates are not counted", extra={"reason": type(error).__name__})
        return None
    wait = 0 if allowed else debt + each - window
    left = min(policy.most, max(0, (window - debt) // each))
    return Standing(policy, bool(allowed), left, debt / MICROSECONDS, wait / MICROSECONDS)
