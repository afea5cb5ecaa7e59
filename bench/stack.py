"""Starts what is measured, in a folder of its own under the product's supervisor, and ends all of it by process id.

The product runs exactly the processes of `make run` (without the demo), on its own PostgreSQL and Valkey.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from bench.measure import trees
from bench.texts import Door
from smsgateway.embedded import Servers, describe, private_folder, sweep
from smsgateway.processes import Process, processes
from smsgateway.run import HOST, answers, command, kept_secrets
from smsgateway.supervisor import Supervisor

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN_S = 60
CALL_WITHIN_S = 600
PUBLIC_INGEST_URL = "https://in.example.com"  # what the carrier signs; the load comes in on loopback
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
TUNABLE = ("DELIVERY_", "INGEST_")
direct = build_opener(ProxyHandler({}))


class Failed(RuntimeError):
    """Something did not come up or ran into an error; the text holds the last lines of its output."""


@dataclass
class Running:
    """A supervisor at work, and how to reach what it keeps running."""

    supervisor: Supervisor
    folder: Path
    environment: dict[str, str]
    servers: Servers | None = None
    ports: dict[str, int] = field(default_factory=dict)

    def add(self, *wanted: Process) -> None:
        self.supervisor.add(*(command(process, self.environment) for process in wanted))

    def call(self, name: str, *arguments: str, **environment: str) -> None:
        """Runs a Python command to its end. Raises Failed."""
        argv = ["timeout", str(CALL_WITHIN_S), sys.executable, *arguments]
        if self.supervisor.run(command(Process(name, argv, ""), self.environment | environment)):
            raise self.failed(f"{name} failed")

    def until(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        """Keeps everything running until `done()`. Raises Failed when it is not in time."""
        if not self.supervisor.until(done, seconds):
            raise self.failed(f"{what}: not within {seconds:.0f} s")

    def failed(self, why: str) -> BaseException:
        if self.supervisor.stopping:
            return KeyboardInterrupt()
        return Failed(f"{why}\n{tail(self.folder / 'output.log')}")

    def wait(self, seconds: float) -> None:
        self.supervisor.until(lambda: False, seconds)
        if self.supervisor.stopping:
            raise KeyboardInterrupt

    def pids(self) -> dict[str, int]:
        """The main process of each running command, by name."""
        return {child.command.name: child.process.pid for child in self.supervisor.children if child.process}

    def cpu(self) -> dict[str, float]:
        return trees(self.pids())

    def sink(self, question: str) -> str:
        with direct.open(f"http://{HOST}:{self.ports['sink']}/_/{question}", timeout=30) as answer:
            return str(answer.read().decode())

    def count(self) -> dict[str, int]:
        counts: dict[str, int] = json.loads(self.sink("count"))
        return counts

    def secrets_of_sink(self, secrets: Mapping[str, str]) -> Path:
        path = self.folder / "secrets.json"
        path.write_text(json.dumps(secrets))
        return path


def tail(path: Path, lines: int = 30) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


def free_ports(*names: str) -> dict[str, int]:
    """Ports that were free a moment ago, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server((HOST, 0))) for _ in names]
        return {name: one.getsockname()[1] for name, one in zip(names, sockets, strict=True)}


@contextlib.contextmanager
def supervised(*ports: str) -> Iterator[Running]:
    """A folder and a supervisor; leaving ends every process and removes the folder."""
    sweep()
    own = private_folder()  # one that a later run removes, should this one be killed
    own.folder.chmod(0o711)  # PostgreSQL, started by root, runs as a user who must get to its data
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith(TUNABLE)}
    try:
        output, pids = own.folder / "output.log", own.folder / "run"
        with output.open("wb") as file, Supervisor(pids, file) as supervisor:
            yield Running(supervisor, own.folder, kept, ports=free_ports("sink", *ports))
    finally:
        own.close()


@contextlib.contextmanager
def with_servers(*ports: str) -> Iterator[Running]:
    """The same with PostgreSQL (durable, as in a real installation) and Valkey."""
    with supervised(*ports) as running, embedded(running.folder) as servers:
        running.servers = servers
        running.environment |= servers.environment
        running.supervisor.add(*servers.commands)
        running.until(servers.ready, START_WITHIN_S, "PostgreSQL and Valkey")
        try:
            yield running
        finally:
            running.supervisor.stop()  # before the servers' sockets are removed


@contextlib.contextmanager
def embedded(folder: Path) -> Iterator[Servers]:
    servers = describe(folder / "postgres", environment={})
    try:
        yield servers
    finally:
        servers.close()


@contextlib.contextmanager
def product(seed: str = "bench", **environment: str) -> Iterator[tuple[Running, Door]]:
    """The whole product, seeded with `bench.seed <seed>`, its endpoints at a running sink."""
    with with_servers("web", "door", "wait", "smsc") as running:
        running.environment |= settings(running) | environment
        owner = {"DATABASE_URL": running.environment["DATABASE_OWNER_URL"], "DATABASE_ROLE": "owner"}
        running.call("migrate", "manage.py", "migrate", "--no-input", "--verbosity", "0", **owner)
        door = seeded(running, seed)
        host, ports = HOST, running.ports
        running.add(*processes(host, ports["web"], ports["door"], var=str(running.folder)))
        running.until(lambda: ready(running), START_WITHIN_S, "web and door")
        yield running, door


def settings(running: Running) -> dict[str, str]:
    return kept_secrets(running.folder / "secrets.env") | {
        "DEPLOYMENT": "local",
        "VAR_DIR": str(running.folder),
        "PORT": str(running.ports["web"]),
        "INGEST_PORT": str(running.ports["door"]),
        "PUBLIC_INGEST_URL": PUBLIC_INGEST_URL,
        "DELIVERY_ALLOW_NETWORKS": "127.0.0.0/8",
        "API_READS": "1000000",  # how fast one reader is, not how fast it may be
        "API_WRITES": "1000000",
        "CONTENT_KEPT_DAYS": "60",  # as far as bench.history reaches back: what is purged is as much as comes
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:\nYou're running the worker with superuser",
    }


def seeded(running: Running, seed: str) -> Door:
    """Makes the configuration through the product's services and starts the sink that knows its secrets."""
    told = running.folder / "seed.json"
    sink = f"http://{HOST}:{running.ports['sink']}"
    running.call("seed", "-m", "bench.seed", seed, sink, str(told), str(running.ports["smsc"]))
    known: dict[str, Any] = json.loads(told.read_text())
    start_sink(running, known["secrets"])
    return Door(known["path"], known["token"], PUBLIC_INGEST_URL, running.ports["door"])


def start_sink(running: Running, secrets: Mapping[str, str]) -> None:
    arguments = [str(running.ports["sink"]), str(running.secrets_of_sink(secrets))]
    running.add(Process("sink", [sys.executable, "-m", "bench.sink", *arguments], ""))
    running.until(lambda: listens(running.ports["sink"]), START_WITHIN_S, "the sink")


def ready(running: Running, names: Sequence[str] = ("web", "door")) -> bool:
    return all(answers(running.ports[name]) for name in names)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
        return True
    return False
