"""Requests that wait for something: each is a look that is taken again and again until its time is up.

Behind a proxy api.waiting holds them, on one event loop. It asks the view as web would, and the view says in the Hold
that the request carries for what it waits. Without it, web holds a few itself, with a thread each.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from accounts.audit import Actor
from accounts.models import Environment
from api.authentication import check_again
from api.views import ApiRequest
from inbox.feed import Position
from routing.reading import Reading

T = TypeVar("T")

#: In a request's META: the Hold, where api.waiting asks.
HELD = "smsgateway.held"
LONGEST_WAIT_S = 60
#: Where no proxy leads to api.waiting, the web process holds requests itself, but never with more than two of its
#: threads; whoever comes then is answered at once, with the advice to come again in a second.
PLACES = threading.BoundedSemaphore(2)
LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue that grows."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A request that comes to a receiver."""

    receiver: UUID


@dataclass(frozen=True, slots=True)
class Texts:
    """A text that comes to an environment and is `wanted`."""

    environment: Environment
    wanted: Callable[[Reading], bool]


@dataclass(frozen=True, slots=True)
class Stream:
    """All texts that an environment gets, from a position on, written one after the other as they come."""

    environment: Environment
    actor: Actor
    credentials: tuple[str, str]  # the stream ends with them
    reads_content: bool
    start: Position


@dataclass(slots=True)
class Hold:
    """One held request. What the view says by it is about one answer; only `position` is there at the next one."""

    on: Queue | Arrivals | Texts | Stream | None = None
    environment: UUID | None = None
    seconds: float = 0
    eager: bool = False  # there is more to look through at once
    position: Position | None = None


def held(
    request: ApiRequest,
    on: Queue | Arrivals | Texts,
    seconds: float,
    look: Callable[[], T],
    enough: Callable[[T], object],
) -> tuple[T, dict[str, str]]:
    """What `look` finds, waiting for `enough` if the request may be held here; and headers for the answer.

    Raises what `look` raises, and AuthenticationFailed once the request's key is no more.
    """
    found = look()
    if enough(found) or not seconds:
        return found, {}
    hold: Hold | None = request.META.get(HELD)
    if hold is not None:
        hold.on, hold.environment, hold.seconds = on, request.environment.pk, seconds
        return found, {}
    found, placed = waited(seconds, look, enough, lambda: check_again(request), PLACES)
    return found, {} if placed else {"Retry-After": "1"}


def waited(
    seconds: float,
    look: Callable[[], T],
    enough: Callable[[T], object],
    between: Callable[[], object],
    places: threading.Semaphore,
    pause_s: float = LOOK_S,
) -> tuple[T, bool]:
    """What `look` finds once it is `enough` or so many seconds are over, and whether one of the `places` was free for
    that; `between` is done before each further look.
    """
    found = look()
    if enough(found) or not seconds:
        return found, True
    if not places.acquire(blocking=False):
        return found, False
    try:
        until = time.monotonic() + seconds
        while not enough(found) and time.monotonic() < until:
            time.sleep(pause_s)
            between()
            found = look()
        return found, True
    finally:
        places.release()
