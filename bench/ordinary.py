"""Starts the baseline of bench/baseline on the same embedded PostgreSQL and Valkey that the product gets."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from bench import texts
from bench.stack import PUBLIC_INGEST_URL, START_WITHIN_S, Running, listens, start_sink, with_servers
from smsgateway.processes import Process
from smsgateway.run import HOST

WEB = "-m granian --interface wsgi --workers 1 --blocking-threads 4 --log-level warning --host 127.0.0.1"
WORKER = "-m celery --quiet -A bench.baseline worker --pool=prefork --concurrency=2 --without-gossip --without-mingle"


@contextlib.contextmanager
def baseline() -> Iterator[tuple[Running, texts.Door]]:
    with with_servers("web") as running:
        port = running.ports["web"]
        running.environment |= {
            "DATABASE_URL": running.environment["DATABASE_OWNER_URL"],
            "DJANGO_SETTINGS_MODULE": "bench.baseline.settings",
            "PUBLIC_INGEST_URL": PUBLIC_INGEST_URL,
            "SINK": f"http://{HOST}:{running.ports['sink']}",
        }
        running.call("migrate", "-m", "django", "migrate", "--run-syncdb", "--no-input", "--verbosity", "0")
        start_sink(running, {})
        web = [*WEB.split(), "--port", str(port), "bench.baseline.wsgi:application"]
        running.add(Process("web", [sys.executable, *web], ""))
        running.add(Process("worker", [sys.executable, *WORKER.split(), "--loglevel=WARNING"], ""))
        running.until(lambda: listens(port), START_WITHIN_S, "the baseline")
        yield running, texts.Door("/in", texts.TOKEN, PUBLIC_INGEST_URL, port)
