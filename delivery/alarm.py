"""How a worker hears that a sandbox's clock was moved: what became due by it is looked for at once, not by and by."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from uuid import UUID

import psycopg
from django.db import connection

CLOCKS = "clocks"  # the channel of notices that name an environment whose clock was moved
LOOK_S = 1.0
log = logging.getLogger("smsgateway.worker")


def announce(environment: UUID) -> None:
    """Tell all workers, once the caller's transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CLOCKS, str(environment)])


class Alarm(threading.Thread):
    """Calls `ring` at each notice. While it cannot hear, the sweep's own pace has to do."""

    def __init__(self, dsn: str, ring: Callable[[], None], stopping: threading.Event) -> None:
        super().__init__(name="alarm", daemon=True)
        self.dsn, self.ring, self.stopping = dsn, ring, stopping

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self.listen()
            except psycopg.Error as error:
                log.warning("alarm: trying again", extra={"reason": type(error).__name__})
                self.stopping.wait(LOOK_S)

    def listen(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as link:
            link.execute(f"LISTEN {CLOCKS}")
            self.ring()  # whatever was missed until now
            while not self.stopping.is_set():
                for _notice in link.notifies(timeout=LOOK_S, stop_after=1):
                    self.ring()
