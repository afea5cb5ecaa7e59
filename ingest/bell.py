"""The doorbell: one Celery task for what was just committed, rung from its own thread.

A failed or late ring costs time, never a message: the sweep in every worker finds what was not rung.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Celery

TASK = "delivery.tasks.ring"
# A frozen broker would otherwise hold send_task without end.
BROKER_OPTIONS = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "max_retries": 0,
    "retry_on_timeout": False,
}
MOST_WAITING = 50_000  # ids; beyond that the sweep has them anyway
MOST_A_RING = 1000
MOST_UNHEARD = 2000  # rings in the broker, whose memory must not grow for as long as no worker runs
LOOK_EVERY_S = 1.0
PAUSE_AN_ID_S = 0.002  # below 500 a second the pause shrinks back to its shortest
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.004, 0.04


class Bell:
    """Collects (lease, delivery ids) and rings: every 4 ms when little comes, every 40 ms when much does."""

    def __init__(self, app: Celery, on_unrung: Callable[[int], None]) -> None:
        self.app, self.on_unrung = app, on_unrung
        self.waiting: list[tuple[UUID, list[UUID]]] = []
        self.count = 0
        self.rung = threading.Condition()
        self.producer: Any = None
        self.stopping = False
        self.next_look, self.unheard = 0.0, 0
        self.thread = threading.Thread(target=self.run, name="bell", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        with self.rung:
            self.stopping = True
            self.rung.notify()
        self.thread.join(2)

    def ring(self, lease: UUID, ids: list[UUID]) -> None:
        """Called by the door's event loop; returns at once."""
        with self.rung:
            if self.count + len(ids) > MOST_WAITING:
                self.on_unrung(len(ids))
                return
            self.waiting.append((lease, ids))
            self.count += len(ids)
            self.rung.notify()

    def take(self) -> list[tuple[UUID, list[UUID]]]:
        """What waits, up to one ring's worth; empty when stopping."""
        with self.rung:
            while not self.waiting and not self.stopping:
                self.rung.wait()
            taken, size = [], 0
            while self.waiting and size < MOST_A_RING:
                taken.append(self.waiting.pop(0))
                size += len(taken[-1][1])
            self.count -= size
            return taken

    def run(self) -> None:
        while batches := self.take():
            began = time.monotonic()
            try:
                self.send([(lease.hex, [id.hex for id in ids]) for lease, ids in batches])
            except Exception:  # noqa: BLE001  any broker trouble means the same: the sweep finds them
                self.producer = None
                self.on_unrung(sum(len(ids) for _lease, ids in batches))
            # A ring costs the worker some milliseconds whatever it carries: let company arrive.
            pause = min(PAUSE_AN_ID_S * sum(len(ids) for _lease, ids in batches), LONGEST_PAUSE_S)
            pause = max(pause, SHORTEST_PAUSE_S)
            time.sleep(max(0.0, pause - (time.monotonic() - began)))

    def send(self, batches: list[tuple[str, list[str]]]) -> None:
        if self.producer is None:
            connection = self.app.connection_for_write(connect_timeout=0.5, transport_options=BROKER_OPTIONS)
            self.producer = self.app.amqp.Producer(connection, auto_declare=False)
        if self.nobody_listens():
            raise RuntimeError("the queue of doorbells is long: the sweep has the work anyway")
        self.app.send_task(
            TASK, (batches,), producer=self.producer, retry=False, ignore_result=True, queue="deliveries"
        )

    def nobody_listens(self) -> bool:
        """Whether so many rings wait in the broker that more would only fill its memory; looked up now and then."""
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + LOOK_EVERY_S
            self.unheard = self.producer.channel.client.llen("deliveries")
        return bool(self.unheard > MOST_UNHEARD)
