"""A worker process that is told to stop finishes what is on the wire, releases the rest, and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from delivery.models import Attempt, Delivery
from smsgateway.processes import WORKER
from tests.cast import House, store_delivery, store_message
from tests.deliveries import endpoint_at
from tests.live import WITHIN_S, Receiver, Request, until

ROOT = Path(__file__).parent.parent


@contextmanager
def a_worker(**settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """The product's own command, on the tests' database."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {"DATABASE_URL": url.geturl()} | settings
    with subprocess.Popen([sys.executable, *WORKER], cwd=ROOT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def test_it_finishes_what_is_on_the_wire_and_releases_the_rest(
    acme: House, receiver: Receiver, transactional_db: None
) -> None:
    released = threading.Event()

    def behave(request: Request) -> tuple[int, dict[str, str], bytes]:
        released.wait(WITHIN_S)
        return 200, {}, b""

    receiver.behave = behave
    endpoint = endpoint_at(acme, receiver.url)
    for _ in range(3):
        message = store_message(acme.live.assignment)
        store_delivery(message, endpoint, "pending", due_at=datetime.now(UTC), attempts_made=0)
    with a_worker(DELIVERY_PER_ENDPOINT="1") as worker:
        receiver.got(1, within_s=60)
        worker.send_signal(signal.SIGTERM)
        until(lambda: endpoint.deliveries.filter(state="pending").count() == 2)
        released.set()
        assert worker.wait(WITHIN_S) == 0
    assert len(receiver.requests) == 1
    done = endpoint.deliveries.get(state="delivered")
    assert done.attempts_made == 1
    waiting = Delivery.objects.filter(endpoint=endpoint, state="pending")
    assert {(one.attempts_made, one.lease, one.due_at is not None) for one in waiting} == {(0, None, True)}
    assert Attempt.objects.filter(delivery__endpoint=endpoint).count() == 1
