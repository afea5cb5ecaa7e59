"""Where names lie, before a proxy gets them: it looks them up anew, where the guard cannot see it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple

from delivery.addresses import Network, Rejected, Resolver, host_of, is_allowed, is_within
from delivery.exchange import Job, Result

GOOD_FOR_S = 30.0
AT_ONCE = 16
MOST = 10_000  # names remembered


class Seen(NamedTuple):
    at: float  # time.monotonic()
    addresses: Sequence[str]


def refusal(job: Job, addresses: Sequence[str], allow_networks: tuple[Network, ...]) -> str | None:
    """Why a job may not go to the addresses of its host, as a word of delivery.retry."""
    if job.opening is not None:
        return None
    if not all(is_allowed(one, allow_networks) for one in addresses):
        return "refused_address"
    if job.only is not None and not (addresses and all(is_within(one, job.only) for one in addresses)):
        return "not_allowed_destination"
    return None


class Vetting:
    """Passes on what may go to every address of its host. A name that we cannot resolve is the proxy's to judge."""

    def __init__(
        self,
        *,
        allow_networks: tuple[Network, ...],
        resolve: Resolver,
        forward: Callable[[Sequence[Job]], None],
        on_done: Callable[[Job, Result], None],
    ) -> None:
        self.allow_networks, self.resolve = allow_networks, resolve
        self.forward, self.on_done = forward, on_done
        self.seen: dict[str, Seen] = {}
        self.asking: dict[str, list[Job]] = {}
        self.lock = Lock()
        self.pool = ThreadPoolExecutor(AT_ONCE, "vetting")

    def submit(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            try:
                host = host_of(job.url)
            except Rejected:  # no URL that was ever saved
                self.on_done(job, Result(None, "other"))
                continue
            with self.lock:
                seen = self.seen.get(host)
                known = seen is not None and time.monotonic() - seen.at < GOOD_FOR_S
                first = not known and host not in self.asking
                if not known:
                    self.asking.setdefault(host, []).append(job)
            if known and seen is not None:
                self.judge(job, seen.addresses)
            elif first:
                self.pool.submit(self.look_up, host)

    def look_up(self, host: str) -> None:
        try:
            addresses = list(self.resolve(host))
        except (OSError, UnicodeError):
            addresses = []
        with self.lock:
            if len(self.seen) >= MOST:
                self.seen.clear()
            self.seen[host] = Seen(time.monotonic(), addresses)
            jobs = self.asking.pop(host, [])
        for job in jobs:
            self.judge(job, addresses)

    def judge(self, job: Job, addresses: Sequence[str]) -> None:
        word = refusal(job, addresses, self.allow_networks)
        if word is not None:
            self.on_done(job, Result(None, word))
        else:
            self.forward([job])

    def close(self) -> list[Job]:
        """What still waits for its name."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        with self.lock:
            jobs = [job for waiting in self.asking.values() for job in waiting]
            self.asking.clear()
        return jobs
