"""Many HTTP requests at once from one thread: a libcurl multi handle on its socket interface.

A request that hangs holds one of its endpoint's places and nothing else. What an endpoint has no place for waits
here until its lease would no longer cover a try; then it is handed back.

All endpoints share one number of places, and libcurl's few threads that look names up. So an endpoint has few until
it has answered once, one while it does not answer, and, while half of all are taken, fewer the longer it takes.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import math
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pycurl

from delivery.addresses import Network
from delivery.exchange import Exchange, Job, Result
from delivery.places import NOTHING, Use

log = logging.getLogger("smsgateway.worker")

SWEPT = (
    160  # of what waited in the database, so many in here at once: what just came does not queue behind more
)
FIRST_PLACES = 4  # of an endpoint that never answered this process
UNANSWERED = {"timeout", "connect", "dns"}
READABLE = {select.EPOLLIN: pycurl.CSELECT_IN, select.EPOLLOUT: pycurl.CSELECT_OUT}


@dataclass(slots=True)
class Lane:
    """One endpoint's places."""

    running: int = 0
    cap: int | None = None  # by the endpoint's own policy, of all workers together
    waiting: collections.deque[Job] = field(default_factory=collections.deque)


class Transport(threading.Thread):
    """The sending thread. `on_done(job, result)` and `on_returned(job)` are called from it and must not block.

    So must `allowed(endpoint)`, which tells how many requests may go from here to an endpoint with a cap.
    """

    def __init__(
        self,
        *,
        allow_networks: Sequence[Network],
        per_endpoint: int,
        in_flight: int,
        on_done: Callable[[Job, Result], None],
        on_returned: Callable[[Job], None],
        allowed: Callable[[UUID], int],
        proxy: str = "",
    ) -> None:
        super().__init__(name="transport", daemon=True)
        self.allow_networks, self.per_endpoint, self.in_flight = allow_networks, per_endpoint, in_flight
        self.on_done, self.on_returned, self.proxy = on_done, on_returned, proxy
        self.allowed = allowed
        self.lanes: collections.defaultdict[UUID, Lane] = collections.defaultdict(Lane)
        self.arrived: collections.deque[Job] = collections.deque()
        self.ready: collections.deque[UUID] = collections.deque()  # lanes that may start one more
        self.took: dict[UUID, float] = {}  # seconds of an endpoint's last try; infinite without an answer
        self.idle: list[Exchange] = []
        self.running: set[Exchange] = set()
        self.count = 0  # everything in here
        self.swept = 0  # of that, what waited in the database
        self.counting = threading.Lock()
        self.draining = False
        self.ears, self.mouth = socket.socketpair()
        self.ears.setblocking(False)
        self.mouth.setblocking(False)
        self.next_check = 0.0

    # ---- called from other threads

    def submit(self, jobs: Sequence[Job]) -> None:
        with self.counting:
            self.count += len(jobs)
            self.swept += sum(job.swept for job in jobs)
        self.arrived.extend(jobs)
        self.nudge()

    def room(self) -> int:
        """How many more jobs are welcome from a sweep."""
        return max(0, min(4 * self.in_flight - self.count, SWEPT - self.swept))

    def saturated(self) -> list[UUID]:
        """Endpoints whose places are all taken and whose queue here is long already, or whose places others have."""
        return [
            id
            for id, lane in list(self.lanes.items())
            if len(lane.waiting) >= self.per_endpoint
            or (lane.cap is not None and lane.waiting and not self.allowed(id))
        ]

    def capped(self) -> dict[UUID, Use]:
        """What is here of endpoints with a cap, be it in its lane yet or not."""
        uses = {
            id: Use(lane.cap, lane.running, lane.running + len(lane.waiting))
            for id, lane in list(self.lanes.items())
            if lane.cap is not None
        }
        for job in list(self.arrived):
            if job.most_at_once is not None:
                uses[job.endpoint] = uses.get(job.endpoint, NOTHING).with_more(job.most_at_once, 1)
        return uses

    def drain(self, grace_s: float) -> None:
        """Hand back what has not begun, wait for what has, end the thread."""
        self.draining = True
        self.nudge()
        self.join(grace_s)

    def nudge(self) -> None:
        with contextlib.suppress(OSError):  # full: it is awake enough; closed: it is gone
            self.mouth.send(b"!")

    # ---- the thread itself

    def run(self) -> None:
        self.multi = pycurl.CurlMulti()
        self.epoll = select.epoll()
        self.epoll.register(self.ears.fileno(), select.EPOLLIN)
        self.timer_at: float | None = None
        self.multi.setopt(pycurl.M_SOCKETFUNCTION, self.watch)
        self.multi.setopt(pycurl.M_TIMERFUNCTION, self.set_timer)
        self.multi.setopt(pycurl.M_MAXCONNECTS, 2 * self.in_flight)
        while not (self.draining and self.count == 0):
            try:
                self.turn()
            except Exception:
                log.exception("transport")
        self.close_all()

    def close_all(self) -> None:
        for exchange in self.idle:
            exchange.curl.close()
        self.multi.close()
        for thing in (self.epoll, self.ears, self.mouth):
            thing.close()

    def turn(self) -> None:
        for fd, events in self.epoll.poll(self.patience()):
            if fd == self.ears.fileno():
                self.listen()
            else:
                self.multi.socket_action(fd, sum(bit for mask, bit in READABLE.items() if events & mask))
        if self.timer_at is not None and time.monotonic() >= self.timer_at:
            self.timer_at = None
            self.multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self.finish()
        self.sort()
        if time.monotonic() >= self.next_check:
            self.return_late()
        self.begin()

    def patience(self) -> float:
        """Seconds until something must happen without a socket asking for it."""
        now = time.monotonic()
        until = self.next_check if self.timer_at is None else min(self.timer_at, self.next_check)
        return min(max(0.0, until - now), 1.0)

    def listen(self) -> None:
        try:
            while self.ears.recv(4096):
                pass
        except BlockingIOError:
            pass

    def watch(self, what: int, fd: int, _multi: Any, _data: Any) -> None:
        """libcurl says which sockets it waits for."""
        if what == pycurl.POLL_REMOVE:
            with contextlib.suppress(OSError):  # closed already
                self.epoll.unregister(fd)
            return
        mask = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (
            select.EPOLLOUT if what & pycurl.POLL_OUT else 0
        )
        try:
            self.epoll.register(fd, mask)
        except FileExistsError:
            self.epoll.modify(fd, mask)

    def set_timer(self, milliseconds: int) -> None:
        self.timer_at = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def sort(self) -> None:
        """Put what arrived into its endpoint's lane."""
        while self.arrived:
            job = self.arrived.popleft()
            if self.draining:
                self.give_back(job)
                continue
            lane = self.lanes[job.endpoint]
            if len(lane.waiting) >= self.per_endpoint and self.took.get(job.endpoint) == math.inf:
                self.give_back(job)  # else what one dead endpoint piles up here leaves no room for others
                continue
            lane.cap = job.most_at_once
            lane.waiting.append(job)
            if lane.running + len(lane.waiting) <= self.places(job.endpoint):
                self.ready.append(job.endpoint)

    def places(self, endpoint: UUID) -> int:
        """How many requests an endpoint may have on the wire now; at least one, but for one with a cap."""
        took, most = self.took.get(endpoint), self.per_endpoint
        if (cap := self.lanes[endpoint].cap) is not None:
            most = min(most, cap, self.allowed(endpoint))
        if took is None:
            return min(FIRST_PLACES, most)
        if took == math.inf:
            return min(1, most)
        if 2 * len(self.running) < self.in_flight:
            return most
        return min(max(1, int(self.per_endpoint / max(1.0, took))), most)

    def begin(self) -> None:
        """Start what has a place, one lane after another, so that a long queue delays no short one."""
        started = False
        while self.ready and len(self.running) < self.in_flight:
            endpoint = self.ready.popleft()
            lane = self.lanes[endpoint]
            self.drop_late(lane)
            if not lane.waiting or lane.running >= self.places(endpoint) or self.draining:
                continue
            started |= self.start_one(lane, lane.waiting.popleft())
        if started:
            self.multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
            self.finish()

    def start_one(self, lane: Lane, job: Job) -> bool:
        exchange = self.idle.pop() if self.idle else Exchange(self.allow_networks, self.proxy)
        try:
            self.multi.add_handle(exchange.load(job))
        except (
            pycurl.error,
            ValueError,
        ):  # UnicodeError too: no request can be made of this job, now or later
            log.exception("request", extra={"delivery": str(job.delivery)})
            exchange.curl.close()
            if lane.waiting:
                self.ready.append(job.endpoint)
            self.leave(job)
            self.on_done(job, Result(None, "other"))
            return False
        lane.running += 1
        self.running.add(exchange)
        return True

    def finish(self) -> None:
        while True:
            left, well, badly = self.multi.info_read()
            for curl, error in [
                *((curl, None) for curl in well),
                *((curl, error) for curl, error, _ in badly),
            ]:
                try:
                    self.close(curl.exchange, error)
                except Exception:
                    log.exception("a finished request")  # the others of this round are finished as well
            if not left:
                return

    def close(self, exchange: Exchange, error: int | None) -> None:
        job, result = exchange.job, exchange.result(error)
        assert job is not None
        self.multi.remove_handle(exchange.curl)
        exchange.job = None
        self.running.discard(exchange)
        self.idle.append(exchange)
        self.took[job.endpoint] = math.inf if result.error in UNANSWERED else result.total_us / 1e6
        lane = self.lanes[job.endpoint]
        lane.running -= 1
        free = self.places(job.endpoint) - lane.running
        self.ready.extend([job.endpoint] * min(free, len(lane.waiting)))
        if not lane.waiting and not lane.running:
            del self.lanes[job.endpoint]
        self.leave(job)
        self.on_done(job, result)

    def return_late(self) -> None:
        """Hand back what waited so long that its lease no longer covers a try; all of it when draining.

        What has a cap may have got places since it was last looked at.
        """
        now = time.monotonic()
        self.next_check = now + 0.25
        for endpoint, lane in list(self.lanes.items()):
            while lane.waiting and (self.draining or lane.waiting[0].start_by <= now):
                self.give_back(lane.waiting.popleft())
            if not lane.waiting and not lane.running:
                del self.lanes[endpoint]
            elif lane.cap is not None:
                free = self.places(endpoint) - lane.running
                self.ready.extend([endpoint] * min(free, len(lane.waiting)))

    def drop_late(self, lane: Lane) -> None:
        """What is next may have come with an older lease than what stood before it."""
        now = time.monotonic()
        while lane.waiting and lane.waiting[0].start_by <= now:
            self.give_back(lane.waiting.popleft())

    def give_back(self, job: Job) -> None:
        self.leave(job)
        self.on_returned(job)

    def leave(self, job: Job) -> None:
        with self.counting:
            self.count -= 1
            self.swept -= job.swept
