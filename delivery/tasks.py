"""The Celery side of delivery: a doorbell's task, and the engine that lives as long as its worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_init, worker_shutting_down
from celery.worker.request import Request

from accounts import process
from delivery.engine import Engine

engine: Engine | None = None


@worker_init.connect
def start(**_: Any) -> None:
    global engine
    process.prepare()
    engine = Engine()
    engine.start()


@worker_shutting_down.connect
def stop(**_: Any) -> None:
    if engine is not None:
        engine.stop()


class Forgotten(Request):
    """A request whose queue expects no acknowledgement (settings.CELERY_TASK_QUEUES).

    kombu's Redis transport would look for something to acknowledge all the same, which took a third of a
    worker's Python time.
    """

    def acknowledge(self) -> None:
        self.acknowledged = True


class Doorbell(Task[Any, Any]):
    Request = "delivery.tasks:Forgotten"


@shared_task(base=Doorbell, name="delivery.tasks.ring", ignore_result=True)
def ring(batches: Sequence[tuple[str, Sequence[str]]]) -> int:
    """Deliver what was just committed: [(lease, [delivery id, …]), …] in hexadecimal."""
    if engine is None:
        raise RuntimeError("delivery tasks run in a Celery worker process")
    return engine.ring(batches)
