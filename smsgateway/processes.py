"""The product's processes: the one list that `make run`, the compose file and the README keep to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """One long-running command of the product, started from the project's folder."""

    name: str
    argv: Sequence[str]
    why: str


def processes(
    host: str = "127.0.0.1",
    port: int = 8000,
    ingest_port: int = 8001,
    var: str = "var",
    python: str = sys.executable,
) -> list[Process]:
    """What runs in every installation. `host` and the ports are where web and door listen; `var` is a folder that
    beat may write to."""
    return [
        Process("web", [python, *web(host, port)], "pages and API: Django under WSGI"),
        Process(
            "door", [python, *door(host, ingest_port)], "takes SMS from carriers, answers after the commit"
        ),
        Process(
            "smpp", [python, "manage.py", "smpp"], "holds binds to SMSCs, answers each SMS after the commit"
        ),
        Process("worker", [python, *WORKER], "delivers; sweeps for due and forgotten work"),
        Process("beat", [python, *beat(var)], "clockwork: purges and reports"),
    ]


def for_sandboxes(host: str = "127.0.0.1", port: int = 8003, python: str = sys.executable) -> list[Process]:
    """What only sandboxes need. It listens at `port` and the four behind it."""
    argv = [python, "manage.py", "sandbox_receiver", "--host", host, "--port", str(port)]
    return [Process("sandbox", argv, "receives from sandboxes, misbehaves as told; the simulator's SMSC")]


def behind_proxy(host: str = "127.0.0.1", port: int = 8002, python: str = sys.executable) -> list[Process]:
    """What only a proxy can join to web's origin: without it, web itself holds the few requests it can."""
    return [Process("wait", [python, *wait(host, port)], "holds the requests of those who wait for a text")]


def demo(python: str = sys.executable) -> list[Process]:
    """What `make run` adds, so that there is something to see."""
    return [
        Process(
            "receiver", [python, "manage.py", "demo_receiver"], "a customer's webhook, checks each signature"
        ),
        Process("feeder", [python, "manage.py", "demo_feed"], "sends real texts at a gentle pace"),
    ]


def web(host: str, port: int) -> list[str]:
    options = "--interface wsgi --workers 1 --blocking-threads 8 --log-level error --workers-kill-timeout 5"
    return [
        "-m",
        "granian",
        *options.split(),
        "--host",
        host,
        "--port",
        str(port),
        "smsgateway.wsgi:application",
    ]


def door(host: str, port: int) -> list[str]:
    return uvicorn(host, port, "ingest.app:app")


def wait(host: str, port: int) -> list[str]:
    return uvicorn(host, port, "smsgateway.asgi:application")


def uvicorn(host: str, port: int, app: str) -> list[str]:
    # One process: granian's main process may die and leave its worker serving. Client addresses behind proxies are
    # TRUSTED_PROXIES's matter. Carriers and the proxy keep connections; we must not be the first to close them.
    options = (
        "--loop uvloop --http httptools --lifespan on --no-access-log --no-proxy-headers --no-server-header "
        "--timeout-keep-alive 75 --timeout-graceful-shutdown 5 --log-config deploy/door-logging.json"
    )
    return ["-m", "uvicorn", *options.split(), "--host", host, "--port", str(port), app]


WORKER = (
    "-m celery --quiet -A smsgateway worker --pool=threads --concurrency=4 --without-gossip --without-mingle "
    "--without-heartbeat -Q deliveries,celery --loglevel=WARNING"
).split()


def beat(var: str) -> list[str]:
    return f"-m celery --quiet -A smsgateway beat --loglevel=WARNING --schedule {var}/celerybeat-schedule".split()
