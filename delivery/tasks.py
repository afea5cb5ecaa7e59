"""The Celery side of delivery: a doorbell's task, and the engine that lives as long as its worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down

from delivery.engine import Engine

engine: Engine | None = None


@worker_init.connect
def start(**_: Any) -> None:
    global engine
    engine = Engine()
    engine.start()


@worker_shutting_down.connect
def stop(**_: Any) -> None:
    if engine is not None:
        engine.stop()


@shared_task(name="delivery.tasks.ring", ignore_result=True)
def ring(batches: Sequence[tuple[str, Sequence[str]]]) -> int:
    """Deliver what was just committed: [(lease, [delivery id, …]), …] in hexadecimal."""
    if engine is None:
        raise RuntimeError("delivery tasks run in a Celery worker process")
    return engine.ring(batches)
