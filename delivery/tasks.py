"""The Celery side of delivery: a doorbell's task, and the engine that lives as long as its worker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from celery import Celery, Task, shared_task
from celery.signals import worker_init, worker_shutting_down
from kombu import Message

from accounts import process
from delivery.engine import Engine

log = logging.getLogger("smsgateway.worker")

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


def straight(task: Task[Any, Any], app: Celery, consumer: Any, **_: Any) -> Callable[..., None]:
    """Celery's strategy for a doorbell: it is heard where it is received, by the loop that reads from the broker.

    Celery's own hands a task to a thread of the pool, under a tracer, and acknowledges it: a third of the processor
    time that a worker has for a text that comes alone. Hearing a bell takes one read from the database; the sending is
    the transport's. Nothing expects an acknowledgement (settings.CELERY_TASK_QUEUES), and what goes unheard the sweep
    finds.
    """

    def receive(message: Message, *_: Any) -> None:
        try:
            args, _kwargs, _embed = message.payload
            task(*args)
        except Exception as error:  # noqa: BLE001  whatever it is, the next bell is to be heard
            log.warning("doorbell: left to the sweep", extra={"reason": type(error).__name__})

    return receive


class Doorbell(Task[Any, Any]):
    Strategy = "delivery.tasks:straight"


@shared_task(base=Doorbell, name="delivery.tasks.ring", ignore_result=True)
def ring(batches: Sequence[tuple[str, Sequence[str]]]) -> int:
    """Deliver what was just committed: [(lease, [delivery id, …]), …] in hexadecimal."""
    if engine is None:
        raise RuntimeError("delivery tasks run in a Celery worker process")
    return engine.ring(batches)
