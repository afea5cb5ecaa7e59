"""What `bench.faults` does to the running product, and how to see that the product is over it."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from bench.sink import FLAPS
from bench.stack import Failed, Running, ready
from smsgateway.processes import WORKER, Process, behind_proxy
from smsgateway.run import HOST

WORKERS = ("worker", "worker2")
BACK_WITHIN_S = 40
FLAP_S = (4.0, 8.0)  # long enough for ten failures in a row at most endpoints
LEASE_S = 40.0  # unless DELIVERY_LEASE_S says otherwise
PAST_LEASE_S = 2.0

Old = Mapping[str, int]  # processes that must be others when all is well again, by name
Strike = Callable[[Running, Random], Old]


@dataclass(frozen=True)
class Fault:
    """One way to hurt the product, and how many rounds of a deck it gets."""

    name: str
    share: int
    strike: Strike


def more_processes(running: Running) -> None:
    """A second worker, who takes over what the first leaves lying, and what the compose file alone runs."""
    running.add(*behind_proxy(HOST, running.ports["wait"]))
    running.add(Process("worker2", [sys.executable, *WORKER, "-n", "second@%h"], ""))
    running.until(lambda: all_answer(running), BACK_WITHIN_S, "the process that waits")


def signalled(running: Running, names: Sequence[str], number: signal.Signals) -> Old:
    """Signals the main processes of these; answers their ids."""
    running.until(lambda: set(names) <= running.pids().keys(), BACK_WITHIN_S, " and ".join(names))
    struck = {name: running.pids()[name] for name in names}
    for pid in struck.values():
        os.kill(pid, number)
    return struck


def kill(name: str, running: Running, dice: Random) -> Old:
    return signalled(running, [dice.choice(WORKERS) if name == "worker" else name], signal.SIGKILL)


def restart_database(how: signal.Signals, running: Running, dice: Random) -> Old:
    """A stop in order: the supervisor starts what ended."""
    return signalled(running, ["postgres"], how)


def flush(running: Running, dice: Random) -> Old:
    """Valkey forgets everything."""
    assert running.servers is not None
    with socket.socket(socket.AF_UNIX) as valkey:
        valkey.settimeout(5)
        valkey.connect(str(running.servers.folder / "vk.sock"))
        valkey.sendall(b"FLUSHALL\r\n")
        if not valkey.recv(64).startswith(b"+OK"):
            raise Failed("Valkey did not flush")
    return {}


def flap(how: str, running: Running, dice: Random) -> Old:
    """A third of the receivers misbehave for some seconds. Each third has its turn, so that probes have a chance."""
    running.sink(f"flap?{how}{dice.randrange(FLAPS)}")
    running.wait(dice.uniform(*FLAP_S))
    running.sink("flap?")
    return {}


def freeze(running: Running, dice: Random) -> Old:
    """A worker stands still until others have its leases, then goes on as if nothing had been."""
    frozen = signalled(running, [dice.choice(WORKERS)], signal.SIGSTOP)
    try:
        running.wait(lease_s(running) + PAST_LEASE_S)
    finally:
        for pid in frozen.values():
            os.kill(pid, signal.SIGCONT)
    return {}


def absent(running: Running, dice: Random) -> Old:
    """No worker works until every lease in what piled up has ended; then they are killed, and new ones begin."""
    signalled(running, WORKERS, signal.SIGSTOP)
    running.wait(lease_s(running) + PAST_LEASE_S)
    return signalled(running, WORKERS, signal.SIGKILL)


def lease_s(running: Running) -> float:
    return float(running.environment.get("DELIVERY_LEASE_S", LEASE_S))


KILLED = {"door": 3, "worker": 3, "postgres": 2, "valkey": 2, "web": 1, "beat": 1, "wait": 1, "smpp": 1}
FAULTS = {
    fault.name: fault
    for fault in (
        *(Fault(name, share, partial(kill, name)) for name, share in KILLED.items()),
        Fault("flush", 2, flush),
        Fault("restart-fast", 2, partial(restart_database, signal.SIGINT)),
        Fault("restart-immediate", 1, partial(restart_database, signal.SIGQUIT)),
        Fault("flap-errors", 2, partial(flap, "errors")),
        Fault("flap-resets", 1, partial(flap, "resets")),
        Fault("flap-hangs", 1, partial(flap, "hangs")),
        Fault("freeze", 1, freeze),
        Fault("absent", 1, absent),
    )
}
DECK = sum(fault.share for fault in FAULTS.values())


def shuffled(names: Sequence[str], dice: Random) -> Iterator[Fault]:
    """Faults without end: one deck after another, each with every fault in it as often as its share."""
    deck = [FAULTS[name] for name in names or FAULTS for _ in range(1 if names else FAULTS[name].share)]
    while True:
        yield from dice.sample(deck, len(deck))


def all_answer(running: Running) -> bool:
    return ready(running, ("web", "door", "wait"))


def is_back(running: Running, struck: Old) -> bool:
    """Whether others run in the place of what was struck, and everything that can be asked answers."""
    assert running.servers is not None
    now = running.pids()
    replaced = all(now.get(name) not in (pid, None) for name, pid in struck.items())
    return replaced and running.servers.ready() and all_answer(running)
